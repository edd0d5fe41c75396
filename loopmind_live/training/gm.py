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
    *range(0, 8), *range(8, 15), *range(16, 21), 22, 23, *range(24, 32), 40, 41, 45, 46, 55,
    *range(56, 58), *range(59, 88), *range(104, 109),
)  # fmt: skip
PADS = (42, 44, *range(48, 55), *range(48, 55), 19, 20, *range(88, 96), *range(88, 96), 97, 99, 101)
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
    if kind < 0.35:
        phrase = one_note(random, 45, 84)
    elif kind < 0.45:
        phrase = one_chord(random, low, low + 19)
    elif kind < 0.7:
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
    else:
        pitches = sorted({low, low + int(random.choice([0, 7, 12])), low + 12})
        length_s = float(random.uniform(2.0, 7.0))
        phrase = Phrase(tuple(Note(0.0, length_s - 0.5, pitch, 90) for pitch in pitches), length_s)
    return _played(phrase, _one_of(random, PADS))


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
