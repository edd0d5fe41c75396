"""General MIDI as training material: which program and which drum is of which class."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from loopmind_live.training.midi import Note
from loopmind_live.training.phrases import (
    Phrase,
    arpeggio,
    beat,
    chords,
    line,
    one_chord,
    one_note,
)
from loopmind_live.training.synthesis import Excerpt, Part

BASSES = (*range(32, 40), 38, 39, 58, 87)
SYNTHS = (
    *range(0, 8), *range(8, 15), *range(16, 32), *range(40, 43), 45, 46, 55,
    *range(56, 58), *range(59, 88), *range(104, 112),
)  # fmt: skip
HELD = (*range(16, 24), 29, 30, *range(40, 43), *range(56, 58), *range(59, 88), *range(109, 112))
"""Those of SYNTHS that sound on as long as a key is down, as organs do: no pads for all that."""
PADS = (44, *range(48, 55), *range(48, 55), *range(88, 96), *range(88, 96), 97, 99, 101)
EFFECTS = (119, 120, 121, 122, 123, 124, 125, 126, 127, 96, 98, 103)
STRUCK = (112, 113, 115, 116, 117, 118)
"""Drums with a pitch, on the channels of melodies."""
KEYS: Mapping[str, Sequence[int]] = {
    "kick": (35, 36), "snare": (38, 39, 40), "hat": (42, 44, 46, 49, 51, 52, 53, 55, 57, 59),
    "perc": (41, 43, 45, 47, 48, 50, 54, 56, *range(60, 82)),
}  # fmt: skip
"""By class, the keys of a drum kit."""
KITS = (0, 0, 8, 16, 24, 25, 26, 32, 40)


def excerpt(random: np.random.Generator, label: str) -> Excerpt:
    """Return something to play that is of a class; KeyError for one that no sound font has."""
    return _MAKERS[label](random)


def song_excerpt(
    random: np.random.Generator, label: str, notes: Sequence[Note], length_s: float
) -> Excerpt:
    """Return notes of a song, played by an instrument of a class of tones."""
    programs = {"synth": SYNTHS, "pad": PADS, "bass": BASSES}[label]
    return Excerpt([Part(notes, _one_of(random, programs))], length_s)


def _bass(random: np.random.Generator) -> Excerpt:
    phrase = one_note(random, 26, 45) if random.random() < 0.4 else line(random, 26, 48, 0.6)
    return _played(phrase, _one_of(random, BASSES))


def _synth(random: np.random.Generator) -> Excerpt:
    kind, low = random.random(), int(random.integers(45, 65))
    if kind < 0.2:
        return _held(random, int(random.integers(43, 75)), HELD)
    if kind < 0.4:
        phrase = one_note(random, 45, 84)
    elif kind < 0.5:
        phrase = one_chord(random, low, low + 19)
    elif kind < 0.72:
        phrase = line(random, low, low + 24, 0.2)
    elif kind < 0.85:
        phrase = chords(random, low, low + 19, held=random.random() < 0.3)
    else:
        phrase = arpeggio(random, low, low + 24)
    return _played(phrase, _one_of(random, SYNTHS))


def _pad(random: np.random.Generator) -> Excerpt:
    low = int(random.integers(40, 65))
    if random.random() < 0.5:
        phrase = chords(random, low, low + 19, held=True)
        return _played(phrase, _one_of(random, PADS))
    return _held(random, low, PADS)


def _held(random: np.random.Generator, low: int, programs: Sequence[int]) -> Excerpt:
    """Return one note, an octave or a fifth in it, held for seconds."""
    pitches = {low} if random.random() < 0.5 else {low, low + int(random.choice([7, 12])), low + 12}
    length_s = float(random.uniform(2.0, 9.0))
    notes = tuple(Note(0.0, length_s - 0.5, pitch, 90) for pitch in sorted(pitches))
    return _played(Phrase(notes, length_s), _one_of(random, programs))


def _fx(random: np.random.Generator) -> Excerpt:
    pitch, length_s = int(random.integers(36, 85)), float(random.uniform(0.8, 4.0))
    phrase = Phrase((Note(0.0, length_s - 0.3, pitch, 110),), length_s)
    return _played(phrase, _one_of(random, EFFECTS))


def _drum(label: str, random: np.random.Generator) -> Excerpt:
    if random.random() < 0.5:
        if label == "perc" and random.random() < 0.3:
            return _played(one_note(random, 45, 80), _one_of(random, STRUCK))
        key = _one_of(random, KEYS[label])
        return _kit(random, (Note(0.0, 0.3, key, int(random.integers(60, 127))),), 1.2)
    return _pattern(random, [label])


def _drums(random: np.random.Generator) -> Excerpt:
    parts = [part for part in KEYS if random.random() < 0.75]
    return _pattern(random, parts if len(parts) > 1 else ["kick", "snare", "hat"])


def _pattern(random: np.random.Generator, parts: Sequence[str]) -> Excerpt:
    played = beat(random, parts)
    notes = []
    for part, hits in played.hits.items():
        keys = random.choice(KEYS[part], 2 if part in ("hat", "perc") else 1)
        notes += [
            Note(start_s, start_s + 0.1, int(keys[place % len(keys)]), max(1, int(127 * loudness)))
            for place, (start_s, loudness) in enumerate(hits)
        ]
    return _kit(random, notes, played.length_s)


def _kit(random: np.random.Generator, notes: Sequence[Note], length_s: float) -> Excerpt:
    return Excerpt([Part(notes, _one_of(random, KITS), drums=True)], length_s)


def _played(phrase: Phrase, program: int) -> Excerpt:
    return Excerpt([Part(phrase.notes, program)], phrase.length_s)


def _one_of(random: np.random.Generator, values: Sequence[int]) -> int:
    return int(values[int(random.integers(len(values)))])


_MAKERS: Mapping[str, Callable[[np.random.Generator], Excerpt]] = {
    "bass": _bass, "synth": _synth, "pad": _pad, "fx": _fx, "drums": _drums,
    **{label: partial(_drum, label) for label in KEYS},
}  # fmt: skip
PLAYABLE = tuple(_MAKERS)
