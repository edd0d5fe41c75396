"""What is heard, and what runs, while the engine sheds work."""

import math
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pytest

from loopmind_live.config import MAX_TRACKS
from loopmind_live.engine.graph import Graph
from loopmind_live.engine.guard import check_parameter, relief_to
from loopmind_live.engine.overload import Relief
from loopmind_live.errors import EngineError

RATE, BLOCK = 48000, 256
SECOND = RATE // BLOCK
Samples = npt.NDArray[np.float64]


class Mixer:
    """A graph driven by hand with a sound that differs on each side and track."""

    def __init__(self) -> None:
        self.graph = Graph("manual", RATE, BLOCK, dry=False)
        self.master: list[Samples] = []
        self.at = 0
        self.level = 1.0
        self.pending: list[Callable[[], None]] = []
        self.graph.start(self._before)
        self.play(8)

    def _before(self) -> None:
        while self.pending:
            self.pending.pop()()
        time = (self.at * BLOCK + np.arange(BLOCK)) / RATE
        tracks = np.zeros((MAX_TRACKS, BLOCK, 2))
        for track in range(4):
            for side in range(2):
                hz = 200.0 + 70.0 * track + 31.0 * side
                tracks[track, :, side] = 0.05 * self.level * np.sin(2 * np.pi * hz * time)
        self.graph.feed(tracks, self.at * BLOCK)
        self.master.append(self.graph._strips.buses[0].copy())
        self.at += 1

    def set(self, name: str, value: float) -> None:
        self.graph.apply(check_parameter(name, value, 0.0))

    def relieve(self, relief: Relief) -> None:
        self.pending.append(lambda: self.graph.apply(relief_to(relief)))

    def play(self, blocks: int) -> npt.NDArray[np.float32]:
        heard = []
        for _ in range(blocks):
            self.graph.process()
            heard.append(self.graph.output.copy())
        return np.concatenate(heard)

    def running(self) -> tuple[int, int]:
        """Return how many rooms, and how many delays, are computed."""
        effects = self.graph._effects
        assert effects is not None
        return (
            sum(room.isPlaying() for room in effects._rooms),
            sum(echo.isPlaying() for echo in effects._echoes),
        )


@pytest.fixture
def mixer() -> Iterator[Mixer]:
    made = Mixer()
    yield made
    made.graph.close()


def sent(mixer: Mixer) -> Mixer:
    for track in range(4):
        mixer.set(f"track/{track}/reverb", 0.5)
        mixer.set(f"track/{track}/delay", 0.3)
    return mixer


def test_the_loops_are_the_same_to_the_bit_whatever_is_shed() -> None:
    heard = {}
    for relief in Relief:
        mixer = Mixer()
        mixer.play(4)
        mixer.relieve(relief)
        heard[relief] = mixer.play(60)
        mixer.graph.close()
    assert heard[Relief.NORMAL].any()
    for relief in Relief:
        assert np.array_equal(heard[relief], heard[Relief.NORMAL])


def test_the_master_bus_is_the_same_to_the_bit_while_sends_are_shed_and_come_back() -> None:
    buses = []
    for steps in ((), (Relief.REDUCED, Relief.BARE, Relief.FULL, Relief.REDUCED, Relief.NORMAL)):
        mixer = sent(Mixer())
        for step in range(6):
            if step < len(steps):
                mixer.relieve(steps[step])
            mixer.play(30)
        buses.append(np.concatenate(mixer.master))
        mixer.graph.close()
    assert np.array_equal(buses[0], buses[1])


def test_a_simpler_reverb_is_one_room_that_both_sides_hear(mixer: Mixer) -> None:
    sent(mixer)
    mixer.play(SECOND)
    assert mixer.running() == (2, 2)
    mixer.relieve(Relief.REDUCED)
    mixer.play(SECOND // 2)
    assert mixer.running() == (1, 2)
    effects = mixer.graph._effects
    assert effects is not None
    left, right = (one.get() for one in effects.returns["reverb"])
    assert left == pytest.approx(right) and left != 0.0
    mixer.relieve(Relief.NORMAL)
    mixer.play(SECOND)
    assert mixer.running() == (2, 2)
    left, right = (one.get() for one in effects.returns["reverb"])
    assert left != pytest.approx(right)


def test_without_sends_the_room_closes_at_once_and_the_delay_rings_out(mixer: Mixer) -> None:
    sent(mixer)
    mixer.play(SECOND // 2)
    mixer.relieve(Relief.BARE)
    mixer.play(SECOND // 4)
    assert mixer.running() == (0, 2)
    mixer.play(8 * SECOND)
    assert mixer.running() == (0, 0)
    dry = mixer.play(4)
    assert np.abs(dry).max() > 0.1


@pytest.mark.parametrize("relief", [Relief.REDUCED, Relief.FULL])
def test_what_comes_back_brings_nothing_of_before_and_sounds_as_ever(
    mixer: Mixer, relief: Relief
) -> None:
    sent(mixer)
    never = sent(Mixer())
    never.play(2 * SECOND)
    mixer.play(SECOND)
    mixer.relieve(relief)
    mixer.play(SECOND // 2)
    mixer.level = 0.0
    mixer.play(SECOND // 2)
    for back in reversed(range(relief)):
        mixer.relieve(Relief(back))
        loudest = mixer.play(SECOND)[BLOCK * 20 :]
    if relief >= Relief.BARE:
        assert np.abs(loudest).max() < 0.05  # echoes alone: no tail from when the room was closed
    mixer.level = 1.0
    mixer.play(2 * SECOND)
    assert mixer.running() == (2, 2)
    assert rms(mixer) == pytest.approx(rms(never), rel=0.05)
    never.graph.close()


def rms(mixer: Mixer) -> float:
    return math.sqrt(float(np.mean(mixer.play(SECOND) ** 2)))


def test_shedding_and_coming_back_never_click(mixer: Mixer) -> None:
    sent(mixer)
    mixer.play(SECOND)
    steepest = np.abs(np.diff(mixer.play(SECOND), 2, axis=0)).max()
    for relief in (1, 2, 3, 2, 1, 0, 3, 0, 1, 0):
        mixer.relieve(Relief(relief))
        assert np.abs(np.diff(mixer.play(SECOND // 3), 2, axis=0)).max() < 2.0 * steepest


def test_nobody_but_the_engine_may_ask_for_relief() -> None:
    with pytest.raises(EngineError, match="no live parameter"):
        check_parameter("relief", 1.0, 0.0)
