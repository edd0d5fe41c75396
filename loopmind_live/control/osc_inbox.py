"""What came over OSC and waits for its turn: bounded, and of a fader's moves only the newest."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from loopmind_live.control.datagrams import Address
from loopmind_live.control.osc_addresses import FADERS
from loopmind_live.control.osc_packet import Message
from loopmind_live.control.throttle import Allowance

TRIGGERS_PER_S = 200.0
"""So many messages a second that are no fader's are kept, and as many at once.

Hands stay far below; so does a sequencer that plays sixteenths on eight tracks at 240 bpm: 128.
"""
MOST_TRIGGERS = 512
"""So many may wait."""
MOST_FADERS = 4096


@dataclass(frozen=True, slots=True)
class Received:
    """A message and who sent it. `order` counts what came, from 1.

    `frame` is the engine's frame that its time tag named as it arrived, None where it is for now.
    """

    message: Message
    sender: Address
    order: int
    frame: int | None = None


class Inbox:
    """Filled by the thread that listens, emptied by the performance's own.

    Of what waits for one fader only the newest counts, however many come. Of all else none is lost
    that comes at the stated rate; what comes faster is refused.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.faders: frozenset[str] = FADERS
        """Addresses of which only the newest value counts while several wait."""
        self.refused = 0
        """How many found no room."""
        self._lock = threading.Lock()
        self._triggers: deque[Received] = deque()
        self._faders: dict[tuple[object, ...], Received] = {}
        self._count = 0
        self._allowance = Allowance(TRIGGERS_PER_S, clock)

    def put(self, message: Message, sender: Address, frame: int | None = None) -> bool:
        """Take a message in; False where there is no room for it."""
        with self._lock:
            self._count += 1
            received = Received(message, sender, self._count, frame)
            if message.address in self.faders:
                taken = self._put_fader(received)
            else:
                taken = self._put_trigger(received)
            self.refused += not taken
            return taken

    def take(self) -> Received | None:
        """Return what is next, None where nothing waits: faders stand behind all else."""
        with self._lock:
            if self._triggers:
                return self._triggers.popleft()
            if self._faders:
                return self._faders.pop(next(iter(self._faders)))
            return None

    def _put_fader(self, received: Received) -> bool:
        message = received.message
        # Whose fader it is stands before its place, which comes last.
        key = (message.address, received.frame, message.arguments[:-1])
        if len(self._faders) >= MOST_FADERS and key not in self._faders:
            return False
        self._faders[key] = received  # an older move of the same fader keeps its turn
        return True

    def _put_trigger(self, received: Received) -> bool:
        if len(self._triggers) >= MOST_TRIGGERS or not self._allowance.spent():
            return False
        self._triggers.append(received)
        return True
