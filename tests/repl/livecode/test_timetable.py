"""The clock that code goes by."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.repl.livecode.timetable import NEAR, Timetable, Turn, grid_line, own_grid

BARS = st.floats(0.0, 4000.0)
PERIODS = st.sampled_from([1 / 16, 1 / 12, 1 / 8, 1 / 3, 0.25, 0.5, 1.0, 1.5, 2.0, 4.0, 16.0])


def table(*turns: Turn) -> Timetable:
    made = Timetable()
    for turn in turns:
        made = made.with_turn(turn)
    return made


def played(made: Timetable, until: float) -> list[tuple[str, float]]:
    """Return the turns taken until `until`, each at its bar."""
    taken = []
    while (turn := made.due(until)) is not None:
        assert turn.bar is not None
        taken.append((turn.name, turn.bar))
        made = made.taken(turn)
    return taken


@given(BARS, PERIODS)
def test_a_grid_line_is_the_first_that_is_not_before(bar: float, every: float) -> None:
    line = grid_line(bar, every)
    assert line >= bar - NEAR * max(1.0, every)
    assert line - every < bar
    assert abs(line / every - round(line / every)) < NEAR


@given(st.lists(PERIODS, min_size=1, max_size=5), BARS, st.floats(0.1, 8.0))
def test_turns_come_in_the_order_of_their_bars_and_each_on_its_own_lines(
    periods: list[float], start: float, span: float
) -> None:
    names = [f"r{number}" for number in range(len(periods))]
    begun = table(
        *(
            Turn(name, grid_line(start, every), every)
            for name, every in zip(names, periods, strict=True)
        )
    )
    taken = played(begun, start + span)
    bars = [bar for _, bar in taken]
    assert all(after >= before - 2 * NEAR for before, after in pairwise(bars))
    for name, every in zip(names, periods, strict=True):
        own = [bar for taker, bar in taken if taker == name]
        first = round(grid_line(start, every) / every)
        wanted = [(first + number) * every for number in range(len(own) + 1)]
        assert own == pytest.approx(wanted[:-1])
        assert wanted[-1] >= start + span - 2 * NEAR


@given(PERIODS, st.integers(1, 500))
def test_periods_do_not_drift(every: float, count: int) -> None:
    made = table(Turn("hats", 0.0, every))
    bar = None
    for _ in range(count):
        turn = made.due(1e9)
        assert turn is not None
        bar = turn.bar
        made = made.taken(turn)
    assert bar == (count - 1) * every


@given(st.lists(st.sampled_from([0.25, 0.125, 1 / 3, 0.5, 1.0]), min_size=1, max_size=8), PERIODS)
def test_a_routine_that_rests_goes_on_where_it_rested_and_begins_anew_on_its_grid(
    rests: list[float], every: float
) -> None:
    made = table(Turn("hats", 8.0, every))
    bar = 8.0
    for rest in rests:
        turn = made.due(1e9)
        assert turn is not None
        assert turn.bar == pytest.approx(bar)
        made = made.taken(turn, rest)
        bar += rest
    turn = made.due(1e9)
    assert turn is not None
    after = made.taken(turn).next_bar()
    assert after is not None
    assert after == pytest.approx(grid_line(bar, every))


def test_a_routine_made_anew_keeps_its_line_and_its_place() -> None:
    made = table(Turn("hats", 6.0, 2.0), Turn("bass", 6.0, 2.0), Turn("hats", 5.0, 2.0))
    assert [turn.name for turn in made.turns] == ["hats", "bass"]
    assert made.next_bar() == 6.0


def test_a_routine_made_anew_with_another_period_goes_by_that() -> None:
    made = table(Turn("hats", 6.0, 2.0), Turn("hats", 5.0, 1.0))
    assert made.next_bar() == 5.0


def test_what_comes_once_comes_once() -> None:
    assert played(table(Turn("drop", 33.0)), 100.0) == [("drop", 33.0)]


def test_what_waits_for_a_section_has_its_turn_where_that_ends() -> None:
    made = table(Turn("any", None, after="hook"), Turn("second", None, after="hook 2"))
    assert made.next_bar() is None
    first = made.ended("hook", "hook", 8.0)
    assert played(first, 100.0) == [("any", 8.0)]
    assert played(first.ended("hook 2", "hook", 24.0), 100.0) == [("any", 8.0), ("second", 24.0)]


@given(BARS, PERIODS, st.floats(0.0, 100.0))
def test_of_turns_that_were_missed_the_last_one_is_left(
    start: float, every: float, gap: float
) -> None:
    made = table(Turn("hats", grid_line(start, every), every))
    now = start + gap
    bar = made.caught_up(now).next_bar()
    first = made.next_bar()
    assert bar is not None
    assert first is not None
    if first > now:
        assert bar == first
    else:
        assert now - every - NEAR * max(1.0, now) <= bar <= now + NEAR * max(1.0, every)


def test_after_a_pause_nothing_that_lay_in_it_runs() -> None:
    made = table(Turn("hats", 4.0, 2.0), Turn("drop", 5.0), Turn("end", 90.0), Turn("x", None))
    after = made.skipped(9.0)
    assert [(turn.name, turn.bar) for turn in after.turns] == [
        ("hats", 10.0), ("end", 90.0), ("x", None),
    ]  # fmt: skip


def test_routines_go_by_name() -> None:
    made = table(Turn("hats", 4.0, 2.0), Turn("bass", 4.0, 2.0))
    assert [turn.name for turn in made.without(["hats", "drums"]).turns] == ["bass"]
    assert made.find("hats") == replace(made.turns[0])
    assert made.find("drums") is None


@given(BARS)
def test_a_bar_lies_on_its_own_grid(bar: float) -> None:
    assert own_grid(bar, 4) in (1.0, 0.25, 0.125, 0.0625)
    assert own_grid(float(int(bar)), 3) == 1.0
