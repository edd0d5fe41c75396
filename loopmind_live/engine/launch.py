"""The performer's side of the engine's processes: start them, hear of them, end them."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from loopmind_live.errors import EngineError

_END_S = 5.0


class Launch:
    """A supervisor process.

    `heard` is called, in a thread of its own, with each thing that the supervisor tells, and with
    None when it is gone.
    """

    def __init__(
        self,
        folder: Path,
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
        command = [sys.executable, "-m", "loopmind_live.engine.supervisor", str(folder), *arguments]
        try:
            with log.open("ab") as messages:
                self._process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=messages,
                    env=environment, start_new_session=True, bufsize=0,
                )  # fmt: skip
        except OSError as error:
            raise EngineError(f"the engine cannot be started ({error}); see {log}") from error
        self._heard = heard
        self._thread = threading.Thread(target=self._listen, name="supervisor", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """Return the supervisor's process id."""
        return self._process.pid

    def end(self) -> None:
        """End the supervisor and its engine, and wait for it."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # it is gone already: just what is wanted
                self._process.stdin.write(b"close\n")
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join(_END_S)

    def _listen(self) -> None:
        if self._process.stdout is not None:
            with self._process.stdout as stdout:
                for line in stdout:
                    self._heard(json.loads(line))
        self._process.wait()
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        self._heard(None)
