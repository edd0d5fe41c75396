"""Short notations for patterns: drums as steps, lines and chords as degrees of a scale."""

import re

from loopmind_live.demo.note import Note
from loopmind_live.errors import ScoreError
from loopmind_live.units import split_key

CLOSED_HAT, OPEN_HAT = 42, 46
_VELOCITIES = {"X": 1.0, "x": 0.78, "o": 0.45}
_SCALES = {"maj": (0, 2, 4, 5, 7, 9, 11), "min": (0, 2, 3, 5, 7, 8, 10)}
_TOKEN = re.compile(r"^(~?)([-1-7#b',+]+)(?::(\d*\.?\d+))?([!?]?)$")
_DEGREE = re.compile(r"^([#b]?)([1-7])([',]*)$")


def hits(
    pattern: str, step_beats: float = 0.25, pitch: float = CLOSED_HAT, swing: float = 0.0
) -> tuple[Note, ...]:
    """Read a drum pattern, one character a step; blanks and "|" are only for the eye.

    "X" is an accent, "x" a stroke, "o" a ghost, "p" an open hat, "." a rest, and "2" to "8" a roll
    of so many strokes within the step, growing louder. Every second step comes `swing` of a step
    later (0..0.5).

    >>> [(note.beat, note.velocity) for note in hits("X.2o")]
    [(0.0, 1.0), (0.5, 0.45), (0.625, 0.78), (0.75, 0.45)]
    """
    notes: list[Note] = []
    steps = [sign for sign in pattern if sign not in " |\n"]
    for place, sign in enumerate(steps):
        beat = (place + swing * (place % 2)) * step_beats
        if sign in _VELOCITIES:
            notes.append(Note(beat, pitch, _VELOCITIES[sign], step_beats))
        elif sign == "p":
            notes.append(Note(beat, OPEN_HAT, 0.7, step_beats * 2))
        elif sign in "2345678":
            count = int(sign)
            for stroke in range(count):
                velocity = 0.45 + 0.33 * stroke / (count - 1)
                place_beats = beat + stroke * step_beats / count
                notes.append(Note(place_beats, pitch, velocity, step_beats / count))
        elif sign != ".":
            raise ScoreError(f"drum step {sign!r} in {pattern!r}: use X x o p . or 2 to 8")
    return tuple(notes)


def line(text: str, key: str, octave: int, gate: float = 0.95) -> tuple[Note, ...]:
    """Read notes and chords as degrees of `key`'s scale, one after another.

    A word is `DEGREES:BEATS` (1 beat where not said): degrees joined by "+" sound together; "#" and
    "b" before a degree and "'" and "," after it (an octave up and down) change it; "-" is a rest;
    "~" before the word slides into it; "!" after it is an accent, "?" a soft note. The tonic lies
    in `octave` (C4 is MIDI 60). Notes sound for `gate` of their length.

    >>> [(note.beat, note.pitch) for note in line("1:2 -:1 5,:1 1+b3'", "A:min", 3)]
    [(0.0, 57), (3.0, 52), (4.0, 57), (4.0, 71)]
    """
    tonic, mode = split_key(key)
    base = 12 * (octave + 1) + tonic
    notes: list[Note] = []
    beat = 0.0
    for word in text.replace("|", " ").split():
        match = _TOKEN.match(word)
        if match is None:
            raise ScoreError(f"note {word!r}: write DEGREES:BEATS, as in 1+3+5:2 or -:1")
        slide, degrees, length, accent = match.groups()
        beats = float(length) if length else 1.0
        if degrees != "-":
            velocity = {"!": 1.0, "?": 0.55}.get(accent, 0.78)
            for degree in degrees.split("+"):
                pitch = base + _semitones(degree, mode)
                notes.append(Note(beat, pitch, velocity, beats * gate, bool(slide)))
        beat += beats
    return tuple(notes)


def length_beats(text: str) -> float:
    """Return the length of a text that `line` reads.

    >>> length_beats("1:2 -:1 5")
    4.0
    """
    lengths = (word.strip("!?").partition(":")[2] for word in text.replace("|", " ").split())
    return sum(float(length) if length else 1.0 for length in lengths)


def repeat(notes: tuple[Note, ...], times: int, every_beats: float) -> tuple[Note, ...]:
    """Return `notes` played `times` over, one pass each `every_beats`."""
    return tuple(
        Note(
            note.beat + turn * every_beats,
            note.pitch,
            note.velocity,
            note.length_beats,
            note.slide,
        )
        for turn in range(times)
        for note in notes
    )


def _semitones(degree: str, mode: str) -> int:
    match = _DEGREE.match(degree)
    if match is None:
        raise ScoreError(f"degree {degree!r}: write 1 to 7, with # or b before, ' or , after")
    accidental, number, octaves = match.groups()
    shift = {"#": 1, "b": -1}.get(accidental, 0)
    octave = octaves.count("'") - octaves.count(",")
    return _SCALES[mode][int(number) - 1] + shift + 12 * octave
