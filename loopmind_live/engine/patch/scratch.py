"""A scratch process in which one patch file is rehearsed, seen from outside."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from loopmind_live.errors import EngineError, ScoreError
from loopmind_live.score.patch import MAX_BYTES, Patch, from_json

_MOST_FAULTS = 1 << 16
_MOST_TOLD = 4 * MAX_BYTES
MAX_WALL_S = 30.0
"""Beyond this it is taken to hang: what it may use of the processor is much less."""


class Scratch:
    """Rehearses the patch in `file`, from now on. Look at `result` now and then, or `wait`."""

    def __init__(
        self, file: Path, rate_hz: int, block: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._name, self._file = file.stem, file
        self._clock = clock
        self._end_s = clock() + MAX_WALL_S
        self._faults, faults = os.pipe()
        os.set_blocking(self._faults, False)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "loopmind_live.engine.patch.rehearsal", str(file),
                 "--rate", str(rate_hz), "--block", str(block), "--faults", str(faults)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                start_new_session=True, pass_fds=(faults,),
            )  # fmt: skip
        except OSError:
            os.close(self._faults)
            raise
        finally:
            os.close(faults)
        assert self._process.stdout is not None
        self._out, self._told = self._process.stdout, bytearray()
        os.set_blocking(self._out.fileno(), False)

    def result(self) -> Patch | None:
        """Return the patch, None while it is rehearsed; EngineError says why there is none."""
        ended = self._process.poll() is not None
        self._hear()
        if not ended:
            if self._clock() < self._end_s:
                return None
            self.close()
            raise EngineError(
                f"patch {self._name}: not done after {MAX_WALL_S:g} s: is there an endless loop?"
            )
        try:
            return self._read(bytes(self._told))
        finally:
            self.close()

    def wait(self) -> Patch:
        """Return the patch once it is rehearsed; EngineError says why there is none."""
        while (patch := self.result()) is None:
            time.sleep(0.01)
        return patch

    def close(self) -> None:
        """End the process, and what it started, whatever it does."""
        if self._faults < 0:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._out.close()
        os.close(self._faults)
        self._faults = -1

    def _hear(self) -> None:
        """Take what the process has said so far; what it started may hold the other end."""
        with suppress(BlockingIOError):
            while some := os.read(self._out.fileno(), _MOST_TOLD - len(self._told)):
                self._told += some

    def _read(self, told: bytes) -> Patch:
        try:
            answer = json.loads(told)
            if "error" in answer:
                raise EngineError(str(answer["error"]))
            return from_json(answer["patch"])
        except (ValueError, KeyError, TypeError, ScoreError) as error:
            where = f"patch {self._name}{self._crashed_at()}"
            raise EngineError(f"{where}: {self._end()}") from error

    def _crashed_at(self) -> str:
        """Return the line of the patch in which the process crashed, as words, if that is known."""
        try:
            told = os.read(self._faults, _MOST_FAULTS).decode(errors="replace")
        except BlockingIOError:  # something that the patch started holds the other end
            return ""
        line = re.search(rf'File "{re.escape(str(self._file))}", line (\d+)', told)
        return "" if line is None else f", line {line[1]}"

    def _end(self) -> str:
        """Return how a process ended that gave no answer."""
        code = self._process.returncode
        if code >= 0:
            return f"it ended the process that rehearsed it (status {code})"
        what = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        return f"it crashed the process that rehearsed it ({what})"
