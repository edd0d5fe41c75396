"""Programs of this user that look at a performance without a hand on it: monitor and doctor.

Each connects to a socket in the engine's folder and sends one line of JSON, {"look": "surfaces"}:
it gets {"surfaces": [line, ...]}; or {"look": "monitor"}: it gets {"note": [time_s, source, came,
meant]} for all that comes in, until it leaves. Nothing here ever waits for anybody.
"""

import logging
import os
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

from loopmind_live.app.guest_lines import line, peer_uid, read_line
from loopmind_live.app.monitor import Monitor
from loopmind_live.errors import ControlError, SessionError

SOCKET_NAME = "onlookers.sock"
MOST = 8
MAX_ASKED_BYTES = 256
MAX_WAITING_BYTES = 1 << 18
"""Who leaves so much unread is let go."""
log = logging.getLogger(__name__)


class _Onlooker:
    """One connection. `looks` is what it asked for, "" before it did."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.asked = b""
        self.looks = ""
        self.waiting = b""
        self.leaves = False


class Onlookers:
    """Lets programs look; a surface without hands. Raises ControlError where it cannot be found."""

    def __init__(
        self, folder: Path, monitor: Monitor, described: Callable[[], Sequence[str]]
    ) -> None:
        """`described` returns the lines that tell of all surfaces."""
        self._path = folder / SOCKET_NAME
        self._monitor = monitor
        self._described = described
        self._there: list[_Onlooker] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._path.unlink(missing_ok=True)  # a performer that was killed left it
            self._socket.bind(str(self._path))
            self._path.chmod(0o600)
            self._socket.listen(MOST)
            self._socket.setblocking(False)
        except OSError as error:
            self._socket.close()
            raise ControlError(f"{self._path}: nothing can be monitored ({error})") from error

    def advance(self) -> None:
        """Welcome, answer and tell, as far as that goes without waiting."""
        self._welcome()
        self._monitor.watched = any(one.looks == "monitor" for one in self._there)
        notes = b"".join(
            line(note=[note.time_s, note.source, note.came, note.meant])
            for note in self._monitor.take()
        )
        for one in list(self._there):
            try:
                if one.looks == "monitor":
                    one.waiting += notes
                self._listen(one)
                self._send(one)
            except (OSError, SessionError) as error:
                log.info("an onlooker was let go: %s", error)
                self._let_go(one)

    def close(self) -> None:
        """Let all go, and be found no more."""
        for one in list(self._there):
            self._let_go(one)
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _welcome(self) -> None:
        try:
            connection, _ = self._socket.accept()
        except BlockingIOError:
            return
        connection.setblocking(False)
        if peer_uid(connection) not in (None, os.getuid()) or len(self._there) >= MOST:
            connection.close()
            return
        self._there.append(_Onlooker(connection))

    def _listen(self, one: _Onlooker) -> None:
        """Read what an onlooker asks for, where it has come, and whether it left."""
        try:
            piece = one.connection.recv(MAX_ASKED_BYTES)
        except BlockingIOError:
            return
        one.asked += piece
        if not piece or one.looks or len(one.asked) > MAX_ASKED_BYTES:
            raise SessionError("it left, or asked for nothing that there is")
        if not one.asked.endswith(b"\n"):
            return
        match read_line(one.asked).get("look"):
            case "surfaces":
                one.looks, one.leaves = "surfaces", True
                one.waiting += line(surfaces=list(self._described()))
            case "monitor":
                one.looks = "monitor"
                one.waiting += line(surfaces=list(self._described()))
            case other:
                raise SessionError(f"there is no {other!r:.40} to look at")

    def _send(self, one: _Onlooker) -> None:
        if one.waiting:
            try:
                sent = one.connection.send(one.waiting)
            except BlockingIOError:
                sent = 0
            one.waiting = one.waiting[sent:]
            if len(one.waiting) > MAX_WAITING_BYTES:
                raise SessionError("it reads nothing")
        if one.leaves and not one.waiting:
            self._let_go(one)

    def _let_go(self, one: _Onlooker) -> None:
        one.connection.close()
        self._there.remove(one)
