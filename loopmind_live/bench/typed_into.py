"""A performance that is typed into from outside, as by hand."""

import re
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from types import TracebackType

from loopmind_live.bench.jack_server import end
from loopmind_live.bench.performing import PROGRAM
from loopmind_live.errors import LoopMindError

_LOOK_S = 0.01
_END_S = 15.0


class TypedInto:
    """The program, performing; its words, and those that `before` has stand before it."""

    def __init__(
        self, words: Sequence[str], env: Mapping[str, str], before: Sequence[str] = ()
    ) -> None:
        self._process = subprocess.Popen(
            [*before, *PROGRAM, "perform", *words], env=dict(env), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "TypedInto":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Quit, and end the program where it does not."""
        if self._process.poll() is None:
            self.type("quit")
            try:
                self._process.wait(_END_S)
            except subprocess.TimeoutExpired:
                end(self._process)
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._reader.join(_END_S)

    def type(self, text: str) -> None:
        """Type a line; nothing happens where nobody reads any more."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(text + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return  # who waits for an answer sees the same end

    def rest(self, seconds: float) -> None:
        """Let it perform for some time, or until it ends."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self._process.poll() is None:
            time.sleep(_LOOK_S)

    def wait_for(self, pattern: str, seconds: float, since: int = 0) -> str:
        """Return the first line that has `pattern` in it, from the one of number `since` on.

        Raises LoopMindError with what was said instead.
        """
        until, seen = time.monotonic() + seconds, re.compile(pattern)
        while time.monotonic() < until and self._process.poll() is None:
            for line in self.lines[since:]:
                if seen.search(line):
                    return line
            time.sleep(_LOOK_S)
        said = " / ".join(self.lines[-5:]) or "nothing"
        raise LoopMindError(f"the performance did not say {pattern!r}, but: {said}")

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as said:
            for line in said:
                self.lines.append(line.rstrip())
