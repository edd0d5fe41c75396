"""Patterns to train on: bass lines, melodies, chords and beats, drawn at random."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from loopmind_live.training.midi import Note

SCALES = ((0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 5, 7, 9, 11), (0, 3, 5, 7, 10), (0, 2, 3, 5, 7, 9, 10))
_CHORDS = ((0, 2, 4), (0, 2, 4, 6), (0, 2, 4, 8), (0, 4, 7), (0, 3, 4))
_STEPS = 16


@dataclass(frozen=True, slots=True)
class Phrase:
    """Notes over a length that loops."""

    notes: tuple[Note, ...]
    length_s: float


def one_note(
    random: np.random.Generator, low: int, high: int, length_s: float | None = None
) -> Phrase:
    """Return a single note, held for a moment or long; it may ring, or is cut."""
    if length_s is None:
        length_s = float(random.choice([0.1, 0.18, 0.25, 0.5, 1.0, 2.0, 3.5]))
    pitch = int(random.integers(low, high + 1))
    return Phrase((Note(0.0, length_s, pitch, _velocity(random)),), length_s + _ring_s(random))


def one_chord(random: np.random.Generator, low: int, high: int) -> Phrase:
    """Return a single chord."""
    length_s = float(random.choice([0.15, 0.4, 1.0, 2.0, 4.0]))
    notes = [Note(0.0, length_s, pitch, 100) for pitch in _chord(random, low, high)]
    return Phrase(tuple(notes), length_s + _ring_s(random))


def line(random: np.random.Generator, low: int, high: int, stay: float = 0.4) -> Phrase:
    """Return one to four bars of single notes; `stay` is the share of them on the root."""
    step_s, bars = _tempo(random)
    scale = SCALES[random.integers(len(SCALES))]
    root = int(random.integers(low, low + 12))
    hits = _rhythm(random)
    degree, notes = 0, []
    turns = random.integers(-3, 4, (2, _STEPS))
    for bar in range(bars):
        for place, step in enumerate(hits):
            ahead = hits[place + 1] if place + 1 < len(hits) else _STEPS
            degree = 0 if random.random() < stay else degree + int(turns[bar % 2, step])
            pitch = root + 12 * (degree // len(scale)) + scale[degree % len(scale)]
            length_s = (ahead - step) * step_s * float(random.choice([0.4, 0.8, 1.0]))
            start_s = (bar * _STEPS + step) * step_s
            notes.append(
                Note(start_s, start_s + length_s, _within(pitch, low, high), _velocity(random))
            )
    return Phrase(tuple(notes), bars * _STEPS * step_s)


def chords(random: np.random.Generator, low: int, high: int, held: bool) -> Phrase:
    """Return one to four bars of chords: `held` a bar or half, or struck in a rhythm."""
    step_s, bars = _tempo(random)
    hits = [0] if held and random.random() < 0.6 else [0, 8] if held else _rhythm(random)
    notes = []
    for bar in range(bars):
        pitches = _chord(random, low, high)
        for place, step in enumerate(hits):
            ahead = hits[place + 1] if place + 1 < len(hits) else _STEPS
            length_s = (ahead - step) * step_s * (1.0 if held else float(random.choice([0.4, 0.9])))
            start_s = (bar * _STEPS + step) * step_s
            notes += [Note(start_s, start_s + length_s, pitch, 90) for pitch in pitches]
    return Phrase(tuple(notes), bars * _STEPS * step_s)


def arpeggio(random: np.random.Generator, low: int, high: int) -> Phrase:
    """Return one to four bars of broken chords."""
    step_s, bars = _tempo(random)
    every = int(random.choice([1, 2]))
    notes = []
    for bar in range(bars):
        pitches = _chord(random, low, high)
        pitches += pitches[1:-1][::-1]
        for count, step in enumerate(range(0, _STEPS, every)):
            start_s = (bar * _STEPS + step) * step_s
            pitch = pitches[count % len(pitches)]
            notes.append(Note(start_s, start_s + 0.8 * every * step_s, pitch, _velocity(random)))
    return Phrase(tuple(notes), bars * _STEPS * step_s)


@dataclass(frozen=True, slots=True)
class Beat:
    """Hits of a kit by class: (start in seconds, loudness 0..1), over a length that loops."""

    hits: Mapping[str, Sequence[tuple[float, float]]]
    length_s: float


def beat(random: np.random.Generator, parts: Sequence[str]) -> Beat:
    """Return one to four bars for these classes of drums, straight or swung."""
    step_s, bars = _tempo(random)
    swing = float(random.choice([0.0, 0.0, 0.2, 0.33])) * step_s
    hits: dict[str, list[tuple[float, float]]] = {}
    for part in parts:
        steps = _drum_steps(random, part)
        hits[part] = [
            ((bar * _STEPS + step) * step_s + (swing if step % 2 else 0.0), loudness)
            for bar in range(bars)
            for step, loudness in steps.items()
            if loudness > 0.5 or random.random() < 0.85
        ]
    return Beat(hits, bars * _STEPS * step_s)


def _drum_steps(random: np.random.Generator, part: str) -> dict[int, float]:
    """Return the steps of a bar on which a part plays, and how loud."""
    plain = {
        "kick": [(0, 4, 8, 12), (0, 10), (0, 7, 10), (0, 3, 6, 10), (0, 8, 11)],
        "snare": [(4, 12), (8,), (4, 12, 15), (4, 7, 9, 12)],
        "hat": [tuple(range(0, 16, 2)), tuple(range(16)), (2, 6, 10, 14), (0, 4, 8, 12)],
        "perc": [(3, 6, 11, 14), (0, 3, 6, 10, 12), (2, 5, 8, 13), tuple(range(1, 16, 2))],
    }[part]
    steps = {step: float(random.uniform(0.7, 1.0)) for step in plain[random.integers(len(plain))]}
    for extra in random.integers(0, _STEPS, int(random.integers(0, 4))):
        steps.setdefault(int(extra), float(random.uniform(0.2, 0.6)))
    return steps


def _tempo(random: np.random.Generator) -> tuple[float, int]:
    """Return the length of a sixteenth in seconds, and a number of bars that is not too long."""
    bpm = float(random.uniform(65.0, 178.0))
    bars = int(random.choice([1, 2, 2, 4])) if bpm > 110.0 else int(random.choice([1, 1, 2]))
    return 15.0 / bpm, bars


def _rhythm(random: np.random.Generator) -> list[int]:
    every = int(random.choice([1, 2, 2, 4]))
    steps = [step for step in range(0, _STEPS, every) if step == 0 or random.random() < 0.65]
    if random.random() < 0.4:
        steps = sorted({*steps, *random.integers(0, _STEPS, 2).tolist()})
    return steps


def _chord(random: np.random.Generator, low: int, high: int) -> list[int]:
    scale = SCALES[random.integers(2)]
    shape = _CHORDS[random.integers(len(_CHORDS))]
    root, degree = int(random.integers(low, low + 12)), int(random.integers(0, 7))
    degrees = [degree + part for part in shape]
    pitches = [root + 12 * (at // len(scale)) + scale[at % len(scale)] for at in degrees]
    return sorted({_within(pitch, low, high) for pitch in pitches})


def _within(pitch: int, low: int, high: int) -> int:
    while pitch > high:
        pitch -= 12
    while pitch < low:
        pitch += 12
    return pitch


def _ring_s(random: np.random.Generator) -> float:
    return float(random.choice([0.02, 0.1, 0.6]))


def _velocity(random: np.random.Generator) -> int:
    return int(random.integers(60, 125))
