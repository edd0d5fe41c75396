"""How a loop is fitted to a set: half or double time, stretch, transposition, level. Pure."""

import math
from dataclasses import replace

from loopmind_live.score.arrangement import Part
from loopmind_live.score.loop import UNPITCHED_ROLES, Loop, Role
from loopmind_live.units import semitones_between

MIN_GAIN_DB, MAX_GAIN_DB = -24.0, 12.0
UNKNOWN_GAIN_DB = -6.0
"""The gain of a loop whose loudness is not known."""
PEAK_LIMIT_DBTP = -3.0
"""No part is raised so far that its true peak passes this."""
TARGET_LUFS: dict[Role, float] = {
    "drums": -18.0, "kick": -20.0, "snare": -22.0, "hats": -28.0, "perc": -26.0, "bass": -20.0,
    "melody": -22.0, "chords": -23.0, "pad": -26.0, "vocal": -20.0, "fx": -28.0,
}  # fmt: skip
"""Loudness of each role: a full section sums to about -13 LUFS, a few dB below the limiter."""


def gain_db_for(loop: Loop, role: Role) -> float:
    """Return the gain that brings `loop` to its role's loudness, within -24..12 dB and its peak.

    >>> from pathlib import Path
    >>> gain_db_for(Loop(Path("a.wav"), "", lufs=-12.0), "bass")
    -8.0
    """
    if loop.lufs is None or not math.isfinite(loop.lufs):
        return UNKNOWN_GAIN_DB
    gain_db = TARGET_LUFS[role] - loop.lufs
    if loop.true_peak_dbtp is not None and math.isfinite(loop.true_peak_dbtp):
        gain_db = min(gain_db, PEAK_LIMIT_DBTP - loop.true_peak_dbtp)
    return round(min(MAX_GAIN_DB, max(MIN_GAIN_DB, gain_db)), 1)


def time_factor(loop_bpm: float, beats: int, bpm: float) -> float:
    """Return the factor (1, 2 or 0.5) on a loop's tempo and beats that needs the least stretch.

    0.5 is offered only where the beats stay whole.

    >>> time_factor(70.0, 16, 140.0), time_factor(174.0, 16, 87.0), time_factor(120.0, 16, 128.0)
    (2.0, 0.5, 1.0)
    """
    distance = math.log2(bpm / loop_bpm)
    if distance > 0.5:
        return 2.0
    if distance < -0.5 and beats % 2 == 0:
        return 0.5
    return 1.0


def in_time(loop: Loop, bpm: float) -> Loop:
    """Return `loop` counted in the half or double time that suits a set of `bpm`.

    >>> from pathlib import Path
    >>> counted = in_time(Loop(Path("a.wav"), "", bpm=70.0, beats=8), 140.0)
    >>> counted.bpm, counted.beats
    (140.0, 16)
    """
    if loop.bpm is None or not loop.beats:
        return loop
    factor = time_factor(loop.bpm, loop.beats, bpm)
    if factor == 1.0:
        return loop
    return replace(loop, bpm=loop.bpm * factor, beats=round(loop.beats * factor))


def stretch_for(loop: Loop, bpm: float) -> float:
    """Return the set's tempo over the loop's, 1 where the loop has none."""
    return 1.0 if loop.bpm is None or not loop.beats else bpm / loop.bpm


def semitones_for(loop: Loop, role: Role, key: str | None) -> int:
    """Return the transposition (-5..6) into `key`'s scale; 0 where either has no pitch."""
    if role in UNPITCHED_ROLES or loop.key is None or key is None:
        return 0
    return semitones_between(loop.key, key)


def fitted(loop: Loop, role: Role, bpm: float, key: str | None) -> Part:
    """Return the part that plays `loop` as `role` in a set of `bpm` and `key`.

    The half- or double-time reading is kept in the part's loop.
    """
    counted = in_time(loop, bpm)
    return Part(
        role,
        counted,
        gain_db_for(counted, role),
        semitones_for(counted, role, key),
        stretch_for(counted, bpm),
    )


def refitted(part: Part, old_key: str | None, bpm: float, key: str | None) -> Part:
    """Return `part` in another tempo and key: same loop, same reading of its beats, same level.

    A pitched loop without a key of its own moves along with the set's key.
    """
    if part.role in UNPITCHED_ROLES or key is None:
        semitones = 0
    elif part.loop.key is not None:
        semitones = semitones_between(part.loop.key, key)
    else:
        moved = 0 if old_key is None else semitones_between(old_key, key)
        semitones = (part.semitones + moved + 6) % 12 - 6
    return replace(part, semitones=semitones, stretch=stretch_for(part.loop, bpm))
