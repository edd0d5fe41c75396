"""The voice kernel: mixes every sounding clip of one block straight from the arena.

A pure function of its arrays: live, offline and replay run the same one. Compiled by numba, with
its disk cache in a folder of its own (NUMBA_CACHE_DIR must be set before this module is imported).
"""

import numba
import numpy as np

from loopmind_live.engine.base import Row
from loopmind_live.engine.rows import pack


@numba.njit(cache=True, nogil=True, inline="always")
def _pass_start(origin, pass_frames, index):  # type: ignore[no-untyped-def]
    return np.int64(np.rint(origin + index * pass_frames))


@numba.njit(cache=True, nogil=True)
def _add_straight(left, right, pool, first, a, b, gain, slope):  # type: ignore[no-untyped-def]
    """Add pool[first:] to frames a..b of the block, at a gain that moves by `slope` a frame."""
    if slope == 0.0:
        for i in range(b - a):
            left[a + i] += gain * pool[first + i, 0]
            right[a + i] += gain * pool[first + i, 1]
    else:
        for i in range(b - a):
            g = gain + slope * i
            left[a + i] += g * pool[first + i, 0]
            right[a + i] += g * pool[first + i, 1]


@numba.njit(cache=True, nogil=True)
def _cubic(y0, y1, y2, y3, f):  # type: ignore[no-untyped-def]
    """Interpolate between y1 and y2 at 0 <= f < 1 (Catmull-Rom)."""
    c1 = 0.5 * (y2 - y0)
    c2 = y0 - 2.5 * y1 + 2.0 * y2 - 0.5 * y3
    c3 = 0.5 * (y3 - y0) + 1.5 * (y1 - y2)
    return ((c3 * f + c2) * f + c1) * f + y1


@numba.njit(cache=True, nogil=True)
def _add_varispeed(left, right, pool, row, place, a, b, gain, slope):  # type: ignore[no-untyped-def]
    """Add the body read at the row's rate, `place` frames into a pass, with cubic interpolation."""
    offset = row.offset
    last = row.body_frames - 1
    x = place * row.rate
    for i in range(b - a):
        k = int(x)
        f = x - k
        if k > last - 2:
            k, f = last - 2, 1.0
        k0 = offset + (k - 1 if k > 0 else 0)
        k1 = offset + k
        g = gain + slope * i
        left[a + i] += g * _cubic(pool[k0, 0], pool[k1, 0], pool[k1 + 1, 0], pool[k1 + 2, 0], f)
        right[a + i] += g * _cubic(pool[k0, 1], pool[k1, 1], pool[k1 + 1, 1], pool[k1 + 2, 1], f)
        x += row.rate


@numba.njit(cache=True, nogil=True)
def _add_body(left, right, frame, begin, end, pool, row, gain, slope, ring):  # type: ignore[no-untyped-def]
    """Add the body's passes over frames begin..end; with `ring`, each over the tail before it."""
    origin = row.origin
    pass_frames = row.pass_frames
    index = np.int64(np.floor((begin - origin) / pass_frames)) - 1
    while _pass_start(origin, pass_frames, index + 1) <= begin:
        index += 1
    at = begin
    while at < end:
        first = _pass_start(origin, pass_frames, index)
        following = _pass_start(origin, pass_frames, index + 1)
        until = min(end, following)
        a, b = at - frame, until - frame
        g = gain + slope * (at - begin)
        place = at - first
        if row.rate == 1.0:
            b = min(b, a + max(0, row.body_frames - place))
            _add_straight(left, right, pool, row.offset + place, a, b, g, slope)
        else:
            _add_varispeed(left, right, pool, row, place, a, b, g, slope)
        if ring and first > row.start and place < row.tail_frames:
            b = min(until, first + row.tail_frames) - frame
            tail = row.offset + row.body_frames + place
            _add_straight(left, right, pool, tail, a, b, g, slope)
        at = until
        index += 1


@numba.njit(cache=True, nogil=True)
def mix(out, frame, pool, rows):  # type: ignore[no-untyped-def]
    """Mix the block that starts at `frame` into `out`, overwriting it.

    out: float64 [tracks, 2, frames] · pool: float32 [frames, 2], the arena · rows: ROW_DTYPE,
    added in their order. A row plays from `start` to `stop`, its lead-in before, its fade and, at
    the end of a pass, its tail after. Rows must lie within the pool; tracks within `out`.
    """
    out[:] = 0.0
    n = out.shape[2]
    end = frame + n
    for v in range(rows.shape[0]):
        row = rows[v]
        if end <= row.start - row.lead_frames:
            continue
        if frame >= row.stop + max(row.fade_frames, row.tail_frames):
            continue
        left = out[row.track, 0]
        right = out[row.track, 1]
        begin, until = max(frame, row.start - row.lead_frames), min(end, row.start)
        if begin < until:
            first = row.offset - (row.start - begin)
            _add_straight(left, right, pool, first, begin - frame, until - frame, row.gain, 0.0)
        begin, until = max(frame, row.start), min(end, row.stop)
        if begin < until:
            _add_body(left, right, frame, begin, until, pool, row, row.gain, 0.0, True)
        begin, until = max(frame, row.stop), min(end, row.stop + row.fade_frames)
        if begin < until:
            slope = -row.gain / row.fade_frames
            gain = row.gain + slope * (begin - row.stop)
            _add_body(left, right, frame, begin, until, pool, row, gain, slope, False)
        begin, until = max(frame, row.stop), min(end, row.stop + row.tail_frames)
        if begin < until:
            index = np.int64(np.rint((row.stop - row.origin) / row.pass_frames))
            if _pass_start(row.origin, row.pass_frames, index) == row.stop:
                tail = row.offset + row.body_frames + (begin - row.stop)
                _add_straight(left, right, pool, tail, begin - frame, until - frame, row.gain, 0.0)


def compile_kernel() -> None:
    """Compile `mix`, or load it from the disk cache, before any sound depends on it."""
    row = Row(track=0, clip_id=0, offset=0, body_frames=8, pass_frames=4.0, origin=0.0, start=0)
    mix(np.zeros((1, 2, 8)), 0, np.zeros((16, 2), np.float32), pack([row]))
