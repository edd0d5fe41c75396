"""Cut a decoded file into lead-in, body and tail, at the file's own rate. Pure."""

from dataclasses import dataclass

import numpy as np

from loopmind_live.dsp.seams import TOLERANCE, WINDOW_S, Audio, raised
from loopmind_live.errors import PrepareError
from loopmind_live.prepare.retime import silence
from loopmind_live.score.clip import ClipRecipe

TAIL_S = 4.0
"""The longest tail; what sounds on beyond it is no ring but more music."""
_AUDIBLE = 10 ** (-60 / 20)
_GOING_ON = 10 ** (-40 / 20)
_FADE_S = 0.010
_SLACK = 1e-4
_SLACK_S = 0.0005


@dataclass(frozen=True, slots=True)
class Cut:
    """The parts of a file that a recipe uses; each float32 [frames, 2], at the file's rate."""

    lead: Audio
    body: Audio
    tail: Audio


def until_s(recipe: ClipRecipe) -> float:
    """Return how much of the file a recipe can use, in seconds from its start."""
    return recipe.start_s + recipe.beats * 60.0 / recipe.source_bpm + TAIL_S + 0.1


def slack_frames(frames: float, rate_hz: int) -> float:
    """Return how far from `frames` a length is still the same but for rounding.

    At most half a millisecond, so that the last beat stays on the grid.
    """
    return max(2.0, min(_SLACK * frames, _SLACK_S * rate_hz))


def cut(audio: Audio, rate_hz: int, recipe: ClipRecipe) -> Cut:
    """Return the whole beats of `recipe`, and unless it is dry what sounds before and after them.

    A file that ends too early is filled up with silence. Raises PrepareError where it has no audio
    at the recipe's start.
    """
    start = round(recipe.start_s * rate_hz)
    rest = audio[start:]
    if start < 0 or not len(rest):
        raise PrepareError(
            f"{recipe.path}: has no sound at {recipe.start_s:g} s, where its first beat should be: "
            f"run `loopmind scan {recipe.path.parent}`"
        )
    wanted = recipe.beats * 60.0 * rate_hz / recipe.source_bpm
    frames = max(1, round(wanted))
    if abs(len(rest) - wanted) <= slack_frames(wanted, rate_hz):
        frames = len(rest)
    body, after = _filled(rest[:frames], frames, rate_hz), rest[frames:]
    none = silence(0)
    if recipe.dry:
        return Cut(none, body, none)
    peak = float(np.abs(body).max())
    beat = round(60.0 * rate_hz / recipe.source_bpm)
    lead = _lead(audio[max(0, start - beat) : start], peak, rate_hz, is_cut=start > beat)
    if _goes_on(after, peak, rate_hz):
        if recipe.start_s == 0.0 and recipe.source_bpm == recipe.bpm:
            body = _faded_out(body, rate_hz)  # a long sound without a tempo, cut off anywhere
        return Cut(lead, body, none)
    return Cut(lead, body, _tail(after, peak, rate_hz))


def _filled(body: Audio, frames: int, rate_hz: int) -> Audio:
    if len(body) == frames:
        return body
    window = min(len(body), round(WINDOW_S * rate_hz))
    near = np.abs(np.diff(body[-window:], axis=0)).max(axis=0, initial=0.0)
    if (np.abs(body[-1]) > TOLERANCE * near).any():
        body = _faded_out(body, rate_hz, WINDOW_S)
    return np.concatenate([body, silence(frames - len(body))])


def _faded_out(audio: Audio, rate_hz: int, fade_s: float = _FADE_S) -> Audio:
    frames = min(len(audio), round(fade_s * rate_hz))
    faded = audio.copy()
    faded[len(faded) - frames :] *= 1 - raised(frames)
    return faded


def _lead(before: Audio, peak: float, rate_hz: int, is_cut: bool) -> Audio:
    loud = np.flatnonzero(np.abs(before).max(axis=1, initial=0.0) > peak * _AUDIBLE)
    if not len(loud):
        return before[:0]
    if loud[0] == 0 and is_cut:
        return _faded_out(before[::-1], rate_hz, WINDOW_S)[::-1]
    return before[loud[0] :]


def _goes_on(after: Audio, peak: float, rate_hz: int) -> bool:
    frames, moment = round(TAIL_S * rate_hz), round(0.1 * rate_hz)
    if len(after) < frames:
        return False
    return bool(np.abs(after[frames - moment : frames]).max(initial=0.0) > peak * _GOING_ON)


def _tail(after: Audio, peak: float, rate_hz: int) -> Audio:
    after = after[: round(TAIL_S * rate_hz)]
    loud = np.flatnonzero(np.abs(after).max(axis=1, initial=0.0) > peak * _AUDIBLE)
    if not len(loud):
        return after[:0]
    return _faded_out(after[: loud[-1] + 1], rate_hz)
