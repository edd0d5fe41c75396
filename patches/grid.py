"""The grid of one loop: beats, seconds and cycles as frames. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Curve = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Grid:
    """A loop of `frames` at `rate_hz`, whose beats come `bpm` to the minute.

    >>> grid = Grid(frames=96000, bpm=120.0, rate_hz=48000)
    >>> grid.frame(1.0), grid.seconds(0.001)
    (24000, 48)
    """

    frames: int
    bpm: float
    rate_hz: int

    def frame(self, beat: float) -> int:
        """Return the frame nearest to a beat."""
        return round(beat * 60.0 / self.bpm * self.rate_hz)

    def seconds(self, seconds: float) -> int:
        """Return a duration in frames."""
        return round(seconds * self.rate_hz)

    def cycles(self, frequency_hz: float) -> float:
        """Return the frequency nearest to `frequency_hz` that fits whole cycles into the loop.

        >>> Grid(frames=96000, bpm=120.0, rate_hz=48000).cycles(440.3)
        440.5
        """
        length_s = self.frames / self.rate_hz
        return max(1, round(frequency_hz * length_s)) / length_s

    def steady_phase(self, frequency_hz: float, start: float = 0.0) -> Curve:
        """Return a phase in cycles that runs on through every pass without a jump."""
        step = self.cycles(frequency_hz) / self.rate_hz
        return np.asarray((start + step * np.arange(self.frames)) % 1.0, dtype=np.float64)
