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
_JOIN_S = 0.010
_RESAMPLED_SHARE = 0.75
"""Between which frames an attack falls decides by how much it steps: another rate may halve it."""


@dataclass(frozen=True, slots=True)
class ClipAudio:
    """The samples of a clip, each float32 [frames, 2] at the set's rate."""

    lead: Audio
    body: Audio
    tail: Audio


def make_audio(recipe: ClipRecipe) -> ClipAudio:
    """Read a recipe's file and make its clip.

    Raises PrepareError, which names the file, where it cannot be read or the recipe is not sound.
    """
    _check(recipe)
    audio, rate_hz = decode(recipe.path, until_s(recipe))
    parts = toned(cut(audio, rate_hz, recipe), rate_hz, recipe)
    made = shape(parts, rate_hz, recipe)
    for part in (made.lead, made.body, made.tail):
        if not np.isfinite(part).all():
            raise PrepareError(f"{recipe.path}: could not be retimed: leave it out of the set")
    return made


def shape(parts: Cut, rate_hz: int, recipe: ClipRecipe) -> ClipAudio:
    """Bring the parts of a file to the recipe's rate, tempo and pitch.

    Without anything to change the body is the file's own samples. A loop with a tail runs into it,
    and the tail sounds over the next pass; any other runs into its own start.
    """
    context = context_frames(rate_hz, recipe.rate_hz)
    if len(parts.tail):
        source = linear(parts.lead, parts.body, parts.tail, context)
    else:
        source = circular(parts.body, context)
    source = resampled(source, rate_hz, recipe.rate_hz)
    unchanged = _is_unchanged(len(source.body), recipe)
    floor = pass_lengths(recipe.pass_frames)[0]
    ratio = 1.0 if unchanged else floor / len(source.body)
    made = source if unchanged else retimed(source, floor, recipe.semitones, recipe.rate_hz)
    if len(parts.tail):
        body = _running_on(made, recipe)
    else:
        limit = _limit(parts.body, rate_hz, source.body, recipe.rate_hz)
        body = _running_round(made, unchanged, rate_hz, limit, recipe)
    lead, tail = parts.lead, parts.tail
    if len(lead):
        passage = linear(silence(0), lead, parts.body, context)
        lead = _alike(passage, rate_hz, recipe, ratio, unchanged).body
        if not unchanged:
            lead = _joined_lead(lead, made.before, body, bool(len(tail)), recipe)
    if len(tail):
        passage = linear(parts.body, tail, silence(0), context)
        tail = _alike(passage, rate_hz, recipe, ratio, unchanged).body
        if not unchanged:
            tail = _joined_tail(tail, made.after, recipe)
    return ClipAudio(lead, body, tail)


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
        body = close(made.before[-round(_JOIN_S * recipe.rate_hz) :], body, limit, window)
    own = unchanged and source_hz == recipe.rate_hz
    frames = body_frames(recipe.pass_frames)
    return fit(body, recipe.pass_frames, frames, limit, window, TOLERANCE if own else 1.0)


def _alike(
    passage: Passage, rate_hz: int, recipe: ClipRecipe, ratio: float, unchanged: bool
) -> Passage:
    """Treat a lead-in or tail as the body was treated."""
    passage = resampled(passage, rate_hz, recipe.rate_hz)
    if unchanged:
        return passage
    frames = max(1, round(len(passage.body) * ratio))
    return retimed(passage, frames, recipe.semitones, recipe.rate_hz)


def _joined_lead(lead: Audio, before: Audio, body: Audio, same: bool, recipe: ClipRecipe) -> Audio:
    """Make a lead-in end where the body starts; `same`: `before` is the same sound as the lead."""
    join = min(len(lead), round(_JOIN_S * recipe.rate_hz))
    joined = lead.copy()
    if same:
        joined[-join:] = crossfade(lead[-join:], before[-join:])
    else:
        joined[-join:] += (body[0] - lead[-1]) * raised(join)
    return joined


def _joined_tail(tail: Audio, after: Audio, recipe: ClipRecipe) -> Audio:
    """Make a tail begin as the body's own rendering goes on."""
    join = min(len(tail), len(after), round(_JOIN_S * recipe.rate_hz))
    joined = tail.copy()
    joined[:join] = crossfade(after[:join], tail[:join])
    return joined
