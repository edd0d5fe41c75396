"""Where a fader stands, 0 at the bottom to 1 at the top, and the level it stands for. Pure.

The law of mixing consoles: lines between few points, fine around 0 dB and coarse far below it. It
is that of the OSC faders of Behringer's X32 (0 dB at three quarters, -10 dB at the half, -30 dB at
a quarter), ended where our levels end.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from loopmind_live.config import MAX_LEVEL_DB, MIN_LEVEL_DB


@dataclass(frozen=True, slots=True)
class Law:
    """Positions (0..1, rising), and the level at each in decibels."""

    positions: tuple[float, ...]
    levels_db: tuple[float, ...]


FADER = Law((0.0, 0.25, 0.5, 0.75, 1.0), (MIN_LEVEL_DB, -30.0, -10.0, 0.0, MAX_LEVEL_DB))
SEND = Law((0.0, 1 / 3, 2 / 3, 1.0), (MIN_LEVEL_DB, -30.0, -10.0, 0.0))
"""A send goes up to 0 dB; at the bottom it is off."""
METER_FLOOR_DB = -60.0


def level_db(position: float, law: Law = FADER) -> float:
    """Return the level of a fader at `position` (0..1), in decibels, to a hundredth.

    >>> level_db(0.75), level_db(0.5), level_db(0.0), level_db(1.0, SEND)
    (0.0, -10.0, -60.0, 0.0)
    """
    return round(_between(position, law.positions, law.levels_db), 2)


def position_of(db: float, law: Law = FADER) -> float:
    """Return where a fader (0..1) stands for a level, to a ten-thousandth.

    >>> position_of(0.0), position_of(-20.0), position_of(-90.0), position_of(-10.0, SEND)
    (0.75, 0.375, 0.0, 0.6667)
    """
    return round(_between(db, law.levels_db, law.positions), 4)


def meter_of(peak_db: float) -> float:
    """Return how high a meter stands (0..1) for a peak: evenly from -60 dBFS to 0, to a hundredth.

    >>> meter_of(0.0), meter_of(-15.0), meter_of(-120.0), meter_of(3.0)
    (1.0, 0.75, 0.0, 1.0)
    """
    return round(min(1.0, max(0.0, 1.0 - peak_db / METER_FLOOR_DB)), 2)


def _between(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """Return the value at `x` of the lines through the points; beyond them, the nearest one's."""
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    right = bisect_right(xs, x)
    share = (x - xs[right - 1]) / (xs[right] - xs[right - 1])
    return ys[right - 1] + share * (ys[right] - ys[right - 1])
