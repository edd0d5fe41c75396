import random

from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.control.clock_plan import ClockAnchor
from loopmind_live.control.clock_times import FrameTimes

RATE_HZ, STEP = 48000, 2432


def truth(frame: int, parts_per_million: float) -> float:
    return 1e13 + frame * 1e9 / RATE_HZ * (1.0 + parts_per_million * 1e-6)


@given(st.floats(-100.0, 100.0), st.integers(0, 1 << 20))
def test_late_wakes_hardly_move_the_time_of_a_frame(parts_per_million, seed):
    chance, times = random.Random(seed), FrameTimes(RATE_HZ)
    for number in range(200):
        frame = number * STEP
        late_ns = chance.expovariate(1.0 / 100_000)
        seen = times.add(ClockAnchor(frame, round(truth(frame, parts_per_million) + late_ns)))
        if number > 64:
            assert abs(seen.time_ns - truth(frame, parts_per_million)) < 150_000


def test_one_wake_that_is_far_too_late_moves_nothing():
    times = FrameTimes(RATE_HZ)
    for number in range(100):
        late_ns = 30_000_000 if number == 80 else 0
        seen = times.add(ClockAnchor(number * STEP, round(truth(number * STEP, 0.0)) + late_ns))
        assert abs(seen.time_ns - truth(number * STEP, 0.0)) < 1000


def test_blocks_that_were_lost_are_taken_up_soon():
    times = FrameTimes(RATE_HZ)
    for number in range(100):
        lost_ns = 20_000_000 if number >= 60 else 0
        seen = times.add(ClockAnchor(number * STEP, round(truth(number * STEP, 0.0)) + lost_ns))
        if number >= 63:
            assert abs(seen.time_ns - truth(number * STEP, 0.0) - lost_ns) < 1000


def test_what_else_an_anchor_says_is_kept():
    anchor = ClockAnchor(480, 10**12, 77, 240, -5)
    assert FrameTimes(RATE_HZ).add(anchor) == anchor
