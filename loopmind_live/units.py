"""Musical and audio units: decibels, keys, semitones. Pure functions on plain numbers."""

import math
import re
from functools import lru_cache

PITCH_CLASSES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
MODES = ("maj", "min")
_KEY = re.compile(
    r"^\s*([A-Ga-g])\s*(#|♯|b|♭|-?sharp|-?flat)?\s*:?\s*(m|M|(?i:min|minor|maj|major|moll|dur))?\s*$"
)


def db_to_gain(db: float) -> float:
    """Return the linear gain of a level in decibels.

    >>> db_to_gain(0.0), round(db_to_gain(-6.0), 3)
    (1.0, 0.501)
    """
    return float(10.0 ** (db / 20.0))


def gain_to_db(gain: float, floor_db: float = -120.0) -> float:
    """Return the level of a linear gain in decibels, never below `floor_db`.

    >>> gain_to_db(1.0), gain_to_db(0.0)
    (0.0, -120.0)
    """
    if gain <= 0.0:
        return floor_db
    return max(floor_db, 20.0 * math.log10(gain))


def parse_key(text: str) -> str | None:
    """Return a key in the project's spelling ("F#:min"), or None where `text` is not a key.

    A bare letter is major, a trailing "m" minor; flats become sharps.

    >>> parse_key("F# minor"), parse_key("Bb maj"), parse_key("Fm"), parse_key("G"), parse_key("x")
    ('F#:min', 'A#:maj', 'F:min', 'G:maj', None)
    """
    match = _KEY.match(text)
    if match is None:
        return None
    letter, accidental, mode = match.group(1).upper(), match.group(2) or "", match.group(3) or "maj"
    pitch = PITCH_CLASSES.index(letter)
    if accidental in ("#", "♯") or accidental.endswith("sharp"):
        pitch += 1
    elif accidental:
        pitch -= 1
    minor = mode == "m" or mode.lower() in ("min", "minor", "moll")
    return f"{PITCH_CLASSES[pitch % 12]}:{'min' if minor else 'maj'}"


def split_key(key: str) -> tuple[int, str]:
    """Return (pitch class 0..11, mode) of a key in the project's spelling.

    >>> split_key("F#:min")
    (6, 'min')
    """
    tonic, _, mode = key.partition(":")
    return PITCH_CLASSES.index(tonic), mode


def transpose_key(key: str, semitones: int) -> str:
    """Return `key` moved by `semitones`.

    >>> transpose_key("A:min", 3)
    'C:min'
    """
    pitch, mode = split_key(key)
    return f"{PITCH_CLASSES[(pitch + semitones) % 12]}:{mode}"


def scale_tonic(key: str) -> int:
    """Return the tonic (0..11) of the major key with the notes of `key`: its own, or its relative.

    >>> scale_tonic("C:maj"), scale_tonic("A:min"), scale_tonic("D:min")
    (0, 0, 5)
    """
    tonic, mode = split_key(key)
    return tonic if mode == "maj" else (tonic + 3) % 12


@lru_cache(maxsize=1024)  # asked for every loop of a library, of two dozen keys
def semitones_between(source: str, target: str) -> int:
    """Return the smallest transposition (-5..6) that brings `source` into `target`'s scale.

    Relative keys share their notes, so A minor to C major is 0.

    >>> semitones_between("A:min", "C:maj"), semitones_between("C:maj", "B:maj")
    (0, -1)
    """
    distance = (scale_tonic(target) - scale_tonic(source)) % 12
    return distance - 12 if distance > 6 else distance


def spell_key(key: str) -> str:
    """Return a key as people write it.

    >>> spell_key("F#:min")
    'F# minor'
    """
    tonic, _, mode = key.partition(":")
    return f"{tonic} {'minor' if mode == 'min' else 'major'}"
