"""Retime and transpose a passage, pitch and time apart, with its surroundings.

The stretcher needs to hear what comes before and after, or its edges smear: so a loop is given its
own end before its start, and its start after its end.
"""

from dataclasses import dataclass
from math import ceil, log2

import numpy as np
import python_stretch

from loopmind_live.dsp.seams import Audio, wrapped
from loopmind_live.prepare.decode import resample, resampling_step

CONTEXT_S = 0.3
"""How much the stretcher hears on either side: more than two of its blocks."""
_MOST_PER_STAGE = 2.0
"""Beyond a factor of two the stretcher blurs onsets and adds noise that differs from run to run."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Audio with what comes before and after it; each float32 [frames, 2]."""

    before: Audio
    body: Audio
    after: Audio

    @property
    def strip(self) -> Audio:
        """Return all three in a row."""
        return np.concatenate([self.before, self.body, self.after])


def circular(circle: Audio, context: int) -> Passage:
    """Return a loop in `context` frames of its own repetition on either side."""
    size = len(circle)
    return Passage(wrapped(circle, -context, context), circle, wrapped(circle, size, context))


def linear(before: Audio, body: Audio, after: Audio, context: int) -> Passage:
    """Return `body` in its surroundings, cut or filled with silence to `context` frames each."""
    lead = silence(context - len(before)) if len(before) < context else before[:0]
    rest = silence(context - len(after)) if len(after) < context else after[:0]
    near = before[len(before) - min(context, len(before)) :]
    return Passage(np.concatenate([lead, near]), body, np.concatenate([after[:context], rest]))


def silence(frames: int) -> Audio:
    """Return stereo silence."""
    return np.zeros((frames, 2), np.float32)


def context_frames(from_hz: int, to_hz: int) -> int:
    """Return how much context to give a passage at `from_hz` that will be brought to `to_hz`."""
    return resampling_step(from_hz, to_hz, ceil(CONTEXT_S * from_hz))


def resampled(passage: Passage, from_hz: int, to_hz: int) -> Passage:
    """Return the passage at another rate; its context must be `context_frames` long."""
    if from_hz == to_hz:
        return passage
    strip = resample(passage.strip, from_hz, to_hz)
    start = round(len(passage.before) * to_hz / from_hz)
    frames = max(1, round(len(passage.body) * to_hz / from_hz))
    return Passage(strip[:start], strip[start : start + frames], strip[start + frames :])


def retimed(passage: Passage, frames: int, semitones: int, rate_hz: int) -> Passage:
    """Return the passage with a body of exactly `frames`, moved by `semitones`; context alike."""
    strip = passage.strip
    ratio = frames / len(passage.body)
    made = stretch(strip, round(len(strip) * ratio), semitones, rate_hz)
    start = round(len(passage.before) * ratio)
    return Passage(made[:start], made[start : start + frames], made[start + frames :])


def stretch(audio: Audio, frames: int, semitones: int, rate_hz: int) -> Audio:
    """Return `audio` played in `frames` frames and moved by `semitones`.

    Pitch is moved by resampling: the stretcher's own transposition is up to 24 cents out of tune in
    the bass, and this one is exact. Whichever of the two makes the audio shorter comes first, as
    the stretcher takes most of the time. Large factors are taken in stages, which keeps the result
    the same from run to run.
    """
    pitch = 2.0 ** (semitones / 12)
    if semitones > 0:
        made = resample(audio, len(audio), max(1, round(len(audio) / pitch)))
        return _in_stages(made, frames, rate_hz)
    longer = max(1, round(frames * pitch))
    return resample(_in_stages(audio, longer, rate_hz), longer, frames)


def _in_stages(audio: Audio, frames: int, rate_hz: int) -> Audio:
    """Return `audio` played in `frames` frames, pitch kept."""
    ratio = frames / len(audio)
    stages = max(1, ceil(abs(log2(ratio)) / log2(_MOST_PER_STAGE) - 1e-9))
    made = audio
    for stage in range(1, stages + 1):
        made = _one_stage(made, round(len(audio) * ratio ** (stage / stages)), rate_hz)
    return made


def _one_stage(audio: Audio, frames: int, rate_hz: int) -> Audio:
    if frames == len(audio):
        return audio
    stretcher = python_stretch.Signalsmith.Stretch()
    stretcher.preset(audio.shape[1], rate_hz)
    stretcher.setTimeFactor(len(audio) / frames)
    made = np.asarray(stretcher.process(np.ascontiguousarray(audio.T))).T
    exact: Audio = np.ascontiguousarray(made[:frames])
    if len(exact) < frames:
        exact = np.concatenate([exact, silence(frames - len(exact))])
    return exact
