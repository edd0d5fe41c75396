"""Run what a performer wrote, for so long and no longer, and tell by line what went wrong."""

import io
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from loopmind_live.errors import LoopMindError
from loopmind_live.repl.livecode.wire import MAX_TEXT

CELL = "<cell "
ALARMS = frozenset({signal.SIGPROF, signal.SIGALRM})
WAITS_S = 1.0
MOST_LINES = 20
"""A cell or a turn prints so many lines; of the others, how many there were."""


class TooLong(BaseException):
    """Code ran for longer than it may. No `except Exception` of its own catches it."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What went wrong, and at which line of its cell (0 where none is known).

    It was `slow` where it was not done in time, and wanted too much `memory` where that is so.
    """

    text: str
    line: int = 0
    memory: bool = False
    slow: bool = False


@contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Raise TooLong in what runs here for longer than `seconds`.

    They are seconds of the processor, so that a busy machine ends nothing; what only waits ends a
    second later.
    """

    def late(*_: object) -> None:
        raise TooLong

    lasts = {signal.ITIMER_PROF: seconds, signal.ITIMER_REAL: seconds + WAITS_S}
    before = {number: signal.signal(number, late) for number in ALARMS}
    for timer, lasting_s in lasts.items():
        signal.setitimer(timer, lasting_s)
    try:
        yield
    finally:
        for timer in lasts:
            signal.setitimer(timer, 0.0)
        for number, handler in before.items():
            signal.signal(number, handler)


def guarded(call: Callable[[], object], seconds: float) -> Wrong | None:
    """Call `call`; return what went wrong, None where all is well."""
    try:
        with limit(seconds):
            call()
    except TooLong as error:
        what = f"not done after {seconds:g} s: is there an endless loop?"
        return Wrong(what, _line(error), slow=True)
    except MemoryError as error:
        return Wrong("it wants more memory than code may have (2 GB)", _line(error), memory=True)
    except LoopMindError as error:
        return Wrong(str(error)[:MAX_TEXT], _line(error))
    except SyntaxError as error:
        named = (error.filename or "").startswith(CELL)
        return Wrong(_one_line(error.msg, error), (error.lineno or 0) if named else _line(error))
    except BaseException as error:  # noqa: BLE001 -- all that code raises is told, and ends it
        return Wrong(_one_line(error, error), _line(error))
    return None


def _one_line(told: object, error: BaseException) -> str:
    """Return an error's name and words, in one line."""
    try:
        words = " ".join(str(told).split())
    except Exception:  # noqa: BLE001 -- an error of its own kind may fail even at this
        words = ""
    return f"{type(error).__name__}: {words}".rstrip(": ")[:MAX_TEXT]


def _line(error: BaseException) -> int:
    """Return the innermost line of a cell that an error came by."""
    lines = [
        number
        for frame, number in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename.startswith(CELL)
    ]
    return lines[-1] if lines else 0


class Printed(io.TextIOBase):
    """Standard output of code: line by line, and not too many."""

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__()
        self._say = say
        self._held = ""
        self._lines = 0

    def write(self, text: str) -> int:
        """Take what is printed; tell each line that is whole."""
        room = MAX_TEXT + 1 - len(self._held)
        if "\n" not in text:
            self._held += text[: max(0, room)]
            return len(text)
        *whole, held = (self._held + text[: MAX_TEXT * MOST_LINES]).split("\n")
        self._held = held[:MAX_TEXT]
        for line in whole:
            self._tell(line)
        return len(text)

    def done(self) -> None:
        """Tell what is left, and how many lines were not told."""
        if self._held:
            self._tell(self._held)
        if self._lines > MOST_LINES:
            self._say(f"... and {self._lines - MOST_LINES} lines more")
        self._held, self._lines = "", 0

    def _tell(self, line: str) -> None:
        self._lines += 1
        if self._lines <= MOST_LINES:
            self._say(line[:MAX_TEXT])
