"""The openings of a long clip: its first bars, made before the rest so that they may sound.

A long clip that must be retimed is made several times over, from its start on, each time further,
and each rendering goes on with what the one before it made, joined by a short crossfade. So its
openings are the beginning of the whole, to the sample, whoever makes it and when.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np

from loopmind_live.dsp.seams import Audio, crossfade, wrapped
from loopmind_live.prepare.cut import Cut, slack_frames
from loopmind_live.prepare.retime import Passage, linear
from loopmind_live.score.clip import ClipRecipe

OPENINGS_S = ((8.0, 16.0), (40.0, 120.0))
"""How long each opening is, and from which length of a pass on a clip has it."""
JOIN_S = 0.010
_SETTLED_S = 0.1


@dataclass(frozen=True, slots=True)
class Opening:
    """The first frames of a body, its last 10 ms still to be joined; each float32 [frames, 2].

    `before` is what runs into the body's start, as the body's end or its lead-in would; `lead` the
    clip's lead-in.
    """

    before: Audio
    body: Audio
    lead: Audio


def opening_frames(recipe: ClipRecipe) -> tuple[int, ...]:
    """Return how many frames of the body each opening holds, the shortest first.

    There is none to a clip that is short, or that is a copy of its file but for its rate.

    >>> from dataclasses import replace
    >>> from pathlib import Path
    >>> stem = ClipRecipe(Path("stem.wav"), "", 0.0, 128, 120.0, 128.0, 0, 48000)
    >>> opening_frames(stem), opening_frames(replace(stem, beats=16))
    ((384000,), ())
    >>> opening_frames(replace(stem, bpm=120.0))
    ()
    """
    wanted = recipe.pass_frames
    source = recipe.beats * 60.0 * recipe.rate_hz / recipe.source_bpm
    copied = abs(source - wanted) <= slack_frames(wanted, recipe.rate_hz)
    if copied and not recipe.semitones:
        return ()
    return tuple(
        round(length_s * recipe.rate_hz)
        for length_s, least_s in OPENINGS_S
        if wanted >= least_s * recipe.rate_hz
    )


def steady_frames(recipe: ClipRecipe, frames: int) -> int:
    """Return how many frames of an opening stay as they are once it is joined to what follows."""
    return frames - round(JOIN_S * recipe.rate_hz)


def taken_frames(frames: int, ratio: float, rate_hz: int, recipe: ClipRecipe) -> int:
    """Return how many frames of a file make an opening of `frames`, or a few more.

    `ratio` is how many frames of the clip come from one of the file, once at the clip's rate.
    """
    return ceil((frames / ratio + 1.0) * rate_hz / recipe.rate_hz) + 1


def shortened(parts: Cut, taken: int, context: int, rate_hz: int) -> Cut:
    """Return `parts` with as much of their body as an opening of `taken` frames needs.

    That is what comes after it, too, and of a loop its end, which comes before its start.
    """
    after = taken + context
    end = 0 if len(parts.tail) else context + round(_SETTLED_S * rate_hz)
    if after + end >= len(parts.body):
        return parts
    kept = parts.body[:after]
    if end:
        kept = np.concatenate([kept, parts.body[-end:]])
    return Cut(parts.lead, kept, parts.tail[:1])


def beginning(parts: Cut, taken: int, context: int) -> Passage:
    """Return the first `taken` frames of a body, with what comes before and after them."""
    body = parts.body
    if len(parts.tail):
        return linear(parts.lead, body[:taken], body[taken:], context)
    return Passage(wrapped(body, -context, context), body[:taken], wrapped(body, taken, context))


def joined(opening: Audio, body: Audio, join: int) -> Audio:
    """Return `opening` going on as `body`, another rendering of the same, over `join` frames.

    >>> ones = np.ones((5, 1), np.float32)
    >>> joined(ones[:3], 0 * ones, 2).ravel().round(2).tolist()
    [1.0, 0.75, 0.25, 0.0, 0.0]
    """
    size = len(opening)
    join = min(join, size, len(body))
    turn = crossfade(opening[size - join :], body[size - join : size])
    return np.concatenate([opening[: size - join], turn, body[size:]])
