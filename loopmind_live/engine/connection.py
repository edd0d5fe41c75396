"""The performer's end of the engine's socket: connects, and reads in a thread."""

import socket
import threading
from collections.abc import Callable
from pathlib import Path

from loopmind_live.engine import protocol
from loopmind_live.engine.protocol import Decoder, Message
from loopmind_live.errors import EngineError

SOCKET_NAME = "engine.sock"
_RETRY_S = 0.02
_SEND_S = 2.0
_PAUSE_S = 1.0


class EngineConnection:
    """The connection to whichever engine process listens; it is made again when it ends.

    `heard` is called in the reader's thread with each message, `failed` with the reason where what
    comes is no message of this version. That an engine ended is the supervisor's to tell.
    """

    def __init__(
        self, folder: Path, heard: Callable[[Message], None], failed: Callable[[str], None]
    ) -> None:
        self._path = folder / SOCKET_NAME
        self._heard, self._failed = heard, failed
        self._socket: socket.socket | None = None
        self._over = threading.Event()
        self._sending = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    def send(self, message: Message) -> bool:
        """Send a message; return whether there was a connection to send it through."""
        connection = self._socket
        if connection is None:
            return False
        try:
            with self._sending:
                connection.sendall(message.encode())
        except OSError:
            return False  # the reader sees the same end, and tells of it
        return True

    def close(self) -> None:
        """End the connection for good; the engine goes on."""
        self._over.set()
        connection = self._socket
        if connection is not None:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it ended by itself
        if threading.current_thread() is not self._thread:
            self._thread.join(_SEND_S)

    def _run(self) -> None:
        while (connection := self._connect()) is not None:
            decoder = Decoder()
            self._socket = connection
            try:
                while (messages := protocol.receive(connection, decoder)) is not None:
                    for message in messages:
                        self._heard(message)
            except EngineError as error:
                self._failed(str(error))
                self._over.wait(_PAUSE_S)
            finally:
                self._socket = None
                connection.close()

    def _connect(self) -> socket.socket | None:
        """Try until an engine listens, or the connection is closed."""
        while not self._over.wait(_RETRY_S):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.connect(str(self._path))
            except (FileNotFoundError, ConnectionError):
                connection.close()
            except OSError as error:
                connection.close()
                self._failed(f"{self._path}: {error}: set TMPDIR to a shorter path")
                return None
            else:
                return connection
        return None
