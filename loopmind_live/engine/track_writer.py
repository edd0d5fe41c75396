"""The engine's side of the tracks' ring: compiled, for the audio callback."""

from pathlib import Path

import numpy as np

from loopmind_live.engine.player import Tracks
from loopmind_live.engine.strip_kernel import keep, silence
from loopmind_live.engine.track_tap import TrackTap


class TrackWriter(TrackTap):
    """Writes the tracks' shares where they are asked for. Nothing in it waits or allocates."""

    def __init__(self, path: Path) -> None:
        """Map the ring, and compile: never inside the callback. What others wrote stays."""
        super().__init__(path)
        self._writing = False
        keep(self._ring, 0, np.zeros((0, 0, 2)))
        silence(self._ring, 0, 0)

    def write(self, frame: int, tracks: Tracks) -> None:
        """Write the block that begins at `frame`, float64 [tracks, block, 2], where `asked`."""
        asked = self._asked
        if asked != self._kept:
            self._clear(frame)
            self._keep_for(asked)
        elif not self._writing:
            self.begin(frame)
        self._writing = True
        keep(self._ring, frame % self.capacity, tracks)
        self._advance(frame + tracks.shape[1])

    def _silence(self, at: int, size: int) -> None:
        silence(self._ring, at, size)
