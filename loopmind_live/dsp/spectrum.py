"""Short-time spectra and the plain figures drawn from them."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy import fft

Floats = npt.NDArray[np.float32]

_AT_ONCE = 1 << 16
"""How many frames of windows are transformed in one go."""


def magnitudes(mono: Floats, window_frames: int, hop_frames: int) -> Floats:
    """Return the magnitude spectrogram, float32 [windows, window_frames // 2 + 1].

    `mono`: float32 [frames]. Window k is centered on frame k * hop_frames (zeros beyond the ends)
    and weighted by a Hann window, scaled so that a full-scale sine reaches 0.5.

    >>> magnitudes(np.zeros(1000, np.float32), 256, 100).shape
    (10, 129)
    """
    half = window_frames // 2
    padded = np.zeros(len(mono) + 2 * half, np.float32)
    padded[half : half + len(mono)] = mono
    windows = sliding_window_view(padded, window_frames)[: len(mono) : hop_frames]
    result = np.empty((len(windows), half + 1), np.float32)
    # As many at a time as stay near the processor.
    count = max(1, _AT_ONCE // window_frames)
    weighted = np.empty((count, window_frames), np.float32)
    for first in range(0, len(windows), count):
        part = windows[first : first + count]
        inside = np.multiply(part, _hann(window_frames), out=weighted[: len(part)])
        np.abs(fft.rfft(inside, axis=1), out=result[first : first + count])
    return result


@lru_cache(maxsize=8)
def _hann(frames: int) -> Floats:
    shape = np.hanning(frames).astype(np.float32)
    shape /= shape.sum()
    shape.setflags(write=False)
    return shape


def bin_frequencies(window_frames: int, rate_hz: float) -> Floats:
    """Return the frequency of each bin, in Hz."""
    return np.fft.rfftfreq(window_frames, 1.0 / rate_hz).astype(np.float32)


@lru_cache(maxsize=8)
def mel_bands(window_frames: int, rate_hz: float, count: int, low_hz: float = 30.0) -> Floats:
    """Return `count` triangular bands, evenly spaced in mel, as float32 [bins, count].

    Each band sums to 1, so that it averages the bins it covers; none is empty. Every caller gets
    the same array: it cannot be written.
    """
    frequencies = bin_frequencies(window_frames, rate_hz)
    low, high = (2595.0 * np.log10(1.0 + hz / 700.0) for hz in (low_hz, rate_hz / 2.0))
    edges = 700.0 * (10.0 ** (np.linspace(low, high, count + 2) / 2595.0) - 1.0)
    # A triangle narrower than a bin would catch none.
    spacing = rate_hz / window_frames
    left = np.minimum(edges[:-2], edges[1:-1] - spacing)[None, :]
    right = np.maximum(edges[2:], edges[1:-1] + spacing)[None, :]
    center = edges[1:-1][None, :]
    at = frequencies[:, None]
    weights = np.clip(
        np.minimum((at - left) / (center - left), (right - at) / (right - center)), 0, None
    )
    bands: Floats = (weights / np.maximum(weights.sum(axis=0), 1e-9)).astype(np.float32)
    bands.setflags(write=False)
    return bands


def centroid_hz(power: Floats, frequencies: Floats) -> float:
    """Return the center of gravity of a power spectrum's amplitudes, in Hz; 0 for silence.

    >>> centroid_hz(np.array([0, 1, 0], np.float32), np.array([0, 100, 200], np.float32))
    100.0
    """
    amplitude = np.sqrt(power)
    total = float(amplitude.sum())
    return float((amplitude * frequencies).sum()) / total if total > 0.0 else 0.0


def share_between(power: Floats, frequencies: Floats, low_hz: float, high_hz: float) -> float:
    """Return the share (0..1) of a power spectrum that lies in low_hz <= f < high_hz.

    >>> frequencies = np.array([50, 150, 250], np.float32)
    >>> share_between(np.array([1, 1, 2], np.float32), frequencies, 100, 200)
    0.25
    """
    total = float(power.sum())
    inside = (frequencies >= low_hz) & (frequencies < high_hz)
    return float(power[inside].sum()) / total if total > 0.0 else 0.0


def flatness(power: Floats) -> float:
    """Return geometric over arithmetic mean of a power spectrum: 0 for tones, 1 for white noise."""
    mean = float(power.mean())
    if mean <= 0.0:
        return 0.0
    return float(np.exp(np.log(power / mean + 1e-12).mean()))
