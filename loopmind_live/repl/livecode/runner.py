"""Runs cells and routines, and keeps what is theirs from one to the next."""

import ast
import builtins
import contextlib
from collections.abc import Callable, Collection, Generator
from dataclasses import dataclass
from functools import partial

from loopmind_live.repl.livecode.guarded import CELL, Printed, Wrong, guarded
from loopmind_live.repl.livecode.timetable import Timetable, Turn, grid_line
from loopmind_live.repl.livecode.wire import (
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
from loopmind_live.repl.livecode.words import MIN_REST_BARS, Function, Words, checked_bars

MOST_ROUTINES = 64
CELL_S, TURN_S = 1.0, 0.2
"""A cell and a turn may take so long: after a turn that took all of it the others are in time."""
MOST_SLOW = 3
"""A routine that ran well before may be slow so often in a row: the machine may have been busy."""


@dataclass(slots=True)
class Routine:
    """A function that runs in musical time; `good` is the last one that ran to its end.

    One that rests is held where it is, as `resting`; it was `slow` so often in a row.
    """

    function: Function
    good: Function | None = None
    resting: Generator[object, None, object] | None = None
    slow: int = 0


class Runner:
    """All that was entered, at one moment of the set. `tell` hears what comes of it."""

    def __init__(
        self, tell: Callable[[FromCode], None], cell_s: float = CELL_S, turn_s: float = TURN_S
    ) -> None:
        self._tell, self._cell_s, self._turn_s = tell, cell_s, turn_s
        self._routines: dict[str, Routine] = {}
        self._table = Timetable()
        self._words = Words()
        self._names = self._words.names()
        self._printed = Printed(self._say)

    def take(self, message: ToCode) -> None:
        """Do what the performer asks, and say when that is done."""
        self._words.seen = {**message.seen, "beats_per_bar": message.beats_per_bar}
        match message:
            case Enter():
                self._arrive(message.bar)
                self._enter(message.cell, message.source)
            case Recall():
                self._arrive(message.bar)
                self._recall(message)
            case Go():
                self._go(message)
        turns = self._table.turns
        waits = any(turn.bar is None for turn in turns)
        self._tell(Resting(self._table.next_bar(), tuple(turn.name for turn in turns), waits))

    def _arrive(self, bar: float | None) -> None:
        """Run what is entered for the next bar line."""
        self._words.reach = bar or 0.0
        self._words.bar = None if bar is None else grid_line(bar, 1.0)

    def _enter(self, cell: int, source: str) -> None:
        name = f"cell {cell}"
        wrong = self._run(name, lambda: self._execute(cell, source), self._cell_s)
        if wrong is not None:
            self._fault(name, wrong, "nothing of it was done")

    def _recall(self, recalled: Recall) -> None:
        """Enter what was entered before; what it asks for, and prints, was heard then."""
        self._words.recalls = True
        for cell, source in recalled.cells:
            name = f"cell {cell}"
            wrong = self._run(name, partial(self._execute, cell, source), self._cell_s)
            if wrong is not None:
                self._fault(name, wrong, "what it made is lost")
        self._words.recalls = False
        self._end(set(self._routines).difference(recalled.kept))

    def _execute(self, cell: int, source: str) -> None:
        """Run a cell; show the value of its last expression, as Python's own prompt does."""
        file = f"{CELL}{cell}>"
        tree = ast.parse(source, file)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, file, "exec", dont_inherit=True), self._names)
        if isinstance(last, ast.Expr):
            shown = compile(ast.Expression(last.value), file, "eval", dont_inherit=True)
            value = eval(shown, self._names)
            if value is not None:
                builtins.print(repr(value), file=self._printed)

    def _go(self, go: Go) -> None:
        """Take all turns that are due, in the order of their bars."""
        table = self._table.skipped(go.now) if go.paused else self._table.caught_up(go.now)
        self._table = table.ended(go.ends, go.label, go.ends_bar) if go.ends else table
        there = {turn.name for turn in self._table.turns}
        self._routines = {name: one for name, one in self._routines.items() if name in there}
        while (turn := self._table.due(go.until)) is not None:
            self._turn(turn, self._routines[turn.name])

    def _turn(self, turn: Turn, routine: Routine) -> None:
        """Take a turn, and find the next one of its routine."""
        assert turn.bar is not None
        self._words.bar = self._words.reach = turn.bar
        if not turn.rests:
            routine.resting = None
        rests: list[float] = []
        wrong = self._run(turn.name, lambda: self._step(routine, rests), self._turn_s)
        if self._routines.get(turn.name) is not routine:
            self._made_anew(turn.name, turn.bar)
        elif wrong is not None:
            self._failed(turn, routine, wrong)
        else:
            self._table = self._table.taken(turn, rests[0] if rests else None)
            if not rests or routine.good is None:
                routine.good = routine.function
            routine.slow = 0
            self._forget_if_over(turn.name)

    def _failed(self, turn: Turn, routine: Routine, wrong: Wrong) -> None:
        """Leave this turn out, go back to what ran well before, or end the routine."""
        routine.resting = None
        good = routine.good
        if wrong.slow and good is routine.function and turn.every and routine.slow < MOST_SLOW:
            routine.slow += 1
            self._table = self._table.taken(turn)
            self._fault(turn.name, wrong, "it goes on at its next line")
        elif good is not None and good is not routine.function and turn.every:
            routine.function = good
            self._table = self._table.taken(turn)
            self._fault(turn.name, wrong, "the last good version plays on")
        else:
            self._end((turn.name,))
            self._fault(turn.name, wrong, "it has ended, the others go on")

    def _made_anew(self, name: str, bar: float) -> None:
        """Go on after a turn in which a routine was ended, or made anew, by itself."""
        again = self._table.find(name)
        if again is not None and again.bar is not None and again.bar <= bar:
            self._table = self._table.taken(again)
            self._forget_if_over(name)

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
        else:
            rests.append(checked_bars(rest, "yield", MIN_REST_BARS))

    def _forget_if_over(self, name: str) -> None:
        if self._table.find(name) is None:
            self._routines.pop(name, None)

    def _run(self, name: str, call: Function, seconds: float) -> Wrong | None:
        """Run code; what it asked for and made counts only where all of it went well."""
        self._words.begin(name, self._routines)
        self._tell(Begun(name))
        with contextlib.redirect_stdout(self._printed), contextlib.redirect_stderr(self._printed):
            wrong = guarded(call, seconds)
        self._printed.done()
        return wrong or self._settle()

    def _settle(self) -> Wrong | None:
        """Let count what code asked for and made."""
        words = self._words
        names = {turn.name for turn, _ in words.made} | set(self._routines) - words.ended
        if len(names) > MOST_ROUTINES:
            return Wrong(f"{len(names)} routines: {MOST_ROUTINES} at most: end some, as in: end()")
        self._end(words.ended)
        for turn, function in words.made:
            before = self._routines.get(turn.name)
            self._table = self._table.with_turn(turn)
            self._routines[turn.name] = Routine(function, before.good if before else None)
        for ask in () if words.recalls else words.asks:
            self._tell(ask)
        return None

    def _end(self, names: Collection[str]) -> None:
        self._table = self._table.without(names)
        for name in names:
            self._routines.pop(name, None)

    def _fault(self, name: str, wrong: Wrong, then: str) -> None:
        self._tell(Fault(name, wrong.text, wrong.line, then, fatal=wrong.memory))
        if wrong.memory:
            raise SystemExit(1)  # what holds the memory is not known: all of it is given back

    def _say(self, text: str) -> None:
        if not self._words.recalls:
            self._tell(Said(self._words.name, text))
