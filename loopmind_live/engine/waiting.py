"""What an engine does beside its sound: wait as a stand-by, and see whether anybody watches it."""

import os
import select
import sys
import threading
import time
from pathlib import Path
from typing import Protocol

from loopmind_live.engine import shared
from loopmind_live.engine.status import StatusBlock

SUPERVISOR_LOCK = "supervised"
READY, STUCK = "ready", "stuck"
STUCK_BLOCKS = 6
STUCK_S = 0.1
"""An engine that did nothing for so long, while its device ran on, is stuck."""
SERVER_GONE_S = 1.0
_LOOK_S = 0.01
_WATCH_S = 0.5


class Device(Protocol):
    """A device that counts its frames on its own."""

    block: int

    def frame_time(self) -> int:
        """Return the count, of 32 bits."""
        ...


class StuckWatch:
    """Tells an engine that stands still from a device that does.

    >>> watch = StuckWatch(block=256)
    >>> [watch.look(blocks=7, device_frame=256 * n, now_s=0.005 * n) for n in (1, 10, 20, 30)]
    [False, False, False, True]
    """

    def __init__(self, block: int) -> None:
        self._block = block
        self._moved: tuple[int, int, float] | None = None
        self._device = -1
        self._device_s = 0.0
        self.device_still_s = 0.0

    def look(self, blocks: int, device_frame: int, now_s: float) -> bool:
        """Return whether the engine, at `blocks`, has done nothing while the device moved on."""
        if device_frame != self._device:
            self._device, self._device_s = device_frame, now_s
        self.device_still_s = now_s - self._device_s
        if self._moved is None or self._moved[0] != blocks:
            self._moved = blocks, device_frame, now_s
            return False
        _, frame, since_s = self._moved
        passed = (device_frame - frame) % (1 << 32)
        return passed > STUCK_BLOCKS * self._block and now_s - since_s > STUCK_S


def wait_to_play(status: StatusBlock, device: Device, stop: threading.Event) -> bool:
    """Wait for the supervisor's line on standard input; False where that ends, or the server does.

    Meanwhile say on standard output that this process is ready, and when the engine is stuck.
    """
    print(READY, flush=True)
    watch = StuckWatch(device.block)
    said = -1
    while not stop.is_set():
        ready, _, _ = select.select([sys.stdin.fileno()], [], [], _LOOK_S)
        if ready:
            return bool(os.read(sys.stdin.fileno(), 64))
        facts = status.read()
        stuck = watch.look(facts.blocks, device.frame_time(), time.monotonic())
        if stuck and facts.pid != said and facts.blocks:
            said = facts.pid
            print(STUCK, flush=True)
        if watch.device_still_s > SERVER_GONE_S:
            return False
    return False


class Watched:
    """Sees, by the lock that a supervisor holds, how long none has been there."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SUPERVISOR_LOCK
        self._seen_s = self._looked_s = time.monotonic()

    def alone_s(self) -> float:
        """Return for how many seconds nobody has watched over this engine."""
        now_s = time.monotonic()
        if now_s - self._looked_s > _WATCH_S:
            self._looked_s = now_s
            lock = shared.try_lock(self._path)
            if lock is None:
                self._seen_s = now_s
            else:
                os.close(lock)
        return now_s - self._seen_s
