"""The pitches of a sound over time, counted in semitones from the tuning that it keeps."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.spectrum import Floats

LOWEST, HIGHEST = 24, 103
"""MIDI pitches of the first and last column: C1 and G7, 33 to 3136 Hz."""
_A4, _A4_HZ = 69.0, 440.0
_OVER_FLOOR, _UNDER_LOUDEST = 2.5, 0.003
_STEP_CENTS = 2
_BLUR_CENTS = 8.0

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Peaks:
    """Peaks of successive spectra: `row` is the spectrum, `bin` the place, [n] each.

    `before`, `level`, `after`: the magnitudes there and in the neighboring bins. `loudest`: of all
    bins that were looked at. `rows`: how many spectra there are.
    """

    row: npt.NDArray[np.int64]
    bin: npt.NDArray[np.int64]
    before: Values
    level: Values
    after: Values
    loudest: float
    rows: int

    def between(self, first_bin: int, end_bin: int | None, loudest: float) -> "Peaks":
        """Return those in a range of bins that are not far softer than `loudest` there."""
        inside = (self.level > _UNDER_LOUDEST * loudest) & (self.bin >= first_bin)
        if end_bin is not None:
            inside &= self.bin < end_bin
        return Peaks(
            self.row[inside],
            self.bin[inside],
            self.before[inside],
            self.level[inside],
            self.after[inside],
            loudest,
            self.rows,
        )


@dataclass(frozen=True, slots=True)
class Partials:
    """The peaks of successive spectra: `row` is the spectrum, `semitones` the MIDI pitch."""

    row: npt.NDArray[np.int64]
    semitones: Values
    level: Values
    rows: int


@dataclass(frozen=True, slots=True)
class Tuning:
    """How far a sound is from A 440: -50..50 cents; `sharpness` 0..1: how well it keeps to it."""

    cents: float
    sharpness: float


def find_peaks(spectra: Floats, floor: Floats, first_bin: int, end_bin: int) -> Peaks:
    """Return the peaks that stand well above `floor` (both float32 [windows, bins]).

    Those at first_bin <= bin < end_bin: each has a neighbor to both sides. What does not stand
    above the floor of its own spectrum is noise and no partial.
    """
    middle = spectra[:, first_bin:end_bin]
    before = spectra[:, first_bin - 1 : end_bin - 1]
    after = spectra[:, first_bin + 1 : end_bin + 1]
    found = middle > np.maximum(before, _OVER_FLOOR * floor[:, first_bin:end_bin])
    found &= middle >= after
    row, column = np.divmod(np.flatnonzero(found), max(middle.shape[1], 1))
    sides = (before, middle, after)
    lower, level, upper = (side[row, column].astype(np.float64) for side in sides)
    loudest = float(middle.max(initial=0.0))
    return Peaks(row, first_bin + column, lower, level, upper, loudest, len(spectra))


def find_partials(peaks: Peaks, bin_hz: float) -> Partials:
    """Return the peaks that are not far softer than the loudest place among all.

    They are placed between bins, `bin_hz` apart, by a parabola through the logarithms of three.
    """
    found = peaks.between(0, None, peaks.loudest)
    low, at, high = (
        np.log(np.maximum(side, 1e-12)) for side in (found.before, found.level, found.after)
    )
    bend = low + high - 2.0 * at
    shift = np.clip(0.5 * (low - high) / np.minimum(bend, -1e-9), -0.5, 0.5)
    hz = (found.bin + shift) * bin_hz
    return Partials(found.row, _A4 + 12.0 * np.log2(hz / _A4_HZ), found.level, found.rows)


def find_tuning(found: Partials) -> Tuning:
    """Return the tuning in which most of what sounds lies on a semitone.

    The fullest place of a histogram over all peaks between 80 Hz and 1500 Hz: partials further up
    are often sharp, and overtones are no equal-tempered semitones.
    """
    inside = (found.semitones > 39.0) & (found.semitones < 90.0)
    if not inside.any():
        return Tuning(0.0, 0.0)
    weight = np.sqrt(found.level[inside])
    cents = 100.0 * (found.semitones[inside] - np.round(found.semitones[inside]))
    size = 100 // _STEP_CENTS
    places = np.round((cents + 50.0) / _STEP_CENTS).astype(np.int64) % size
    counts = np.bincount(places, weight, minlength=size)
    away = (np.arange(size) + size // 2) % size - size // 2
    blur = np.exp(-0.5 * (away * _STEP_CENTS / _BLUR_CENTS) ** 2)
    smooth = np.fft.irfft(np.fft.rfft(counts) * np.fft.rfft(blur), size)
    top = int(smooth.argmax())
    before, after = smooth[top - 1], smooth[(top + 1) % size]
    bend = min(before + after - 2.0 * smooth[top], -1e-12)
    best = (top + 0.5 * (before - after) / bend) * _STEP_CENTS - 50.0
    turns = np.exp(2j * np.pi * (cents - best) / 100.0)
    sharpness = float((weight * turns).sum().real / weight.sum())
    return Tuning((best + 50.0) % 100.0 - 50.0, max(0.0, sharpness))


def semitone_levels(found: Partials, tuning_cents: float) -> Values:
    """Return how strongly each semitone sounds, float64 [windows, HIGHEST - LOWEST + 1].

    What lies half-way between two semitones counts for neither.
    """
    exact = found.semitones - tuning_cents / 100.0
    nearest = np.round(exact)
    width = HIGHEST - LOWEST + 1
    column = nearest.astype(np.int64) - LOWEST
    inside = (column >= 0) & (column < width)
    weight = found.level * np.cos(np.pi * (exact - nearest)) ** 2
    flat = np.bincount(
        found.row[inside] * width + column[inside], weight[inside], minlength=found.rows * width
    )
    return flat.astype(np.float64, copy=False).reshape(found.rows, width)


_OVERTONES = ((12, 0.5), (19, 0.4), (24, 0.3), (28, 0.25), (31, 0.2), (34, 0.15), (36, 0.15))
"""How far above its pitch, in semitones, the overtones 2 to 8 of a note lie, and their level."""


def without_overtones(levels: Values) -> Values:
    """Return `levels` less what the notes below may have added to them."""
    result = levels.copy()
    for semitones, share in _OVERTONES:
        result[:, semitones:] -= share * levels[:, :-semitones]
    return np.maximum(result, 0.0)
