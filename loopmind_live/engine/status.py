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
from loopmind_live.engine.overload import Relief

FILE_NAME = "status"
_SEQUENCE = struct.Struct("=Q")
_FACTS = struct.Struct(f"=qqQQQdd{MAX_TRACKS}dq")
SIZE = 4096
_OWNER = struct.Struct("=Q")
_OWNER_AT = SIZE - _OWNER.size
_RELIEF = struct.Struct("=Qd")
_RELIEF_AT = _OWNER_AT - _RELIEF.size
UNKNOWN = -1
_DEVICE_FRAMES = 1 << 32
_TRUST_S = 0.05
_READS = 100
_ON_THE_WAY_NS = 1_500_000
"""How long a message may take from the performer to the engine, most of the time."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands in the block: `frame` is the next one to be computed, at `time_ns` (monotonic).

    `load` is the share of a block's time that computing it took; peaks are linear.
    `device_frame` is what the device counted (32 bits, it wraps) as the block before began.
    """

    frame: int = 0
    time_ns: int = 0
    blocks: int = 0
    xruns: int = 0
    pid: int = 0
    load: float = 0.0
    peak: float = 0.0
    track_peaks: tuple[float, ...] = (0.0,) * MAX_TRACKS
    device_frame: int = UNKNOWN


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
        block = cls(folder / FILE_NAME, writable=True)
        nothing = (0,) * 5, (0.0,) * (2 + MAX_TRACKS)
        _FACTS.pack_into(block._map, 8, *nothing[0], *nothing[1], UNKNOWN)
        return block

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
        device_frame: int = UNKNOWN,
    ) -> None:
        """Write all facts at once; `track_peaks` has one number a track. Never waits."""
        self._sequence += 2
        _SEQUENCE.pack_into(self._map, 0, self._sequence - 1)
        _FACTS.pack_into(
            self._map, 8, frame, time_ns, blocks, xruns, pid, load, peak, *track_peaks, device_frame
        )
        _SEQUENCE.pack_into(self._map, 0, self._sequence)

    def read(self) -> Facts:
        """Return the newest whole status; the one read before where a writer died within one."""
        for _ in range(_READS):
            (before,) = _SEQUENCE.unpack_from(self._map, 0)
            if before % 2:
                continue
            frame, time_ns, blocks, xruns, pid, load, peak, *tracks, device = _FACTS.unpack_from(
                self._map, 8
            )
            if _SEQUENCE.unpack_from(self._map, 0)[0] == before:
                self._last = Facts(
                    frame, time_ns, blocks, xruns, pid, load, peak, tuple(tracks), device
                )
                break
        return self._last

    def claim(self, pid: int) -> None:
        """Make `pid` the only engine that may write here, and into the tap."""
        _OWNER.pack_into(self._map, _OWNER_AT, pid)
        self.set_relief(Relief.NORMAL, 0.0)  # an engine that takes over begins with all of it

    def owner(self) -> int:
        """Return the process id of the engine that may write; 0 where none ever claimed it."""
        return int(_OWNER.unpack_from(self._map, _OWNER_AT)[0])

    def set_relief(self, relief: Relief, weighed_load: float) -> None:
        """Tell what the engine sheds, and the load that it weighed last."""
        _RELIEF.pack_into(self._map, _RELIEF_AT, relief, weighed_load)

    def relief(self) -> tuple[Relief, float]:
        """Return what the engine sheds, and the load that it weighed last."""
        level, load = _RELIEF.unpack_from(self._map, _RELIEF_AT)
        return Relief(level), load

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


def next_frame(facts: Facts, time_ns: int, block: int, rate_hz: int) -> int:
    """Return the first frame of the next block that a message sent at `time_ns` still meets.

    That is the block after `facts`, unless the clock says that it is about to be computed.

    >>> facts = Facts(frame=1000, time_ns=10**9)
    >>> [next_frame(facts, 10**9 + ms * 10**6, 480, 48000) for ms in (0, 8, 9, 18, 19)]
    [1000, 1000, 1480, 1480, 1960]
    """
    if facts.time_ns == 0:
        return facts.frame
    ready = max(0, time_ns + _ON_THE_WAY_NS - facts.time_ns) * rate_hz // 1_000_000_000
    return facts.frame + ready // block * block


def frame_on_device(facts: Facts, time_ns: int, device_frame: int, block: int, rate_hz: int) -> int:
    """Return the frame that is due in the block which the device begins at `device_frame`.

    The device's own count says it to the sample; the clock does where the device does not count
    (UNKNOWN) or began anew since `facts`.

    >>> before = Facts(frame=1256, time_ns=10**9, device_frame=2**32 - 100)
    >>> frame_on_device(before, 2 * 10**9 + 300_000, 47900, 256, 48000)
    49000
    >>> frame_on_device(before, 2 * 10**9, 5, 256, 48000)
    49000
    """
    if facts.time_ns == 0:
        return facts.frame
    by_clock = max(facts.frame, frame_at(facts, time_ns, rate_hz) - block)
    if UNKNOWN in (device_frame, facts.device_frame):
        return by_clock
    by_device = facts.frame - block + (device_frame - facts.device_frame) % _DEVICE_FRAMES
    near = abs(by_device - by_clock) < _TRUST_S * rate_hz
    return by_device if near and by_device >= facts.frame else by_clock
