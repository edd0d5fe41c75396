"""What may enter the engine: live parameters in their ranges, rows that stay in the arena.

One bad number poisons a filter for good and one bad offset ends the process, so both ends of the
engine's socket check all that they take.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from loopmind_live.config import (
    BUSES,
    FIRST_PATCH,
    INSERTS,
    LAST_PATCH,
    MAX_BPM,
    MAX_ROWS,
    MAX_TRACKS,
    MIN_BPM,
    SHELLS,
)
from loopmind_live.engine.base import FOREVER, ROW_TRACKS
from loopmind_live.engine.rows import Rows
from loopmind_live.errors import EngineError
from loopmind_live.score.rhythm import MOST_STEPS

CEILING = 0.891
"""The highest sample of a wet master: -1 dBFS."""
MAX_RAMP_S = 600.0
MAX_GAIN = 4.0
MIN_PASS_FRAMES = 16.0
MAX_FADE_FRAMES = 1 << 22
MAX_CLOCK_CHANGE = 1.0
MAX_TAILS = 64
"""How many tails of one clip may ring at once: every one costs time in each block."""
MAX_DELAY_BEATS = 4.0
MAX_FEEDBACK = 0.94
"""A delay that repeats louder than this would not end."""

Target = Literal["track", "insert", "knob", "note", "effect", "clock", "master", "limit", "relief"]
_KNOB = re.compile(rf"track/(\d{{1,2}})/(knob[1-{SHELLS}])/([a-z_][a-z0-9_]{{0,31}})")
_BUS_KNOB = re.compile(rf"({'|'.join(BUSES)})/(knob1)/([a-z_][a-z0-9_]{{0,31}})")
_BUS_INSERTS = {f"{bus}/insert1": MAX_TRACKS + place for place, bus in enumerate(BUSES)}
MAX_KNOB = 1e6
_TRACK = re.compile(r"track/(\d{1,2})/([a-z]+\d?)")
_TRACK_RANGES: Mapping[str, tuple[float, float]] = {
    "gain": (0.0, MAX_GAIN),
    "filter": (-1.0, 1.0),
    "pan": (-1.0, 1.0),
    "reverb": (0.0, 1.0),
    "delay": (0.0, 1.0),
    **{f"insert{shell}": (0.0, float(LAST_PATCH)) for shell in range(1, SHELLS + 1)},
    **{f"amount{shell}": (0.0, 1.0) for shell in range(1, SHELLS + 1)},
    "note": (0.0, 20_000.0),
    "heard": (0.0, 1.0),
}
_RANGES: Mapping[str, tuple[Target, float, float]] = {
    "master/gain": ("master", 0.0, 1.0),
    "master/limit": ("limit", 0.1, CEILING),
    "reverb/size": ("effect", 0.0, 1.0),
    "reverb/damp": ("effect", 0.0, 1.0),
    "delay/beats": ("effect", 0.125, MAX_DELAY_BEATS),
    "delay/feedback": ("effect", 0.0, MAX_FEEDBACK),
    "tempo": ("clock", MIN_BPM, MAX_BPM),
    "grid": ("clock", -(2.0**52), 2.0**52),
    "meter": ("clock", 1.0, 16.0),
}
_FRAME_LIMIT = 1 << 52


@dataclass(frozen=True, slots=True)
class Parameter:
    """One checked change of a live parameter; `index` is the track, or 0.

    Buses that take a patch (`config.BUSES`) are counted after the tracks. `control` is a track's
    or a bus's control, or the parameter's whole name.
    """

    target: Target
    index: int
    control: str
    value: float
    ramp_s: float


def relief_to(level: float) -> Parameter:
    """Return the change by which the engine itself sheds work; nobody else may ask for it."""
    return Parameter("relief", 0, "relief", level, 0.0)


def check_parameter(name: str, value: float, ramp_s: float) -> Parameter:
    """Return the change that `name` and its numbers mean; raise EngineError where they cannot be.

    >>> check_parameter("track/3/pan", -0.5, 0.02)
    Parameter(target='track', index=3, control='pan', value=-0.5, ramp_s=0.02)
    """
    target: Target
    if knob := _KNOB.fullmatch(name):
        return _check_knob(name, int(knob[1]), f"{knob[2]}/{knob[3]}", value, ramp_s)
    if knob := _BUS_KNOB.fullmatch(name):
        bus = MAX_TRACKS + BUSES.index(knob[1])
        return _check_knob(name, bus, f"{knob[2]}/{knob[3]}", value, ramp_s)
    track = _TRACK.fullmatch(name)
    index, control = (int(track.group(1)), track.group(2)) if track else (0, name)
    if track and index < MAX_TRACKS and control in _TRACK_RANGES:
        if control.startswith("amount"):
            control = f"knob{control[-1]}/amount"
            return _check_knob(name, index, control, value, ramp_s, 0.0, 1.0)
        target = "insert" if control.startswith("insert") else "track"
        target = "note" if control in ("note", "heard") else target
        low, high = _TRACK_RANGES[control]
    elif name in _BUS_INSERTS:
        target, index, control = "insert", _BUS_INSERTS[name], "insert1"
        low, high = _TRACK_RANGES[control]
    elif name in _RANGES:
        target, low, high = _RANGES[name]
    else:
        raise EngineError(
            f"{name!r} is no live parameter: there are track/0 to track/{MAX_TRACKS - 1}, each "
            f"with /{', /'.join(_TRACK_RANGES)}, and {', '.join((*_RANGES, *_BUS_INSERTS))}"
        )
    if target == "insert" and not _is_insert(value):
        raise EngineError(
            f"{name} = {value}: give a whole number from 0 to {len(INSERTS)}, or a patch's, "
            f"{FIRST_PATCH} to {LAST_PATCH}"
        )
    _check_numbers(name, value, ramp_s, low, high)
    return Parameter(target, index, control, float(value), float(ramp_s))


def _check_knob(
    name: str,
    track: int,
    control: str,
    value: float,
    ramp_s: float,
    low: float = -MAX_KNOB,
    high: float = MAX_KNOB,
) -> Parameter:
    """Return the change of a knob of what stands in a shell; its own range is looked at there."""
    if track >= MAX_TRACKS and name.startswith("track/"):
        raise EngineError(f"{name}: tracks are 0 to {MAX_TRACKS - 1}")
    _check_numbers(name, value, ramp_s, low, high)
    return Parameter("knob", track, control, float(value), float(ramp_s))


def _check_numbers(name: str, value: float, ramp_s: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise EngineError(f"{name} = {value}: give a number from {low:g} to {high:g}")
    if not (math.isfinite(ramp_s) and 0.0 <= ramp_s <= MAX_RAMP_S):
        raise EngineError(f"{name}: a ramp of {ramp_s} s: give 0 to {MAX_RAMP_S:g} s")


def _is_insert(value: float) -> bool:
    """Tell whether `value` is a number that an insert may have.

    >>> [_is_insert(value) for value in (0.0, 3.0, 4.0, 16.0, 1.5)]
    [True, True, False, True, False]
    """
    if not (math.isfinite(value) and value == int(value)):
        return False
    return 0 <= value <= len(INSERTS) or FIRST_PATCH <= value <= LAST_PATCH


def begins(change: Parameter, frame: int | None, now: int, block: int) -> int:
    """Return where a change asked for `frame` begins, the next block being that of `now`.

    >>> fader = Parameter("track", 0, "gain", 1.0, 0.0)
    >>> insert = Parameter("insert", 0, "insert1", 1.0, 0.0)
    >>> [begins(fader, at, 512, 256) for at in (None, 3, 512, 513)]
    [512, 512, 512, 768]
    >>> [begins(insert, at, 512, 256) for at in (None, 3, 512, 513)]
    [512, 512, 512, 513]
    """
    if frame is None or frame <= now:
        return now
    if change.target in ("insert", "note"):
        return frame
    if change.target == "knob":
        return now + (frame - now) // block * block  # an insert is mounted with its knobs turned
    return now - (now - frame) // block * block


def check_rows(rows: Rows, arena_frames: int) -> None:
    """Raise EngineError unless every row stays within an arena of `arena_frames` and its ranges."""
    if len(rows) > MAX_ROWS:
        raise EngineError(f"{len(rows)} rows: the engine holds {MAX_ROWS}")
    clip = rows["offset"] - rows["lead_frames"], rows["body_frames"] + rows["tail_frames"]
    rules = (
        ("track", (rows["track"] >= 0) & (rows["track"] < ROW_TRACKS)),
        ("gain", np.isfinite(rows["gain"]) & (rows["gain"] >= 0) & (rows["gain"] <= MAX_GAIN)),
        ("clip_bars", (rows["clip_bars"] >= 0.0) & _sane(rows["clip_bars"])),
        ("origin_bar", _sane(rows["origin_bar"])),
        ("clock_frame", _sane(rows["clock_frame"])),
        ("clock_bar", _sane(rows["clock_bar"])),
        ("clock_bar_frames", (rows["clock_bar_frames"] >= 1.0) & _sane(rows["clock_bar_frames"])),
        ("clock_change", np.abs(rows["clock_change"]) <= MAX_CLOCK_CHANGE),
        ("pass_frames", (rows["pass_frames"] >= MIN_PASS_FRAMES) & _sane(rows["pass_frames"])),
        ("origin", _sane(rows["origin"])),
        ("start", (rows["start"] > -_FRAME_LIMIT) & (rows["start"] < _FRAME_LIMIT)),
        ("stop", (rows["stop"] >= rows["start"]) & (rows["stop"] <= FOREVER)),
        ("fade_frames", (rows["fade_frames"] >= 0) & (rows["fade_frames"] <= MAX_FADE_FRAMES)),
        ("mask_steps", (rows["mask_steps"] >= 0) & (rows["mask_steps"] <= MOST_STEPS)),
        ("mask_origin", _sane(rows["mask_origin"])),
        ("mask_span", (rows["mask_span"] > 0.0) & _sane(rows["mask_span"])),
        (
            "mask_span",
            (rows["clip_bars"] > 0.0) | (rows["mask_span"] >= rows["mask_steps"]),
        ),
        (
            "mask_fade_frames",
            (rows["mask_fade_frames"] >= 0) & (rows["mask_fade_frames"] <= MAX_FADE_FRAMES),
        ),
        ("offset", rows["offset"] >= 0),
        ("lead_frames", (rows["lead_frames"] >= 0) & (clip[0] >= 0)),
        (
            "tail_frames",
            (rows["tail_frames"] >= 0) & (rows["tail_frames"] / MAX_TAILS <= rows["pass_frames"]),
        ),
        ("body_frames", (rows["body_frames"] >= 4) & (rows["body_frames"] <= arena_frames)),
        ("offset", (rows["offset"] >= 0) & (rows["offset"] <= arena_frames - clip[1])),
    )
    for name, good in rules:
        if not good.all():
            at = int(np.argmin(good))
            raise EngineError(
                f"row {at}: {name} = {rows[name][at]} is out of range (clip "
                f"{rows['clip_id'][at]}, arena of {arena_frames} frames): prepare the clip again"
            )


def _sane(
    values: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.isfinite(values) & (np.abs(values) < _FRAME_LIMIT)
