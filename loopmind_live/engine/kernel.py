"""The voice kernel: mixes every sounding clip of one block straight from the arena.

A pure function of its arrays: live, offline and replay run the same one. Compiled by numba, with
its disk cache in a folder of its own (NUMBA_CACHE_DIR must be set before this module is imported).

Nothing here gives the interpreter away while it runs: the audio callback would have to wait for it.
"""

import numba
import numpy as np

from loopmind_live.engine.base import SLOWEST_TAIL, Row
from loopmind_live.engine.clock_kernel import LEAST_CHANGE, bar_at, frame_at
from loopmind_live.engine.mask_kernel import add_masked
from loopmind_live.engine.rows import pack

PIECE_FRAMES = 256
"""A following row moves evenly within a piece of this length; between pieces its clock is exact."""
_NEVER = 1 << 62
_MOST_BARS = 1e15
MOST_DRIFT = 0.125
"""Up to so far from a step of 1 a frame, runs of frames are worth their while."""
_NO_DRIFT = 1e-9
_GRAIN = 2.0**20
_FARTHEST = 2.0**48


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


@numba.njit(cache=True, inline="always")
def _between(a, b, c, d, part):  # type: ignore[no-untyped-def]
    """Return what lies `part` of the way from `b` to `c` (Catmull-Rom, in Hermite's form)."""
    rise = c - b
    tangent = 0.5 * (c - a)
    bend = tangent - rise
    twist = bend + (0.5 * (d - b) - rise)
    return b + part * (tangent + part * (part * twist - (bend + twist)))


@numba.njit(cache=True)
def _add_cubic(out, pool, clip, x, step, n, gain, slope, into):  # type: ignore[no-untyped-def]
    """Add to `out` what lies at place `x + step * n` of `clip`, `x + step * (n + 1)`, and so on.

    out: flat · clip: (its first frame in the pool, the frame before that, its last place) ·
    `into`: frames since the gain began to move.
    """
    first, before_first, last = clip
    for i in range(out.shape[0] // 2):
        # Counted, not added up: the same samples, wherever the block begins.
        place = max(0.0, x + step * np.float64(n + i))
        k = min(np.int64(place), last)
        part = place - k
        g = gain + slope * np.float64(into + i)
        p = 2 * (first + k)
        before = p - 2 if k > 0 else 2 * before_first
        for side in range(2):
            out[2 * i + side] += g * _between(
                np.float64(pool[before + side]), np.float64(pool[p + side]),
                np.float64(pool[p + 2 + side]), np.float64(pool[p + 4 + side]), part,
            )  # fmt: skip


@numba.njit(cache=True)
def _add_run(out, samples, parts, gain):  # type: ignore[no-untyped-def]
    """Add the same as `_add_cubic`, where each frame's place is one frame after the one before.

    All flat, left and right in turn, so that it can be vectorized; `samples` begin a frame before.
    """
    for i in range(out.shape[0]):
        out[i] += gain * _between(
            np.float64(samples[i]), np.float64(samples[i + 2]),
            np.float64(samples[i + 4]), np.float64(samples[i + 6]), parts[i],
        )  # fmt: skip


@numba.njit(cache=True)
def _parts_of(parts, x, step, n, ahead):  # type: ignore[no-untyped-def]
    """Write how far each place lies after frame `n + i + ahead`; tell whether all are within it."""
    outside = 0
    for i in range(parts.shape[0] // 2):
        part = x + step * np.float64(n + i) - np.float64(n + i + ahead)
        parts[2 * i] = part
        parts[2 * i + 1] = part
        outside += (part < 0.0) | (part >= 1.0)
    return outside == 0


@numba.njit(cache=True)
def _add_runs(out, pool, clip, x, step, n, gain, slope, into, parts):  # type: ignore[no-untyped-def]
    """Add the same as `_add_cubic`, bit for bit, in runs of frames where that is faster."""
    first, _, last = clip
    drift = step - 1.0
    one_by_one = slope != 0.0 or abs(drift) > MOST_DRIFT
    i = np.int64(0)
    while 2 * i < out.shape[0]:
        place = x + step * np.float64(n)
        k = np.int64(place)
        left = np.float64(out.shape[0] // 2 - i)
        if drift != 0.0:
            # So many frames until the place has drifted to the next frame, or the one before.
            left = min(left, np.ceil((k + (drift > 0.0) - place) / drift))
        count = max(np.int64(1), np.int64(left))
        now = parts[: 2 * count]
        # Rounding may put one more or fewer into a run: then, as at the seam, one by one.
        alone = one_by_one or k < 1 or k + count > last
        if alone or not _parts_of(now, x, step, n, k - n):
            count = out.shape[0] // 2 - i if one_by_one else np.int64(1)
            here = out[2 * i : 2 * (i + count)]
            _add_cubic(here, pool, clip, x, step, n, gain, slope, into)
        else:
            begin = 2 * (first + k - 1)
            here = out[2 * i : 2 * (i + count)]
            _add_run(here, pool[begin : begin + 2 * count + 6], now, gain)
        n += count
        i += count


@numba.njit(cache=True)
def _piece(row, frame):  # type: ignore[no-untyped-def]
    """Return a following row's place at `frame`, counted from its origin, and its step a frame.

    A clock beyond all bars has a step of 0: rounding leaves no place in the clip.
    """
    scale = row.pass_frames / row.clip_bars
    bars = bar_at(row, frame)
    step = (bar_at(row, frame + PIECE_FRAMES) - bars) * scale / PIECE_FRAMES
    x = (bars - row.origin_bar) * scale
    if not (abs(x) < _FARTHEST and step > 0.0 and step < 64.0):
        return 0.0, 0.0
    return x, (1.0 if abs(step - 1.0) < _NO_DRIFT else step)


@numba.njit(cache=True)
def _settled(x, step):  # type: ignore[no-untyped-def]
    """Return `x`, where the step is 1 rounded so that adding whole frames to it is exact."""
    return np.rint(x * _GRAIN) / _GRAIN if step == 1.0 else x


@numba.njit(cache=True)
def _add_following(out, frame, begin, end, pool, row, gain, slope, parts):  # type: ignore[no-untyped-def]
    """Add the body over frames begin..end where the row's clock says."""
    clip = row.offset, row.offset + np.int64(row.pass_frames) - 1, row.body_frames - 3
    at = begin
    while at < end:
        # Pieces lie on a grid of their own: the same samples, whatever the block.
        piece = at // PIECE_FRAMES * PIECE_FRAMES
        x, step = _piece(row, piece)
        if step == 0.0:
            return
        x = max(0.0, _settled(x - np.floor(x / row.pass_frames) * row.pass_frames, step))
        stop = min(end, piece + PIECE_FRAMES)
        while at < stop:
            while x + step * (at - piece) >= row.pass_frames:
                x = _settled(x - row.pass_frames, step)
            rest = min(np.float64(PIECE_FRAMES), (row.pass_frames - x) / step)
            until = min(stop, piece + np.int64(rest))
            while until < stop and x + step * (until - piece) < row.pass_frames:
                until += 1
            while until > at + 1 and x + step * (until - 1 - piece) >= row.pass_frames:
                until -= 1
            here = out[2 * (at - frame) : 2 * (until - frame)]
            _add_runs(here, pool, clip, x, step, at - piece, gain, slope, at - row.stop, parts)
            at = until


@numba.njit(cache=True)
def _add_following_tails(out, frame, end, pool, row):  # type: ignore[no-untyped-def]
    """Add what rings on of each pass that a following row played to its end, at the row's pace."""
    tail = row.offset + row.body_frames
    clip = tail, tail, row.tail_frames - 3
    at = max(frame, row.start)
    while at < end and row.tail_frames > 3:
        piece = at // PIECE_FRAMES * PIECE_FRAMES
        x, step = _piece(row, piece)
        if step == 0.0:
            return
        stop = min(end, piece + PIECE_FRAMES)
        # All that ring in the piece, whatever of it the block holds.
        index = np.floor((x + step * PIECE_FRAMES) / row.pass_frames) + 1.0
        while x - index * row.pass_frames < row.tail_frames:
            ended = frame_at(row, row.origin_bar + index * row.clip_bars)
            if not ended > row.start + 1:
                break
            place = x - index * row.pass_frames
            most = np.ceil((row.tail_frames - 2 - place) / step)
            until = piece + np.int64(min(np.float64(stop - piece), most))
            begin = max(at, np.int64(min(ended, np.float64(stop))))
            if ended <= row.stop + 1 and begin < until:
                here = out[2 * (begin - frame) : 2 * (until - frame)]
                _add_cubic(here, pool, clip, place, step, begin - piece, row.gain, 0.0, 0)
            index -= 1.0
        at = stop


@numba.njit(cache=True)
def _add_body(out, frame, begin, end, pool, row, gain, slope, parts):  # type: ignore[no-untyped-def]
    """Add the body's passes over frames begin..end; the gain moves from the row's stop on."""
    if row.clip_bars > 0.0:
        _add_following(out, frame, begin, end, pool, row, gain, slope, parts)
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
def _strike_frame(row, index):  # type: ignore[no-untyped-def]
    """Return the frame of the `index`-th stroke: the row's clock, turned round, and rounded."""
    bars = row.origin_bar + index * row.clip_bars - row.clock_bar
    if abs(row.clock_change) < LEAST_CHANGE:
        return np.int64(np.rint(row.clock_frame + bars * row.clock_bar_frames))
    growth = row.clock_change * bars
    if growth <= -1.0:  # a clock that was never there yet, or will never be
        return np.int64(-_NEVER if row.clock_change > 0.0 else _NEVER)
    n = row.clock_bar_frames * np.log1p(growth) / row.clock_change
    return np.int64(np.rint(row.clock_frame + n))


@numba.njit(cache=True)
def _strike(out, frame, pool, row):  # type: ignore[no-untyped-def]
    """Add the strokes of a struck row to the block that starts at `frame`.

    A stroke begins where `row` plays, and rings for its body and tail, whatever comes then.
    """
    end = frame + out.shape[0] // 2
    sounds = np.int64(row.body_frames) + np.int64(row.tail_frames)
    since = max(row.start, frame - sounds)
    place = (bar_at(row, since) - row.origin_bar) / row.clip_bars
    if not abs(place) < _MOST_BARS:
        return  # a clock beyond all bars
    before = np.int64(np.floor(place)) - 1
    for index in range(before, before + 4 + end - frame):
        at = _strike_frame(row, index)
        if at >= end or at >= row.stop:
            return
        begin, until = max(frame, at), min(end, at + sounds)
        if at >= row.start and begin < until:
            first = row.offset + begin - at
            _add_straight(out, pool, first, begin - frame, until - frame, row.gain, 0.0, 0)


@numba.njit(cache=True)
def _add_row(track, frame, samples, row, ring, parts):  # type: ignore[no-untyped-def]
    """Add all of a row to the block of its track, flat, that starts at `frame`, without its mask.

    Its tails ring for `ring` frames at most.
    """
    end = frame + track.shape[0] // 2
    if row.clip_bars > 0.0 and row.body_frames < row.pass_frames:
        _strike(track, frame, samples, row)
        return
    begin, until = max(frame, row.start - row.lead_frames), min(end, row.start)
    if begin < until:
        first = row.offset - (row.start - begin)
        _add_straight(track, samples, first, begin - frame, until - frame, row.gain, 0.0, 0)
    fade = -row.gain / max(1, row.fade_frames)
    played = row.start, row.stop, 0.0
    faded = row.stop, row.stop + row.fade_frames, fade
    for first_frame, last_frame, slope in (played, faded):
        begin, until = max(frame, first_frame), min(end, last_frame)
        if begin < until:
            _add_body(track, frame, begin, until, samples, row, row.gain, slope, parts)
    if row.tail_frames > 0 and row.clip_bars == 0.0:
        _add_tails(track, frame, end, samples, row)
    elif row.tail_frames > 0:
        _add_following_tails(track, frame, min(end, row.stop + ring), samples, row)


@numba.njit(cache=True)
def mix(out, frame, pool, rows):  # type: ignore[no-untyped-def]
    """Mix the block that starts at `frame` into `out`, overwriting it.

    out: float64 [tracks, frames, 2] · pool: float32 [frames, 2], the arena · rows: ROW_DTYPE,
    added in their order. A row plays from `start` to `stop`, its lead-in before, its fade after;
    the tail of a pass rings from the end of that pass on, whatever comes then; a mask silences all
    of it between its steps. Rows must lie within the pool; all tracks beyond `out` sound on its
    last. Where the blocks begin and end changes no sample.
    """
    out[:] = 0.0
    end = frame + out.shape[1]
    samples = pool.reshape(-1)
    parts = np.empty(2 * PIECE_FRAMES)
    alone = np.empty(0)
    for v in range(rows.shape[0]):
        row = rows[v]
        if end <= row.start - row.lead_frames:
            continue
        ring = row.tail_frames if row.clip_bars == 0.0 else SLOWEST_TAIL * row.tail_frames
        if frame >= row.stop + max(row.fade_frames, ring):
            continue
        track = out[min(row.track, out.shape[0] - 1)].reshape(-1)
        if row.mask_steps == 0:
            _add_row(track, frame, samples, row, ring, parts)
            continue
        if alone.shape[0] == 0:
            alone = np.empty(track.shape[0])
        alone[:] = 0.0
        _add_row(alone, frame, samples, row, ring, parts)
        add_masked(track, alone, frame, row)


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
