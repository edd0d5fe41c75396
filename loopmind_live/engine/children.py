"""Processes that a supervisor watches: those it started, and those it adopted."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

_PAUSE_S = 0.01


class Child:
    """An engine process. `status` is how it ended: negative for a signal, None where unknown."""

    def __init__(self, pid: int, process: "subprocess.Popen[bytes] | None" = None) -> None:
        """Watch over process `pid`; ProcessLookupError where it is gone."""
        self.pid = pid
        self.status: int | None = None
        self.started_s = time.monotonic()
        self._process = process
        self._descriptor = os.pidfd_open(pid) if sys.platform == "linux" else None

    @classmethod
    def start(cls, command: Sequence[str], piped: bool = False) -> "Child":
        """Start a process; `piped` keeps its standard input and output for `wake` and `says`."""
        pipe = subprocess.PIPE if piped else None
        process = subprocess.Popen(
            command, stdin=pipe or subprocess.DEVNULL, stdout=pipe or sys.stderr,
            stderr=sys.stderr, bufsize=0, start_new_session=True,
        )  # fmt: skip
        if process.stdout is not None:
            os.set_blocking(process.stdout.fileno(), False)
        return cls(process.pid, process)

    @classmethod
    def adopt(cls, pid: int, folder: Path) -> "Child | None":
        """Return the engine of `folder` that another supervisor started, or None where it ended."""
        try:
            os.kill(pid, 0)
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            child = cls(pid)
        except OSError:
            return None
        return child if os.fsencode(folder) in words and not child.ended() else None

    def descriptors(self) -> list[int]:
        """Return what becomes readable when the process ends or says something."""
        found = [] if self._descriptor is None else [self._descriptor]
        if self._process is not None and self._process.stdout is not None:
            found.append(self._process.stdout.fileno())
        return found

    def ended(self) -> bool:
        """Tell whether the process has ended; once it has, all is let go."""
        if self._process is not None:
            self.status = self._process.poll()
            over = self.status is not None
        elif self._descriptor is not None:
            over = bool(select.select([self._descriptor], [], [], 0.0)[0])
        else:
            over = False
        if over and self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        return over

    def says(self) -> list[str]:
        """Return the words that a piped process has said since the last call."""
        if self._process is None or self._process.stdout is None:
            return []
        data = self._process.stdout.read()
        if data == b"":
            self._process.stdout.close()
            self._process.stdout = None
        return (data or b"").decode(errors="replace").split()

    def wake(self) -> None:
        """Write a line to a piped process, and let its pipes go."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return
        try:
            process.stdin.write(b"play\n")
            process.stdin.close()
        except BrokenPipeError:
            return  # it ended: that is seen at the next look
        finally:
            process.stdout.close()
            process.stdin = process.stdout = None

    def end(self, wait_s: float) -> None:
        """End the process: ask for `wait_s` seconds, then by force."""
        for number, patience_s in ((signal.SIGTERM, wait_s), (signal.SIGKILL, wait_s)):
            if self.ended():
                return
            if patience_s > 0.0 or number == signal.SIGKILL:
                os.kill(self.pid, number)
            limit_s = time.monotonic() + patience_s
            while not self.ended() and time.monotonic() < limit_s:
                time.sleep(_PAUSE_S)

    def kill(self) -> None:
        """End the process by force; `ended` tells when it is gone."""
        if not self.ended():
            os.kill(self.pid, signal.SIGKILL)
