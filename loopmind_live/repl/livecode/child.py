"""The process in which code runs, as the performer has it: watched, and ended where it hangs."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.errors import SessionError
from loopmind_live.repl.livecode.wire import (
    Ask,
    Begun,
    Decoder,
    Fault,
    FromCode,
    Resting,
    Said,
    ToCode,
    encode,
)

HANGS_S = 2.5
"""A cell or a turn that neither ends nor is ended by then hangs, in code that cannot be stopped."""
STARTS_S = 20.0
"""The interpreter itself is given so long."""
ENDS_S = 0.5
"""A process that closed its end is given so long to tell how it ended."""
MOST_BYTES = 4 << 20
"""So much waits for the process."""
_READ_BYTES = 65536
_READS = 8
_MODULE = "loopmind_live.repl.livecode.process"


@dataclass(frozen=True, slots=True)
class Gone:
    """The process has ended while the cell or routine of that name ran, "" where none did."""

    name: str
    why: str


class CodeProcess:
    """One process, from its start to its end. Not thread-safe: one task calls it.

    `clock` tells seconds, as time.monotonic. What the process prints beside goes to `log`.
    """

    def __init__(self, clock: Callable[[], float], log: Path | None = None) -> None:
        self._clock = clock
        self._decoder = Decoder()
        self._waiting = bytearray()
        self._asked = 0
        self._runs = ""
        self._fatal = ""
        self._closed = False
        self._end_s = clock() + STARTS_S
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        self._connection = ours
        with theirs, (log or Path("/dev/null")).open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", _MODULE, str(theirs.fileno())],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                pass_fds=(theirs.fileno(),), start_new_session=True,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        """Return the process's id."""
        return self._process.pid

    @property
    def busy(self) -> bool:
        """Tell whether something that was sent is not done yet."""
        return self._asked > 0

    def send(self, message: ToCode) -> None:
        """Send what is to be done next; SessionError where too much waits already."""
        data = encode(message)
        if len(self._waiting) + len(data) > MOST_BYTES:
            raise SessionError("code: too much waits for what runs now")
        if not self._asked:
            self._end_s = max(self._end_s, self._clock() + HANGS_S)
        self._waiting += data
        self._asked += 1
        self._flush()

    def advance(self) -> list[FromCode | Gone]:
        """Return what came since the last call, oldest first; nothing comes after Gone."""
        self._flush()
        told: list[FromCode | Gone] = []
        why = self._read(told)
        if not why and self._closed:
            why = self._how_it_ended()
        elif not why and self.busy and self._clock() >= self._end_s:
            why = f"not done after {HANGS_S:g} s, and it cannot be stopped: its process was ended"
        if why:
            self.kill()
            told.append(Gone(self._runs, why))
        return told

    def kill(self) -> None:
        """End the process, and what it started, whatever it does. Nobody waits for that here."""
        self._connection.close()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def is_over(self) -> bool:
        """Tell whether the process, and all the memory that it held, is gone."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End the process, and wait until it is gone."""
        self.kill()
        self._process.wait()

    def _read(self, told: list[FromCode | Gone]) -> str:
        """Add what came to `told`; return why nothing more is listened to, "" where all is well."""
        for _ in range(0 if self._closed else _READS):
            try:
                data = self._connection.recv(_READ_BYTES)
            except BlockingIOError:
                break
            except OSError:
                data = b""
            if not data:
                self._closed = True
                self._end_s = self._clock() + ENDS_S
                break
            try:
                found = self._decoder.feed(data)
            except SessionError as error:
                return str(error)
            told += [one for one in map(self._heard, found) if one is not None]
        return ""

    def _heard(self, message: object) -> FromCode | None:
        """Take note of what runs; return what the performer has to hear."""
        match message:
            case Begun():
                self._runs = message.name
                self._end_s = self._clock() + HANGS_S
            case Resting():
                self._runs = ""
                self._asked = max(0, self._asked - 1)
                self._end_s = self._clock() + HANGS_S
            case Fault() if message.fatal:
                self._fatal = message.text
        known = isinstance(message, Begun | Ask | Said | Fault | Resting)
        return message if known else None  # type: ignore[return-value]

    def _how_it_ended(self) -> str:
        """Return how the process ended that has closed its end, "" while that is not known."""
        code = self._process.poll()
        if code is None:
            late = self._clock() >= self._end_s
            return "it closed the way to the performer" if late else ""
        if self._fatal:
            return self._fatal
        if code >= 0:
            return f"it ended the process that runs code (status {code})"
        what = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        return f"it crashed the process that runs code ({what})"

    def _flush(self) -> None:
        if not self._waiting or self._closed:
            return
        try:
            sent = self._connection.send(self._waiting)
        except (BlockingIOError, OSError):
            return  # where it is gone, reading says so
        del self._waiting[:sent]
