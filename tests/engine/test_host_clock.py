"""The host's time at a frame is steady, whatever callbacks do."""

import random

import pytest

from loopmind_live.engine.host_clock import POINTS, HostClock

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
