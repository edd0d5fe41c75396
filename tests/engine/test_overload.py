"""When the engine sheds work, and when it takes it up again."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.engine.overload import (
    ENTER,
    LONGEST_RECOVERY_S,
    MARGIN,
    RECOVER_S,
    Overload,
    Relief,
    judge,
    told,
    weigh,
)


def run(loads: list[tuple[float, float]], state: Overload | None = None) -> list[Relief]:
    """Return the level after each of (seconds, load)."""
    state = state or Overload()
    levels = []
    for now_s, load in loads:
        state = judge(state, load, now_s)
        levels.append(state.level)
    return levels


def test_each_line_sheds_one_thing_more() -> None:
    loads = [(0.0, 0.74), (0.1, 0.75), (0.2, 0.84), (0.3, 0.85), (0.4, 0.92), (0.5, 1.7)]
    assert [level.name for level in run(loads)] == [
        "NORMAL", "REDUCED", "REDUCED", "BARE", "FULL", "FULL"
    ]  # fmt: skip


def test_a_sudden_load_sheds_all_at_once() -> None:
    assert run([(0.0, 0.95)]) == [Relief.FULL]


def test_what_was_shed_comes_back_one_by_one_once_there_is_room_for_long() -> None:
    loads = [(0.0, 0.95), *((1.0 + 0.5 * i, 0.3) for i in range(30))]
    levels = run(loads)
    assert levels[:7] == [Relief.FULL] * 7
    ends = [loads[levels.index(level)][0] for level in (Relief.BARE, Relief.REDUCED, Relief.NORMAL)]
    assert ends == [1.0 + RECOVER_S * n for n in (1, 2, 3)]


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_load_between_the_lines_changes_nothing(level: int) -> None:
    line = ENTER[level - 1]
    loads = [(float(i), line - MARGIN * (i % 2) * 0.99) for i in range(100)]
    assert set(run(loads)) == {Relief(level)}


def test_what_has_to_go_again_soon_stays_away_for_longer_each_time() -> None:
    state, now_s, away = Overload(), 0.0, []
    for _ in range(8):
        state = judge(state, 0.8, now_s)
        gone_s = now_s
        while state.level is not Relief.NORMAL:
            now_s += 0.5
            state = judge(state, 0.5, now_s)
        away.append(now_s - gone_s)
    assert all(later >= sooner for sooner, later in itertools.pairwise(away))
    assert away[0] < 2 * RECOVER_S and away[-1] >= LONGEST_RECOVERY_S
    state = judge(state, 0.8, now_s + 1000.0)
    assert state.recover_s == RECOVER_S


@given(
    st.lists(
        st.tuples(
            st.floats(0.0, 5.0),
            st.one_of(st.floats(0.0, 2.0), st.just(math.nan), st.just(math.inf)),
        ),
        max_size=200,
    )
)
def test_it_goes_down_by_single_steps_and_up_only_over_a_line(
    steps: list[tuple[float, float]],
) -> None:
    state, now_s = Overload(), 0.0
    for wait_s, load in steps:
        now_s += wait_s
        after = judge(state, load, now_s)
        if after.level > state.level:
            assert load >= ENTER[after.level - 1]
        elif after.level < state.level:
            assert state.level - after.level == 1
            assert load < ENTER[state.level - 1] - MARGIN
        assert RECOVER_S <= after.recover_s <= LONGEST_RECOVERY_S
        state = after


def test_others_who_make_the_load_do_not_count_while_the_engine_is_idle() -> None:
    assert weigh(0.02, 0.99) == 0.02
    assert weigh(0.4, 0.99) == 0.99
    assert weigh(0.9, 0.5) == 0.9


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (0, 1, "at 84 % of its time: the reverb is simpler now"),
        (1, 2, "at 84 % of its time: the sends are off now"),
        (0, 2, "at 84 % of its time: the sends are off now"),
        (0, 3, "at 84 % of its time: the sends are off now, new work is refused until it has room"),
        (2, 3, "at 84 % of its time: new work is refused until it has room"),
        (3, 2, "at 84 % of its time: new work is taken again"),
        (2, 1, "at 84 % of its time: the sends are back"),
        (1, 0, "at 84 % of its time: the reverb is whole again"),
    ],
)
def test_a_performer_is_told_what_goes_and_what_comes_back(
    before: int, after: int, text: str
) -> None:
    assert told(Relief(before), Relief(after), 0.84) == text
