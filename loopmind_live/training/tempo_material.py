"""Loops of known tempo made from samples, sound fonts and songs, spoilt as in real folders."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.library.decode import Audio, decode
from loopmind_live.library.names import read_name
from loopmind_live.library.walk import find_audio
from loopmind_live.training.midi import Note
from loopmind_live.training.songs import Song, notes_between
from loopmind_live.training.synthesis import Excerpt, Part, render
from loopmind_live.training.tempo_patterns import (
    VOICES,
    Hit,
    Random,
    draw_beats,
    draw_bpm,
    draw_chords,
    draw_drums,
    draw_line,
    draw_style,
)

_T = TypeVar("_T")

RATE_HZ = 22050
UNSYNCED = 0.02
"""So many loops are stated by their length, whatever plays in them runs at a tempo of its own."""
_RING_S = 1.5
_BATCH = 40
_DRUM_NOTES: Mapping[str, Sequence[int]] = {
    "kick": (35, 36), "snare": (38, 40, 39, 37), "hat": (42, 46, 51, 44),
    "perc": (56, 60, 61, 62, 63, 64, 54, 70, 75, 45, 50),
}  # fmt: skip
_BASSES, _LEADS, _PADS = range(32, 40), (0, 4, 6, 11, 24, 25, 26, 27, 56, 61, 65, 80, 81, 87), (
    16, 48, 50, 52, 88, 89, 91, 95
)  # fmt: skip
_SCALE = (0, 2, 3, 5, 7, 8, 10)


@dataclass(frozen=True, slots=True)
class Made:
    """A sound, mono at RATE_HZ; `bpm` None where it has no tempo, else its first downbeat."""

    sound: Floats
    bpm: float | None
    start_s: float = 0.0

    @property
    def audio(self) -> Audio:
        """Return it as it would be decoded."""
        return Audio(np.ascontiguousarray(self.sound[:, None], np.float32), RATE_HZ)


@dataclass(frozen=True, slots=True)
class Sources:
    """What loops are made of: samples by voice, sound fonts, songs."""

    samples: Mapping[str, Sequence[Floats]]
    soundfonts: Sequence[Path]
    songs: Sequence[Song]


def read_samples(folder: Path) -> dict[str, list[Floats]]:
    """Return the drum samples in and below a folder, by the voice that their names say."""
    import soxr

    found: dict[str, list[Floats]] = {voice: [] for voice in VOICES}
    for file in find_audio(folder)[0]:
        voice = read_name(file.path).instrument
        if voice in found:
            audio = decode(file.path)
            mono = audio.samples.mean(axis=1)[: 3 * audio.rate_hz]
            found[voice].append(soxr.resample(mono, audio.rate_hz, RATE_HZ, "MQ"))
    return found


def make_loops(random: Random, sources: Sources, count: int) -> Iterator[Made]:
    """Yield `count` clean loops, some without a tempo."""
    while count > 0:
        drawn = [_draw(random, sources) for _ in range(min(_BATCH, count))]
        count -= len(drawn)
        soundfont = _one_of(random, sources.soundfonts)
        scores = [score for score in drawn if isinstance(score, _Score)]
        played = render([score.excerpt for score in scores], soundfont, RATE_HZ)
        for score, stereo in zip(scores, played, strict=True):
            sound = stereo.mean(axis=1)
            if float(np.abs(sound).max(initial=0.0)) > 1e-3:
                yield _finished(random, score, sound)
        yield from (made for made in drawn if isinstance(made, Made))


def spoil(random: Random, made: Made) -> Made:
    """Return a sound with silence, a tail, or less of its end, as chance wills."""
    sound, start_s = made.sound, made.start_s
    kinds = ["end", "start", "cut", "room", "both", "cut room", "coded"]
    kind = str(random.choice(kinds, p=[0.19, 0.19, 0.2, 0.22, 0.06, 0.07, 0.07]))
    if "room" in kind:
        sound = _in_a_room(random, sound)
    if "cut" in kind:
        sound = sound[: max(1000, round(len(sound) * (1.0 - random.uniform(0.02, 0.15))))]
    if kind in ("end", "both"):
        sound = np.concatenate([sound, _silence(random, random.uniform(0.05, 2.0))])
    if kind in ("start", "both"):
        before_s = random.uniform(0.02, 1.0)
        sound = np.concatenate([_silence(random, before_s), sound])
        start_s += before_s
    if kind == "coded":  # lossy coders pad at both ends
        before_s = random.choice([0.025, 0.05, 0.0])
        pads = [np.zeros(round(pad * RATE_HZ)) for pad in (before_s, random.uniform(0.0, 0.05))]
        sound = np.concatenate([pads[0], sound, pads[1]])
        start_s += float(before_s)
    return Made(sound.astype(np.float32), made.bpm, start_s)


@dataclass(frozen=True, slots=True)
class _Score:
    excerpt: Excerpt
    bpm: float | None
    length_s: float


def _draw(random: Random, sources: Sources) -> "_Score | Made":
    kind = random.random()
    if kind < 0.36:
        return _drums_of_samples(random, sources)
    if kind < 0.84:
        return _score(random, sources)
    return _without_tempo(random, sources)


def _drums_of_samples(random: Random, sources: Sources) -> Made:
    style = draw_style(random)
    bpm = draw_bpm(random, style)
    beats = draw_beats(random, style, bpm)
    kit = {
        voice: _one_of(random, sounds) for voice, sounds in sources.samples.items() if len(sounds)
    }
    length_s = beats * 60.0 / bpm
    sound = np.zeros(round((length_s + _RING_S) * RATE_HZ) + 1, np.float32)
    jitter_s = _jitter(random)
    for hit in draw_drums(random, style, beats):
        at = round(max(0.0, hit.beat * 60.0 / bpm + random.normal(0.0, jitter_s)) * RATE_HZ)
        sample = kit[hit.voice][: len(sound) - at]
        sound[at : at + len(sample)] += hit.loud * sample
    if float(np.abs(sound).max()) < 1e-3:
        return _without_tempo(random, sources)
    return _finished(random, _Score(Excerpt((), length_s), bpm, length_s), sound)


def _score(random: Random, sources: Sources) -> _Score:
    style = draw_style(random)
    bpm = draw_bpm(random, style)
    beats = draw_beats(random, style, bpm)
    kind = random.random()
    if kind < 0.2 and sources.songs:
        return _of_a_song(random, sources.songs, bpm)
    if kind < 0.4:
        parts = [_drum_part(random, draw_drums(random, style, beats), bpm)]
    elif kind < 0.65:
        low = int(random.integers(28, 41))
        parts = [_tonal(random, draw_line(random, style, beats), bpm, low, _BASSES)]
    elif kind < 0.78:
        low = int(random.integers(55, 73))
        parts = [_tonal(random, draw_line(random, style, beats), bpm, low, _LEADS)]
    elif kind < 0.92:
        low = int(random.integers(48, 60))
        programs = _PADS if random.random() < 0.35 else _LEADS
        parts = [_tonal(random, draw_chords(random, style, beats), bpm, low, programs)]
    else:
        low = int(random.integers(28, 41))
        parts = [
            _drum_part(random, draw_drums(random, style, beats), bpm),
            _tonal(random, draw_line(random, style, beats), bpm, low, _BASSES),
            _tonal(random, draw_chords(random, style, beats), bpm, low + 24, _LEADS),
        ]
    length_s = beats * 60.0 / bpm
    return _Score(Excerpt(parts, length_s + _RING_S), bpm, length_s)


def _of_a_song(random: Random, songs: Sequence[Song], bpm: float) -> _Score:
    """Return some bars of a song, its time evened out."""
    song = _one_of(random, songs)
    spans = [span for span in song.spans if span.bars >= 4]
    if not spans:
        return _of_a_song(random, songs, bpm)
    lines = _one_of(random, spans).lines_s
    bars = int(random.choice([1, 2, 4]))
    first = int(random.integers(0, len(lines) - bars))
    bpm = min(bpm, 150.0)
    bar_s = 240.0 / bpm
    parts = []
    names = [name for name in song.tracks if song.tracks[name]]
    chosen = random.choice(names, int(random.integers(1, len(names) + 1)), replace=False)
    for name in chosen:
        notes = []
        for bar in range(bars):
            begin_s, end_s = lines[first + bar], lines[first + bar + 1]
            scale = bar_s / (end_s - begin_s)
            notes += [
                Note(
                    bar * bar_s + note.start_s * scale, bar * bar_s + note.end_s * scale,
                    note.pitch, note.velocity,
                )
                for note in notes_between(song.tracks[str(name)], begin_s, end_s)
            ]  # fmt: skip
        parts.append(Part(notes, int(random.choice(_LEADS))))
    return _Score(Excerpt(parts, bars * bar_s + _RING_S), bpm, bars * bar_s)


def _drum_part(random: Random, hits: Sequence[Hit], bpm: float) -> Part:
    kit = {voice: int(random.choice(notes)) for voice, notes in _DRUM_NOTES.items()}
    jitter_s = _jitter(random)
    notes = []
    for hit in hits:
        at = max(0.0, hit.beat * 60.0 / bpm + random.normal(0.0, jitter_s))
        notes.append(Note(at, at + 0.1, kit[hit.voice], round(20 + 107 * hit.loud)))
    return Part(notes, int(random.choice([0, 8, 16, 24, 25, 40])), drums=True)


def _tonal(
    random: Random, hits: Sequence[Hit], bpm: float, low: int, programs: Sequence[int]
) -> Part:
    jitter_s = _jitter(random)
    notes = []
    for hit in hits:
        at = max(0.0, hit.beat * 60.0 / bpm + random.normal(0.0, jitter_s))
        chord = (0, 2, 4) if hit.voice == "chord" else (0,)
        for step in chord:
            octave, place = divmod(hit.degree + step, len(_SCALE))
            pitch = min(96, max(24, low + 12 * octave + _SCALE[place]))
            end_s = at + hit.beats * 60.0 / bpm
            notes.append(Note(at, max(at + 0.03, end_s), pitch, round(30 + 97 * hit.loud)))
    return Part(notes, int(random.choice(list(programs))))


def _without_tempo(random: Random, sources: Sources) -> Made:
    """Return a hit, a held tone, noise that swells, or hits at random times."""
    length_s = float(random.uniform(0.7, 10.0))
    if random.random() < 0.2:  # a length that somebody typed
        length_s = max(1.0, round(2.0 * length_s) / 2.0)
    kind = str(random.choice(["tone", "noise", "hit", "hits"], p=[0.2, 0.15, 0.2, 0.45]))
    sound = np.zeros(round(length_s * RATE_HZ), np.float32)
    if kind == "tone":
        _add_tone(random, sound)
    elif kind == "noise":
        time_s = np.arange(len(sound)) / RATE_HZ
        curve = np.exp(random.choice([-1, 1]) * random.uniform(0.3, 2.0) * time_s)
        sound += random.standard_normal(len(sound)).astype(np.float32) * 0.2
        sound *= (curve / curve.max()).astype(np.float32)
    else:
        _add_hits(random, sources, sound, 1 if kind == "hit" else int(random.integers(2, 25)))
    if float(np.abs(sound).max()) < 1e-3:
        sound[0] = 0.5
    return Made(_colored(random, sound), None)


def _add_tone(random: Random, sound: Floats) -> None:
    time_s = np.arange(len(sound)) / RATE_HZ
    for _ in range(int(random.integers(1, 5))):
        hz = 55.0 * 2.0 ** random.uniform(0.0, 4.0)
        wobble = np.sin(2 * np.pi * random.uniform(0.1, 5) * time_s)
        phase = 2.0 * np.pi * hz * time_s + random.uniform(0, 1) * wobble
        sound += (np.sin(phase) * random.uniform(0.05, 0.2)).astype(np.float32)
    sound *= np.minimum(1.0, time_s / random.uniform(0.01, 1.0)).astype(np.float32)
    if random.random() < 0.5:
        sound *= np.exp(-time_s * random.uniform(0.2, 2.0)).astype(np.float32)


def _add_hits(random: Random, sources: Sources, sound: Floats, count: int) -> None:
    """Add hits of one or several samples, or bursts of noise, at random times."""
    length_s = len(sound) / RATE_HZ
    times = np.sort(random.uniform(0.0, random.uniform(0.6, 0.98) * length_s, count))
    times[0] = random.choice([0.0, times[0]])
    if count == 1:
        times[0] = random.choice([0.0, 0.0, min(0.3, times[0])])
    voices = [voice for voice in VOICES if len(sources.samples.get(voice, ()))]
    own = [_one_of(random, sources.samples[_one_of(random, voices)]) for _ in range(3)]
    if random.random() < 0.3:
        fade = np.exp(-np.arange(RATE_HZ) / RATE_HZ * random.uniform(2.0, 40.0))
        own = [(0.5 * random.standard_normal(RATE_HZ) * fade).astype(np.float32)]
    kit = own[: int(random.integers(1, 4))]
    for at_s in times:
        at = round(at_s * RATE_HZ)
        sample = _one_of(random, kit)[: len(sound) - at]
        sound[at : at + len(sample)] += random.uniform(0.4, 1.0) * sample


def _finished(random: Random, score: _Score, sound: Floats) -> Made:
    """Return a loop cut to its beats, its tail cut off, wrapped to its start or left."""
    if score.bpm is not None and random.random() < UNSYNCED:
        score = _unsynced(random, score)
    frames = round(score.length_s * RATE_HZ)
    kind = random.random()
    if kind < 0.2:
        tail = sound[frames : 2 * frames]
        sound = sound[:frames].copy()
        sound[: len(tail)] += tail
    elif kind < 0.3:
        sound = sound[: frames + round(random.uniform(0.0, _RING_S) * RATE_HZ)]
    elif kind < 0.45:
        sound = sound[: frames + round(random.normal(0.0, 0.004) * frames)]
    else:
        sound = sound[:frames]
    if score.bpm is not None and random.random() < 0.12:
        sound = _echoing(random, sound, score.bpm)
    if score.bpm is not None and random.random() < 0.06:
        sound = _pumping(sound, score.bpm)
    return Made(_colored(random, sound), score.bpm)


def _unsynced(random: Random, score: _Score) -> _Score:
    """Return a loop cut to the beats of another tempo than it is played in, or as it is."""
    bpm = float(random.integers(80, 176))
    fitting = [number for number in (4, 8, 16, 32) if number * 60.0 / bpm <= score.length_s]
    return replace(score, bpm=bpm, length_s=fitting[-1] * 60.0 / bpm) if fitting else score


def _echoing(random: Random, sound: Floats, bpm: float) -> Floats:
    """Return a sound with echoes in time: an eighth, a dotted one or a quarter later."""
    wet = sound.copy()
    lag = round(random.choice([0.5, 0.75, 1.0]) * 60.0 / bpm * RATE_HZ)
    loud = random.uniform(0.2, 0.6)
    for time in range(1, 5):
        late = sound[: max(0, len(sound) - time * lag)]
        wet[len(wet) - len(late) :] += loud**time * late
    return wet


def _pumping(sound: Floats, bpm: float) -> Floats:
    """Return a sound that is ducked on every beat, as by a kick."""
    beats = np.arange(len(sound)) / RATE_HZ * bpm / 60.0
    result: Floats = (sound * np.minimum(1.0, 0.1 + 1.8 * (beats % 1.0))).astype(np.float32)
    return result


def _colored(random: Random, sound: Floats) -> Floats:
    from scipy.signal import lfilter

    sound = sound / max(float(np.abs(sound).max()), 1e-6)
    if random.random() < 0.3:
        sound = np.tanh(sound * random.uniform(1.0, 6.0))
    if random.random() < 0.15:
        keep = random.uniform(0.5, 0.95)
        sound = lfilter([1.0 - keep], [1.0, -keep], sound)
    if random.random() < 0.15:
        sound = _in_a_room(random, sound)[: len(sound)]
    if random.random() < 0.2:
        noise = random.standard_normal(len(sound)) * 10.0 ** random.uniform(-4.5, -2.7)
        sound = sound + noise
    sound = sound * random.uniform(0.2, 1.0) / max(float(np.abs(sound).max()), 1e-6)
    # Sixteen bits, as most files have.
    result: Floats = (np.round(sound * 32767.0) / 32768.0).astype(np.float32)
    return result


def _in_a_room(random: Random, sound: Floats) -> Floats:
    from scipy.signal import fftconvolve

    seconds = random.uniform(0.4, 2.0)
    frames = round(seconds * RATE_HZ)
    noise = random.standard_normal(frames) * 10.0 ** (-3.0 * np.arange(frames) / frames)
    response = noise * (random.uniform(0.12, 0.6) / np.sqrt((noise**2).sum()))
    response[0] += 1.0
    wet: Floats = fftconvolve(sound, response).astype(np.float32)
    if random.random() < 0.3:  # the tail ends before it is over
        wet = wet[: len(sound) + round(random.uniform(0.1, 1.0) * frames)]
    return wet


def _silence(random: Random, seconds: float) -> Floats:
    level = 0.0 if random.random() < 0.75 else 10.0 ** random.uniform(-5.0, -3.7)
    noise: Floats = (random.standard_normal(round(seconds * RATE_HZ)) * level).astype(np.float32)
    return noise


def _one_of(random: Random, things: Sequence[_T]) -> _T:
    return things[int(random.integers(len(things)))]


def _jitter(random: Random) -> float:
    return float(random.choice([0.0, 0.0, 0.004, 0.01]))
