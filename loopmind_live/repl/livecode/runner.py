"""Runs cells and routines, and keeps what is theirs from one to the next."""

import ast
import builtins
import contextlib
import math
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from loopmind_live.config import MAX_BARS_AHEAD
from loopmind_live.errors import SessionError
from loopmind_live.repl.livecode.guarded import CELL, Printed, Wrong, guarded
from loopmind_live.repl.livecode.pattern import euclid, steps_of
from loopmind_live.repl.livecode.timetable import NEAR, Timetable, Turn, grid_line, own_grid
from loopmind_live.repl.livecode.views import Live
from loopmind_live.repl.livecode.wire import (
    Ask,
    Begun,
    Enter,
    Fault,
    FromCode,
    Go,
    Recall,
    Resting,
    Said,
    ToCode,
)

MOST_ASKS = 256
"""A cell or a turn asks for so much at most."""
MOST_ROUTINES = 64
MIN_PERIOD_BARS = 1.0 / 64
RUN_S = 1.0
"""A cell or a turn may take so long."""
Function = Callable[[], Any]


@dataclass(slots=True)
class Routine:
    """A function that runs in musical time; `good` is the last one that ran to its end.

    One that rests is held where it is, as `resting`.
    """

    function: Function
    good: Function | None = None
    resting: Generator[object, None, object] | None = None


class Runner:
    """All that was entered, at one moment of the set. `tell` hears what comes of it."""

    def __init__(self, tell: Callable[[FromCode], None], run_s: float = RUN_S) -> None:
        self._tell, self._run_s = tell, run_s
        self._routines: dict[str, Routine] = {}
        self._table = Timetable()
        self._made: list[tuple[Turn, Function]] = []
        self._ended: set[str] = set()
        self._asks: list[Ask] = []
        self._silent = False
        self._name = ""
        self._printed = Printed(self._say)
        self._beats_per_bar = 4
        self.seen: Mapping[str, Any] = {}
        self.bar: float | None = None
        self._reach = 0.0
        self._names = self._namespace()

    def take(self, message: ToCode) -> None:
        """Do what the performer asks, and say when that is done."""
        self.seen, self._beats_per_bar = message.seen, message.beats_per_bar
        match message:
            case Enter():
                self._arrive(message.bar)
                self._enter(message.cell, message.source)
            case Recall():
                self._arrive(message.bar)
                self._recall(message)
            case Go():
                self._go(message)
        self._tell(
            Resting(
                self._table.next_bar(),
                tuple(turn.name for turn in self._table.turns),
                any(turn.bar is None for turn in self._table.turns),
            )
        )

    def _arrive(self, bar: float | None) -> None:
        """Run what is entered for the next bar line."""
        self._reach = bar or 0.0
        self.bar = None if bar is None else grid_line(bar, 1.0)

    def ask(
        self,
        command: str,
        arguments: Mapping[str, Any],
        phrase: str = "",
        after_bars: float = 0.0,
        grid: float | None = None,
    ) -> None:
        """Note what code asks for; it is told once all of the cell or the turn ran well."""
        if len(self._asks) >= MOST_ASKS:
            raise SessionError(f"it asks for more than {MOST_ASKS} things at once")
        bar = None if self.bar is None else self.bar + after_bars
        if bar is None or (self._is_cell() and not after_bars and grid is None):
            bar, grid = None, 1.0  # as if typed
        elif grid is None:
            grid = own_grid(bar, self._beats_per_bar)
        self._asks.append(Ask(self._name, command, arguments, phrase, bar, grid or 1.0))

    def _is_cell(self) -> bool:
        return " " in self._name  # routines go by a name of Python's

    def _enter(self, cell: int, source: str) -> None:
        name = f"cell {cell}"
        wrong = self._run(name, lambda: self._execute(cell, source))
        if wrong is not None:
            self._fault(name, wrong, "nothing of it was done")

    def _recall(self, recalled: Recall) -> None:
        """Enter what was entered before; what it asks for, and prints, was heard then."""
        self._silent = True
        for cell, source in recalled.cells:
            name = f"cell {cell}"
            wrong = self._run(name, partial(self._execute, cell, source))
            if wrong is not None:
                self._fault(name, wrong, "what it made is lost")
        self._silent = False
        self._end(set(self._routines).difference(recalled.kept))

    def _execute(self, cell: int, source: str) -> None:
        """Run a cell; show the value of its last expression, as Python's own prompt does."""
        tree = ast.parse(source, f"{CELL}{cell}>")
        last = tree.body[-1] if tree.body else None
        shows = isinstance(last, ast.Expr)
        if isinstance(last, ast.Expr):
            tree.body.pop()
        exec(compile(tree, f"{CELL}{cell}>", "exec", dont_inherit=True), self._names)
        if shows:
            shown = ast.Expression(cast(ast.Expr, last).value)
            value = eval(compile(shown, f"{CELL}{cell}>", "eval", dont_inherit=True), self._names)
            if value is not None:
                builtins.print(repr(value), file=self._printed)

    def _go(self, go: Go) -> None:
        """Take all turns that are due, in the order of their bars."""
        self._table = self._table.skipped(go.now) if go.paused else self._table.caught_up(go.now)
        if go.ends:
            self._table = self._table.ended(go.ends, go.label, go.ends_bar)
        while (turn := self._table.due(go.until)) is not None:
            self._turn(turn)

    def _turn(self, turn: Turn) -> None:
        routine = self._routines[turn.name]
        self.bar = turn.bar
        self._reach = turn.bar or 0.0
        rests: list[float] = []
        wrong = self._run(turn.name, lambda: self._step(routine, rests))
        if self._routines.get(turn.name) is not routine:
            self._made_anew(turn)
            return
        if wrong is None:
            self._table = self._table.taken(turn, rests[0] if rests else None)
            if not rests:
                routine.good = routine.function
                self._forget_if_over(turn.name)
            return
        routine.resting = None
        if routine.good is not None and routine.good is not routine.function and turn.every:
            routine.function = routine.good
            self._table = self._table.taken(turn)
            self._fault(turn.name, wrong, "the last good version plays on")
        else:
            self._end((turn.name,))
            self._fault(turn.name, wrong, "it has ended, the others go on")

    def _made_anew(self, turn: Turn) -> None:
        """Go on after a turn in which the routine was ended, or made anew, by itself."""
        again = self._table.find(turn.name)
        if again is not None and again.bar is not None and again.bar <= cast(float, turn.bar):
            self._table = self._table.taken(again)
            self._forget_if_over(turn.name)

    def _step(self, routine: Routine, rests: list[float]) -> None:
        """Run a routine to its end, or to where it rests."""
        if routine.resting is None:
            made = routine.function()
            if not isinstance(made, Generator):
                return
            routine.resting = made
        try:
            rest = next(routine.resting)
        except StopIteration:
            routine.resting = None
            return
        rests.append(_bars(rest, "yield", 1e-3))

    def _forget_if_over(self, name: str) -> None:
        if self._table.find(name) is None:
            self._routines.pop(name, None)

    def _run(self, name: str, call: Function) -> Wrong | None:
        """Run code; what it asked for and made counts only where all of it went well."""
        self._asks, self._made, self._name, self._ended = [], [], name, set()
        self._tell(Begun(name))
        with contextlib.redirect_stdout(self._printed), contextlib.redirect_stderr(self._printed):
            wrong = guarded(call, self._run_s)
        self._printed.done()
        if wrong is None:
            wrong = self._settle()
        return wrong

    def _settle(self) -> Wrong | None:
        """Let count what code asked for and made."""
        names = {turn.name for turn, _ in self._made} | set(self._routines) - self._ended
        if len(names) > MOST_ROUTINES:
            return Wrong(f"{len(names)} routines: {MOST_ROUTINES} at most: end some, as in: end()")
        self._end(self._ended)
        for turn, function in self._made:
            before = self._routines.get(turn.name)
            self._table = self._table.with_turn(turn)
            self._routines[turn.name] = Routine(function, before.good if before else None)
        for ask in () if self._silent else self._asks:
            self._tell(ask)
        return None

    def _end(self, names: tuple[str, ...] | set[str]) -> None:
        self._table = self._table.without(names)
        for name in names:
            self._routines.pop(name, None)

    def _fault(self, name: str, wrong: Wrong, then: str) -> None:
        self._tell(Fault(name, wrong.text, wrong.line, then, fatal=wrong.memory))
        if wrong.memory:
            raise SystemExit(1)  # what holds the memory is not known: all of it is given back

    def _say(self, text: str) -> None:
        if not self._silent:
            self._tell(Said(self._name, text))

    def _namespace(self) -> dict[str, Any]:
        """Return the names that code begins with."""
        return {
            "__name__": "__loopmind__",
            "live": Live(self),
            "loop": self.loop,
            "every": self.every,
            "at": self.at,
            "after": self.after,
            "end": self.end,
            "steps": steps_of,
            "euclid": euclid,
        }

    def loop(self, function: Function | None = None, *, every: float = 1.0) -> Any:
        """Run a function again and again: `@loop`, `@loop(every=2)`. `yield 0.25` rests in it."""
        return self._routine(function, Turn("", self._first(every), _bars(every, "every")))

    def every(self, bars: float, function: Function | None = None) -> Any:
        """Run a function each so many bars: `@every(4)`."""
        return self._routine(function, Turn("", self._first(bars), _bars(bars, "every")))

    def at(self, bar: float, function: Function | None = None) -> Any:
        """Run a function once, at a bar counted from 1: `@at(33)`."""
        where = _bars(bar, "at") - 1.0
        if where < self._reach - NEAR:
            if self._silent:
                return self._routine(function, None)  # it had its turn
            raise SessionError(f"at({bar:g}) is over: it is bar {self._reach + 1.0:.4g}")
        return self._routine(function, Turn("", where))

    def after(self, section: object, function: Function | None = None) -> Any:
        """Run a function once a section has ended: `@after("hook")`, `@after("hook 2")`."""
        name = repr(section).replace("live.sections.", "").replace("[", " ").replace("]", "")
        return self._routine(function, Turn("", None, after=name.strip("'\"")))

    def end(self, *names: object) -> None:
        """End routines, by name or function; all of them where none is named."""
        wanted = {str(getattr(one, "__name__", one)) for one in names}
        there = {*self._routines, *(turn.name for turn, _ in self._made)}
        if (strange := wanted - there) and not self._silent:
            known = ", ".join(sorted(there)) or "none"
            raise SessionError(f"end: no {', '.join(sorted(strange))}: there are {known}")
        wanted = wanted or there
        self._ended |= wanted & set(self._routines)
        self._made = [made for made in self._made if made[0].name not in wanted]

    def _first(self, every: object) -> float:
        return grid_line(self.bar or 0.0, _bars(every, "every"))

    def _routine(self, function: Function | None, turn: Turn | None) -> Any:
        """Note a routine, or return what notes one."""
        if function is None:
            return lambda decorated: self._routine(decorated, turn)
        name = getattr(function, "__name__", "")
        if not callable(function) or not name.isidentifier():
            raise SessionError("@loop, @every, @at and @after stand before a function with a name")
        if turn is not None:
            made = Turn(name, turn.bar, turn.every, turn.after)
            self._made = [one for one in self._made if one[0].name != name]
            self._made.append((made, function))
            self._ended.discard(name)
        return function


def _bars(value: object, what: str, minimum: float = MIN_PERIOD_BARS) -> float:
    """Return a number of bars; SessionError where it is none."""
    usable = isinstance(value, int | float) and not isinstance(value, bool)
    if not usable or not math.isfinite(cast(float, value)) or cast(float, value) < minimum:
        raise SessionError(f"{what} {value!r:.20}: choose a number of bars from {minimum:.3g} up")
    if cast(float, value) > 100 * MAX_BARS_AHEAD:
        raise SessionError(f"{what} {value!r:.20} bars is too far: {100 * MAX_BARS_AHEAD} at most")
    return float(cast(float, value))
