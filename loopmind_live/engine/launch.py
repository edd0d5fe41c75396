"""The performer's side of the engine's processes: start them, hear of them, end them."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from loopmind_live.engine.reporting import SOCKET_NAME
from loopmind_live.errors import EngineError

_END_S = 6.0
_RETRY_S = 0.02


class Launch:
    """A supervisor process: the one that watches over `folder`, or a new one.

    `heard` is called, in a thread of its own, with each thing that the supervisor tells, and with
    None when it is gone. It keeps the music for `keep_s` where this process goes without a word.
    """

    def __init__(
        self,
        folder: Path,
        keep_s: float,
        arguments: Sequence[str],
        log: Path,
        kernel_cache: Path,
        heard: Callable[[dict[str, Any] | None], None],
    ) -> None:
        environment = {
            **os.environ,
            "PYO_GUI_WX": "0",
            "NUMBA_CACHE_DIR": str(kernel_cache),
            "NUMBA_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "JACK_NO_START_SERVER": "1",
        }
        self._path = folder / SOCKET_NAME
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket = self._try_connect()
        if self._socket is None:
            command = [
                sys.executable, "-m", "loopmind_live.engine.supervisor", str(folder), str(keep_s),
                *arguments,
            ]  # fmt: skip
            try:
                with log.open("ab") as messages:
                    self._process = subprocess.Popen(
                        command, stdin=subprocess.DEVNULL, stdout=messages, stderr=messages,
                        env=environment, start_new_session=True,
                    )  # fmt: skip
            except OSError as error:
                raise EngineError(f"the engine cannot be started ({error}); see {log}") from error
        self._heard = heard
        self._thread = threading.Thread(target=self._listen, name="supervisor", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """Return the supervisor's process id, None where it was there before."""
        return None if self._process is None else self._process.pid

    def end(self) -> None:
        """End the supervisor and its engine, and wait for it."""
        self._over.set()
        connection = self._socket
        if connection is not None:
            with contextlib.suppress(OSError):  # it is gone already: just what is wanted
                connection.sendall(b"close\n")
        if self._process is not None:
            try:
                self._process.wait(_END_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if threading.current_thread() is not self._thread:
            self._thread.join(_END_S)

    def _listen(self) -> None:
        while self._socket is None and self._is_there():
            self._over.wait(_RETRY_S)
            self._socket = self._try_connect()
        if self._socket is not None:
            with self._socket, self._socket.makefile("rb") as told:
                if self._over.is_set():
                    self._socket.sendall(b"close\n")
                with contextlib.suppress(OSError):
                    for line in told:
                        self._heard(json.loads(line))
        if self._process is not None:
            self._process.wait()
        self._heard(None)

    def _is_there(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _try_connect(self) -> socket.socket | None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(self._path))
        except OSError:
            connection.close()
            return None
        return connection
