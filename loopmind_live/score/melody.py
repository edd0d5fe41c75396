"""What an instrument plays, as text: steps that sound, on degrees of the key. Pure."""

import re
from dataclasses import dataclass

from loopmind_live.errors import SessionError
from loopmind_live.score.rhythm import MOST_STEPS, rhythm_of, spanned
from loopmind_live.units import split_key

EXAMPLE = "write as in x..x..x. or x(3,8), or degrees of the key as in 0 . 3 5"
_DEGREES = re.compile(r"[x0-9._\-|\s]+", re.ASCII)
_SCALES = {"maj": (0, 2, 4, 5, 7, 9, 11), "min": (0, 2, 3, 5, 7, 8, 10)}
_NO_KEY = "C:min"
_LOWEST_C_HZ = 440.0 * 2.0 ** (-45 / 12)
"""C1: the tonic of all keys lies in the octave above it."""
HELD = 0.9
"""A note sounds for so much of its steps, so that the next one is struck anew."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a degree of the key from 0 on, from the step it begins on, so many steps long."""

    step: int
    steps: int
    degree: int


@dataclass(frozen=True, slots=True)
class Melody:
    """Notes on steps of one length, which take up `bars` and come again; `text` as written."""

    text: str
    notes: tuple[Note, ...]
    steps: int
    bars: int = 1


def melody_of(text: str) -> Melody:
    """Return what a text means; SessionError where it cannot be read.

    A rhythm (see `score.rhythm`), on the tonic throughout; or steps one by one: 0 to 9 a degree of
    the key (7 is an octave up), x the tonic, _ the note before goes on, . or - silent; over one
    bar, or as many as stand after /.

    >>> melody_of("0 . 3 _").notes
    (Note(step=0, steps=1, degree=0), Note(step=2, steps=2, degree=3))
    >>> melody_of("x(3,8)/2").notes[1], melody_of("x(3,8)/2").bars
    (Note(step=3, steps=1, degree=0), 2)
    """
    written, bars = spanned(text, "pattern", "0 . 3 5 ")
    if _DEGREES.fullmatch(written) is None or not re.search(r"[0-9_]", written):
        rhythm = rhythm_of(text)
        notes = tuple(Note(step, 1, 0) for step, sounds in enumerate(rhythm.steps) if sounds)
        return Melody(rhythm.text, notes, len(rhythm.steps), rhythm.bars)
    marks = [mark for mark in written if mark in "x0123456789._-"]
    if len(marks) > MOST_STEPS:
        raise SessionError(f"pattern {text!r:.40}: {MOST_STEPS} steps at most")
    found: list[Note] = []
    for step, mark in enumerate(marks):
        if mark == "_" and found and found[-1].step + found[-1].steps == step:
            found[-1] = Note(found[-1].step, found[-1].steps + 1, found[-1].degree)
        elif mark not in "_.-":
            found.append(Note(step, 1, 0 if mark == "x" else int(mark)))
    return Melody("".join(text.split()), tuple(found), len(marks), bars)


def degree_hz(degree: int, key: str | None) -> float:
    """Return the frequency of a degree of a key ("A:min"; C minor where None), from 0 on.

    >>> round(degree_hz(0, "A:min"), 2), round(degree_hz(2, "A:min"), 2)
    (55.0, 65.41)
    >>> round(degree_hz(7, "A:min"), 2), round(degree_hz(0, "C:maj"), 2)
    (110.0, 32.7)
    """
    tonic, mode = split_key(key or _NO_KEY)
    octave, place = divmod(degree, 7)
    semitones = tonic + 12 * octave + _SCALES[mode][place]
    return float(_LOWEST_C_HZ * 2.0 ** (semitones / 12.0))
