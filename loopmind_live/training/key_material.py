"""What keys are learned from: cuts of songs, loops made by rule, and beats, which have no key."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.errors import LibraryError
from loopmind_live.library.decode import decode
from loopmind_live.library.sound import ANALYSIS_RATE_HZ
from loopmind_live.training import noises, tones
from loopmind_live.training.midi import Note
from loopmind_live.training.songs import Song, Span, notes_between
from loopmind_live.training.synthesis import Excerpt, Part, render
from loopmind_live.training.vamps import Beat, beat, vamp
from loopmind_live.training.varying import vary
from loopmind_live.units import PITCH_CLASSES

AUDIO = frozenset({".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff"})
_PIANOS, _GUITARS, _ORGANS = tuple(range(8)), tuple(range(24, 31)), tuple(range(16, 22))
_STRINGS, _PADS, _LEADS = (44, 45, 48, 49, 50, 51), tuple(range(88, 96)), tuple(range(80, 88))
BASSES = tuple(range(32, 40))
CHORDS = (*_PIANOS, *_PIANOS, *_GUITARS, *_ORGANS, *_STRINGS, *_PADS)
LINES = (
    *_PIANOS, *_GUITARS, *_LEADS, *_LEADS, 9, 10, 11, 12, 13, 40, 42, 46, 52, 53, 56, 57, 60, 61,
    64, 65, 68, 71, 73, 75, 104, 107,
)  # fmt: skip
KITS = (0, 0, 8, 16, 24, 25, 26, 32, 40, 48)
KINDS = ("all", "all", "with drums", "piano", "chords", "bass", "line", "bass and line")
"""What is played of a song; the whole of it twice as often."""
_DETUNED = 0.25
_VARIED = 0.2
_TRIES = 12
_BATCH = 24


@dataclass(frozen=True, slots=True)
class Example:
    """A sound at ANALYSIS_RATE_HZ. `source`: the song or kit that it is from.

    `tonal`: whether it has a pitch; `key` is None also where it has, but which key is not known.
    `cents`: how far out of tune it was made.
    """

    kind: str
    source: str
    tonal: bool
    key: str | None
    cents: float
    mono: Floats


def song_examples(
    songs: Sequence[Song], font: Path, each: int, random: np.random.Generator
) -> Iterator[Example]:
    """Yield `each` cuts of four or eight bars a song, of kinds and by programs at random."""
    wanted = []
    for song in songs:
        for kind in random.choice(KINDS, each):
            cut = _cut(song, str(kind), random)
            if cut is not None:
                wanted.append((str(kind), song.name, *cut))
    yield from _rendered(wanted, font, random)


def vamp_examples(count: int, font: Path, random: np.random.Generator) -> Iterator[Example]:
    """Yield loops of one to four chords, as dance music has them, in all keys."""
    wanted = []
    for number in range(count):
        tonic, mode = int(random.integers(12)), ("min", "min", "maj")[int(random.integers(3))]
        made = vamp(tonic, mode, random)
        programs = {"bass": BASSES, "chords": (*_PADS, *CHORDS), "line": LINES}
        parts = [Part(notes, _one_of(programs[k], random)) for k, notes in made.parts.items()]
        if random.random() < 0.3:
            parts.append(_drums(beat(random, made.length_s), random))
        excerpt = Excerpt(parts, made.length_s, _cents(random))
        wanted.append(("vamp", f"vamp {number}", f"{PITCH_CLASSES[tonic]}:{mode}", excerpt))
    yield from _rendered(wanted, font, random)


def font_beats(count: int, font: Path, random: np.random.Generator) -> Iterator[Example]:
    """Yield drum loops by the kits of a sound font."""
    wanted: list[tuple[str, str, str | None, Excerpt]] = []
    for _ in range(count):
        made = beat(random)
        excerpt = Excerpt([_drums(made, random)], made.length_s)
        wanted.append(("beat", f"kits of {font.stem}", None, excerpt))
    yield from _rendered(wanted, font, random)


def kit_beats(folder: Path, each: int, random: np.random.Generator) -> Iterator[Example]:
    """Yield drum loops of each kit, a folder of hits in `folder`, and some of its hits alone."""
    for kit in sorted(path for path in folder.iterdir() if path.is_dir()):
        files = sorted(path for path in kit.rglob("*") if path.suffix.lower() in AUDIO)
        random.shuffle(files)
        hits = [hit for hit in map(_hit, files[:40]) if hit is not None]
        if len(hits) < 3:
            continue
        for number in range(each):
            mono = _played(beat(random), hits, random)
            mono = vary(mono, random) if number % 2 else mono
            yield Example("beat", kit.name, False, None, 0.0, mono)
        for hit in hits[: each // 2]:
            yield Example("hit", kit.name, False, None, 0.0, hit)


def made_examples(count: int, random: np.random.Generator) -> Iterator[Example]:
    """Yield sounds of synthesizers with a pitch, and noises and drums without one."""
    with_pitch = (("made bass", tones.bass), ("made synth", tones.synth), ("made pad", tones.pad))
    without = (
        ("noise", noises.fx), ("noise", noises.fx), ("noise", noises.perc), ("noise", noises.kick),
        ("noise", noises.snare), ("noise", noises.hat),
    )  # fmt: skip
    for number in range(count):
        for tonal, makers in ((True, with_pitch), (False, without)):
            kind, make = makers[number % len(makers)]
            mono = make(random).astype(np.float32)
            mono /= np.float32(max(1e-6, float(np.abs(mono).max(initial=0.0))))
            mono = vary(mono, random) if number % 3 else mono
            yield Example(kind, f"{kind} {number}", tonal, None, 0.0, mono)


def _rendered(
    wanted: Sequence[tuple[str, str, str | None, Excerpt]], font: Path, random: np.random.Generator
) -> Iterator[Example]:
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        sounds = render([excerpt for *_, excerpt in batch], font, ANALYSIS_RATE_HZ)
        for (kind, source, key, excerpt), sound in zip(batch, sounds, strict=True):
            mono = sound.mean(axis=1)
            if float(np.abs(mono).max(initial=0.0)) > 1e-3:
                yield Example(kind, source, key is not None, key, excerpt.cents, mono)
                if random.random() < _VARIED:
                    peak = np.float32(np.abs(mono).max())
                    rough = vary(mono / peak, random)
                    yield Example(f"rough {kind}", source, key is not None, None, 0.0, rough)


def _cut(song: Song, kind: str, random: np.random.Generator) -> tuple[str, Excerpt] | None:
    """Return the key and the notes of some bars, or None where the song has none of that kind."""
    bars = int(random.choice([4, 4, 8]))
    spans = [span for span in song.spans if span.bars >= bars]
    for _ in range(_TRIES if spans else 0):
        span = spans[int(random.integers(len(spans)))]
        parts = _PARTS[kind](*_notes(song, span, bars, random), random)
        if parts is not None:
            length_s = parts[0]
            return span.key, Excerpt(parts[1], length_s, _cents(random))
    return None


Notes = Mapping[str, Sequence[Note]]
Parts = tuple[float, Sequence[Part]]


def _notes(song: Song, span: Span, bars: int, random: np.random.Generator) -> tuple[Notes, float]:
    first = int(random.integers(span.bars - bars + 1))
    start_s, end_s = span.lines_s[first], span.lines_s[first + bars]
    notes = {name: notes_between(all_, start_s, end_s) for name, all_ in song.tracks.items()}
    found: dict[str, Sequence[Note]] = {
        "melody": notes.get("MELODY", []),
        "bridge": notes.get("BRIDGE", []),
        "piano": notes.get("PIANO", []),
    }
    found["bass"] = bass_line(found["piano"])
    return found, end_s - start_s


def bass_line(notes: Sequence[Note]) -> list[Note]:
    """Return the lowest of the notes that begin together, below C4, an octave or more lower."""
    lowest: dict[int, Note] = {}
    for note in notes:
        place = round(note.start_s / 0.1)
        if place not in lowest or note.pitch < lowest[place].pitch:
            lowest[place] = note
    return [
        replace(note, pitch=28 + (note.pitch - 28) % 12 + 12 * (note.pitch % 24 >= 12))
        for place, note in sorted(lowest.items())
        if note.pitch < 60
    ]


def _all(notes: Notes, length_s: float, random: np.random.Generator) -> Parts | None:
    if len(notes["piano"]) < 8 or len(notes["melody"]) + len(notes["bridge"]) < 4:
        return None
    parts = [Part(notes[name], _one_of(LINES, random)) for name in ("melody", "bridge")]
    parts.append(Part(notes["piano"], _one_of(CHORDS, random)))
    if random.random() < 0.5:
        parts.append(Part(notes["bass"], _one_of(BASSES, random)))
    return length_s, parts


def _with_drums(notes: Notes, length_s: float, random: np.random.Generator) -> Parts | None:
    parts = _all(notes, length_s, random)
    if parts is None:
        return None
    return length_s, [*parts[1], _drums(beat(random, length_s), random)]


def _alone(
    name: str, programs: Sequence[int], fewest: int
) -> Callable[[Notes, float, np.random.Generator], Parts | None]:
    def parts(notes: Notes, length_s: float, random: np.random.Generator) -> Parts | None:
        if len(notes[name]) < fewest:
            return None
        return length_s, [Part(notes[name], _one_of(programs, random))]

    return parts


def _line(notes: Notes, length_s: float, random: np.random.Generator) -> Parts | None:
    longer = max(notes["melody"], notes["bridge"], key=len)
    return (length_s, [Part(longer, _one_of(LINES, random))]) if len(longer) >= 8 else None


def _bass_and_line(notes: Notes, length_s: float, random: np.random.Generator) -> Parts | None:
    bass, line = (
        _alone("bass", BASSES, 4)(notes, length_s, random),
        _line(notes, length_s, random),
    )
    return (length_s, [*bass[1], *line[1]]) if bass is not None and line is not None else None


_PARTS: Mapping[str, Callable[[Notes, float, np.random.Generator], Parts | None]] = {
    "all": _all,
    "with drums": _with_drums,
    "piano": _alone("piano", (0, 1), 8),
    "chords": _alone("piano", CHORDS, 8),
    "bass": _alone("bass", BASSES, 6),
    "line": _line,
    "bass and line": _bass_and_line,
}


def _drums(made: Beat, random: np.random.Generator) -> Part:
    keys = [int(key) for key in random.choice(np.arange(35, 82), len(made.hits), replace=False)]
    usual = ((35, 36), (38, 39, 40), (42, 44, 46, 51))
    for place, choices in enumerate(usual[: len(keys)]):
        if random.random() < 0.75:
            keys[place] = _one_of(choices, random)
    notes = [
        Note(start_s, start_s + 0.1, key, max(1, round(127 * loudness)))
        for key, hits in zip(keys, made.hits, strict=True)
        for start_s, loudness in hits
    ]
    return Part(notes, _one_of(KITS, random), drums=True, volume=int(random.integers(70, 116)))


def _hit(path: Path) -> Floats | None:
    """Return a hit at a peak of 1, None where it cannot be read or is silent."""
    import soxr

    try:
        audio = decode(path)
    except LibraryError:
        return None
    mono = soxr.resample(audio.samples.mean(axis=1), audio.rate_hz, ANALYSIS_RATE_HZ, "MQ")
    peak = float(np.abs(mono).max(initial=0.0))
    return mono / np.float32(peak) if peak > 1e-3 else None


def _played(made: Beat, kit: Sequence[Floats], random: np.random.Generator) -> Floats:
    mix = np.zeros(round(made.length_s * ANALYSIS_RATE_HZ), np.float32)
    for hits in made.hits:
        sound = kit[int(random.integers(len(kit)))] * np.float32(random.uniform(0.3, 1.0))
        for start_s, loudness in hits:
            start = round(start_s * ANALYSIS_RATE_HZ)
            there = sound[: max(0, len(mix) - start)]
            mix[start : start + len(there)] += np.float32(loudness) * there
    result: Floats = mix / np.float32(max(1e-6, float(np.abs(mix).max())))
    return result


def _cents(random: np.random.Generator) -> float:
    return float(random.uniform(-45.0, 45.0)) if random.random() < _DETUNED else 0.0


def _one_of(values: Sequence[int], random: np.random.Generator) -> int:
    return int(values[int(random.integers(len(values)))])
