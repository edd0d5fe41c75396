"""What a loop plays when: its tones, hits and colors on a grid of beats, and how they are kept.

All of it counts from the loop's first downbeat, so that two loops can be laid over each other.
"""

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

ROWS_A_BEAT, STEPS_A_BEAT = 2, 4
MOST_BEATS = 32
"""Longer loops are known by their first eight bars."""
BANDS, HIT_BANDS, CLASSES = 20, 3, 12
FLOOR_DB = -60.0
_VERSION = 1
_HEAD = struct.Struct("<BBf")


@dataclass(frozen=True, slots=True)
class Profile:
    """A loop on its grid of `beats`, which lie `beat_s` apart in the file.

    `tones`, `bottoms`: float32 [ROWS_A_BEAT * beats, 12], 0..1, how strongly each pitch class
    sounds, counted from the loop's own tuning, and how strongly as the lowest note. `hits`: float32
    [STEPS_A_BEAT * beats, 3], 0..1, how strongly something begins in the lows, mids and highs.
    `bands`: float32 [BANDS], FLOOR_DB..0, the level of each band over the loudest one's.
    """

    beats: int
    beat_s: float
    tones: Floats
    bottoms: Floats
    hits: Floats
    bands: Floats


def pack(profile: Profile) -> bytes:
    """Return a profile in a few hundred bytes, each number to one of 256 steps."""
    parts = (profile.tones, profile.bottoms, profile.hits, profile.bands / -FLOOR_DB + 1.0)
    steps = [np.round(255.0 * np.clip(part, 0.0, 1.0)).astype(np.uint8) for part in parts]
    head = _HEAD.pack(_VERSION, profile.beats, profile.beat_s)
    return head + b"".join(part.tobytes() for part in steps)


def unpack(data: bytes | None) -> Profile | None:
    """Return a profile as it was packed; None where there is none, or of another kind."""
    if data is None or len(data) < _HEAD.size:
        return None
    version, beats, beat_s = _HEAD.unpack_from(data)
    rows, steps = ROWS_A_BEAT * beats, STEPS_A_BEAT * beats
    sizes = np.cumsum([rows * CLASSES, rows * CLASSES, steps * HIT_BANDS, BANDS])
    whole = version == _VERSION and beats > 0 and len(data) == _HEAD.size + sizes[-1]
    if not whole or not 0.0 < beat_s < 60.0:
        return None
    numbers = np.frombuffer(data, np.uint8, offset=_HEAD.size).astype(np.float32) / 255.0
    tones, bottoms, hits, bands = np.split(numbers, sizes[:-1])
    return Profile(
        beats,
        beat_s,
        tones.reshape(rows, CLASSES),
        bottoms.reshape(rows, CLASSES),
        hits.reshape(steps, HIT_BANDS),
        (bands - 1.0) * -FLOOR_DB,
    )
