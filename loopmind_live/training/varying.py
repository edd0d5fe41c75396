"""Variations of a sound that leave its instrument what it is: as other packs would have it."""

import numpy as np
import numpy.typing as npt
from scipy import fft, signal

from loopmind_live.dsp.spectrum import Floats

Values = npt.NDArray[np.float64]
RATE_HZ = 22050
"""What sounds are brought to before they are varied: the analysis hears nothing above it."""


def vary(sound: Floats, random: np.random.Generator) -> Floats:
    """Return a variation of `sound`: float32 [frames] at RATE_HZ, at its own peak of 1."""
    varied: Values = sound.astype(np.float64)
    for chance, change in _CHANGES:
        if random.random() < chance:
            varied = change(varied, random)
    peak = float(np.abs(varied).max(initial=0.0))
    result: Floats = (varied / max(peak, 1e-9)).astype(np.float32)
    return result


def _speed(sound: Values, random: np.random.Generator) -> Values:
    """Play it faster or slower, by up to four semitones."""
    ratio = 2.0 ** (float(random.uniform(-4.0, 4.0)) / 12.0)
    count = max(64, round(len(sound) / ratio))
    result: Values = np.interp(np.arange(count) * ratio, np.arange(len(sound)), sound)
    return result


def _equalize(sound: Values, random: np.random.Generator) -> Values:
    """Tilt and bend the spectrum by up to 9 dB, smoothly."""
    spectrum = fft.rfft(sound)
    octaves = np.log2(np.maximum(fft.rfftfreq(len(sound), 1.0 / RATE_HZ), 20.0) / 20.0)
    points = np.linspace(0.0, 9.1, 6)
    curve_db = np.interp(octaves, points, random.uniform(-6.0, 6.0, 6))
    curve_db += (octaves - 5.0) * float(random.uniform(-0.8, 0.8))
    result: Values = fft.irfft(spectrum * 10.0 ** (curve_db / 20.0), len(sound))
    return result


def _dull(sound: Values, random: np.random.Generator) -> Values:
    """Take the highs away, as poor codecs and old samplers do."""
    cut_hz = float(np.exp(random.uniform(np.log(4000.0), np.log(10500.0))))
    result: Values = signal.sosfilt(signal.butter(6, cut_hz, fs=RATE_HZ, output="sos"), sound)
    return result


def _thin(sound: Values, random: np.random.Generator) -> Values:
    """Take the very lows away."""
    cut_hz = float(random.uniform(25.0, 70.0))
    result: Values = signal.sosfilt(
        signal.butter(2, cut_hz, "highpass", fs=RATE_HZ, output="sos"), sound
    )
    return result


def _drive(sound: Values, random: np.random.Generator) -> Values:
    peak = max(float(np.abs(sound).max()), 1e-9)
    amount = float(np.exp(random.uniform(0.0, 2.0)))
    result: Values = np.tanh(amount * sound / peak) / np.tanh(amount)
    return result


def _room(sound: Values, random: np.random.Generator) -> Values:
    """Add reverberation: noise that dies away, the faster the higher."""
    length_s = float(np.exp(random.uniform(np.log(0.15), np.log(2.0))))
    time_s = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
    noise = random.standard_normal((2, len(time_s)))
    low = signal.lfilter([0.3], [1.0, -0.7], noise[0])
    tail = low * np.exp(-6.9 * time_s / length_s) + 0.3 * noise[1] * np.exp(-14 * time_s / length_s)
    tail /= max(float(np.linalg.norm(tail)), 1e-9)
    kept = len(sound) + int(random.random() * len(time_s))
    wet = signal.fftconvolve(sound, tail)[:kept]
    result: Values = wet * float(random.uniform(0.05, 0.5))
    result[: len(sound)] += sound[: len(result)]
    return result


def _noise(sound: Values, random: np.random.Generator) -> Values:
    level = float(np.abs(sound).max()) * 10.0 ** float(random.uniform(-65.0, -30.0) / 20.0)
    result: Values = sound + level * 0.3 * random.standard_normal(len(sound))
    return result


def _fade(sound: Values, random: np.random.Generator) -> Values:
    """Let it end earlier, by fading out."""
    keep = max(512, int(len(sound) * float(random.uniform(0.4, 1.0))))
    shortened = sound[:keep].copy()
    over = max(1, min(keep, int(float(random.uniform(0.01, 0.3)) * keep)))
    shortened[-over:] *= np.linspace(1.0, 0.0, over)
    return shortened


def _silence(sound: Values, random: np.random.Generator) -> Values:
    before, after = random.integers(0, RATE_HZ // 10), random.integers(0, RATE_HZ // 2)
    result: Values = np.pad(sound, (int(before), int(after)))
    return result


def _again(sound: Values, random: np.random.Generator) -> Values:
    """Squeeze loud and soft together, as a compressor does."""
    level = np.sqrt(signal.lfilter([0.002], [1.0, -0.998], sound**2)) + 1e-4
    result: Values = sound * level ** -float(random.uniform(0.1, 0.5))
    return result


_CHANGES = (
    (0.6, _speed), (0.8, _equalize), (0.25, _drive), (0.2, _again), (0.25, _room), (0.2, _thin),
    (0.3, _dull), (0.2, _fade), (0.3, _silence), (0.4, _noise),
)  # fmt: skip
