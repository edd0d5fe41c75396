"""Shares with their intervals."""

from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.training.shares import Share


@given(st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_share_lies_in_its_interval_which_stays_between_nothing_and_all(
    counts: tuple[int, int],
) -> None:
    share = Share(*counts)
    low, high = share.interval
    assert share.value is not None
    assert 0.0 <= low <= share.value + 1e-12
    assert share.value - 1e-12 <= high <= 1.0


def test_more_files_leave_a_narrower_interval() -> None:
    few, many = Share(9, 10).interval, Share(90, 100).interval
    assert few[0] < many[0] < many[1] < few[1]


def test_of_nothing_everything_is_open() -> None:
    assert Share(0, 0).to_json() == {"value": None, "of": 0, "interval": [0.0, 1.0]}
