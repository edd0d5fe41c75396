"""The host's time at a frame is steady, whatever callbacks do."""

import random

import pytest

from loopmind_live.engine.host_clock import JUMPED, POINTS, HostClock

RATE_HZ, BLOCK = 48000, 256
BLOCK_US = BLOCK * 1e6 / RATE_HZ


def settle(clock: HostClock, blocks: range, late_us: list[float], drift: float = 1.0) -> float:
    """Return how far beside the true time, plus the mean delay, the last block was put."""
    mean = sum(late_us) / len(late_us)
    beside = 0.0
    for n in blocks:
        true = 1e9 + n * BLOCK_US * drift
        beside = clock.block_at(n * BLOCK, round(true + late_us[n % len(late_us)])) - true - mean
    return beside


@pytest.mark.parametrize("drift", [1.0, 1.0001, 0.9999])
def test_late_callbacks_and_a_rate_that_is_not_quite_true_move_it_by_microseconds(
    drift: float,
) -> None:
    chance = random.Random(1)
    late = [chance.expovariate(1 / 80.0) for _ in range(1000)]
    assert abs(settle(HostClock(RATE_HZ), range(4 * POINTS), late, drift)) < 40.0


def test_one_callback_that_was_held_up_moves_nothing() -> None:
    clock = HostClock(RATE_HZ)
    settle(clock, range(2 * POINTS), [50.0])
    n = 2 * POINTS
    held = clock.block_at(n * BLOCK, round(1e9 + n * BLOCK_US + 20_000))
    assert abs(held - (1e9 + n * BLOCK_US + 50.0)) < 2.0


def test_a_device_that_lost_blocks_without_saying_so_is_found_again() -> None:
    clock = HostClock(RATE_HZ)
    settle(clock, range(2 * POINTS), [50.0])
    beside = 0.0
    for n in range(2 * POINTS, 2 * POINTS + 20):
        true = 1e9 + (n + 7) * BLOCK_US  # seven blocks went by unseen
        beside = clock.block_at(n * BLOCK, round(true + 50.0)) - true - 50.0
    assert abs(beside) < 5.0


def true_and_told(
    clock: HostClock, blocks: range, lost_us: float, chance: random.Random, mean_us: float = 60.0
) -> list[float]:
    """Return how far beside the truth, plus the mean delay, each block is put."""
    beside = []
    for n in blocks:
        true = 1e9 + n * BLOCK_US + lost_us
        late = chance.expovariate(1.0 / mean_us)
        beside.append(clock.block_at(n * BLOCK, round(true + late)) - true - mean_us)
    return beside


@pytest.mark.parametrize("lost_us", [-2000.0, 800.0, 1600.0, 5333.0, 40_000.0])
def test_time_that_the_device_lost_is_known_after_a_few_callbacks(lost_us: float) -> None:
    clock, chance = HostClock(RATE_HZ), random.Random(2)
    true_and_told(clock, range(2 * POINTS), 0.0, chance)
    seen = true_and_told(clock, range(2 * POINTS, 4 * POINTS), lost_us, chance)
    assert abs(seen[0] + lost_us) < 60.0  # one alone might have been held up
    assert max(map(abs, seen[JUMPED:])) < 60.0


def test_callbacks_that_are_all_late_by_more_or_less_are_no_jumps() -> None:
    clock, chance = HostClock(RATE_HZ), random.Random(3)
    true_and_told(clock, range(2 * POINTS), 0.0, chance, 1000.0)
    seen = true_and_told(clock, range(2 * POINTS, 20 * POINTS), 0.0, chance, 1000.0)
    assert max(map(abs, seen)) < 500.0


def test_callbacks_that_are_held_up_one_by_one_move_the_line_by_microseconds() -> None:
    clock, chance = HostClock(RATE_HZ), random.Random(4)
    true_and_told(clock, range(2 * POINTS), 0.0, chance)
    for n in range(2 * POINTS, 8 * POINTS):
        true = 1e9 + n * BLOCK_US
        held = chance.uniform(1000.0, 6000.0) if n % 20 == 0 else chance.expovariate(1 / 60.0)
        assert abs(clock.block_at(n * BLOCK, round(true + held)) - true - 60.0) < 80.0
