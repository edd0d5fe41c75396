"""Onsets: where notes and hits begin."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from loopmind_live.dsp.spectrum import Floats, magnitudes, mel_bands

WINDOW_S = 0.023
HOP_S = 0.0058
BANDS = 32
_BAND_LIMITS = (4, 20)
FLOOR_DB = -60.0
_NEIGHBOURHOOD_S = 0.03
_BACKGROUND_S = 0.3


@dataclass(frozen=True, slots=True)
class Onsets:
    """When notes begin, and how clearly.

    `envelope`: float32 [windows], the rise of loudness over all bands, `envelope_hz` values a
    second; `low_envelope` the same below 200 Hz. `times_s` and `strengths`: float64 [onsets].
    `band_strengths`: float64 [3, onsets], the rise below 200 Hz, up to 2.5 kHz, and above.
    `likeness`: float32 [2, lags], how like itself the sound is so many windows later, 1 at lag 0:
    by where each band rises, and by how loud each band is. `levels_db`: float32 [windows, BANDS],
    each band's level over the loudest one's, at least FLOOR_DB.
    """

    envelope: Floats
    low_envelope: Floats
    envelope_hz: float
    times_s: npt.NDArray[np.float64]
    strengths: npt.NDArray[np.float64]
    band_strengths: npt.NDArray[np.float64]
    likeness: Floats
    levels_db: Floats


def find_onsets(mono: Floats, rate_hz: int) -> Onsets:
    """Return the onsets of `mono`: float32 [frames], -1..1.

    Spectral flux on logarithmic mel bands (after Böck and Widmer 2013, without their vibrato
    suppression), with the peaks picked against a moving mean.
    """
    window = 1 << round(np.log2(WINDOW_S * rate_hz))
    hop = max(1, round(HOP_S * rate_hz))
    envelope_hz = rate_hz / hop
    bands = mel_bands(window, rate_hz, BANDS)
    spectrogram = magnitudes(mono, window, hop) @ bands
    top = float(spectrogram.max(initial=0.0))
    if top <= 0.0:
        nothing = np.zeros(len(spectrogram), np.float32)
        return Onsets(
            nothing, nothing, envelope_hz, np.zeros(0), np.zeros(0), np.zeros((3, 0)),
            np.zeros((2, len(nothing)), np.float32), np.full_like(spectrogram, FLOOR_DB),
        )  # fmt: skip
    level = np.maximum(20.0 * np.log10(spectrogram / top + 1e-9), FLOOR_DB) - FLOOR_DB
    # What sounds at the first frame begins there, so a file's start counts as a rise from silence.
    before = np.concatenate([np.zeros((2, BANDS), np.float32), level[:-2]])[: len(level)]
    rise = np.maximum(level - before, 0.0).astype(np.float32)
    low = rise[:, : max(1, BANDS // 8)].mean(axis=1)
    envelope = rise.mean(axis=1)
    times, strengths = _peaks(envelope, envelope_hz)
    likeness = np.stack([_likeness(rise), _likeness(level)])
    by_band = _by_band(rise, times, envelope_hz)
    levels_db = (level + FLOOR_DB).astype(np.float32)
    return Onsets(envelope, low, envelope_hz, times, strengths, by_band, likeness, levels_db)


def _by_band(
    rise: Floats, times_s: npt.NDArray[np.float64], envelope_hz: float
) -> npt.NDArray[np.float64]:
    """Return the rise at each onset in three ranges of bands, float64 [3, onsets]."""
    at = np.round(times_s * envelope_hz).astype(np.int64)
    near = [rise[np.clip(at + step, 0, len(rise) - 1)] for step in (-1, 0, 1)]
    strongest = np.max(near, axis=0)
    ranges = np.split(strongest, _BAND_LIMITS, axis=1)
    return np.stack([part.mean(axis=1) for part in ranges]).astype(np.float64)


def _likeness(bands: Floats) -> Floats:
    """Return the autocorrelation summed over bands [windows, bands], at lags 0.. below its length.

    Unbiased for the shrinking overlap down to a quarter of the sound.
    """
    count = len(bands)
    centered = bands - bands.mean(axis=0)
    size = fft.next_fast_len(2 * count, real=True)
    parts = fft.rfft(centered, size, axis=0).view(np.float32)
    power = np.vecdot(parts, parts)
    raw = fft.irfft(power, size)[:count]
    overlap = np.maximum(count - np.arange(count), 0.25 * count) / count
    result: Floats = (raw / max(float(raw[0]), 1e-9) / overlap).astype(np.float32)
    return result


def _peaks(
    envelope: Floats, envelope_hz: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return times and heights of local maxima that stand out of their surroundings."""
    around = 2 * round(_NEIGHBOURHOOD_S * envelope_hz) + 1
    background = uniform_filter1d(envelope, 2 * round(_BACKGROUND_S * envelope_hz / 2) + 1)
    above = envelope - background
    peak = (envelope == maximum_filter1d(envelope, around)) & (above > 0.0)
    threshold = max(1.0, 0.12 * float(envelope.max()))
    found = np.flatnonzero(peak & (above > threshold))
    # Two equal neighbours are one onset.
    places: npt.NDArray[np.int64] = found[np.diff(found, prepend=-around) > 1]
    return (
        _between(envelope, places) / envelope_hz,
        above[places].astype(np.float64),
    )


def _between(envelope: Floats, places: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return peak places refined to fractions of a step by a parabola through three points."""
    left = envelope[np.maximum(places - 1, 0)].astype(np.float64)
    right = envelope[np.minimum(places + 1, len(envelope) - 1)].astype(np.float64)
    middle = envelope[places].astype(np.float64)
    bend = np.maximum(2.0 * middle - left - right, 1e-9)
    shift = np.clip(0.5 * (right - left) / bend, -0.5, 0.5)
    refined: npt.NDArray[np.float64] = np.maximum(places.astype(np.float64) + shift, 0.0)
    return refined


def autocorrelation(envelope: Floats) -> Floats:
    """Return the autocorrelation at lags 0.. (1 at lag 0), unbiased for the shrinking overlap."""
    count = len(envelope)
    centered = envelope - envelope.mean()
    spectrum = np.fft.rfft(centered, 2 * count)
    raw = np.fft.irfft(np.abs(spectrum) ** 2)[:count]
    overlap = np.maximum(count - np.arange(count), 0.25 * count) / count
    result: Floats = (raw / max(float(raw[0]), 1e-12) / overlap).astype(np.float32)
    return result
