"""What happens to loops in real folders, done to clean ones, so that it can be measured."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.library.decode import Audio

END_SILENCE_S, START_SILENCE_S = 0.7, 0.3
CUT_SHARE = 0.07
REVERB_S = 1.0
"""In which the reverb falls by 60 dB."""
REVERB_LEVEL = 0.3
"""The reverb's energy under the dry sound's, as an amplitude."""


def clean(audio: Audio) -> Audio:
    """Return the sound as it is."""
    return audio


def end_silence(audio: Audio) -> Audio:
    """Return the sound with silence after it."""
    return replace(audio, samples=np.concatenate([audio.samples, _silence(audio, END_SILENCE_S)]))


def start_silence(audio: Audio) -> Audio:
    """Return the sound with silence before it."""
    return replace(audio, samples=np.concatenate([_silence(audio, START_SILENCE_S), audio.samples]))


def cut_end(audio: Audio) -> Audio:
    """Return the sound without its last part."""
    frames = round(len(audio.samples) * (1.0 - CUT_SHARE))
    return replace(audio, samples=np.ascontiguousarray(audio.samples[: max(1, frames)]))


def reverb(audio: Audio) -> Audio:
    """Return the sound in a room, whose tail makes it longer: exponentially decaying noise."""
    from scipy.signal import fftconvolve

    frames = round(REVERB_S * audio.rate_hz)
    noise = np.random.default_rng(0).standard_normal(frames)
    noise *= 10.0 ** (-3.0 * np.arange(frames) / frames)
    response = noise * (REVERB_LEVEL / np.sqrt((noise**2).sum()))
    response[0] = 1.0
    wet = fftconvolve(audio.samples, response[:, None], axes=0)
    return replace(audio, samples=wet.astype(np.float32))


CONDITIONS: Mapping[str, Callable[[Audio], Audio]] = {
    "clean": clean,
    "end_silence": end_silence,
    "start_silence": start_silence,
    "cut": cut_end,
    "reverb": reverb,
}
"""By name, what a loop is measured under."""


def _silence(audio: Audio, seconds: float) -> Floats:
    shape = (round(seconds * audio.rate_hz), audio.samples.shape[1])
    return np.zeros(shape, np.float32)
