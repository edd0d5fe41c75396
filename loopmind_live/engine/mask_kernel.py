"""The masks of rows, as the kernel plays them: in which steps of a rhythm a row sounds.

The gain of a frame depends on the row and the frame alone: blocks change no sample.
"""

import numba
import numpy as np

from loopmind_live.engine.clock_kernel import bar_at, frame_at

_MOST_STEPS_AWAY = 1e15


@numba.njit(cache=True)
def _step_frame(row, index):  # type: ignore[no-untyped-def]
    """Return the frame at which step `index` of a row's mask begins; inf or nan where none is."""
    at = row.mask_origin + index * row.mask_span / row.mask_steps
    return frame_at(row, at) if row.clip_bars > 0.0 else np.rint(at)


@numba.njit(cache=True)
def _step_at(row, frame):  # type: ignore[no-untyped-def]
    """Return the step of a row's mask that `frame` lies in; a clock beyond all bars has step 0."""
    place = bar_at(row, frame) if row.clip_bars > 0.0 else np.float64(frame)
    steps = (place - row.mask_origin) * row.mask_steps / row.mask_span
    if not abs(steps) < _MOST_STEPS_AWAY:
        return np.int64(0)
    index = np.int64(np.floor(steps)) - 1
    for _ in range(3):
        if _step_frame(row, index + 1) <= frame:
            index += 1
    return index


@numba.njit(cache=True)
def _step_sounds(row, index):  # type: ignore[no-untyped-def]
    """Tell whether a step of a row's mask sounds."""
    step = index % row.mask_steps
    bits = row.mask_low if step < 64 else row.mask_high
    return (bits >> np.uint64(step % 64)) & np.uint64(1) == np.uint64(1)


@numba.njit(cache=True)
def _add_rests(out, samples, first, after, at, until, row, falls, rises):  # type: ignore[no-untyped-def]
    """Add frames at..until of a step that is silent: what falls from before, and rises to after.

    out, samples: flat, from frame `at` on · the step lasts from `first` until `after`.
    """
    fade = np.float64(row.mask_fade_frames)
    for i in range(until - at):
        gain = 0.0
        if falls and at + i - first < fade:
            gain = 1.0 - (at + i - first) / fade
        if rises and after - (at + i) < fade:
            gain = max(gain, 1.0 - (after - (at + i)) / fade)
        out[2 * i] += gain * samples[2 * i]
        out[2 * i + 1] += gain * samples[2 * i + 1]


@numba.njit(cache=True)
def add_masked(out, samples, frame, row):  # type: ignore[no-untyped-def]
    """Add what a row sounds like in the block from `frame` on, in the rhythm of its mask.

    out, samples: flat, the whole block. After the row's stop its last step goes on.
    """
    end = frame + out.shape[0] // 2
    at = np.int64(frame)
    while at < end:
        stopped = at >= row.stop
        index = _step_at(row, row.stop - 1 if stopped else at)
        first, after = _step_frame(row, index), _step_frame(row, index + 1)
        goes_on = not stopped and after < row.stop  # else the next step never comes
        until = np.int64(end) if stopped else min(np.int64(end), row.stop)
        if goes_on and after > at:
            until = min(until, np.int64(after))
        a, b = 2 * (at - frame), 2 * (until - frame)
        if _step_sounds(row, index):
            for i in range(a, b):
                out[i] += samples[i]
        elif row.mask_fade_frames > 0:
            falls = first > row.start and _step_sounds(row, index - 1)
            rises = goes_on and _step_sounds(row, index + 1)
            _add_rests(out[a:b], samples[a:b], first, after, at, until, row, falls, rises)
        at = until
