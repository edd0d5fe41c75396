"""The performer's end of the engine's socket: connects, and reads in a thread."""

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from loopmind_live.engine import protocol
from loopmind_live.engine.protocol import Decoder, Message
from loopmind_live.errors import EngineError

SOCKET_NAME = "engine.sock"
_RETRY_S = 0.02
_SEND_S = 2.0


class EngineConnection:
    """One connection to one engine process; another process takes another one.

    `heard` is called in the reader's thread with each message; `failed` with the reason where the
    connection cannot be used. That an engine ended is the supervisor's to tell.
    """

    def __init__(
        self, folder: Path, heard: Callable[[Message], None], failed: Callable[[str], None]
    ) -> None:
        self._path = folder / SOCKET_NAME
        self._heard, self._failed = heard, failed
        self._socket: socket.socket | None = None
        self._over = threading.Event()
        self._sending = threading.Lock()
        threading.Thread(target=self._run, name="engine", daemon=True).start()

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
        """End the connection; nothing is told of it."""
        self._over.set()
        connection, self._socket = self._socket, None
        if connection is not None:
            connection.close()

    def _run(self) -> None:
        connection = self._connect()
        if connection is None:
            return
        decoder = Decoder()
        self._socket = connection
        try:
            while (messages := protocol.receive(connection, decoder)) is not None:
                for message in messages:
                    self._heard(message)
        except EngineError as error:
            self._failed(str(error))
        finally:
            self._socket = None
            connection.close()

    def _connect(self) -> socket.socket | None:
        """Try until the engine listens, or the connection is closed."""
        while not self._over.is_set():
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.connect(str(self._path))
            except (FileNotFoundError, ConnectionRefusedError):
                connection.close()
                time.sleep(_RETRY_S)
            except OSError as error:
                connection.close()
                self._failed(f"{self._path}: {error}: set TMPDIR to a shorter path")
                return None
            else:
                return connection
        return None
