"""What the capturing client has written so far; what has been looked at can be let go."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PIECE_FRAMES = 1 << 18
_FRAME_BYTES = 8


@dataclass(frozen=True)
class Gap:
    """Cycles that the client missed: JACK's time, where in the capture, and how many frames."""

    time: int
    frame: int
    missed: int


class Captured:
    """A capture in pieces of `PIECE_FRAMES` frames in `folder`, while it is written or after."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept_from = 0

    def frames(self) -> int:
        """Return how many frames have been captured."""
        newest = max(self._folder.glob("*.raw"), default=None)
        if newest is None:
            return 0
        return int(newest.stem) * PIECE_FRAMES + newest.stat().st_size // _FRAME_BYTES

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return frames `start` to `stop`, float32 [frames, 2]; fewer where the capture ends."""
        start = max(start, self._kept_from)
        pieces = [np.zeros((0, 2), np.float32)]
        while start < stop:
            number, into = divmod(start, PIECE_FRAMES)
            wanted = min(stop - start, PIECE_FRAMES - into)
            path = self._piece(number)
            if not path.exists():
                break
            with path.open("rb") as file:
                file.seek(into * _FRAME_BYTES)
                found = np.frombuffer(file.read(wanted * _FRAME_BYTES), np.uint8)
            whole = found[: len(found) // _FRAME_BYTES * _FRAME_BYTES]
            pieces.append(whole.view(np.float32).reshape(-1, 2))
            if len(pieces[-1]) < wanted:
                break
            start += wanted
        return np.concatenate(pieces)

    def gaps(self) -> list[Gap]:
        """Return the gaps so far, oldest first."""
        path = self._folder / "gaps"
        if not path.exists():
            return []
        lines = path.read_text().splitlines(keepends=True)
        return [Gap(*map(int, line.split())) for line in lines if line.endswith("\n")]

    def forget(self, before: int) -> None:
        """Delete the pieces that lie whole before frame `before`."""
        first, self._kept_from = self._kept_from // PIECE_FRAMES, max(self._kept_from, before)
        for number in range(first, before // PIECE_FRAMES):
            self._piece(number).unlink(missing_ok=True)

    def _piece(self, number: int) -> Path:
        return self._folder / f"{number:06d}.raw"
