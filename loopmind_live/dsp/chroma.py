"""Pitch classes of a sound, its tuning, and what speaks for a key."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

from loopmind_live.dsp.harmony import harmony
from loopmind_live.dsp.pitches import (
    Peaks,
    Tuning,
    find_partials,
    find_peaks,
    find_tuning,
    semitone_levels,
)
from loopmind_live.dsp.spectrum import Floats, magnitudes
from loopmind_live.dsp.tonality import tonality

_WINDOW_S = 0.37
_HOPS = 4
_LOW_HZ, _HIGH_HZ = 40.0, 2500.0
_LOWEST_HZ, _HIGHEST_HZ = 31.0, 3300.0
_NEAR_BINS = 12
_A4_HZ = 440.0


@dataclass(frozen=True, slots=True)
class Chroma:
    """How strongly each pitch class sounds.

    `classes`: float64 [12] from C, summing to 1 (all 0 where nothing is pitched). `tonalness`:
    0..1, the share of the sound's energy that lies in narrow, lasting peaks. `harmony`: float64
    [len(ROWS), 12], what speaks for a key, counted from the `tuning`. `tonality`: float64
    [len(NUMBERS)], what speaks for tones rather than drums. `levels`: float64
    [windows, HIGHEST - LOWEST + 1], how strongly each semitone from the tuning sounds, in windows
    `hop_s` apart.
    """

    classes: npt.NDArray[np.float64]
    tonalness: float
    tuning: Tuning
    harmony: npt.NDArray[np.float64]
    tonality: npt.NDArray[np.float64]
    levels: npt.NDArray[np.float64]
    hop_s: float


def find_chroma(mono: Floats, rate_hz: int) -> Chroma:
    """Return the pitch classes of `mono`: float32 [frames].

    Peaks of long spectra, placed between bins by parabolic interpolation, are folded to the
    nearest pitch class; a peak half-way between two classes counts for neither.
    """
    window = 1 << round(np.log2(_WINDOW_S * rate_hz))
    whole = magnitudes(mono, window, window // _HOPS)
    power: Floats = np.einsum("ij,ij->j", whole, whole) / np.float32(max(len(whole), 1))
    bin_hz = rate_hz / window
    # Nothing further up is asked for, save by those near the end for their neighbors.
    spectra = whole[:, : math.ceil(_HIGHEST_HZ / bin_hz) + _NEAR_BINS + 2]
    floor = uniform_filter1d(spectra, 2 * _NEAR_BINS + 1, axis=1, mode="nearest")
    first = max(1, math.ceil(_LOWEST_HZ / bin_hz))
    peaks = find_peaks(spectra, floor, first, spectra.shape[1] - _NEAR_BINS - 1)
    classes, tonal = _classes(peaks, spectra, bin_hz)
    found = find_partials(peaks, bin_hz)
    tuning = find_tuning(found)
    levels = semitone_levels(found, tuning.cents)
    hop_s = window / _HOPS / rate_hz
    rows = harmony(levels, hop_s)
    total = float(power.sum()) * len(whole)
    tonalness = min(1.0, tonal / total) if total > 0.0 else 0.0
    telling = tonality(power, bin_hz, tonalness, tuning, found, levels, rows)
    return Chroma(classes, tonalness, tuning, rows, telling, levels, hop_s)


def _classes(peaks: Peaks, spectra: Floats, bin_hz: float) -> tuple[npt.NDArray[np.float64], float]:
    """Return the pitch classes, and the energy of all peaks."""
    low, high = math.ceil(_LOW_HZ / bin_hz), math.floor(_HIGH_HZ / bin_hz) + 1
    loudest = float(spectra[:, low:high].max(initial=0.0))
    found = peaks.between(low, high, loudest)
    if len(found.bin) == 0:
        return np.zeros(12), 0.0
    bend = 2.0 * found.level - found.before - found.after
    shift = 0.5 * (found.after - found.before) / np.maximum(bend, 1e-12)
    hz = (found.bin + np.clip(shift, -0.5, 0.5)) * bin_hz
    semitones = 12.0 * np.log2(hz / _A4_HZ) + 9.0
    nearest = np.round(semitones)
    weight = np.sqrt(found.level) * np.cos(np.pi * (semitones - nearest)) ** 2
    classes = np.bincount(nearest.astype(np.int64) % 12, weight, minlength=12)
    energy = float((found.level**2).sum()) * 3.0  # a Hann peak spans three bins
    return classes / max(float(classes.sum()), 1e-12), energy
