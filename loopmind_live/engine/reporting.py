"""The supervisor's end of its socket: one performer at a time hears what happens."""

import json
import os
import select
import socket
import time
from collections import deque
from pathlib import Path

from loopmind_live.errors import EngineError

SOCKET_NAME = "supervisor.sock"
FIRST_S = 10.0
"""How long the performer that started the supervisor may take to connect."""
_MOST_UNTOLD = 50
_SEND_S = 1.0
STAND_BY_KINDS = ("ready", "unready", "died")
"""What tells whether a stand-by is there."""


class Reports:
    """Tells a performer what happens, and sees it go and another one come."""

    def __init__(self, folder: Path, keep_s: float) -> None:
        self.orderly = False
        self._keep_s = keep_s
        self._path = folder / SOCKET_NAME
        self._path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._listener.bind(str(self._path))
        except OSError as error:
            raise EngineError(f"{self._path}: cannot listen there ({error})") from error
        self._path.chmod(0o600)
        self._listener.listen(1)
        self._performer: socket.socket | None = None
        self._ready = b""
        self._untold: deque[bytes] = deque(maxlen=_MOST_UNTOLD)
        self._until_s = time.monotonic() + max(FIRST_S, keep_s)

    def over(self) -> bool:
        """Tell whether the performer closed, or has been away for too long."""
        return self.orderly or (self._performer is None and time.monotonic() > self._until_s)

    def descriptors(self) -> list[int]:
        """Return what becomes readable when there is something to `serve`."""
        return [(self._performer or self._listener).fileno()]

    def serve(self) -> None:
        """Take what came, without waiting."""
        performer = self._performer
        if performer is None:
            self._listener.setblocking(False)
            try:
                performer, _ = self._listener.accept()
            except BlockingIOError:
                return
            performer.settimeout(_SEND_S)
            self._performer = performer
            self._welcome()
            while self._untold and self._performer is not None:
                self._send(self._untold.popleft())
            return
        if not select.select([performer], [], [], 0.0)[0]:
            return
        try:
            data = performer.recv(4096)
        except OSError:
            data = b""
        if not data:
            self._lose()
        elif b"close" in data:
            self.orderly = True

    def tell(self, **facts: object) -> None:
        """Tell the performer, or the next one that comes."""
        line = _line(**facts)
        if facts["kind"] in STAND_BY_KINDS:
            self._ready = line if facts["kind"] == "ready" else b""
        if self._performer is None:
            self._untold.append(line)
        else:
            self._send(line)

    def _welcome(self) -> None:
        """Tell a performer that has just come what there is."""
        self._send(_line(kind="watching", pid=os.getpid()))
        if self._ready:
            self._send(self._ready)

    def _send(self, line: bytes) -> None:
        if self._performer is None:
            return
        try:
            self._performer.sendall(line)
        except OSError:
            self._untold.append(line)
            self._lose()

    def _lose(self) -> None:
        """Let a performer go that is gone, and wait for another one."""
        if self._performer is not None:
            self._performer.close()
            self._performer = None
            self._until_s = time.monotonic() + self._keep_s


def _line(**facts: object) -> bytes:
    return json.dumps(facts).encode() + b"\n"
