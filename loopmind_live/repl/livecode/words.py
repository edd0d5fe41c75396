"""The words that code begins with, and what it asks for and makes by them in one run."""

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any, cast

from loopmind_live.config import MAX_BARS_AHEAD
from loopmind_live.errors import SessionError
from loopmind_live.repl.livecode.timetable import NEAR, Turn, grid_line, own_grid
from loopmind_live.repl.livecode.views import Live
from loopmind_live.repl.livecode.wire import Ask
from loopmind_live.score.arrangement import LABELS
from loopmind_live.score.rhythm import euclid, steps_of

MOST_ASKS = 256
"""A cell or a turn asks for so much at most."""
MIN_PERIOD_BARS = 1.0 / 64
MIN_REST_BARS = 1.0 / 1024
MOST_BARS = 100.0 * MAX_BARS_AHEAD
Function = Callable[[], Any]


class Words:
    """Where code runs: what it sees, what time it is there, what it asks for and makes.

    `bar` is the one that it runs for, `reach` the first that can still be reached, both from the
    set's start; `bar` is None before the clock runs.
    """

    def __init__(self) -> None:
        self.seen: Mapping[str, Any] = {}
        self.bar: float | None = None
        self.reach = 0.0
        self.recalls = False
        self.asks: list[Ask] = []
        self.made: list[tuple[Turn, Function]] = []
        self.ended: set[str] = set()
        self.name = ""
        self._there: frozenset[str] = frozenset()

    def begin(self, name: str, there: Collection[str]) -> None:
        """Begin a run of the cell or routine `name`, where there are the routines `there`."""
        self.name, self._there = name, frozenset(there)
        self.asks, self.made, self.ended = [], [], set()

    def names(self) -> dict[str, Any]:
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

    def ask(
        self,
        command: str,
        arguments: Mapping[str, Any],
        phrase: str = "",
        after_bars: float = 0.0,
        grid: float | None = None,
    ) -> None:
        """Note what code asks for; it is told once all of the run went well."""
        if len(self.asks) >= MOST_ASKS:
            raise SessionError(f"it asks for more than {MOST_ASKS} things at once")
        bar = None if self.bar is None else self.bar + after_bars
        in_time = after_bars > 0.0 or grid is not None
        if bar is None and in_time:
            raise SessionError("nothing plays yet: put a rhythm in a function, after @loop")
        if bar is None or (self._is_cell() and not in_time):
            bar, grid = None, 1.0  # as if typed
        elif grid is None:
            grid = own_grid(bar, int(self.seen["beats_per_bar"]))
        self.asks.append(Ask(self.name, command, arguments, phrase, bar, grid or 1.0))

    def loop(self, function: Function | None = None, *, every: float = 1.0) -> Any:
        """Run a function again and again: `@loop`, `@loop(every=2)`. `yield 0.25` rests in it."""
        return self._again(every, function)

    def every(self, bars: float, function: Function | None = None) -> Any:
        """Run a function each so many bars: `@every(4)`."""
        return self._again(bars, function)

    def at(self, bar: float, function: Function | None = None) -> Any:
        """Run a function once, at a bar counted from 1: `@at(33)`."""
        where = checked_bars(bar, "at") - 1.0
        if where >= self.reach - NEAR:
            return self._routine(Turn("", where), function)
        if self.recalls:
            return self._routine(None, function)  # it had its turn
        raise SessionError(f"at({bar:g}) is over: it is bar {self.reach + 1.0:.4g}")

    def after(self, section: object, function: Function | None = None) -> Any:
        """Run a function once a section has ended: `@after("hook")`, `@after("hook 2")`."""
        name = str(section).strip().lower()
        if name.split(" ")[0] not in LABELS:
            raise SessionError(f"after: no section {name!r:.40}: labels are {', '.join(LABELS)}")
        return self._routine(Turn("", None, after=name), function)

    def end(self, *names: object) -> None:
        """End routines, by name or function; all of them where none is named."""
        wanted = {str(getattr(one, "__name__", one)) for one in names}
        there = {*self._there, *(turn.name for turn, _ in self.made)}
        if (strange := wanted - there) and not self.recalls:
            known = ", ".join(sorted(there)) or "none"
            raise SessionError(f"end: no {', '.join(sorted(strange))}: there are {known}")
        wanted = wanted or there
        self.ended |= wanted & self._there
        self.made = [one for one in self.made if one[0].name not in wanted]

    def _is_cell(self) -> bool:
        return " " in self.name  # routines go by a name of Python's

    def _again(self, every: float, function: Function | None) -> Any:
        period = checked_bars(every, "every")
        return self._routine(Turn("", grid_line(self.bar or 0.0, period), period), function)

    def _routine(self, turn: Turn | None, function: Function | None) -> Any:
        """Note a routine, or return what notes one."""
        if function is None:
            return lambda decorated: self._routine(turn, decorated)
        name = getattr(function, "__name__", "")
        if not callable(function) or not name.isidentifier():
            raise SessionError("@loop, @every, @at and @after stand before a function with a name")
        if turn is not None:
            self.made = [one for one in self.made if one[0].name != name]
            self.made.append((Turn(name, turn.bar, turn.every, turn.after), function))
            self.ended.discard(name)
        return function


def checked_bars(value: object, what: str, minimum: float = MIN_PERIOD_BARS) -> float:
    """Return a number of bars; SessionError where it is none, or out of range.

    >>> checked_bars(2, "every"), checked_bars(0.25, "yield", MIN_REST_BARS)
    (2.0, 0.25)
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    bars = float(cast(float, value)) if is_number else math.nan
    if not minimum <= bars <= MOST_BARS:
        raise SessionError(
            f"{what} {value!r:.20}: choose a number of bars from {minimum:.3g} to {MOST_BARS:g}"
        )
    return bars
