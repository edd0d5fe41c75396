"""What the onsets of a sound say for or against a tempo."""

import math

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.onsets import Onsets, autocorrelation

GRID_CAP = 9.0
"""Evidence beyond it adds nothing: a long file is not surer than a clear one."""


class Evidence:
    """What the onsets say of any tempo: computed once, asked often."""

    def __init__(self, onsets: Onsets, duration_s: float) -> None:
        self.times_s = onsets.times_s
        cap = 2.0 * float(np.median(onsets.strengths)) if len(onsets.strengths) else 1.0
        self.weights = np.minimum(onsets.strengths, cap)
        self.duration_s = duration_s
        self.envelope_hz = onsets.envelope_hz
        self.repeats = autocorrelation(onsets.envelope)
        total = float(self.weights.sum())
        self.count = total**2 / float((self.weights**2).sum()) if total > 0.0 else 0.0

    def coherence(self, hz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return how well a grid of `hz` [n] lines a second, at its best phase, meets the onsets.

        The mean resultant length of the onsets' phases: 1 where all lie on it.
        """
        if self.count == 0.0:
            return np.zeros(len(hz))
        phases = np.exp(2j * np.pi * np.outer(hz, self.times_s))
        result: npt.NDArray[np.float64] = np.abs(phases @ self.weights) / self.weights.sum()
        return result

    def grid(self, bpm: float) -> float:
        """Return the evidence for sixteenths or eighth triplets at `bpm`, 0 to GRID_CAP.

        Rayleigh's n R^2, once more by R^2: among hundreds of grids some meet many random onsets
        a little, but only the right one meets nearly all.
        """
        beat_hz = bpm / 60.0
        straight, triplet = self.coherence(np.array([4.0 * beat_hz, 3.0 * beat_hz]))
        return min(GRID_CAP, self.count * float(max(straight**4, 0.7 * triplet**4)))

    def plainness(self, bpm: float) -> float:
        """Return how much (0..1) the onsets keep to whole beats of `bpm`, none between."""
        return float(self.coherence(np.array([bpm / 60.0]))[0]) ** 2

    def loosely(self, bpm: float) -> float:
        """Return Rayleigh's n R^2 for eighths at `bpm`: what a loose player still meets."""
        eighths = float(self.coherence(np.array([bpm / 30.0]))[0])
        return self.count * eighths**2

    def refined(self, bpm: float) -> tuple[float, float]:
        """Return the tempo near `bpm` that fits the onsets' sixteenths best, and its std error.

        A weighted straight line through onset times over their nearest lines; the error is
        infinite where there are too few onsets.
        """
        step_s = 15.0 / bpm
        phase = np.exp(2j * np.pi * self.times_s / step_s) @ self.weights
        origin_s = float(np.angle(phase)) / (2.0 * np.pi) * step_s
        lines = np.round((self.times_s - origin_s) / step_s)
        if len(lines) < 4 or np.ptp(lines) < 6:
            return bpm, math.inf
        weights = self.weights / self.weights.sum()
        across = lines - weights @ lines
        spread = float(weights @ across**2)
        slope = float(weights @ (across * self.times_s)) / spread
        rest = self.times_s - weights @ self.times_s - slope * across
        error_s = math.sqrt(float(weights @ rest**2) / spread / max(self.count - 2.0, 1.0))
        return 15.0 / slope, 15.0 / slope * error_s / slope

    def periodicity(self, period_s: float) -> float:
        """Return how much the onset envelope is like itself `period_s` later (1: the same)."""
        lag = period_s * self.envelope_hz
        low = int(lag)
        if low + 2 >= len(self.repeats):
            return 0.0
        return float(self.repeats[low : low + 2].max())

    def tempo_peaks(self, low_bpm: float, high_bpm: float) -> list[float]:
        """Return tempos whose sixteenths or triplets the onsets meet best, a handful."""
        if self.count < 3.0:
            return []
        step = 1.0 / (8.0 * max(self.duration_s, 1.0))
        found: list[float] = []
        for division in (4.0, 3.0):
            low, high = (division * bpm / 60.0 for bpm in (low_bpm, high_bpm))
            hz = np.arange(low, high, step)
            value = self.coherence(hz)
            inner = value[1:-1]
            peaks = 1 + np.flatnonzero((inner > value[:-2]) & (inner >= value[2:]))
            best = peaks[np.argsort(value[peaks])[::-1][:8]]
            found += [float(hz[place]) * 60.0 / division for place in best]
        return found
