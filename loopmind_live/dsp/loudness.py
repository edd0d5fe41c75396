"""Loudness (ITU-R BS.1770) and true peak."""

import math
import warnings

import numpy as np

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.units import gain_to_db

_BLOCK_S = 0.4


def lufs(audio: Floats, rate_hz: int) -> float | None:
    """Return the integrated loudness of `audio`: float32 [frames, channels], one or two channels.

    None where nothing reaches the absolute gate of -70 LUFS. A sound shorter than the meter's
    400 ms block is measured as that block, silence around it included.
    """
    import pyloudnorm

    shortest = math.ceil(_BLOCK_S * rate_hz) + 1
    if len(audio) < shortest:
        audio = np.pad(audio, ((0, shortest - len(audio)), (0, 0)))
    with warnings.catch_warnings():
        # It warns where every block is gated away; the answer says so itself.
        warnings.simplefilter("ignore")
        loudness = float(pyloudnorm.Meter(rate_hz).integrated_loudness(audio.astype(np.float64)))
    return loudness if math.isfinite(loudness) else None


def true_peak_dbtp(audio: Floats, rate_hz: int) -> float:
    """Return the true peak of `audio`: float32 [frames, channels], in dBTP; -120 for silence.

    Oversampled to at least 176.4 kHz, as BS.1770-4 annex 2 does (four times at 44.1 and 48 kHz).
    """
    import soxr

    peak = float(np.abs(audio).max(initial=0.0))
    factor = max(1, math.ceil(176400 / rate_hz))
    if peak > 0.0 and factor > 1:
        # Zeros around it: a sound cut at its edge rings there when it is played.
        margin = np.zeros((64, audio.shape[1]), np.float32)
        padded = np.concatenate([margin, audio.astype(np.float32, copy=False), margin])
        peak = max(peak, float(np.abs(soxr.resample(padded, rate_hz, factor * rate_hz)).max()))
    return gain_to_db(peak)
