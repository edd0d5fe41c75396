"""Catch what is printed to the terminal behind the program's back.

Libraries written in C print to file descriptors 1 and 2, past `sys.stdout`, and would break the
line that is being typed. While a capture is on, both lead into a pipe, whose lines are handed
over; the terminal itself stays reachable through `tty`.
"""

import os
import secrets
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

MAX_LINE = 4096
_CHUNK = 65536


class TerminalCapture:
    """Sends descriptors 1 and 2 of the whole process to `on_line`, from a thread of its own.

    `on_line` gets a line without its end, at most MAX_LINE characters, and must not block. Child
    processes started meanwhile inherit the pipe: give a child that must never wait, or that
    outlives the capture, an output of its own.
    """

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._end = f"\0{secrets.token_hex(16)}\n".encode()

    def __enter__(self) -> "TerminalCapture":
        _flush()
        self._saved = (os.dup(1), os.dup(2))
        self.tty: TextIO = os.fdopen(os.dup(1), "w", encoding=sys.stdout.encoding or "utf-8")
        self._read, write = os.pipe()
        os.dup2(write, 1)
        os.dup2(write, 2)
        self._write = write
        self._thread = threading.Thread(target=self._pump, name="terminal-capture", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _flush()
        for descriptor, saved in zip((1, 2), self._saved, strict=True):
            os.dup2(saved, descriptor)
            os.close(saved)
        # A mark ends the thread: a child that inherited the pipe would keep it open for ever.
        os.write(self._write, self._end)
        os.close(self._write)
        self._thread.join()
        os.close(self._read)
        self.tty.close()

    def _pump(self) -> None:
        """Hand over lines until the end mark; what comes before it without a line end, too."""
        held = b""
        while True:
            chunk = os.read(self._read, _CHUNK)
            held += chunk
            done = not chunk or self._end in held
            if done:
                held = held.split(self._end)[0]
            *lines, held = held.split(b"\n")
            if done or len(held) > MAX_LINE:
                lines.append(held)
                held = b""
            for line in lines:
                if line.strip():
                    self._on_line(line.decode("utf-8", "replace").rstrip("\r")[:MAX_LINE])
            if done:
                return


def _flush() -> None:
    """Send on what Python still holds, so that it lands on the right side of a change."""
    sys.stdout.flush()
    sys.stderr.flush()
