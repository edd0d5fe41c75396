"""The clock of rows that follow one, as the kernel reads it: bars and frames of each other."""

import numba
import numpy as np

LEAST_CHANGE = 1e-30
"""A tempo that changes by less stands still: products of it would lose their digits."""


@numba.njit(cache=True)
def bar_at(row, frame):  # type: ignore[no-untyped-def]
    """Return the bar of a following row's clock at `frame`."""
    n = (frame - row.clock_frame) / row.clock_bar_frames
    if abs(row.clock_change) < LEAST_CHANGE:
        return row.clock_bar + n
    return row.clock_bar + np.expm1(row.clock_change * n) / row.clock_change


@numba.njit(cache=True)
def frame_at(row, bar):  # type: ignore[no-untyped-def]
    """Return the frame nearest to `bar` of a following row's clock; inf or nan where none is."""
    n = bar - row.clock_bar
    if abs(row.clock_change) >= LEAST_CHANGE:
        n = np.log1p(row.clock_change * n) / row.clock_change
    return np.rint(row.clock_frame + n * row.clock_bar_frames)
