"""The masks of rows: whether two are one, and whether a row sounds at a frame. Pure."""

import math

from loopmind_live.engine.base import Row

_SAME_FRAMES = 1e-3
_SAME_BARS = 1e-8


def bar_at(row: Row, frame: float) -> float:
    """Return the bar of a following row's clock at `frame`."""
    n = (frame - row.clock_frame) / row.clock_bar_frames
    return row.clock_bar + (
        math.expm1(row.clock_change * n) / row.clock_change if row.clock_change else n
    )


def same_rhythm(one: Row, other: Row) -> bool:
    """Tell whether the steps of two rows' masks are the same, wherever they lie; or have none."""
    return _steps(one) == _steps(other)


def same_mask(one: Row, other: Row) -> bool:
    """Tell whether two rows of one clip sound at the same frames, as far as masks go.

    >>> row = Row(0, 7, 0, 104, 100.0, 0.0, 0, mask_low=1, mask_steps=2, mask_span=96.0)
    >>> later = Row(0, 7, 0, 104, 100.0, 0.0, 0, mask_low=1, mask_steps=2, mask_span=96.0,
    ...             mask_origin=192.0)
    >>> same_mask(row, later), same_mask(row, Row(0, 7, 0, 104, 100.0, 0.0, 0))
    (True, False)
    """
    if not same_rhythm(one, other):
        return False
    if not one.mask_steps:
        return True
    near = _SAME_BARS if one.clip_bars else _SAME_FRAMES
    spans = round((other.mask_origin - one.mask_origin) / one.mask_span)
    apart = one.mask_origin + spans * one.mask_span - other.mask_origin
    fades = one.mask_fade_frames == other.mask_fade_frames
    return fades and abs(one.mask_span - other.mask_span) < near and abs(apart) < near


def sounds_at(row: Row, frame: int) -> bool:
    """Tell whether `frame` lies in a step of a row's mask that sounds; without one, all do.

    A step begins at the rounded frame.

    >>> row = Row(0, 7, 0, 104, 100.0, 0.0, 0, mask_low=1, mask_steps=2, mask_span=101.0)
    >>> [sounds_at(row, frame) for frame in (0, 49, 50, 100, 101)]
    [True, True, False, False, True]
    """
    if not row.mask_steps:
        return True
    place = bar_at(row, frame + 0.5) if row.clip_bars else frame + 0.5
    step = math.floor((place - row.mask_origin) * row.mask_steps / row.mask_span) % row.mask_steps
    bits = row.mask_low if step < 64 else row.mask_high
    return bool(bits >> step % 64 & 1)


def _steps(row: Row) -> tuple[int, int, int]:
    return (row.mask_low, row.mask_high, row.mask_steps)
