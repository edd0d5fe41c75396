"""How fast messages go out at one port: a burst is stretched until a device can take it. Pure."""

from collections import deque

BYTES_PER_MS = 64.0
"""A pad of lights is repainted in 7 ms; many devices and drivers lose what comes faster."""
BURST_BYTES = 512
MOST_WAITING = 4096
"""So many messages wait at a port; beyond it the oldest are dropped, and counted."""


class Pace:
    """The messages that wait at one port, each going out no sooner than there is room for it.

    >>> pace = Pace()
    >>> for number in range(300):
    ...     pace.put(bytes((0x90, number % 128, 1)))
    >>> len(pace.take(0)), len(pace.take(1_000_000)), pace.wait_ns(1_000_000) > 0
    (170, 22, True)
    """

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._room = float(BURST_BYTES)
        self._at_ns: int | None = None
        self.dropped = 0

    def put(self, data: bytes) -> None:
        """Let a message wait for its turn."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            self.dropped += 1
        self._waiting.append(data)

    def take(self, now_ns: int) -> list[bytes]:
        """Return the messages whose turn it is by `now_ns`, in their order."""
        if self._at_ns is not None:
            self._room += (now_ns - self._at_ns) * 1e-6 * BYTES_PER_MS
        self._at_ns = now_ns
        self._room = min(self._room, float(BURST_BYTES))
        due = []
        while self._waiting and self._room >= min(len(self._waiting[0]), BURST_BYTES):
            due.append(self._waiting.popleft())
            self._room -= len(due[-1])
        return due

    def wait_ns(self, now_ns: int) -> int | None:
        """Return how long until the next message's turn, None where none waits."""
        if not self._waiting:
            return None
        if self._at_ns is None:
            return 0
        lacking = min(len(self._waiting[0]), BURST_BYTES) - self._room
        return max(0, self._at_ns + int(lacking / BYTES_PER_MS * 1e6) + 1 - now_ns)
