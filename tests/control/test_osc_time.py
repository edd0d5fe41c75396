"""Time tags: the frame that a bundle names, worked out once as it arrives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.control.osc_packet import AT_ONCE
from loopmind_live.control.osc_time import (
    FARTHEST_S,
    Arrival,
    due_s,
    frame_reached,
    named_frame,
)
from loopmind_live.errors import ControlError

NTP = 2_208_988_800


def tag(wall_s: float) -> int:
    return int((wall_s + NTP) * 2**32)


@given(
    st.floats(1.6e9, 2.0e9),
    st.integers(0, 2**40),
    st.sampled_from([44100, 48000, 96000]),
    st.floats(0.001, FARTHEST_S - 0.001),
)
def test_a_tag_ahead_names_the_frame_that_is_so_much_later(
    wall_s: float, frame: int, rate_hz: int, ahead_s: float
) -> None:
    found = named_frame(tag(wall_s + ahead_s), Arrival(wall_s, frame, rate_hz))
    assert found is not None
    assert abs(found - (frame + ahead_s * rate_hz)) <= 1.0


@given(st.floats(0.0, 1e9))
def test_what_has_passed_is_for_now(ago_s: float) -> None:
    assert named_frame(tag(1.7e9 - ago_s), Arrival(1.7e9, 96000, 48000)) is None


def test_at_once_is_for_now() -> None:
    assert named_frame(AT_ONCE, Arrival(1.7e9, 96000, 48000)) is None


def test_too_far_ahead_is_refused_in_one_line() -> None:
    with pytest.raises(ControlError, match=r"^OSC: a bundle for 61 s ahead: 60 s at most: .*$"):
        named_frame(tag(1.7e9 + 61), Arrival(1.7e9, 0, 48000))
    with pytest.raises(ControlError):
        named_frame(2**64 - 1, Arrival(1.7e9, 0, 48000))


def test_a_tag_is_read_to_a_microsecond() -> None:
    assert due_s(tag(1.7e9 + 0.25)) == pytest.approx(1.7e9 + 0.25, abs=1e-6)


def test_an_engine_that_has_not_played_stands_still() -> None:
    assert frame_reached(0, 0.0, 1e6, 48000) == 0
    assert frame_reached(256, 5.0, 4.9, 48000) == 256  # a clock read a little earlier
