"""Keeps code running: what ends its process costs what ran there then, and nothing else."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from loopmind_live.errors import SessionError
from loopmind_live.repl.livecode.cells import Cells
from loopmind_live.repl.livecode.child import CodeProcess, Gone
from loopmind_live.repl.livecode.completing import names_made
from loopmind_live.repl.livecode.kept import kept_code
from loopmind_live.repl.livecode.wire import (
    MAX_SOURCE,
    Ask,
    Enter,
    Fault,
    FromCode,
    Go,
    Recall,
    Resting,
    Said,
)

PAUSE_S = 1.0
"""A process that ends at once is not followed by another one sooner."""
STEADY_S, MOST_QUICK = 5.0, 3
"""Processes that end so soon, so often in a row, and nobody knows by what, are given up."""
MOST_TYPED = 32
"""So many cells wait for the one that runs."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The set as code meets it: the first bar that can still be reached, and what is seen.

    The bar counts from the set's start; None before the clock runs.
    """

    bar: float | None
    beats_per_bar: int
    seen: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """When code wants to run next: at a bar, and where a section ends; its routines by name."""

    next_bar: float | None = None
    waits: bool = False
    routines: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sent:
    """What the process was given, and is not done with; `wrong` once a fault was told of it."""

    cell: tuple[int, str] | None = None
    recalls: bool = False
    wrong: bool = False


class CodeKeeper:
    """One process after the other. `scene` is asked where one needs it; `tell` is told all else.

    Nothing of it waits. The first process begins with the first cell.
    """

    def __init__(
        self,
        scene: Callable[[], Scene],
        tell: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        self._scene, self._tell, self._clock = scene, tell, clock
        self._process: CodeProcess | None = None
        self._ending: CodeProcess | None = None
        self._cells = Cells()
        self._kept = self._cells, ""
        self._count = 0
        self._typed: deque[tuple[int, str]] = deque()
        self._sent: deque[_Sent] = deque()
        self._next_start_s = clock()
        self._quick = 0
        self.plan = Plan()

    @property
    def pid(self) -> int | None:
        """Return the process's id, None where there is none."""
        return None if self._process is None else self._process.pid

    @property
    def kept(self) -> str:
        """Return the source of what runs: another process would be the same by it."""
        cells = self._cells
        if self._kept[0] is not cells:
            self._kept = cells, kept_code([source for _, source in cells.ran], cells.routines)
        return self._kept[1]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names that code has made, oldest first."""
        made = (name for _, source in self._cells.ran for name in names_made(source))
        return tuple(dict.fromkeys(made))

    @property
    def is_free(self) -> bool:
        """Tell whether the process is there, and waits for its next turn."""
        return self._process is not None and not self._sent and not self._typed

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing runs, and nothing is about to."""
        return not self._sent and not self._typed

    def enter(self, source: str) -> None:
        """Run a cell; SessionError where it cannot be run."""
        if len(source) > MAX_SOURCE:
            raise SessionError(f"code of {len(source)} characters: {MAX_SOURCE} at most")
        if len(self._typed) >= MOST_TYPED:
            raise SessionError(f"code: {MOST_TYPED} cells wait already: let them run first")
        self._count += 1
        self._typed.append((self._count, source))
        self._keep()

    def go(self, go: Go) -> None:
        """Have all turns taken that are due; only where it is free."""
        assert self._process is not None
        self._process.send(go)
        self._sent.append(_Sent())

    def advance(self) -> list[Ask]:
        """Return what code asked for since the last call, in its order."""
        asked: list[Ask] = []
        if self._process is not None:
            for message in self._process.advance():
                self._take(message, asked)
        if self._ending is not None and self._ending.is_over():
            self._ending = None
        self._keep()
        return asked

    def close(self) -> None:
        """End the process, and with it all that runs there."""
        for process in (self._process, self._ending):
            if process is not None:
                process.close()
        self._process = self._ending = None

    def _keep(self) -> None:
        """Start a process where one is needed, and hand over the next cell once it is free."""
        if self._process is None:
            needed = self._typed or self._cells.routines
            if not needed or self._ending is not None or self._clock() < self._next_start_s:
                return
            self._start()
        assert self._process is not None
        if self._typed and not self._sent:
            number, source = self._typed.popleft()
            scene = self._scene()
            self._process.send(Enter(number, source, scene.bar, scene.beats_per_bar, scene.seen))
            self._sent.append(_Sent((number, source)))

    def _start(self) -> None:
        """Start a process, and let it be what the one before was."""
        self._process = CodeProcess(self._clock)
        self._next_start_s = self._clock() + PAUSE_S
        self.plan = Plan()
        if self._cells.ran:
            scene, cells = self._scene(), self._cells
            self._sent.append(_Sent(recalls=True))
            self._process.send(
                Recall(cells.ran, cells.routines, scene.bar, scene.beats_per_bar, scene.seen)
            )

    def _take(self, message: FromCode | Gone, asked: list[Ask]) -> None:
        match message:
            case Ask():
                asked.append(message)
            case Said():
                self._tell(f"{message.name}: {message.text}")
            case Fault():
                if self._sent:
                    self._sent[0].wrong = True
                if not message.fatal:
                    self._tell(told(message))
            case Resting():
                self._rests(message)
            case Gone():
                self._ended(message)

    def _rests(self, resting: Resting) -> None:
        """Note what the process is done with, and when it wants to run again."""
        sent = self._sent.popleft() if self._sent else _Sent()
        if sent.cell is not None and not sent.wrong:
            self._cells = self._cells.with_cell(*sent.cell)
        self._cells = self._cells.with_routines(resting.routines)
        self.plan = Plan(resting.next_bar, resting.waits, resting.routines)

    def _ended(self, gone: Gone) -> None:
        """Say what ended the process; the next one is given all that was not at fault."""
        recalling = bool(self._sent) and self._sent[0].recalls
        cells = self._cells.after_end(gone.name, recalling)
        self._cells = Cells() if self._ends_again(gone) else cells
        self._ending, self._process = self._process, None
        self._sent.clear()
        self.plan = Plan(routines=self._cells.routines)
        others = ", ".join(self._cells.routines)
        goes_on = f", and so does {others}" if others else ""
        name = gone.name or "code"
        self._tell(f"{name}: {gone.why}: it has ended; the music plays on{goes_on}")

    def _ends_again(self, gone: Gone) -> bool:
        """Tell whether processes end too soon, too often, by nothing that has a name."""
        lived_s = self._clock() - (self._next_start_s - PAUSE_S)
        self._quick = self._quick + 1 if lived_s < STEADY_S and not gone.name else 0
        return self._quick >= MOST_QUICK


def told(fault: Fault) -> str:
    """Return a fault in one line.

    >>> told(Fault("hats", "NameError: name 'hat' is not defined", 3, "it has ended"))
    "hats, line 3: NameError: name 'hat' is not defined: it has ended"
    """
    where = f", line {fault.line}" if fault.line else ""
    then = f": {fault.then}" if fault.then else ""
    return f"{fault.name}{where}: {fault.text}{then}"
