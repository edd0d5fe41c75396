"""A loop's tone: a low and a high shelf, run over it as over sound that goes on for ever. Pure."""

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.seams import Audio, wrapped

LOW_HZ = 150.0
"""Half-way up the low shelf: below it bass and kick have their fundamentals."""
HIGH_HZ = 4000.0
"""Half-way up the high shelf: from here on consonants, cymbals and air."""
_HIGHEST_SHARE = 0.45
"""Of the rate: a shelf higher than that is put there."""
_RINGS_S = 0.1
"""After this the lowest shelf's memory is below 32-bit floats."""

Section = tuple[float, float, float, float, float, float]
"""A biquad as scipy takes it: b0, b1, b2, 1, a1, a2."""


def shelf(kind: Literal["low", "high"], hz: float, db: float, rate_hz: int) -> Section:
    """Return a shelf of `db` below (low) or above (high) `hz`, half of it there, its slope 1.

    Source: R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients".

    >>> low = shelf("low", 150.0, -6.0, 48000)
    >>> round(20 * math.log10(sum(low[:3]) / sum(low[3:])), 6)
    -6.0
    """
    amount = 10.0 ** (db / 40.0)
    w = 2.0 * math.pi * min(hz, _HIGHEST_SHARE * rate_hz) / rate_hz
    sign = 1.0 if kind == "low" else -1.0
    c = sign * math.cos(w)
    beta = math.sqrt(2.0 * amount) * math.sin(w)
    up, down = amount + 1.0, amount - 1.0
    a0 = up + down * c + beta
    return (
        amount * (up - down * c + beta) / a0,
        sign * 2.0 * amount * (down - up * c) / a0,
        amount * (up - down * c - beta) / a0,
        1.0,
        sign * -2.0 * (down + up * c) / a0,
        (up + down * c - beta) / a0,
    )


def shelves(low_db: float, high_db: float, rate_hz: int) -> list[Section]:
    """Return the sections of a tone; none where both shelves are flat."""
    wanted: tuple[tuple[Literal["low", "high"], float, float], ...] = (
        ("low", LOW_HZ, low_db),
        ("high", HIGH_HZ, high_db),
    )
    return [shelf(kind, hz, db, rate_hz) for kind, hz, db in wanted if db]


def filtered(audio: Audio, sections: list[Section]) -> Audio:
    """Return `audio` as it comes out of `sections` after silence."""
    if not sections or not len(audio):
        return audio
    from scipy.signal import sosfilt

    made: npt.NDArray[np.float64] = sosfilt(np.array(sections), audio.T.astype(np.float64))
    return np.ascontiguousarray(made.T, np.float32)


def filtered_round(circle: Audio, sections: list[Section], rate_hz: int) -> Audio:
    """Return a loop as it comes out of `sections` after many repetitions: its seam stays closed."""
    if not sections or not len(circle):
        return circle
    before = round(_RINGS_S * rate_hz)
    return filtered(wrapped(circle, -before, before + len(circle)), sections)[before:]
