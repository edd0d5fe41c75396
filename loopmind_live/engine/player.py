"""The transport and its voices, without pyo: which frame comes next, and what sounds in it."""

import numpy as np
import numpy.typing as npt

from loopmind_live.config import MAX_TRACKS
from loopmind_live.engine.base import EngineEvent
from loopmind_live.engine.kernel import level, levels, mix
from loopmind_live.engine.rows import ROW_DTYPE, Rows

PEAK_FALL_DB_PER_S = 24.0

Pool = npt.NDArray[np.float32]
Tracks = npt.NDArray[np.float64]


class Player:
    """Mix block after block from one table of rows. Called from the audio callback: no waiting.

    pool: float32 [frames, 2], the arena. `out`: float64 [tracks, block, 2], the newest block;
    `cue`: float64 [block, 2], what rows of the cue's tracks add up to.
    """

    def __init__(self, pool: Pool, rate_hz: int, block: int, frame: int = 0) -> None:
        self.frame = frame
        self._all: Tracks = np.zeros((MAX_TRACKS + 1, block, 2))
        self.out: Tracks = self._all[:MAX_TRACKS]
        self.cue = self._all[MAX_TRACKS]
        self.peaks = np.zeros(MAX_TRACKS)
        self._pool = pool
        self._block = block
        self._rows: Rows = np.zeros(0, ROW_DTYPE)
        self.fall = 10.0 ** (-PEAK_FALL_DB_PER_S * block / rate_hz / 20.0)
        self._levels = np.zeros(MAX_TRACKS)
        self._muted = np.zeros(MAX_TRACKS, bool)
        # The first call compiles for just these arrays: never inside the callback.
        mix(self._all, self.frame, self._pool, self._rows)
        levels(self.out, self._levels)
        level(self.cue)

    def install(self, rows: Rows) -> None:
        """Play `rows` (checked by `guard.check_rows`) from the next block on."""
        self._rows = rows

    def render(self) -> list[EngineEvent]:
        """Mix the next block into `out`; a track with a number that is not finite is silenced.

        Returns one "muted" event when that begins on a track.
        """
        mix(self._all, self.frame, self._pool, self._rows)
        newest = self._levels
        levels(self.out, newest)
        bad = ~np.isfinite(newest)
        events: list[EngineEvent] = []
        if bad.any():
            self.out[bad] = 0.0
            newest[bad] = 0.0
            events = [
                EngineEvent("muted", self.frame, f"track {track}: its audio is not finite; muted")
                for track in np.flatnonzero(bad & ~self._muted)
            ]
        self._muted = bad
        if not level(self.cue) < np.inf:
            self.cue[:] = 0.0
        self.peaks = np.maximum(newest, self.peaks * self.fall)
        self.frame += self._block
        return events

    def silence(self) -> None:
        """Make `out` and `cue` silent without moving on: for the blocks before the first frame."""
        self._all[:] = 0.0
