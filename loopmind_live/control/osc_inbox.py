"""What came over OSC and waits for its turn: bounded, and of a fader's moves only the newest."""

import heapq
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from loopmind_live.control.osc_addresses import FADERS
from loopmind_live.control.osc_packet import AT_ONCE, Message

MOST_TRIGGERS = 512
"""So many messages that are no fader's may wait."""
MOST_FADERS = 4096
MOST_LATER = 4096
"""So many messages may wait for their time."""
FARTHEST_S = 60.0
"""A time tag farther ahead than this is not believed: then the clocks differ."""
_NTP_TO_UNIX_S = 2_208_988_800
Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Received:
    """A message and who sent it. `order` counts what came, from 1."""

    message: Message
    sender: Address
    order: int


def due_s(time_tag: int) -> float:
    """Return a time tag as seconds since 1970, 0 for at once.

    >>> due_s(1), due_s((2_208_988_800 + 5) << 32)
    (0.0, 5.0)
    """
    return 0.0 if time_tag == AT_ONCE else time_tag / 2**32 - _NTP_TO_UNIX_S


class Inbox:
    """Filled by the thread that listens, emptied by the performance's own."""

    def __init__(self, now: Callable[[], float]) -> None:
        """`now` returns seconds since 1970."""
        self.faders: frozenset[str] = FADERS
        """Addresses of which only the newest value counts while several wait."""
        self._now = now
        self._lock = threading.Lock()
        self._triggers: deque[Received] = deque()
        self._faders: dict[tuple[object, ...], Received] = {}
        self._later: list[tuple[float, int, Received]] = []
        self._count = 0
        self.refused = 0
        """How many found no room."""

    def put(self, message: Message, sender: Address) -> bool:
        """Take a message in; False where there is no room for it."""
        with self._lock:
            self._count += 1
            received = Received(message, sender, self._count)
            due = due_s(message.time_tag)
            if due > 0.0 and self._now() < due <= self._now() + FARTHEST_S:
                if len(self._later) < MOST_LATER:
                    heapq.heappush(self._later, (due, self._count, received))
                    return True
            elif self._put_now(received):
                return True
            self.refused += 1
            return False

    def take(self) -> Received | None:
        """Return what is next, None where nothing waits: faders stand behind all else."""
        with self._lock:
            while self._later and self._later[0][0] <= self._now():
                if not self._put_now(heapq.heappop(self._later)[2]):
                    self.refused += 1
            if self._triggers:
                return self._triggers.popleft()
            if self._faders:
                return self._faders.pop(next(iter(self._faders)))
            return None

    def _put_now(self, received: Received) -> bool:
        message = received.message
        if message.address in self.faders:
            key = (message.address, message.arguments[:-1])  # whose fader; its place comes last
            if key not in self._faders and len(self._faders) >= MOST_FADERS:
                return False
            self._faders[key] = received  # an older move of the same fader keeps its turn
            return True
        if len(self._triggers) >= MOST_TRIGGERS:
            return False
        self._triggers.append(received)
        return True
