"""What the MIDI process has to tell, sent by whichever thread has it, and never waited for."""

import socket
import threading
from collections import deque

MOST_BYTES = 256 * 1024
"""So much waits for a performer that is busy; what comes beyond it is lost, and counted."""


class Outbox:
    """The process's end of its connection, for any thread."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._connection = connection
        self._lock = threading.Lock()
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._lost = 0

    def put(self, message: bytes, needed: bool = False) -> None:
        """Send a message, now or as soon as there is room; `needed` ones are never dropped."""
        with self._lock:
            if self._bytes + len(message) > MOST_BYTES and not needed:
                self._lost += 1
                return
            self._waiting.append(message)
            self._bytes += len(message)
            self._flush()

    def flush(self) -> bool:
        """Send what waits, as far as there is room; return whether something still waits."""
        with self._lock:
            self._flush()
            return bool(self._waiting)

    def lost(self) -> int:
        """Return how many messages were dropped since the last call."""
        with self._lock:
            lost, self._lost = self._lost, 0
        return lost

    def _flush(self) -> None:
        while self._waiting:
            message = self._waiting[0]
            try:
                sent = self._connection.send(message)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self._waiting.clear()  # the performer is gone: reading says so, and ends all
                self._bytes = 0
                return
            self._bytes -= sent
            if sent < len(message):
                self._waiting[0] = message[sent:]
                return
            self._waiting.popleft()
