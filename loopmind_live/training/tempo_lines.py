"""Lines, melodies and chords to train tempo on: rhythms and scale degrees at random."""

from collections.abc import Sequence

import numpy as np

from loopmind_live.training.tempo_patterns import (
    EIGHTHS,
    OFF,
    SIXTEENTHS,
    Hit,
    Random,
    Style,
    sprinkled,
)

_RHYTHMS: Sequence[Sequence[int]] = (
    EIGHTHS, SIXTEENTHS, OFF, (0, 3, 6, 8, 11, 14), (0, 3, 6, 10, 12), (0, 4, 8, 12),
    (0, 6, 8), (0, 2, 3, 6, 8, 10, 11, 14), (0, 8), (0, 7, 10), (0,),
)  # fmt: skip
_STROKES: Sequence[Sequence[float]] = (
    (0.0,), (0.0, 2.0), (0.0, 1.5, 3.0), (0.5, 1.5, 2.5, 3.5), (0.0, 1.0, 2.0, 3.0),
    (0.0, 0.75, 1.5, 2.0, 2.75, 3.5), (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5),
)  # fmt: skip
_STROKES_OF_THREE: Sequence[Sequence[float]] = (
    (0.0,), (1.0, 2.0), (0.0, 1.0, 2.0), (0.0, 2.0), (0.0, 1.5), (0.0, 1.0, 1.5, 2.0, 2.5),
    (0.0, 0.5, 1.0, 1.5, 2.0, 2.5),
)  # fmt: skip
_NOTES_BEATS = np.array([0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0])
_NOTE_CHANCES = np.array([0.14, 0.34, 0.06, 0.26, 0.08, 0.09, 0.03])
_LEVELS = (0.6, 1.0)


def draw_line(random: Random, style: Style, beats: int) -> list[Hit]:
    """Return a bass line, riff or arpeggio over `beats`: one rhythm again and again."""
    period = style.beats_per_bar * style.steps
    own = random.random() < 0.4
    rhythm = sprinkled(random, int(random.integers(3, 10)), period) if own else None
    rhythm = rhythm or _RHYTHMS[int(random.integers(len(_RHYTHMS)))]
    turns = random.integers(-2, 3, 16) if random.random() < 0.7 else np.zeros(16, np.int64)
    length = float(random.choice([0.15, 0.25, 0.5, 0.9]))
    change = random.choice([0.0, 0.05, 0.15])
    hits, degree = [], 0
    for step in range(beats * style.steps):
        at = step % period
        if (at in rhythm) == (random.random() < change):
            continue
        degree = 0 if at == 0 else degree + int(turns[at % 16])
        hits.append(Hit(step / style.steps, "line", random.uniform(*_LEVELS), length, degree))
    return hits


def draw_melody(random: Random, style: Style, beats: int) -> list[Hit]:
    """Return a melody over `beats`: a phrase of a bar or two, and answers to it."""
    bar = style.beats_per_bar
    span = min(beats, bar * int(random.choice([1, 2])))
    phrase = _phrase(random, span)
    hits: list[Hit] = []
    for number in range(-(-beats // span)):
        if number and random.random() < 0.35:
            phrase = _phrase(random, span)
        shift = int(random.integers(-2, 3)) if number and random.random() < 0.4 else 0
        hits += [
            Hit(number * span + at, "line", random.uniform(*_LEVELS), long, degree + shift)
            for at, long, degree in phrase
        ]
    return [hit for hit in hits if hit.beat < beats]


def _phrase(random: Random, span: int) -> list[tuple[float, float, int]]:
    """Return notes that fill `span` beats, with rests: beat, length in beats, degree."""
    found, beat, degree = [], float(random.choice([0.0, 0.0, 0.0, 0.5, 1.0])), 0
    rests, legato = random.uniform(0.0, 0.35), random.uniform(0.5, 1.05)
    while beat < span - 0.1:
        long = float(random.choice(_NOTES_BEATS, p=_NOTE_CHANCES))
        if random.random() > rests:
            found.append((beat, min(long * legato, span - beat), degree))
        degree += int(random.integers(-2, 3))
        beat += long
    return found


def draw_chords(random: Random, style: Style, beats: int) -> list[Hit]:
    """Return chords over `beats`: held, or struck in a rhythm."""
    bar = style.beats_per_bar
    strokes = _STROKES_OF_THREE if bar == 3 else _STROKES
    rhythm = strokes[int(random.integers(len(strokes)))]
    degrees = random.integers(0, 7, max(1, beats // bar))
    if random.random() < 0.3:  # two bars on each
        degrees = np.repeat(degrees, 2)[: len(degrees)]
    length = float(random.choice([0.2, 0.5, 1.0, 4.0]))
    return [
        Hit(number * bar + beat, "chord", random.uniform(*_LEVELS), min(length, bar), int(degree))
        for number, degree in enumerate(degrees)
        for beat in rhythm
        if beat < bar
    ]


def draw_pad(random: Random, style: Style, beats: int) -> list[Hit]:
    """Return held chords that change on the bar lines, or one for all of it."""
    long = min(beats, style.beats_per_bar * int(random.choice([1, 2, 4, 16])))
    return [
        Hit(float(beat), "chord", random.uniform(*_LEVELS), float(min(long, beats - beat)),
            int(random.integers(0, 7)))
        for beat in range(0, beats, long)
    ]  # fmt: skip


def draw_low_notes(random: Random, style: Style, beats: int) -> list[Hit]:
    """Return a low note on each bar's one, as under the chords of a waltz."""
    return [
        Hit(float(beat), "line", random.uniform(*_LEVELS), 0.9, int(random.integers(0, 5)))
        for beat in range(0, beats, style.beats_per_bar)
    ]
