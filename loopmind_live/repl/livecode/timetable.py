"""When routines run, in bars: the clock that code goes by, ahead of the one that is heard. Pure.

A routine is a function that runs in musical time: again and again (`@loop`, `every`), once at a bar
(`at`) or once a section has ended (`after`). Bars are offsets from the set's start.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

NEAR = 1e-6
"""Bars that lie nearer are one: less than a frame at any tempo."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The next turn of a routine: at `bar`, None where it waits for the end of `after`.

    It comes again each `every` bars, from a whole multiple of them on; 0 where it comes once. A
    routine that `rests` goes on at `bar` in the middle of itself.
    """

    name: str
    bar: float | None
    every: float = 0.0
    after: str = ""
    rests: bool = False


def grid_line(bar: float, every: float) -> float:
    """Return the first whole multiple of `every` bars that is not before `bar`.

    >>> grid_line(4.1, 2.0), grid_line(4.0, 2.0), grid_line(3.0000000001, 1.0), grid_line(0.3, 0.25)
    (6.0, 4.0, 3.0, 0.5)
    """
    return grid_number(bar, every) * every


def grid_number(bar: float, every: float) -> int:
    """Return how many times `every` bars is the first line that is not before `bar`."""
    return math.ceil(bar / every - NEAR)


@dataclass(frozen=True, slots=True)
class Timetable:
    """What runs when. Turns at one bar come in the order in which their routines were made."""

    turns: tuple[Turn, ...] = ()

    def with_turn(self, turn: Turn) -> "Timetable":
        """Return the table with `turn`, in the place of the one of that name.

        A routine that is made anew with the same period keeps its next line.

        >>> table = Timetable().with_turn(Turn("hats", 4.0, 2.0)).with_turn(Turn("hats", 3.0, 2.0))
        >>> table.turns
        (Turn(name='hats', bar=4.0, every=2.0, after='', rests=False),)
        """
        before = self.find(turn.name)
        if before is None:
            return Timetable((*self.turns, turn))
        keeps = before.bar is not None and turn.every > 0.0 and before.every == turn.every
        if keeps and not before.rests:
            turn = replace(turn, bar=before.bar)
        return self._with(turn)

    def find(self, name: str) -> Turn | None:
        """Return the next turn of a routine, None where there is none of that name."""
        return next((turn for turn in self.turns if turn.name == name), None)

    def without(self, names: Iterable[str]) -> "Timetable":
        """Return the table without the routines of these names."""
        gone = frozenset(names)
        return Timetable(tuple(turn for turn in self.turns if turn.name not in gone))

    def next_bar(self) -> float | None:
        """Return the bar of the next turn, None where nothing has one."""
        return min((turn.bar for turn in self.turns if turn.bar is not None), default=None)

    def due(self, until: float) -> Turn | None:
        """Return the next turn where it is due before `until`."""
        bar = self.next_bar()
        if bar is None or bar >= until - NEAR:
            return None
        return next(turn for turn in self.turns if turn.bar is not None and turn.bar <= bar + NEAR)

    def taken(self, turn: Turn, rest: float | None = None) -> "Timetable":
        """Return the table once `turn` was taken: it goes on after `rest` bars, or begins anew.

        >>> table = Timetable((Turn("hats", 4.0, 2.0),))
        >>> table.taken(table.turns[0]).next_bar(), table.taken(table.turns[0], 0.25).next_bar()
        (6.0, 4.25)
        """
        assert turn.bar is not None
        if rest is not None:
            return self._with(replace(turn, bar=turn.bar + rest, rests=True))
        if turn.every == 0.0:
            return self.without((turn.name,))
        number = math.floor(turn.bar / turn.every + NEAR) + 1
        if turn.rests and abs(turn.bar - grid_line(turn.bar, turn.every)) <= NEAR:
            number -= 1  # its rests fill the period: it begins anew where they end
        return self._with(replace(turn, bar=number * turn.every, rests=False))

    def ended(self, section: str, label: str, bar: float) -> "Timetable":
        """Return the table where a section ends at `bar`: what waits for its name has its turn.

        >>> table = Timetable((Turn("fill", None, after="hook"),))
        >>> table.ended("hook 2", "hook", 8.0).next_bar(), table.ended("drop", "drop", 8.0) == table
        (8.0, True)
        """
        return Timetable(
            tuple(
                replace(turn, bar=bar)
                if turn.bar is None and turn.after in (section, label)
                else turn
                for turn in self.turns
            )
        )

    def caught_up(self, bar: float) -> "Timetable":
        """Return the table at `bar` where some turns were missed: of each, only the last is left.

        A turn that comes once is not missed. A routine that rests for too long begins anew.
        """
        return Timetable(tuple(_caught_up(turn, bar) for turn in self.turns))

    def skipped(self, bar: float) -> "Timetable":
        """Return the table at `bar` after a time in which nothing was to run."""
        return Timetable(
            tuple(
                replace(turn, bar=grid_line(bar, turn.every), rests=False)
                if turn.bar is not None and turn.every > 0.0 and turn.bar < bar - NEAR
                else turn
                for turn in self.turns
                if turn.bar is None or turn.every > 0.0 or turn.bar >= bar - NEAR
            )
        )

    def _with(self, turn: Turn) -> "Timetable":
        return Timetable(tuple(turn if one.name == turn.name else one for one in self.turns))


def _caught_up(turn: Turn, bar: float) -> Turn:
    if turn.bar is None or turn.every == 0.0 or turn.bar + turn.every > bar:
        return turn
    return replace(turn, bar=math.floor(bar / turn.every + NEAR) * turn.every, rests=False)


def own_grid(bar: float, beats_per_bar: int) -> float:
    """Return the period of the coarsest lines that `bar` lies on: bars, beats, or parts of a beat.

    >>> own_grid(4.0, 4), own_grid(4.25, 4), own_grid(4.125, 4), own_grid(4.3, 4)
    (1.0, 0.25, 0.125, 0.0625)
    """
    beat = 1.0 / beats_per_bar
    for period in (1.0, beat, beat / 2):
        if abs(bar / period - round(bar / period)) <= NEAR:
            return period
    return beat / 4
