"""The seam of a loop: where its end meets its start. Pure functions on arrays.

A body is played in passes of floor or ceil of a length that is seldom a whole number. At each seam
the step between neighboring samples should be no larger than what the loop itself does there, else
it clicks. Arrays are `audio: float32 [frames, channels]`; windows and lengths are in frames.
"""

import math

import numpy as np
import numpy.typing as npt

Audio = npt.NDArray[np.float32]
"""float32 [frames, channels], nominally -1..1."""

WINDOW_S = 0.005
"""How far from the seam a loop is measured, and at most mended."""
TOLERANCE = 1.1
"""A seam's step may be this much larger than the largest step that the source makes near it."""
_FILLED_FRAMES = 2
_WHOLE = 1e-6


def pass_lengths(pass_frames: float) -> tuple[int, ...]:
    """Return the lengths that a pass of `pass_frames` takes when its ends are rounded to frames.

    >>> pass_lengths(96000.0), pass_lengths(95999.9999999), pass_lengths(100.25)
    ((96000,), (96000,), (100, 101))
    """
    nearest = round(pass_frames)
    if abs(pass_frames - nearest) < _WHOLE:
        return (nearest,)
    return (math.floor(pass_frames), math.ceil(pass_frames))


def wrapped(circle: Audio, first: int, frames: int) -> Audio:
    """Return `frames` frames of the endless loop of `circle`, from its frame `first` on.

    >>> wrapped(np.arange(3, dtype=np.float32)[:, None], -1, 5).ravel().tolist()
    [2.0, 0.0, 1.0, 2.0, 0.0]
    """
    return circle[np.arange(first, first + frames) % len(circle)]


def seam_limit(circle: Audio, window: int) -> Audio:
    """Return the largest step of each channel within `window` frames of the seam of `circle`.

    The step over the seam itself counts: it belongs to the loop.

    >>> seam_limit(np.array([[0.0], [0.5], [0.25], [0.125]], np.float32), 1).tolist()
    [0.5]
    """
    around = np.concatenate([circle[-window - 1 :], circle[: window + 1]])
    limit: Audio = np.abs(np.diff(around, axis=0)).max(axis=0)
    return limit


def seam_steps(body: Audio, lengths: tuple[int, ...]) -> Audio:
    """Return the step of each channel over the seam of a pass of each of `lengths`: [n, channels].

    >>> seam_steps(np.array([[0.0], [0.5], [0.25]], np.float32), (2, 3)).tolist()
    [[0.5], [0.25]]
    """
    steps: Audio = np.abs(body[0] - body[[length - 1 for length in lengths]])
    return steps


def holds(body: Audio, lengths: tuple[int, ...], limit: Audio) -> bool:
    """Say whether no pass of `body` makes a larger step at its seam than `limit` [channels]."""
    return bool((seam_steps(body, lengths) <= limit).all())


def fit(
    circle: Audio, pass_frames: float, frames: int, limit: Audio, window: int, tolerance: float
) -> Audio:
    """Lay a loop that has the length of a pass, but for some frames, out as a body of `frames`.

    The samples stay the loop's own, its start following its end, unless that steps over the seam by
    more than `tolerance` times `limit` [channels], or repeats more than two frames: then the last
    `window` frames are warped to end with the shorter pass, a longer pass repeats one frame, and
    the step is brought down to `limit`.
    """
    lengths = pass_lengths(pass_frames)
    body = wrapped(circle, 0, frames)
    allowed = limit * np.float32(tolerance)
    if lengths[0] - len(circle) <= _FILLED_FRAMES and holds(body, lengths, allowed):
        return body
    fitted = lean(warp_end(circle, lengths[0], window), limit, window)
    return wrapped(fitted, 0, frames)


def close(before: Audio, body: Audio, limit: Audio, window: int) -> Audio:
    """Close the seam of `body`, whose end should run into its start.

    `before` is another rendering of the loop's end, one that runs into the body's start; its last
    frames are faded in over the body's. Steps beyond `limit` [channels] are then leaned away.
    """
    fade = min(len(before), len(body) // 4)
    closed = body.copy()
    if fade:
        closed[-fade:] = crossfade(body[-fade:], before[-fade:])
    return lean(closed, limit, window)


def crossfade(old: Audio, new: Audio) -> Audio:
    """Return `old` turning into `new` of the same length, along a raised cosine.

    >>> crossfade(np.ones((3, 1), np.float32), np.zeros((3, 1), np.float32)).ravel().round(2)
    array([0.85, 0.5 , 0.15], dtype=float32)
    """
    rise = raised(len(old))
    mixed: Audio = old * (1 - rise) + new * rise
    return mixed


def raised(frames: int) -> Audio:
    """Return a raised cosine from above 0 to below 1: float32 [frames, 1]."""
    phase = np.arange(1, frames + 1) / (frames + 1)
    return (0.5 - 0.5 * np.cos(np.pi * phase)).astype(np.float32)[:, None]


def lean(body: Audio, limit: Audio, window: int) -> Audio:
    """Return `body` with its last `window` frames bent so that its seam's step keeps to `limit`.

    A body that keeps to it is returned as it is. limit: [channels].

    >>> lean(np.array([[0.0], [0.0], [0.0], [1.0]], np.float32), np.float32([0.5]), 2).ravel()
    array([ 0.        ,  0.        , -0.14644662,  0.5       ], dtype=float32)
    """
    step = body[0] - body[-1]
    allowed: Audio = np.clip(step, -limit, limit)
    if (step == allowed).all():
        return body
    bent = body.copy()
    frames = min(window, len(body) - 1)
    if frames < 1:
        return bent
    rise = raised(2 * frames - 1)[:frames] * np.float32(2)
    bent[-frames:] += rise * (step - allowed)
    bent[-1] = body[0] - allowed  # exactly, where the sum above was rounded
    return bent


def warp_end(circle: Audio, frames: int, window: int) -> Audio:
    """Return `circle` brought to `frames` by playing its last `window` frames faster or slower.

    >>> warp_end(np.arange(8, dtype=np.float32)[:, None], 7, 4).ravel().round(2).tolist()
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.5]
    """
    surplus = len(circle) - frames
    span = min(window, len(circle) // 2, frames // 2)
    taken, made = (span, span - surplus) if surplus > 0 else (span + surplus, span)
    if taken < 1 or made < 1:
        return wrapped(circle, 0, frames)
    start = len(circle) - taken
    places = np.arange(made) * (taken / made)
    end = np.concatenate([circle[start:], circle[:1]])
    index = places.astype(np.int64)
    share = (places - index).astype(np.float32)[:, None]
    warped = (end[index] * (1 - share) + end[index + 1] * share).astype(np.float32)
    return np.concatenate([circle[:start], warped])
