"""Loops made by rule: a few chords over and over, as dance music has them, and beats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from loopmind_live.training.midi import Note

_STEPS = 16
# Degrees of the scale, counted from 0, one a bar or half of one.
_PROGRESSIONS: Mapping[str, Sequence[Sequence[int]]] = {
    "min": (
        (0,), (0,), (0, 5), (0, 6), (0, 3), (0, 5, 2, 6), (0, 6, 5, 6), (0, 4, 5, 3), (0, 3, 5, 4),
        (0, 2, 6, 5), (0, 0, 5, 6), (0, 0, 3, 4),
    ),
    "maj": ((0,), (0, 3), (0, 4), (0, 5), (0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 4, 3), (0, 1, 4, 0)),
}  # fmt: skip
_SCALES = {"min": (0, 2, 3, 5, 7, 8, 10), "maj": (0, 2, 4, 5, 7, 9, 11)}
_TEXTURES = (("bass",), ("chords",), ("line",), ("bass", "chords"), ("bass", "chords", "line"))


@dataclass(frozen=True, slots=True)
class Vamp:
    """Notes by part: "bass", "chords", "line"."""

    parts: Mapping[str, Sequence[Note]]
    length_s: float


@dataclass(frozen=True, slots=True)
class Beat:
    """Hits of a few drums: (start in seconds, loudness 0..1) each."""

    hits: Sequence[Sequence[tuple[float, float]]]
    length_s: float


def vamp(tonic: int, mode: str, random: np.random.Generator) -> Vamp:
    """Return one to four bars in a key."""
    choices = _PROGRESSIONS[mode]
    degrees = choices[int(random.integers(len(choices)))]
    bars = max(len(degrees), int(random.choice([1, 2, 4])))
    bar_s = 240.0 / float(random.uniform(75.0, 175.0))
    texture = _TEXTURES[int(random.integers(len(_TEXTURES)))]
    makers = {"bass": _bass, "chords": _chords, "line": _line}
    parts: dict[str, Sequence[Note]] = {}
    for name in texture:
        rhythm = _rhythm(random)
        parts[name] = [
            note
            for bar in range(bars)
            for note in makers[name](
                _Bar(tonic, _SCALES[mode], degrees[bar % len(degrees)], bar * bar_s, bar_s),
                rhythm,
                random,
            )
        ]
    return Vamp(parts, bars * bar_s)


def beat(random: np.random.Generator, length_s: float | None = None) -> Beat:
    """Return a pattern for two to six drums, one to four bars long or as long as asked."""
    step_s = 15.0 / float(random.uniform(70.0, 178.0))
    length_s = length_s or int(random.choice([1, 2, 2, 4])) * _STEPS * step_s
    hits = []
    for drum in range(int(random.integers(2, 7))):
        every, chance = int(random.choice([1, 2, 2, 4])), float(random.choice([0.2, 0.4, 0.7]))
        steps = [step % every == 0 and random.random() < chance for step in range(_STEPS)]
        steps[0] |= drum == 0
        count = int(length_s / step_s)
        hits.append(
            [
                (step * step_s, float(random.uniform(0.5, 1.0)))
                for step in range(count)
                if steps[step % _STEPS]
            ]
        )
    return Beat(hits, length_s)


@dataclass(frozen=True, slots=True)
class _Bar:
    tonic: int
    scale: Sequence[int]
    degree: int
    start_s: float
    length_s: float

    def pitch(self, steps: int, low: int) -> int:
        """Return a step of the scale above the chord's root, the root at or above `low`."""
        root = self.tonic + self.scale[self.degree]
        at = self.degree + steps
        pitch = self.tonic + self.scale[at % 7] + 12 * (at // 7)
        return pitch + (low + (root - low) % 12) - root

    def note(self, step: int, steps: int, pitch: int, loud: int) -> Note:
        """Return a note from a sixteenth on, so many sixteenths long."""
        sixteenth_s = self.length_s / _STEPS
        start_s = self.start_s + step * sixteenth_s
        return Note(start_s, start_s + 0.9 * steps * sixteenth_s, pitch, loud)


def _rhythm(random: np.random.Generator) -> list[tuple[int, int]]:
    """Return starts and lengths in sixteenths within a bar; the first is on the one."""
    every = int(random.choice([1, 2, 2, 4, 8, 16]))
    starts = [s for s in range(0, _STEPS, every) if s == 0 or random.random() < 0.75]
    ends = [*starts[1:], _STEPS]
    return [(start, end - start) for start, end in zip(starts, ends, strict=True)]


def _bass(bar: _Bar, rhythm: Sequence[tuple[int, int]], random: np.random.Generator) -> list[Note]:
    others = (0, 0, 0, 0, 7, 4, 2)
    return [
        bar.note(start, length, bar.pitch(0 if start == 0 else others[random.integers(7)], 29), 105)
        for start, length in rhythm
    ]


def _chords(
    bar: _Bar, rhythm: Sequence[tuple[int, int]], random: np.random.Generator
) -> list[Note]:
    shape = ((0, 2, 4), (0, 2, 4), (0, 2, 4, 6), (0, 4, 7), (2, 4, 7))[random.integers(5)]
    return [
        bar.note(start, length, bar.pitch(step, 55), 85)
        for start, length in rhythm
        for step in shape
    ]


def _line(bar: _Bar, rhythm: Sequence[tuple[int, int]], random: np.random.Generator) -> list[Note]:
    arpeggio = (0, 2, 4, 7, 4, 2) if random.random() < 0.6 else (0, 1, 2, 4, 3, 4, 2)
    return [
        bar.note(start, length, bar.pitch(arpeggio[place % len(arpeggio)], 60), 95)
        for place, (start, length) in enumerate(rhythm)
    ]
