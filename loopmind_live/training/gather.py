"""Gather what instruments are learned from: real sounds, patterns of them, and made ones."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.errors import ConfigError, LibraryError
from loopmind_live.library.decode import decode
from loopmind_live.training import noises, tones
from loopmind_live.training.drum_names import drum_class
from loopmind_live.training.gm import PLAYABLE, excerpt, song_excerpt
from loopmind_live.training.manifest import read_manifest, true_class
from loopmind_live.training.sequencer import DRUMS, drum_loop, play_loop
from loopmind_live.training.songs import notes_between, read_songs
from loopmind_live.training.synthesis import Excerpt, render
from loopmind_live.training.varying import RATE_HZ

AUDIO = frozenset({".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff", ".opus"})
LONGEST_S = 12.0


@dataclass(frozen=True, slots=True)
class Sources:
    """Where sounds are taken from.

    `sounds`: folders with a manifest.csv; `made`: the same, of sounds made by programs. `kits`:
    folders of folders, each a pack of drums whose names tell what they are. `alike`: by class,
    folders of folders in which every sound is of it. `voices`: the same for vocals, of which
    phrases are made, too. `fonts`: sound fonts, played by FluidSynth; `songs`: a folder of songs,
    whose notes they play, too.
    """

    sounds: Sequence[Path] = ()
    kits: Sequence[Path] = ()
    voices: Sequence[Path] = ()
    alike: Sequence[tuple[str, Path]] = ()
    fonts: Sequence[Path] = ()
    songs: Path | None = None
    made: Sequence[Path] = ()


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many sounds of each sort are made or taken."""

    a_font: int = 40
    a_class: int = 300
    a_kit: int = 24
    a_pack: int = 60
    a_voice_pack: int = 30


@dataclass(frozen=True, slots=True)
class Example:
    """A sound and its class. `samples`: float32 [frames] at RATE_HZ.

    `pack`: where it comes from; what is measured on a pack was learned from others. `real`: it is
    in a pack as it is, neither made nor put together here. `path`: its file, where it is real.
    """

    label: str
    pack: str
    samples: Floats
    real: bool = False
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Examples of one sort, under a name that a file may have.

    `variations`: how many variations of each real sound are learned, too.
    """

    name: str
    examples: Callable[[], Iterator[Example]]
    variations: int = 1


def gather(sources: Sources, amounts: Amounts, seed: int) -> list[Part]:
    """Return all there is to learn from; the same seed gives the same. Parts raise ConfigError."""
    parts = [
        Part(f"sounds-{folder.name}", partial(_of_manifest, folder), 6) for folder in sources.sounds
    ]
    parts += [
        Part(f"kits-{folder.name}", partial(_of_kits, folder, amounts, seed), 2)
        for folder in sources.kits
    ]
    parts += [Part(f"made-{folder.name}", partial(_made, folder)) for folder in sources.made]
    alike = [partial(_alike, label, folder, amounts, seed) for label, folder in sources.alike]
    voices = [partial(_voices, folder, amounts, seed) for folder in sources.voices]
    fonts = [partial(_of_font, font, sources.songs, amounts, seed) for font in sources.fonts]
    for name, makers, variations in (
        ("alike", alike, 2),
        ("voices", voices, 1),
        ("fonts", fonts, 1),
    ):
        if makers:
            parts.append(Part(name, partial(_one_after_another, makers), variations))
    return [*parts, Part("synthesis", partial(_synthesized, amounts, seed))]


def _one_after_another(makers: Sequence[Callable[[], Iterator[Example]]]) -> Iterator[Example]:
    for maker in makers:
        yield from maker()


def read_mono(path: Path) -> Floats:
    """Return a file as float32 [frames] at RATE_HZ, at most LONGEST_S. Raises LibraryError."""
    import soxr

    audio = decode(path)
    mono = audio.samples[: int(LONGEST_S * audio.rate_hz)].mean(axis=1)
    if audio.rate_hz != RATE_HZ:
        mono = soxr.resample(mono, audio.rate_hz, RATE_HZ, "MQ")
    return _leveled(mono)


def _leveled(mono: Floats) -> Floats:
    peak = float(np.abs(mono).max(initial=0.0))
    if peak < 1e-4:
        raise LibraryError("silent")
    result: Floats = (mono / peak).astype(np.float32)
    return result


def _readable(label: str, pack: str, path: Path) -> Iterator[Example]:
    try:
        yield Example(label, pack, read_mono(path), real=True, path=path)
    except LibraryError:
        return  # a scan tells of it; there is nothing to learn from it


def _of_manifest(folder: Path) -> Iterator[Example]:
    for truth in read_manifest(folder):
        label = true_class(truth.instrument)
        if label is not None and truth.kind != "edge":
            yield from _readable(label, truth.pack, truth.path)


def _made(folder: Path) -> Iterator[Example]:
    for example in _of_manifest(folder):
        yield Example(example.label, folder.name, example.samples)


def _audio_in(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in AUDIO)
    if not found:
        raise ConfigError(f"{folder}: no sounds in it")
    return found


def _of_kits(folder: Path, amounts: Amounts, seed: int) -> Iterator[Example]:
    packs: dict[str, list[Path]] = defaultdict(list)
    for path in _audio_in(folder):
        packs[path.relative_to(folder).parts[0]].append(path)
    for pack, paths in packs.items():
        kit: dict[str, list[Floats]] = defaultdict(list)
        for path in paths:
            label = drum_class(path)
            for found in _readable(label, pack, path) if label is not None else ():
                if len(found.samples) < 2.5 * RATE_HZ:
                    kit[found.label].append(found.samples)
                yield found
        random = np.random.default_rng([seed, len(paths), len(kit)])
        for _ in range(amounts.a_kit if len(kit) > 1 else 0):
            yield Example("drums", pack, drum_loop(kit, random))
        for label in DRUMS:
            for _ in range(amounts.a_kit // 4 if kit[label] else 0):
                yield Example(label, pack, play_loop(kit, [label], random))


def _voices(folder: Path, amounts: Amounts, seed: int) -> Iterator[Example]:
    """Yield some files of each folder, alone and put together to phrases."""
    packs: dict[Path, list[Path]] = defaultdict(list)
    for path in _audio_in(folder):
        packs[path.parent].append(path)
    random = np.random.default_rng([seed, len(packs)])
    for place, paths in packs.items():
        picked = random.permutation(len(paths))[: amounts.a_voice_pack]
        pack = str(place.relative_to(folder.parent))
        spoken = [each for at in picked for each in _readable("vocal", pack, paths[at])]
        yield from spoken
        for _ in range(len(spoken) // 3):
            yield Example("vocal", pack, _phrase([each.samples for each in spoken], random))


def _phrase(spoken: Sequence[Floats], random: np.random.Generator) -> Floats:
    """Return pieces of voices in a rhythm, some of them again and again."""
    step = round(float(random.uniform(0.1, 0.5)) * RATE_HZ)
    pieces = [spoken[int(random.integers(len(spoken)))] for _ in range(2)]
    mix = np.zeros(step * int(random.integers(4, 17)), np.float32)
    for start in range(0, len(mix), step):
        if random.random() < 0.6:
            piece = pieces[int(random.integers(2))]
            ratio = 2.0 ** (int(random.integers(-5, 6)) / 12.0)
            count = min(int(len(piece) / ratio), step * int(random.integers(1, 4)))
            played = np.interp(np.arange(count) * ratio, np.arange(len(piece)), piece)
            played[-64:] *= np.linspace(1.0, 0.0, len(played[-64:]))
            there = mix[start : start + count]
            there += played[: len(there)]
    return mix if np.abs(mix).max() > 1e-3 else np.asarray(pieces[0])


def _alike(label: str, folder: Path, amounts: Amounts, seed: int) -> Iterator[Example]:
    """Yield some sounds of each folder in a folder; what is long is music, and left out."""
    packs: dict[str, list[Path]] = defaultdict(list)
    for path in _audio_in(folder):
        packs[path.relative_to(folder).parts[0]].append(path)
    random = np.random.default_rng([seed, len(packs)])
    for pack, paths in packs.items():
        for at in random.permutation(len(paths))[: amounts.a_pack]:
            for found in _readable(label, pack, paths[at]):
                if len(found.samples) < LONGEST_S * RATE_HZ:
                    yield found


def _of_font(font: Path, songs: Path | None, amounts: Amounts, seed: int) -> Iterator[Example]:
    random = np.random.default_rng([seed, font.stat().st_size % 65536])
    labels = [label for label in PLAYABLE for _ in range(amounts.a_font)]
    excerpts = [excerpt(random, label) for label in labels]
    if songs is not None:
        for label, part in _song_parts(songs, amounts.a_font, random):
            labels.append(label)
            excerpts.append(part)
    for label, sound in zip(labels, render(excerpts, font, RATE_HZ), strict=True):
        mono = sound.mean(axis=1)
        if float(np.abs(mono).max(initial=0.0)) > 1e-3:
            yield Example(label, f"font {font.stem}", _leveled(mono))


def _song_parts(
    folder: Path, count: int, random: np.random.Generator
) -> Iterator[tuple[str, Excerpt]]:
    songs = read_songs(folder)
    while count:
        song = songs[int(random.integers(len(songs)))]
        track, label = (("MELODY", "synth"), ("BRIDGE", "synth"), ("PIANO", "synth"),
                        ("PIANO", "pad"))[int(random.integers(4))]  # fmt: skip
        if not song.spans or track not in song.tracks:
            continue
        lines_s = song.spans[int(random.integers(len(song.spans)))].lines_s
        start = int(random.integers(len(lines_s) - 1))
        end = min(start + int(random.choice([1, 2, 4])), len(lines_s) - 1)
        notes = notes_between(song.tracks[track], lines_s[start], lines_s[end])
        if len(notes) > 1:
            count -= 1
            yield label, song_excerpt(random, label, notes, lines_s[end] - lines_s[start])


def _synthesized(amounts: Amounts, seed: int) -> Iterator[Example]:
    random = np.random.default_rng([seed, 1])
    makers = {
        "kick": noises.kick, "snare": noises.snare, "hat": noises.hat, "perc": noises.perc,
        "fx": noises.fx, "bass": tones.bass, "synth": tones.synth, "pad": tones.pad,
    }  # fmt: skip
    for label, maker in makers.items():
        for _ in range(amounts.a_class):
            yield Example(label, "synthesis", _leveled(maker(random).astype(np.float32)))
    for _ in range(amounts.a_class):
        kit = {
            label: [_leveled(makers[label](random).astype(np.float32)) for _ in range(2)]
            for label in DRUMS
        }
        yield Example("drums", "synthesis", drum_loop(kit, random))
        label = DRUMS[int(random.integers(len(DRUMS)))]
        yield Example(label, "synthesis", play_loop(kit, [label], random))
