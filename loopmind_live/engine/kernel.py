"""The voice kernel: mixes every sounding clip of one block straight from the arena.

A pure function of its arrays: live, offline and replay run the same one. Compiled by numba, with
its disk cache in a folder of its own (NUMBA_CACHE_DIR must be set before this module is imported).
"""

import numba
import numpy as np

from loopmind_live.engine.base import Row
from loopmind_live.engine.rows import pack

PIECE_FRAMES = 256
"""A following row moves evenly within a piece of this length; between pieces its clock is exact."""


@numba.njit(cache=True, nogil=True, inline="always")
def _pass_start(origin, pass_frames, index):  # type: ignore[no-untyped-def]
    return np.int64(np.rint(origin + index * pass_frames))


@numba.njit(cache=True, nogil=True)
def _add(out, samples, gain):  # type: ignore[no-untyped-def]
    """Add `samples` to `out`, both flat and of one length, so that it can be vectorized."""
    for i in range(out.shape[0]):
        out[i] += gain * samples[i]


@numba.njit(cache=True, nogil=True)
def _add_straight(out, pool, first, a, b, gain, slope):  # type: ignore[no-untyped-def]
    """Add pool[first:] to frames a..b of the block, at a gain that moves by `slope` a frame.

    out, pool: flat, left and right in turn.
    """
    if slope == 0.0:
        _add(out[2 * a : 2 * b], pool[2 * first : 2 * (first + b - a)], gain)
        return
    for i in range(b - a):
        g = gain + slope * i
        out[2 * (a + i)] += g * pool[2 * (first + i)]
        out[2 * (a + i) + 1] += g * pool[2 * (first + i) + 1]


@numba.njit(cache=True, nogil=True)
def _add_cubic(out, pool, row, x, step, a, b, gain, slope):  # type: ignore[no-untyped-def]
    """Add the body from place `x` on, `step` a frame, interpolated (Catmull-Rom)."""
    offset = row.offset
    last = row.body_frames - 3
    end_of_pass = 2 * (offset + np.int64(row.pass_frames) - 1)
    for i in range(b - a):
        k = min(np.int64(x), last)
        f = x - k
        f2 = f * f
        f3 = f2 * f
        g = gain + slope * i
        w0 = g * (f2 - 0.5 * (f + f3))
        w1 = g * (1.5 * f3 - 2.5 * f2 + 1.0)
        w2 = g * (0.5 * f + 2.0 * f2 - 1.5 * f3)
        w3 = g * 0.5 * (f3 - f2)
        at = 2 * (offset + k)
        before = at - 2 if k > 0 else end_of_pass
        o = 2 * (a + i)
        out[o] += w0 * pool[before] + w1 * pool[at] + w2 * pool[at + 2] + w3 * pool[at + 4]
        out[o + 1] += (
            w0 * pool[before + 1] + w1 * pool[at + 1] + w2 * pool[at + 3] + w3 * pool[at + 5]
        )
        x += step


@numba.njit(cache=True, nogil=True)
def _bar_at(row, frame):  # type: ignore[no-untyped-def]
    """Return the bar of a following row's clock at `frame`."""
    n = (frame - row.clock_frame) / row.clock_bar_frames
    if row.clock_change == 0.0:
        return row.clock_bar + n
    return row.clock_bar + np.expm1(row.clock_change * n) / row.clock_change


@numba.njit(cache=True, nogil=True)
def _add_following(out, frame, begin, end, pool, row, gain, slope):  # type: ignore[no-untyped-def]
    """Add the body over frames begin..end where the row's clock says, wrapping at a pass's end."""
    scale = row.pass_frames / row.clip_bars
    at = begin
    while at < end:
        until = min(end, at + PIECE_FRAMES)
        bars = _bar_at(row, at)
        step = (_bar_at(row, until) - bars) * scale / (until - at)
        bars = bars - row.origin_bar
        x = (bars - np.floor(bars / row.clip_bars) * row.clip_bars) * scale
        if x >= row.pass_frames:
            x -= row.pass_frames
        if not (x >= 0.0 and step > 0.0 and step < 64.0):
            return
        rest = np.int64(np.ceil((row.pass_frames - x) / step))
        until = min(until, at + max(np.int64(1), rest))
        g = gain + slope * (at - begin)
        _add_cubic(out, pool, row, x, step, at - frame, until - frame, g, slope)
        at = until


@numba.njit(cache=True, nogil=True)
def _add_body(out, frame, begin, end, pool, row, gain, slope, ring):  # type: ignore[no-untyped-def]
    """Add the body's passes over frames begin..end; with `ring`, each over the tail before it."""
    if row.clip_bars > 0.0:
        _add_following(out, frame, begin, end, pool, row, gain, slope)
        return
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
        b = min(b, a + max(0, row.body_frames - place))
        _add_straight(out, pool, row.offset + place, a, b, g, slope)
        if ring and first > row.start and place < row.tail_frames:
            b = min(until, first + row.tail_frames) - frame
            tail = row.offset + row.body_frames + place
            _add_straight(out, pool, tail, a, b, g, slope)
        at = until
        index += 1


@numba.njit(cache=True, nogil=True)
def mix(out, frame, pool, rows):  # type: ignore[no-untyped-def]
    """Mix the block that starts at `frame` into `out`, overwriting it.

    out: float64 [tracks, frames, 2] · pool: float32 [frames, 2], the arena · rows: ROW_DTYPE,
    added in their order. A row plays from `start` to `stop`, its lead-in before, its fade and, at
    the end of a pass, its tail after. Rows must lie within the pool; tracks within `out`.
    """
    out[:] = 0.0
    end = frame + out.shape[1]
    samples = pool.reshape(-1)
    for v in range(rows.shape[0]):
        row = rows[v]
        if end <= row.start - row.lead_frames:
            continue
        if frame >= row.stop + max(row.fade_frames, row.tail_frames):
            continue
        track = out[row.track].reshape(-1)
        begin, until = max(frame, row.start - row.lead_frames), min(end, row.start)
        if begin < until:
            first = row.offset - (row.start - begin)
            _add_straight(track, samples, first, begin - frame, until - frame, row.gain, 0.0)
        begin, until = max(frame, row.start), min(end, row.stop)
        if begin < until:
            _add_body(track, frame, begin, until, samples, row, row.gain, 0.0, True)
        begin, until = max(frame, row.stop), min(end, row.stop + row.fade_frames)
        if begin < until:
            slope = -row.gain / row.fade_frames
            gain = row.gain + slope * (begin - row.stop)
            _add_body(track, frame, begin, until, samples, row, gain, slope, False)
        begin, until = max(frame, row.stop), min(end, row.stop + row.tail_frames)
        if begin < until:
            index = np.int64(np.rint((row.stop - row.origin) / row.pass_frames))
            if _pass_start(row.origin, row.pass_frames, index) == row.stop:
                tail = row.offset + row.body_frames + (begin - row.stop)
                _add_straight(track, samples, tail, begin - frame, until - frame, row.gain, 0.0)


def compile_kernel() -> None:
    """Compile `mix`, or load it from the disk cache, before any sound depends on it."""
    row = Row(track=0, clip_id=0, offset=0, body_frames=8, pass_frames=4.0, origin=0.0, start=0)
    mix(np.zeros((1, 8, 2)), 0, np.zeros((16, 2), np.float32), pack([row]))
