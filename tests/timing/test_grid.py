import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.errors import ScoreError
from loopmind_live.timing.grid import Position

meters = st.sampled_from((2, 3, 4, 5, 7))


@given(st.integers(1, 999_999), st.integers(0, 6999), meters)
def test_a_position_comes_back_from_what_is_written(bar: int, thousandth: int, beats: int) -> None:
    beat = (1000 + thousandth % (1000 * beats)) / 1000
    position = Position.parse(f"{bar}.{beat:.3f}", beats)
    assert position == Position(bar, beat)
    assert Position.parse(str(position), beats) == Position(bar, float(int(beat)))
    back = Position.from_bars(position.to_bars(beats), beats)
    assert back.to_bars(beats) == pytest.approx(position.to_bars(beats), abs=1e-9)


@given(st.integers(1, 999_999), meters)
def test_a_bar_alone_is_its_first_beat(bar: int, beats: int) -> None:
    position = Position.parse(str(bar), beats)
    assert position == Position(bar, 1.0)
    assert position.to_bars(beats) == bar - 1
    assert Position.from_bars(float(bar - 1), beats) == position


@given(st.floats(0.0, 1e6), meters)
def test_every_place_lies_within_its_bar(bars: float, beats: int) -> None:
    position = Position.from_bars(bars, beats)
    assert position.bar >= 1
    assert 1.0 <= position.beat < beats + 1
    assert position.to_bars(beats) == pytest.approx(bars, abs=1e-9)


@given(st.floats(0.0, 1e4), st.floats(0.0, 1e4), meters)
def test_positions_are_ordered_as_their_bars_are(one: float, other: float, beats: int) -> None:
    low, high = sorted((one, other))
    assert Position.from_bars(low, beats) <= Position.from_bars(high, beats)


def test_a_place_just_before_a_line_is_printed_as_the_line_or_the_last_beat() -> None:
    assert str(Position.from_bars(0.9999999999999999, 4)) == "2.1"
    assert str(Position.from_bars(0.99, 4)) == "1.4"


@pytest.mark.parametrize(
    "text",
    ["", "x", "1.", ".1", "-1", "0", "0.1", "1.0", "1.0.9", "1.5", "1.5.0", "1.-1", "1e3", "1,2",
     "1 2", " 1", "1\n", "1.1.1.1", "1234567", "٣", "1.inf", "nan", "1.nan"],
)  # fmt: skip
def test_what_is_no_position_is_refused_with_what_was_written(text: str) -> None:
    with pytest.raises(ScoreError) as caught:
        Position.parse(text, 4)
    assert repr(text) in str(caught.value)


@given(st.text(alphabet="0123456789.-+ e", max_size=9), meters)
def test_any_text_is_a_position_within_its_bar_or_refused(text: str, beats: int) -> None:
    try:
        position = Position.parse(text, beats)
    except ScoreError:
        return
    assert position.bar >= 1
    assert 1.0 <= position.beat < beats + 1
