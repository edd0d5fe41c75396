"""Pitch classes of a sound, its tuning, and what speaks for a key."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.harmony import harmony
from loopmind_live.dsp.pitches import Tuning, find_partials, find_tuning, semitone_levels
from loopmind_live.dsp.spectrum import Floats, bin_frequencies, magnitudes
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
    total = float((whole.astype(np.float64) ** 2).sum())
    frequencies = bin_frequencies(window, rate_hz)
    # Nothing further up is asked for, save by those near the end for their neighbors.
    spectra = whole[:, : int(np.searchsorted(frequencies, _HIGHEST_HZ)) + _NEAR_BINS + 2]
    floor = _local_mean(spectra, _NEAR_BINS)
    classes, tonal = _classes(spectra, floor, frequencies)
    first = max(1, int(np.searchsorted(frequencies, _LOWEST_HZ)))
    band = slice(first - 1, spectra.shape[1] - _NEAR_BINS)
    found = find_partials(spectra[:, band], floor[:, band], first - 1, rate_hz / window)
    tuning = find_tuning(found)
    levels = semitone_levels(found, tuning.cents)
    hop_s = window / _HOPS / rate_hz
    rows = harmony(levels, hop_s)
    tonalness = min(1.0, tonal / total) if total > 0.0 else 0.0
    telling = tonality(whole, rate_hz / window, tonalness, tuning, found, levels, rows)
    return Chroma(classes, tonalness, tuning, rows, telling, levels, hop_s)


def _classes(
    spectra: Floats, floor: Floats, frequencies: Floats
) -> tuple[npt.NDArray[np.float64], float]:
    """Return the pitch classes, and the energy of all peaks."""
    band = np.flatnonzero((frequencies >= _LOW_HZ) & (frequencies <= _HIGH_HZ))
    middle = spectra[:, band].astype(np.float64)
    left, right = spectra[:, band - 1], spectra[:, band + 1]
    # A peak must stand well above the floor of its own spectrum to be a partial and not noise.
    loudest = float(middle.max(initial=0.0))
    peak = (middle > left) & (middle >= right)
    peak &= (middle > 2.5 * floor[:, band]) & (middle > 0.003 * loudest)
    if not peak.any():
        return np.zeros(12), 0.0
    row, column = np.nonzero(peak)
    bend = 2.0 * middle[row, column] - left[row, column] - right[row, column]
    shift = 0.5 * (right[row, column] - left[row, column]) / np.maximum(bend, 1e-12)
    hz = (band[column] + np.clip(shift, -0.5, 0.5)) * float(frequencies[1])
    semitones = 12.0 * np.log2(hz / _A4_HZ) + 9.0
    nearest = np.round(semitones)
    weight = np.sqrt(middle[row, column]) * np.cos(np.pi * (semitones - nearest)) ** 2
    classes = np.bincount(nearest.astype(np.int64) % 12, weight, minlength=12)
    energy = float((middle[row, column] ** 2).sum()) * 3.0  # a Hann peak spans three bins
    return classes / max(float(classes.sum()), 1e-12), energy


def _local_mean(spectra: Floats, reach: int) -> Floats:
    """Return the mean over `reach` bins to each side."""
    width = 2 * reach + 1
    padded = np.pad(spectra, ((0, 0), (reach + 1, reach)), mode="edge").astype(np.float64)
    sums = np.cumsum(padded, axis=1)
    result: Floats = ((sums[:, width:] - sums[:, :-width]) / width).astype(np.float32)
    return result
