"""A set follows a beat seen through late callbacks, lost blocks and a performer who looks seldom.

The device, the engine's clock and the rules of following are played by arithmetic, block by block.
"""

import random
from dataclasses import dataclass, field, replace

import pytest

from loopmind_live.engine.host_clock import HostClock
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.session.following_beat import (
    IN_STEP_S,
    STILL_S,
    OutsideBeat,
    ahead_bars,
    in_step,
    is_in_step,
)
from loopmind_live.session.state import State
from loopmind_live.session.walking import walk_to
from loopmind_live.timing.tempo_map import TempoMap

RATE_HZ, BLOCK = 48000, 256
BLOCK_US = BLOCK * 1e6 / RATE_HZ
MARGIN = 1440
BACK_S = 0.75
"""A block that was lost is made up for within so long: seen in 30 ms, and half a beat or so."""


def refit(arrangement: Arrangement, bpm: float, key: str | None) -> Arrangement:
    return replace(arrangement, bpm=bpm, key=key)


@dataclass
class Jittery:
    """A machine that is busy: true time in microseconds, what the device counts, what is played.

    `lost` names the blocks before which time is lost, in microseconds, and whether the device
    counts it. The outside clock is at `beat` as time begins.
    """

    chance: random.Random
    bpm: float
    beat: float
    multiple: float = 1.0
    own_bpm: float = 120.0
    lost: dict[int, tuple[float, bool]] = field(default_factory=dict)
    late_us: float = 60.0
    held_up: float = 0.01
    """How late callbacks are on average, and how often one is held up for milliseconds."""

    def __post_init__(self) -> None:
        self.clock = HostClock(RATE_HZ)
        self.state = State(TempoMap.constant(self.own_bpm, RATE_HZ), started=True)
        self.true_us, self.device, self.frame, self.block = 0.0, 0, 0, 0
        self.next_tick = 0
        self.seen = OutsideBeat(0, self.beat, self.bpm)
        self.rates: list[float] = []

    def play(self, seconds: float) -> list[float]:
        """Go on for so many blocks; return how far beside the true beat each was, in seconds."""
        beside = []
        for _ in range(round(seconds * RATE_HZ / BLOCK)):
            lost_us, counted = self.lost.get(self.block, (0.0, False))
            self.true_us += lost_us
            self.device += round(lost_us * RATE_HZ / 1e6) if counted else 0
            self._capture()
            if self.block >= self.next_tick:
                self.next_tick = self.block + self.chance.choice([1, 1, 1, 2, 3, 12])
                self._look()
            for moment in walk_to(self.state, self.frame, refit, lambda _change: True):
                self.state = moment.state
            true = OutsideBeat(self.frame, self._beat(self.true_us), self.bpm)
            ahead = ahead_bars(self.state.tempo, true, self.multiple, self.frame)
            bar_s = self.state.tempo.frames_per_bar(self.bpm * self.multiple) / RATE_HZ
            beside.append(ahead * bar_s)
            self.rates.append(self.state.tempo.bpm_at(self.state.tempo.bar(self.frame)))
            self.true_us += BLOCK_US
            self.device += BLOCK
            self.frame += BLOCK
            self.block += 1
        return beside

    def _beat(self, time_us: float) -> float:
        return self.beat + time_us * self.bpm / 60e6

    def _capture(self) -> None:
        late_us = self.chance.expovariate(1.0 / self.late_us)
        if self.chance.random() < self.held_up:
            late_us += self.chance.uniform(500.0, 5000.0)
        heard_us = self.clock.block_at(self.device, round(self.true_us + late_us))
        self.seen = OutsideBeat(self.frame, self._beat(heard_us), self.bpm)

    def _look(self) -> None:
        free = self.frame + MARGIN
        self.state = in_step(self.state, self.seen, self.multiple, free, False, refit)


def settled(machine: Jittery) -> None:
    """Play until the clock's line is full, and the set has had the time to come into step."""
    machine.play(4 * 60.0 / machine.bpm * max(1.0, 1.0 / machine.multiple) + 4.0)
    assert is_in_step(machine.state, machine.seen, machine.multiple)


@pytest.mark.parametrize(("bpm", "multiple"), [(130.0, 1.0), (20.0, 2.0), (999.0, 0.125)])
@pytest.mark.parametrize("seed", range(6))
def test_on_a_busy_machine_a_set_comes_into_step_at_any_multiple_from_any_place(
    bpm: float, multiple: float, seed: int
) -> None:
    chance = random.Random(seed)
    machine = Jittery(chance, bpm, chance.uniform(0.0, 64.0), multiple, late_us=150.0)
    settled(machine)
    beside = machine.play(4.0)
    assert max(map(abs, beside)) <= IN_STEP_S


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("lost_us", [1600.0, BLOCK_US, 2 * BLOCK_US])
def test_a_lost_block_is_made_up_for_once_in_less_than_a_second_and_gently(
    lost_us: float, counted: bool
) -> None:
    for seed in range(6):
        machine = Jittery(random.Random(seed), 120.0, 0.0)
        settled(machine)
        machine.lost[machine.block] = lost_us, counted
        began, steps = len(machine.rates), machine.state.next_number
        lost = machine.play(BACK_S)
        assert max(lost) > 0.9 * lost_us / 1e6
        assert max(map(abs, machine.play(2.0))) <= 2.0 * STILL_S
        assert machine.state.next_number - steps == 1
        assert max(machine.rates[began:]) <= 120.0 * 1.0215


def test_where_blocks_are_lost_all_the_time_the_set_stays_as_near_as_it_can() -> None:
    machine = Jittery(random.Random(1), 120.0, 0.0)
    settled(machine)
    every_s = 2.0
    for number in range(1, 15):
        block = machine.block + round(number * every_s * RATE_HZ / BLOCK)
        machine.lost[block] = machine.chance.uniform(1000.0, 8000.0), number % 3 > 0
    beside = [abs(one) for one in machine.play(15 * every_s)]
    after = round((every_s - BACK_S) * RATE_HZ / BLOCK)
    assert max(beside) < 0.0085
    assert sum(one > IN_STEP_S for one in beside) < 14 * (len(beside) / 15 - after)
