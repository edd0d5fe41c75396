"""A scratch process in which one patch file is rehearsed, seen from outside."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from loopmind_live.errors import EngineError, ScoreError
from loopmind_live.score.patch import MAX_BYTES, Patch, from_json

MAX_WALL_S = 30.0
"""Beyond this it is taken to hang: what it may use of the processor is much less."""


class Scratch:
    """Rehearses the patch in `file`, from now on. Look at `result` now and then, or `wait`."""

    def __init__(
        self, file: Path, rate_hz: int, block: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._name = file.stem
        self._clock = clock
        self._end_s = clock() + MAX_WALL_S
        self._process = subprocess.Popen(
            [sys.executable, "-m", "loopmind_live.engine.patch.rehearsal", str(file),
             "--rate", str(rate_hz), "--block", str(block)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip

    def result(self) -> Patch | None:
        """Return the patch, None while it is rehearsed; EngineError says why there is none."""
        if self._process.poll() is None:
            if self._clock() < self._end_s:
                return None
            self.close()
            raise EngineError(
                f"patch {self._name}: not done after {MAX_WALL_S:g} s: is there an endless loop?"
            )
        assert self._process.stdout is not None
        with self._process.stdout as out:
            told = out.read(4 * MAX_BYTES)
        return self._read(told)

    def wait(self) -> Patch:
        """Return the patch once it is rehearsed; EngineError says why there is none."""
        while (patch := self.result()) is None:
            time.sleep(0.01)
        return patch

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _read(self, told: bytes) -> Patch:
        try:
            answer = json.loads(told)
            if "error" in answer:
                raise EngineError(str(answer["error"]))
            return from_json(answer["patch"])
        except (ValueError, KeyError, TypeError, ScoreError) as error:
            raise EngineError(f"patch {self._name}: {self._end()}") from error

    def _end(self) -> str:
        """Return how a process ended that gave no answer."""
        code = self._process.returncode
        if code >= 0:
            return f"it ended the process that rehearsed it (status {code})"
        what = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        return f"it crashed the process that rehearsed it ({what})"
