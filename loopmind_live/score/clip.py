"""A clip: a loop prepared for a set, and the recipe by which it is made."""

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.score.loop import Loop

FORMAT = 3
"""Raised whenever preparation makes other samples from the same recipe."""


@dataclass(frozen=True, slots=True)
class ClipRecipe:
    """All that decides the samples of a clip.

    `source_bpm`, `start_s` and `beats` say what is cut from the file; `bpm`, `semitones` and
    `rate_hz` what it becomes, `low_db` and `high_db` its tone (see `dsp.shelves`). `dry` leaves out
    lead-in and tail.
    """

    path: Path
    content_hash: str
    start_s: float
    beats: int
    source_bpm: float
    bpm: float
    semitones: int
    rate_hz: int
    dry: bool = False
    low_db: float = 0.0
    high_db: float = 0.0

    @property
    def pass_frames(self) -> float:
        """Return the length of one pass of the body, in frames, not rounded."""
        return self.beats * 60.0 * self.rate_hz / self.bpm

    @property
    def key(self) -> str:
        """Return a name for the clip's samples that does not depend on where the file lies."""
        facts = (
            FORMAT, self.content_hash, repr(self.start_s), self.beats, repr(self.source_bpm),
            repr(self.bpm), self.semitones, self.rate_hz, self.dry,
            repr(self.low_db), repr(self.high_db),
        )  # fmt: skip
        return hashlib.sha256("|".join(map(str, facts)).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Clip:
    """A prepared clip and where it lies in the arena.

    Frames at `offset`: `lead_frames` of lead-in end just before it; the body starts at it and
    holds `body_frames` (at least one pass rounded up, so that every pass can be rounded); the
    `tail_frames` follow the body. All are stereo float32.
    """

    recipe: ClipRecipe
    offset: int
    body_frames: int
    lead_frames: int = 0
    tail_frames: int = 0

    @property
    def frames(self) -> int:
        """Return the frames that the clip takes in the arena."""
        return self.lead_frames + self.body_frames + self.tail_frames


SPARE_FRAMES = 4
"""Frames that a body holds beyond one pass: for rounding, and for cubic interpolation."""


def body_frames(pass_frames: float) -> int:
    """Return how many frames a body of `pass_frames` holds.

    >>> body_frames(100.25)
    105
    """
    return math.ceil(pass_frames) + SPARE_FRAMES


def recipe_for(
    loop: Loop,
    bpm: float,
    semitones: int,
    rate_hz: int,
    beats_per_bar: int,
    dry: bool,
    tone: tuple[float, float] = (0.0, 0.0),
) -> ClipRecipe:
    """Return the recipe that fits `loop` to a set; one without a tempo fills whole bars at `bpm`.

    A one-shot or a loop without beats is taken as it is: as many whole bars, at least one, as its
    length needs at the set's tempo. `tone` is low and high shelf in decibels; a dry clip has none.
    """
    low_db, high_db = (0.0, 0.0) if dry else tone
    if loop.bpm is not None and loop.beats:
        return ClipRecipe(
            loop.path, loop.content_hash, loop.start_s, loop.beats, loop.bpm, bpm,
            semitones, rate_hz, dry, low_db, high_db,
        )  # fmt: skip
    bar_s = beats_per_bar * 60.0 / bpm
    bars = max(1, min(8, math.ceil(loop.duration_s / bar_s - 1e-6)))
    return ClipRecipe(
        loop.path, loop.content_hash, 0.0, bars * beats_per_bar, bpm, bpm, semitones, rate_hz, dry,
        low_db, high_db,
    )  # fmt: skip
