"""OSCQuery over HTTP: a few readers at a time, short requests, GET alone."""

import json
import logging
import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from socketserver import TCPServer, ThreadingMixIn
from threading import BoundedSemaphore, Thread
from typing import Any

from loopmind_live.control.oscquery import Answer
from loopmind_live.errors import ControlError

MOST_READERS = 8
MAX_HEAD_BYTES = 4096
"""A request's line and headers."""
PATIENCE_S = 3.0
"""A reader has so long to ask, and then for each piece of the answer that it takes."""
log = logging.getLogger(__name__)

Get = Callable[[str], Answer]


class OscQueryServer:
    """Answers from a thread of its own what `get` says; whom `admits` refuses is hung up on.

    Raises ControlError where the port cannot be had.
    """

    def __init__(self, host: str, port: int, get: Get, admits: Callable[[str], bool]) -> None:
        try:
            self._server = _Server((host, port), get, admits)
        except (OSError, OverflowError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise ControlError(
                f"OSCQuery port {port}: {why}: choose another with --oscquery-port"
            ) from error
        self.port = int(self._server.server_address[1])
        self._thread = Thread(
            target=self._server.serve_forever, args=(0.1,), name="oscquery", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingMixIn, TCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = MOST_READERS

    def __init__(self, address: tuple[str, int], get: Get, admits: Callable[[str], bool]) -> None:
        self.get = get
        self._admits = admits
        self._room = BoundedSemaphore(MOST_READERS)
        super().__init__(address, _Reader)

    def verify_request(self, _request: Any, client_address: Any) -> bool:
        """Let in who may read, as long as there is room."""
        return self._admits(str(client_address[0])) and self._room.acquire(blocking=False)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one reader, then give its place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, _request: Any, client_address: Any) -> None:
        """Keep what went wrong with one reader in the log."""
        log.info("OSCQuery: a reader at %s went wrong", client_address, exc_info=True)


class _Reader(BaseHTTPRequestHandler):
    server: _Server
    server_version = "LoopMind"
    sys_version = ""
    timeout = PATIENCE_S

    def setup(self) -> None:
        """Read all of the request before any of it is looked at, within its bounds."""
        super().setup()
        self.rfile = BytesIO(_head(self.connection))

    def do_GET(self) -> None:
        """Answer with an object, or with its absence."""
        answer = self.server.get(self.path)
        body = b"" if answer.body is None else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        if answer.status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Write no line a request."""


def _head(connection: socket.socket) -> bytes:
    """Return a request up to its empty line; b"" where it is too long, or does not come in time."""
    head = b""
    end = time.monotonic() + PATIENCE_S
    while b"\r\n\r\n" not in head and b"\n\n" not in head:
        connection.settimeout(max(0.01, end - time.monotonic()))
        try:
            piece = connection.recv(MAX_HEAD_BYTES)
        except OSError:
            return b""
        head += piece
        if not piece or len(head) > MAX_HEAD_BYTES or time.monotonic() >= end:
            return b""
    connection.settimeout(PATIENCE_S)
    return head
