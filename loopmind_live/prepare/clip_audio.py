"""From a recipe to the samples of a clip."""

import math
from dataclasses import dataclass

import numpy as np

from loopmind_live.dsp.seams import (
    TOLERANCE,
    WINDOW_S,
    Audio,
    close,
    crossfade,
    fit,
    pass_lengths,
    raised,
    seam_limit,
)
from loopmind_live.errors import PrepareError
from loopmind_live.prepare.cut import Cut, cut, slack_frames, until_s
from loopmind_live.prepare.decode import decode
from loopmind_live.prepare.opening import (
    JOIN_S,
    Opening,
    beginning,
    joined,
    opening_frames,
    shortened,
    taken_frames,
)
from loopmind_live.prepare.retime import (
    Passage,
    circular,
    context_frames,
    linear,
    resampled,
    retimed,
    silence,
)
from loopmind_live.prepare.tone import toned
from loopmind_live.score.clip import ClipRecipe, body_frames

MAX_PASS_S = 180.0
"""The longest pass, before and after retiming: what one clip may take of memory and arena."""
_RESAMPLED_SHARE = 0.75
"""Between which frames an attack falls decides by how much it steps: another rate may halve it."""


@dataclass(frozen=True, slots=True)
class ClipAudio:
    """The samples of a clip, each float32 [frames, 2] at the set's rate."""

    lead: Audio
    body: Audio
    tail: Audio


@dataclass(frozen=True, slots=True)
class Source:
    """What was read for a clip: the parts of its file, and the file's rate."""

    parts: Cut
    rate_hz: int


@dataclass(frozen=True, slots=True)
class _Scale:
    """How long a pass becomes, in whole frames, and by which ratio at the clip's rate."""

    frames: int
    ratio: float
    unchanged: bool


def make_audio(recipe: ClipRecipe) -> ClipAudio:
    """Read a recipe's file and make its clip.

    Raises PrepareError, which names the file, where it cannot be read or the recipe is not sound.
    """
    return make_whole(read(recipe), recipe)


def read(recipe: ClipRecipe) -> Source:
    """Return the parts of a recipe's file; raises PrepareError as `make_audio` does."""
    _check(recipe)
    audio, rate_hz = decode(recipe.path, until_s(recipe))
    return Source(cut(audio, rate_hz, recipe), rate_hz)


def make_whole(source: Source, recipe: ClipRecipe, opening: Opening | None = None) -> ClipAudio:
    """Return the clip that a source makes; `opening` is its last one, where it is made already."""
    count = len(opening_frames(recipe))
    if count and opening is None:
        opening = make_opening(source, recipe, count - 1)
    parts = toned(source.parts, source.rate_hz, recipe)
    made = shape(parts, source.rate_hz, recipe, opening)
    _check_finite(recipe, made.lead, made.body, made.tail)
    return made


def make_opening(
    source: Source, recipe: ClipRecipe, step: int, earlier: Opening | None = None
) -> Opening:
    """Return the opening number `step`, from 0; `earlier` is the one before it, where it is made.

    It is the beginning of the whole, but for its last 10 ms.
    """
    if step and earlier is None:
        earlier = make_opening(source, recipe, step - 1)
    frames, rate_hz = opening_frames(recipe)[step], source.rate_hz
    scale = _scale(source.parts.body, rate_hz, recipe)
    context = context_frames(rate_hz, recipe.rate_hz)
    taken = taken_frames(frames, scale.ratio, rate_hz, recipe)
    parts = toned(shortened(source.parts, taken, context, rate_hz), rate_hz, recipe)
    made = resampled(beginning(parts, taken, context), rate_hz, recipe.rate_hz)
    if not scale.unchanged:
        length = round(len(made.body) * scale.ratio)
        made = retimed(made, length, recipe.semitones, recipe.rate_hz)
    body, join = made.body[:frames], round(JOIN_S * recipe.rate_hz)
    if earlier is not None:
        opening = Opening(earlier.before, joined(earlier.body, body, join), earlier.lead)
    else:
        made = Passage(made.before[-join:], body, made.after)
        opening = Opening(made.before, body, _lead(parts, made, body, scale, rate_hz, recipe))
    _check_finite(recipe, opening.body, opening.lead)
    return opening


def tail_frames(source: Source, recipe: ClipRecipe) -> int:
    """Return how long the tail of a clip will be."""
    size = len(source.parts.tail)
    if not size:
        return 0
    scale = _scale(source.parts.body, source.rate_hz, recipe)
    frames = _resampled_frames(size, source.rate_hz, recipe)
    return frames if scale.unchanged else max(1, round(frames * scale.ratio))


def shape(
    parts: Cut, rate_hz: int, recipe: ClipRecipe, opening: Opening | None = None
) -> ClipAudio:
    """Bring the parts of a file to the recipe's rate, tempo and pitch; begin as `opening` does.

    Without anything to change the body is the file's own samples. A loop with a tail runs into it,
    and the tail sounds over the next pass; any other runs into its own start.
    """
    context = context_frames(rate_hz, recipe.rate_hz)
    if len(parts.tail):
        source = linear(parts.lead, parts.body, parts.tail, context)
    else:
        source = circular(parts.body, context)
    source = resampled(source, rate_hz, recipe.rate_hz)
    scale = _scale(parts.body, rate_hz, recipe)
    made = source
    if not scale.unchanged:
        made = retimed(source, scale.frames, recipe.semitones, recipe.rate_hz)
    if opening is not None:
        begun = joined(opening.body, made.body, round(JOIN_S * recipe.rate_hz))
        made = Passage(opening.before, begun, made.after)
    if len(parts.tail):
        body = _running_on(made, recipe)
    else:
        limit = _limit(parts.body, rate_hz, source.body, recipe.rate_hz)
        body = _running_round(made, scale.unchanged, rate_hz, limit, recipe)
    lead = _lead(parts, made, body, scale, rate_hz, recipe) if opening is None else opening.lead
    tail = parts.tail
    if len(tail):
        passage = linear(parts.body, tail, silence(0), context)
        tail = _alike(passage, rate_hz, recipe, scale).body
        if not scale.unchanged:
            tail = _joined_tail(tail, made.after, recipe)
    return ClipAudio(lead, body, tail)


def _lead(
    parts: Cut, made: Passage, body: Audio, scale: _Scale, rate_hz: int, recipe: ClipRecipe
) -> Audio:
    """Return the lead-in as it runs into `body`, of which `made` is the rendering."""
    if not len(parts.lead):
        return parts.lead
    context = context_frames(rate_hz, recipe.rate_hz)
    passage = linear(silence(0), parts.lead, parts.body, context)
    lead = _alike(passage, rate_hz, recipe, scale).body
    if scale.unchanged:
        return lead
    return _joined_lead(lead, made.before, body, bool(len(parts.tail)), recipe)


def _scale(body: Audio, rate_hz: int, recipe: ClipRecipe) -> _Scale:
    frames = _resampled_frames(len(body), rate_hz, recipe)
    whole = pass_lengths(recipe.pass_frames)[0]
    unchanged = _is_unchanged(frames, recipe)
    return _Scale(whole, 1.0 if unchanged else whole / frames, unchanged)


def _resampled_frames(frames: int, rate_hz: int, recipe: ClipRecipe) -> int:
    return max(1, round(frames * recipe.rate_hz / rate_hz))


def _check_finite(recipe: ClipRecipe, *parts: Audio) -> None:
    for part in parts:
        if not np.isfinite(part).all():
            raise PrepareError(f"{recipe.path}: could not be retimed: leave it out of the set")


def _check(recipe: ClipRecipe) -> None:
    if recipe.beats < 1 or not 0.0 < recipe.source_bpm < math.inf or recipe.bpm <= 0.0:
        raise PrepareError(
            f"{recipe.path}: {recipe.beats} beats at {recipe.source_bpm:g} bpm make no clip: "
            f"run `loopmind scan {recipe.path.parent}`"
        )
    seconds = recipe.beats * 60.0 / min(recipe.source_bpm, recipe.bpm)
    if seconds > MAX_PASS_S:
        raise PrepareError(
            f"{recipe.path}: {recipe.beats} beats last {seconds:.0f} s, more than the "
            f"{MAX_PASS_S:.0f} s of a clip: cut the file into shorter loops"
        )


def _is_unchanged(frames: int, recipe: ClipRecipe) -> bool:
    wanted = recipe.pass_frames
    return recipe.semitones == 0 and abs(frames - wanted) <= slack_frames(wanted, recipe.rate_hz)


def _running_on(made: Passage, recipe: ClipRecipe) -> Audio:
    """Return a body followed by its own continuation, which the tail holds too."""
    return np.concatenate([made.body, made.after])[: body_frames(recipe.pass_frames)]


def _limit(native: Audio, native_hz: int, source: Audio, rate_hz: int) -> Audio:
    """Return the step allowed at the seam [channels], by the file and by its resampled form."""
    here = seam_limit(source, round(WINDOW_S * rate_hz))
    if native_hz == rate_hz:
        return here
    there = seam_limit(native, round(WINDOW_S * native_hz))
    return np.minimum(here, there) * np.float32(_RESAMPLED_SHARE)


def _running_round(
    made: Passage, unchanged: bool, source_hz: int, limit: Audio, recipe: ClipRecipe
) -> Audio:
    """Return a body that runs into its own start, its seam no rougher than the source's."""
    window = round(WINDOW_S * recipe.rate_hz)
    body = made.body
    if not unchanged:
        body = close(made.before[-round(JOIN_S * recipe.rate_hz) :], body, limit, window)
    own = unchanged and source_hz == recipe.rate_hz
    frames = body_frames(recipe.pass_frames)
    return fit(body, recipe.pass_frames, frames, limit, window, TOLERANCE if own else 1.0)


def _alike(passage: Passage, rate_hz: int, recipe: ClipRecipe, scale: _Scale) -> Passage:
    """Treat a lead-in or tail as the body was treated."""
    passage = resampled(passage, rate_hz, recipe.rate_hz)
    if scale.unchanged:
        return passage
    frames = max(1, round(len(passage.body) * scale.ratio))
    return retimed(passage, frames, recipe.semitones, recipe.rate_hz)


def _joined_lead(lead: Audio, before: Audio, body: Audio, same: bool, recipe: ClipRecipe) -> Audio:
    """Make a lead-in end where the body starts; `same`: `before` is the same sound as the lead."""
    join = min(len(lead), round(JOIN_S * recipe.rate_hz))
    joined = lead.copy()
    if same:
        joined[-join:] = crossfade(lead[-join:], before[-join:])
    else:
        joined[-join:] += (body[0] - lead[-1]) * raised(join)
    return joined


def _joined_tail(tail: Audio, after: Audio, recipe: ClipRecipe) -> Audio:
    """Make a tail begin as the body's own rendering goes on."""
    join = min(len(tail), len(after), round(JOIN_S * recipe.rate_hz))
    joined = tail.copy()
    joined[:join] = crossfade(after[:join], tail[:join])
    return joined
