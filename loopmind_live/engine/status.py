"""The engine's newest status in shared memory: one writer in the audio callback, any readers.

A sequence number that is odd while the block is being written lets readers see a torn one; neither
side ever waits. The file outlives the engine, so that the next one goes on in phase.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.config import MAX_TRACKS
from loopmind_live.engine import shared

FILE_NAME = "status"
_SEQUENCE = struct.Struct("=Q")
_FACTS = struct.Struct(f"=qqQQQdd{MAX_TRACKS}d")
SIZE = 4096
_READS = 100


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands in the block: `frame` is the next one to be computed, at `time_ns` (monotonic).

    `load` is the share of a block's time that computing it took; peaks are linear.
    """

    frame: int = 0
    time_ns: int = 0
    blocks: int = 0
    xruns: int = 0
    pid: int = 0
    load: float = 0.0
    peak: float = 0.0
    track_peaks: tuple[float, ...] = (0.0,) * MAX_TRACKS


class StatusBlock:
    """The mapped block. `time_ns` 0 means that no engine has played yet."""

    def __init__(self, path: Path, writable: bool) -> None:
        self._map = shared.map_file(path, writable)
        self._sequence = 0
        self._last = Facts()

    @classmethod
    def create(cls, folder: Path) -> "StatusBlock":
        """Make the block's file in `folder` and map it."""
        shared.make_file(folder / FILE_NAME, SIZE)
        return cls(folder / FILE_NAME, writable=True)

    def write(
        self,
        frame: int,
        time_ns: int,
        blocks: int,
        xruns: int,
        pid: int,
        load: float,
        peak: float,
        track_peaks: Sequence[float],
    ) -> None:
        """Write all facts at once; `track_peaks` has one number a track. Never waits."""
        self._sequence += 2
        _SEQUENCE.pack_into(self._map, 0, self._sequence - 1)
        _FACTS.pack_into(self._map, 8, frame, time_ns, blocks, xruns, pid, load, peak, *track_peaks)
        _SEQUENCE.pack_into(self._map, 0, self._sequence)

    def read(self) -> Facts:
        """Return the newest whole status; the one read before where a writer died within one."""
        for _ in range(_READS):
            (before,) = _SEQUENCE.unpack_from(self._map, 0)
            if before % 2:
                continue
            frame, time_ns, blocks, xruns, pid, load, peak, *tracks = _FACTS.unpack_from(
                self._map, 8
            )
            if _SEQUENCE.unpack_from(self._map, 0)[0] == before:
                self._last = Facts(frame, time_ns, blocks, xruns, pid, load, peak, tuple(tracks))
                break
        return self._last

    def close(self) -> None:
        """Unmap the block."""
        self._map.close()


def frame_at(facts: Facts, time_ns: int, rate_hz: int) -> int:
    """Return the frame that the engine of `facts` has reached, or would have, at `time_ns`.

    >>> frame_at(Facts(frame=1000, time_ns=10**9), 2 * 10**9, 48000)
    49000
    """
    if facts.time_ns == 0:
        return facts.frame
    return facts.frame + max(0, time_ns - facts.time_ns) * rate_hz // 1_000_000_000
