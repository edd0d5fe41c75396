"""The voice kernel: mixes every sounding clip of one block straight from the arena.

A pure function of its arrays: live, offline and replay run the same one. Compiled by numba, with
its disk cache in a folder of its own (NUMBA_CACHE_DIR must be set before this module is imported).

Nothing here gives the interpreter away while it runs: the audio callback would have to wait for it.
"""

import numba
import numpy as np

from loopmind_live.engine.base import Row
from loopmind_live.engine.rows import pack

PIECE_FRAMES = 256
"""A following row moves evenly within a piece of this length; between pieces its clock is exact."""


@numba.njit(cache=True, inline="always")
def _pass_start(origin, pass_frames, index):  # type: ignore[no-untyped-def]
    return np.int64(np.rint(origin + index * pass_frames))


@numba.njit(cache=True)
def _add(out, samples, gain):  # type: ignore[no-untyped-def]
    """Add `samples` to `out`, both flat and of one length, so that it can be vectorized."""
    for i in range(out.shape[0]):
        out[i] += gain * samples[i]


@numba.njit(cache=True)
def _add_straight(out, pool, first, a, b, gain, slope, into):  # type: ignore[no-untyped-def]
    """Add pool[first:] to frames a..b of the block, `into` frames after the gain began to move.

    out, pool: flat, left and right in turn.
    """
    if slope == 0.0:
        _add(out[2 * a : 2 * b], pool[2 * first : 2 * (first + b - a)], gain)
        return
    for i in range(b - a):
        g = gain + slope * (into + i)
        out[2 * (a + i)] += g * pool[2 * (first + i)]
        out[2 * (a + i) + 1] += g * pool[2 * (first + i) + 1]


@numba.njit(cache=True)
def _add_cubic(out, pool, row, x, step, at, a, b, gain, slope):  # type: ignore[no-untyped-def]
    """Add the body to frames a..b of the block, of which the first is frame `at`.

    Its place is `x` where the piece of `at` begins, and moves `step` a frame; it is interpolated
    (Catmull-Rom).
    """
    offset = row.offset
    last = row.body_frames - 3
    end_of_pass = 2 * (offset + np.int64(row.pass_frames) - 1)
    # Counted, not added up: the same samples, wherever the block begins.
    n = np.float64(at % PIECE_FRAMES)
    into = np.float64(at - row.stop)
    for i in range(a, b):
        place = x + step * n
        k = min(np.int64(place), last)
        f = place - k
        f2 = f * f
        f3 = f2 * f
        g = gain + slope * into
        w0 = g * (f2 - 0.5 * (f + f3))
        w1 = g * (1.5 * f3 - 2.5 * f2 + 1.0)
        w2 = g * (0.5 * f + 2.0 * f2 - 1.5 * f3)
        w3 = g * 0.5 * (f3 - f2)
        p = 2 * (offset + k)
        before = p - 2 if k > 0 else end_of_pass
        out[2 * i] += w0 * pool[before] + w1 * pool[p] + w2 * pool[p + 2] + w3 * pool[p + 4]
        out[2 * i + 1] += (
            w0 * pool[before + 1] + w1 * pool[p + 1] + w2 * pool[p + 3] + w3 * pool[p + 5]
        )
        n += 1.0
        into += 1.0


@numba.njit(cache=True)
def _bar_at(row, frame):  # type: ignore[no-untyped-def]
    """Return the bar of a following row's clock at `frame`."""
    n = (frame - row.clock_frame) / row.clock_bar_frames
    if row.clock_change == 0.0:
        return row.clock_bar + n
    return row.clock_bar + np.expm1(row.clock_change * n) / row.clock_change


@numba.njit(cache=True)
def _add_following(out, frame, begin, end, pool, row, gain, slope):  # type: ignore[no-untyped-def]
    """Add the body over frames begin..end where the row's clock says."""
    scale = row.pass_frames / row.clip_bars
    at = begin
    while at < end:
        # Pieces lie on a grid of their own: the same samples, whatever the block.
        piece = at // PIECE_FRAMES * PIECE_FRAMES
        bars = _bar_at(row, piece)
        step = (_bar_at(row, piece + PIECE_FRAMES) - bars) * scale / PIECE_FRAMES
        x = (bars - row.origin_bar) * scale
        x -= np.floor(x / row.pass_frames) * row.pass_frames
        if not (x > -1.0 and x < row.pass_frames + 1.0 and step > 0.0 and step < 64.0):
            return  # a clock beyond all bars: rounding leaves no place in the clip
        x = max(0.0, x)
        stop = min(end, piece + PIECE_FRAMES)
        while at < stop:
            while x + step * (at - piece) >= row.pass_frames:
                x -= row.pass_frames
            rest = min(np.float64(PIECE_FRAMES), (row.pass_frames - x) / step)
            until = min(stop, piece + np.int64(rest))
            while until < stop and x + step * (until - piece) < row.pass_frames:
                until += 1
            while until > at + 1 and x + step * (until - 1 - piece) >= row.pass_frames:
                until -= 1
            _add_cubic(out, pool, row, x, step, at, at - frame, until - frame, gain, slope)
            at = until


@numba.njit(cache=True)
def _add_body(out, frame, begin, end, pool, row, gain, slope):  # type: ignore[no-untyped-def]
    """Add the body's passes over frames begin..end; the gain moves from the row's stop on."""
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
        until = min(end, _pass_start(origin, pass_frames, index + 1))
        a = at - frame
        b = min(until - frame, a + max(0, row.body_frames - (at - first)))
        _add_straight(out, pool, row.offset + at - first, a, b, gain, slope, at - row.stop)
        at = until
        index += 1


@numba.njit(cache=True)
def _add_tails(out, frame, end, pool, row):  # type: ignore[no-untyped-def]
    """Add what rings on, in frames frame..end, of each pass that the row played to its end."""
    tail = row.offset + row.body_frames
    since = max(row.start, frame - row.tail_frames)
    index = np.int64(np.floor((since - row.origin) / row.pass_frames)) - 1
    while True:
        ended = _pass_start(row.origin, row.pass_frames, index)
        if ended > row.stop or ended >= end:
            return
        begin, until = max(frame, ended), min(end, ended + row.tail_frames)
        if ended > row.start and begin < until:
            first = tail + begin - ended
            _add_straight(out, pool, first, begin - frame, until - frame, row.gain, 0.0, 0)
        index += 1


@numba.njit(cache=True)
def mix(out, frame, pool, rows):  # type: ignore[no-untyped-def]
    """Mix the block that starts at `frame` into `out`, overwriting it.

    out: float64 [tracks, frames, 2] · pool: float32 [frames, 2], the arena · rows: ROW_DTYPE,
    added in their order. A row plays from `start` to `stop`, its lead-in before, its fade after;
    the tail of a pass rings from the end of that pass on, whatever comes then. Rows must lie within
    the pool; tracks within `out`. Where the blocks begin and end changes no sample.
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
            _add_straight(track, samples, first, begin - frame, until - frame, row.gain, 0.0, 0)
        begin, until = max(frame, row.start), min(end, row.stop)
        if begin < until:
            _add_body(track, frame, begin, until, samples, row, row.gain, 0.0)
        begin, until = max(frame, row.stop), min(end, row.stop + row.fade_frames)
        if begin < until:
            slope = -row.gain / row.fade_frames
            _add_body(track, frame, begin, until, samples, row, row.gain, slope)
        if row.tail_frames > 0 and row.clip_bars == 0.0:
            _add_tails(track, frame, end, samples, row)


@numba.njit(cache=True)
def level(samples):  # type: ignore[no-untyped-def]
    """Return the highest magnitude in `samples`, [frames, channels]; inf where one is no number."""
    highest = 0.0
    for i in range(samples.shape[0]):
        for j in range(samples.shape[1]):
            size = abs(samples[i, j])
            if not size < np.inf:
                return np.inf
            highest = max(highest, size)
    return highest


@numba.njit(cache=True)
def levels(tracks, into):  # type: ignore[no-untyped-def]
    """Write each track's `level` to `into`. tracks: float64 [tracks, frames, 2]."""
    for t in range(tracks.shape[0]):
        into[t] = level(tracks[t])


@numba.njit(cache=True)
def copy(into, samples):  # type: ignore[no-untyped-def]
    """Write `samples` to `into`, both [frames, 2]."""
    for i in range(samples.shape[0]):
        into[i, 0] = samples[i, 0]
        into[i, 1] = samples[i, 1]


@numba.njit(cache=True)
def split(samples, left, right):  # type: ignore[no-untyped-def]
    """Write the two channels of `samples`, [frames, 2], to `left` and `right`."""
    for i in range(samples.shape[0]):
        left[i] = samples[i, 0]
        right[i] = samples[i, 1]


def compile_kernel() -> None:
    """Compile `mix`, or load it from the disk cache, before any sound depends on it."""
    row = Row(track=0, clip_id=0, offset=0, body_frames=8, pass_frames=4.0, origin=0.0, start=0)
    mix(np.zeros((1, 8, 2)), 0, np.zeros((16, 2), np.float32), pack([row]))
