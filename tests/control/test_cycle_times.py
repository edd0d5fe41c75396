import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.control.cycle_times import SEEN, STEP_NS, CycleTimes

RATE_HZ = 48000


def began(blocks: int, frames: int, true_ns, late_ns) -> list[int]:
    """Return the times that are told of blocks that begin at `true_ns` and are seen late."""
    times = CycleTimes(RATE_HZ)
    return [times.began_ns(frames, round(true_ns(n) + late_ns(n))) for n in range(blocks)]


@given(st.sampled_from((64, 128, 1024)), st.floats(-50e-6, 50e-6), st.integers(0, 1 << 20))
def test_blocks_seen_late_are_told_as_they_began_and_evenly(frames, drift, seed):
    chance = random.Random(seed)
    block_ns = frames / RATE_HZ * 1e9

    def true_ns(n: int) -> float:
        return 1e13 + n * block_ns * (1.0 + drift)

    told = began(600, frames, true_ns, lambda n: chance.expovariate(1 / 200_000) if n else 0.0)
    apart = [at - true_ns(n) for n, at in enumerate(told)]
    assert max(abs(each) for each in apart) < 300_000
    steps = [b - a for a, b in pairwise(told)]
    assert max(abs(step - block_ns) for step in steps) <= block_ns * 1e-4 + 2


@given(st.integers(100, 400), st.floats(1.1, 30.0))
def test_lost_blocks_are_made_up_for_in_one_step(at, lost_ms):
    block_ns = 128 / RATE_HZ * 1e9

    def true_ns(n: int) -> float:
        return n * block_ns + (lost_ms * 1e6 if n >= at else 0.0)

    told = began(500, 128, true_ns, lambda n: 0.0)
    steps = [b - a for a, b in pairwise(told)]
    assert sum(step - block_ns > 1000 for step in steps) == 1
    for n in (*range(at), *range(at + SEEN, 500)):
        assert abs(told[n] - true_ns(n)) < 100_000


def test_a_first_block_that_was_seen_late_is_set_right():
    block_ns = 128 / RATE_HZ * 1e9
    told = began(10, 128, lambda n: n * block_ns, lambda n: 0.0 if n else 8e6)
    assert abs(told[-1] - 9 * block_ns) < STEP_NS
