"""The newest seconds of stereo signals in shared memory, by engine frame."""

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

from loopmind_live.engine import shared

HEADER_BYTES = 4096
FRAME_BYTES = 8
"""Stereo float32."""
_RANGE = struct.Struct("=qq")
_GAP = struct.Struct("=qq")
_GAP_AT = _RANGE.size
OWN_AT = _GAP_AT + _GAP.size
"""Where a ring of some kind may keep more in the header."""

Audio = npt.NDArray[np.float32]


class Ring:
    """A mapped ring of `lanes` signals, float32 [lanes, frames, 2]. One writer, any readers.

    Frames that were never written, or have been overtaken, are lost: they are read as silence.
    """

    def __init__(self, path: Path, lanes: int, writable: bool) -> None:
        self._map = shared.map_file(path, writable)
        self.capacity = (len(self._map) - HEADER_BYTES) // (lanes * FRAME_BYTES)
        self._ring: Audio = np.frombuffer(
            self._map, np.float32, lanes * self.capacity * 2, HEADER_BYTES
        ).reshape(lanes, self.capacity, 2)

    @staticmethod
    def make_file(path: Path, lanes: int, frames: int) -> None:
        """Make the file of a ring; EngineError where there is no room."""
        shared.make_file(path, HEADER_BYTES + lanes * frames * FRAME_BYTES)

    def begin(self, frame: int) -> None:
        """Say that the writer starts at `frame`.

        What lies between and the frames that are there was never computed: it is silent, and lost.
        """
        begin, written = self._range()
        if begin == written or not 0 <= frame - written < self.capacity:
            self._clear(frame)
            return
        for at, size in _pieces(written, frame, self.capacity):
            self._silence(at, size)
        _GAP.pack_into(self._map, _GAP_AT, written, frame)
        _RANGE.pack_into(self._map, 0, begin, frame)

    def gap(self) -> tuple[int, int]:
        """Return the frames, from and to, that were last missed between two writers."""
        begin, end = _GAP.unpack_from(self._map, _GAP_AT)
        return int(begin), int(end)

    def written(self) -> int:
        """Return the first frame that has not been written yet."""
        return self._range()[1]

    def read_lanes(self, frame: int, until: int) -> tuple[Audio, int]:
        """Return a copy of frame..until, float32 [lanes, frames, 2], and how many are lost.

        `until` must be written.
        """
        audio = np.zeros((len(self._ring), max(0, until - frame), 2), np.float32)
        begin = max(frame, self._oldest())
        for at, size in _pieces(begin, until, self.capacity):
            place = begin - frame
            audio[:, place : place + size] = self._ring[:, at : at + size]
            begin += size
        # What the writer has overtaken meanwhile may be torn.
        lost = min(audio.shape[1], max(0, self._oldest() - frame))
        audio[:, :lost] = 0.0
        gap_begin, gap_end = self.gap()
        lost += max(0, min(until, gap_end) - max(frame + lost, gap_begin))
        return audio, lost

    def close(self) -> None:
        """Unmap the ring."""
        self._ring = np.zeros((0, 0, 2), np.float32)
        self._map.close()

    def _clear(self, frame: int) -> None:
        """Forget all that is there; the next frame written is `frame`."""
        _RANGE.pack_into(self._map, 0, frame, frame)

    def _silence(self, at: int, size: int) -> None:
        self._ring[:, at : at + size] = 0.0

    def _advance(self, until: int) -> None:
        """Say that all before `until` is written."""
        struct.pack_into("=q", self._map, 8, until)

    def _range(self) -> tuple[int, int]:
        begin, written = _RANGE.unpack_from(self._map, 0)
        return int(begin), int(written)

    def _oldest(self) -> int:
        begin, written = self._range()
        return max(begin, written - self.capacity)


def _pieces(begin: int, until: int, capacity: int) -> list[tuple[int, int]]:
    """Return (place in the ring, frames) of the one or two pieces that begin..until take.

    >>> _pieces(6, 12, 8), _pieces(8, 10, 8), _pieces(5, 5, 8)
    ([(6, 2), (0, 4)], [(0, 2)], [])
    """
    pieces = []
    while begin < until:
        at = begin % capacity
        size = min(until - begin, capacity - at)
        pieces.append((at, size))
        begin += size
    return pieces
