import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.control.clock_line import lines_through
from loopmind_live.control.clock_times import fit

Point = tuple[float, float]
BLOCK_NS = 128 / 48000 * 1e9
TICKS = 97
tempos = st.floats(40.0, 300.0)
seeds = st.integers(0, 1 << 20)
jitters = st.sampled_from((0.0, 10_000.0, 300_000.0, 1e6, BLOCK_NS))


def period_ns(bpm: float) -> float:
    return 60e9 / (24.0 * bpm)


def bpm_of(period: float) -> float:
    return 60e9 / (24.0 * period)


def allowed_bpm(bpm: float, jitter_ns: float, parts: int = 1) -> float:
    """0.1 bpm, or what the best line misses where that is more: `parts` of it share the ticks."""
    deviation = jitter_ns / 12**0.5  # of what is spread evenly
    error = deviation * (12.0 * parts**2 / TICKS**3) ** 0.5
    return max(0.1, 5.0 * error / period_ns(bpm) * bpm)


def ticks_of(
    bpm: float, jitter_ns: float, seed: int, lost: dict[int, float] | None = None
) -> list[Point]:
    """Four beats; before some ticks so many nanoseconds are lost."""
    chance = random.Random(seed)
    points, apart = [], 0.0
    for tick in range(TICKS):
        apart += (lost or {}).get(tick, 0.0)
        at = tick * period_ns(bpm) + apart + chance.uniform(0.0, jitter_ns)
        points.append((float(tick - TICKS + 1), at))
    return points


def heard(points: list[Point]) -> float:
    return bpm_of(lines_through(points, -24.0)[0].period)


@given(tempos, jitters, seeds)
def test_ticks_that_come_by_blocks_tell_the_tempo(bpm, jitter_ns, seed):
    points = ticks_of(bpm, jitter_ns, seed)
    assert abs(heard(points) - bpm) <= allowed_bpm(bpm, jitter_ns)


@given(tempos, jitters, seeds, st.integers(1, TICKS - 1), st.integers(1, 3))
def test_blocks_that_were_lost_once_do_not_move_the_tempo(bpm, jitter_ns, seed, at, blocks):
    points = ticks_of(bpm, jitter_ns, seed, {at: blocks * BLOCK_NS})
    assert abs(heard(points) - bpm) <= allowed_bpm(bpm, jitter_ns, 2)


@settings(max_examples=60)
@given(tempos, seeds, st.dictionaries(st.integers(1, TICKS - 1), st.integers(1, 3), max_size=12))
def test_blocks_lost_again_and_again_do_not_move_ticks_that_are_told_at_their_frames(
    bpm, seed, lost
):
    points = ticks_of(bpm, 10_000.0, seed, {at: n * BLOCK_NS for at, n in lost.items()})
    assert abs(heard(points) - bpm) <= 0.1


@settings(max_examples=60)
@given(tempos, seeds, st.sets(st.integers(0, TICKS - 1), max_size=8), st.integers(5, 60))
def test_ticks_that_wait_for_a_busy_machine_are_left_out(bpm, seed, late, by_ms):
    late = {tick for tick in late if not {tick - 1, tick - 2, tick - 3} & late}
    points = [
        (x, y + (by_ms * 1e6 if place in late else 0.0))
        for place, (x, y) in enumerate(ticks_of(bpm, 300_000.0, seed))
    ]
    assert abs(heard(points) - bpm) <= 0.1


def test_it_is_no_worse_than_least_squares_and_far_better_where_blocks_were_lost():
    plain, now, plain_lost, now_lost = [], [], [], []
    for seed in range(120):
        chance = random.Random(seed)
        bpm = chance.uniform(40.0, 300.0)
        jitter_ns = chance.choice((0.0, 300_000.0, BLOCK_NS))
        lost = {chance.randrange(10, 87): BLOCK_NS * chance.randint(1, 3)}
        for points, before, after in (
            (ticks_of(bpm, jitter_ns, seed), plain, now),
            (ticks_of(bpm, jitter_ns, seed, lost), plain_lost, now_lost),
        ):
            before.append(abs(bpm_of(fit(points)[0]) - bpm) / bpm)
            after.append(abs(heard(points) - bpm) / bpm)
    assert max(now) <= 1.01 * max(plain)
    assert sum(now) <= 1.05 * sum(plain)
    assert sum(now_lost) < sum(plain_lost) / 20
    assert max(now_lost) < max(plain_lost) / 5


def test_after_lost_blocks_the_beat_is_where_the_ticks_are_now():
    points = ticks_of(120.0, 0.0, 1, {60: 2 * BLOCK_NS})
    both = lines_through(points, -24.0)
    assert [line.at for line in both] == pytest.approx([points[-1][1]] * 2, abs=1.0)


def test_one_late_last_tick_does_not_move_the_beat():
    points = ticks_of(120.0, 0.0, 1)
    at = points[-1][1]
    points[-1] = (0.0, at + 9e6)
    assert [line.at for line in lines_through(points, -24.0)] == pytest.approx([at] * 2, abs=1.0)


def test_another_tempo_in_the_newest_beat_is_told_by_its_line():
    slow = [(float(tick - 96), tick * period_ns(120.0)) for tick in range(72)]
    fast = [(float(n - 24), 72 * period_ns(120.0) + n * period_ns(132.0)) for n in range(25)]
    _, newest = lines_through([*slow, *fast], -24.0)
    assert bpm_of(newest.period) == pytest.approx(132.0, abs=0.01)


@given(st.lists(st.floats(0.0, 1e9), min_size=2, max_size=97))
def test_any_times_give_a_line(steps):
    at, points = 0.0, []
    for number, step in enumerate(steps):
        at += step
        points.append((float(number - len(steps) + 1), at))
    for line in lines_through(points, -24.0):
        assert abs(line.period) <= 1.000001e9
        assert line.error > 0.0
