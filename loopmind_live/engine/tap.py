"""The newest seconds of the master in shared memory, so that recording happens elsewhere."""

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

from loopmind_live.engine import shared

FILE_NAME = "tap"
RING_FRAMES = 1 << 20
_HEADER_BYTES = 4096
_RANGE = struct.Struct("=qq")
_GAP = struct.Struct("=qq")
_GAP_AT = _RANGE.size
_FRAME_BYTES = 8
_STEP_FRAMES = 200
"""numpy copies so few without letting another thread have the interpreter meanwhile."""

Audio = npt.NDArray[np.float32]


class MasterTap:
    """A ring of output frames, float32 [frames, 2], by engine frame. One writer, any readers."""

    def __init__(self, path: Path, writable: bool) -> None:
        self._map = shared.map_file(path, writable)
        self.capacity = (len(self._map) - _HEADER_BYTES) // _FRAME_BYTES
        self._ring: Audio = np.frombuffer(
            self._map, np.float32, self.capacity * 2, _HEADER_BYTES
        ).reshape(self.capacity, 2)

    @classmethod
    def create(cls, folder: Path, frames: int = RING_FRAMES) -> "MasterTap":
        """Make the ring's file in `folder` and map it."""
        shared.make_file(folder / FILE_NAME, _HEADER_BYTES + frames * _FRAME_BYTES)
        return cls(folder / FILE_NAME, writable=True)

    def begin(self, frame: int) -> None:
        """Say that the writer starts at `frame`.

        What lies between and the frames that are there was never computed: it is silent, and lost.
        """
        begin, written = _RANGE.unpack_from(self._map, 0)
        if begin == written or not 0 <= frame - written < self.capacity:
            _RANGE.pack_into(self._map, 0, frame, frame)
            return
        for at, size in _pieces(written, frame, self.capacity):
            self._ring[at : at + size] = 0.0
        _GAP.pack_into(self._map, _GAP_AT, written, frame)
        _RANGE.pack_into(self._map, 0, begin, frame)

    def gap(self) -> tuple[int, int]:
        """Return the frames, from and to, that were last missed between two writers."""
        begin, end = _GAP.unpack_from(self._map, _GAP_AT)
        return int(begin), int(end)

    def write(self, frame: int, audio: Audio) -> None:
        """Write the block that begins at `frame`. Called from the audio callback."""
        for begin in range(0, len(audio), _STEP_FRAMES):
            step = audio[begin : begin + _STEP_FRAMES]
            at = (frame + begin) % self.capacity
            first = min(len(step), self.capacity - at)
            self._ring[at : at + first] = step[:first]
            if first < len(step):
                self._ring[: len(step) - first] = step[first:]
        struct.pack_into("=q", self._map, 8, frame + len(audio))

    def written(self) -> int:
        """Return the first frame that has not been written yet."""
        return int(struct.unpack_from("=q", self._map, 8)[0])

    def read(self, frame: int, until: int) -> tuple[Audio, int]:
        """Return a copy of the frames from `frame` to `until`, and how many of them are lost.

        Lost frames (never computed, or overwritten by now) are silent. `until` must be written.
        """
        audio = np.zeros((max(0, until - frame), 2), np.float32)
        begin = max(frame, self._oldest())
        for at, size in _pieces(begin, until, self.capacity):
            place = begin - frame
            audio[place : place + size] = self._ring[at : at + size]
            begin += size
        # What the writer has overtaken meanwhile may be torn.
        lost = min(len(audio), max(0, self._oldest() - frame))
        audio[:lost] = 0.0
        gap_begin, gap_end = self.gap()
        lost += max(0, min(until, gap_end) - max(frame + lost, gap_begin))
        return audio, lost

    def close(self) -> None:
        """Unmap the ring."""
        self._ring = np.zeros((0, 2), np.float32)
        self._map.close()

    def _oldest(self) -> int:
        begin, written = _RANGE.unpack_from(self._map, 0)
        return max(int(begin), int(written) - self.capacity)


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
