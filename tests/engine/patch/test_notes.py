"""Instruments in the engine: each note sounds on its own frame, and takes the loop's place."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from loopmind_live.config import FIRST_PATCH
from loopmind_live.engine.arena import Arena
from loopmind_live.engine.base import Row
from loopmind_live.engine.offline import OfflineEngine
from loopmind_live.engine.patch.notes import Hands
from loopmind_live.errors import EngineError
from loopmind_live.score.patch import Knob, Made, Object, Patch, Side

RATE, BLOCK = 48000, 256
FRAMES = 20_000
HEARD = 16_384
Samples = npt.NDArray[np.float64]


def instrument(left: str = "trigger", right: str = "gate", gain: float = 0.5) -> Patch:
    """Return what lets one hear its notes' signals."""
    objects = tuple(Object("Sig", (("value", Knob(one)), ("mul", gain))) for one in (left, right))
    return Patch("ticks", "", {}, objects, (Made(0), Made(1)), "x")


def effect(gain: float) -> Patch:
    objects = tuple(Object("Sig", (("value", Side(side)), ("mul", gain))) for side in (0, 1))
    return Patch("quieter", "", {}, objects, (Made(0), Made(1)))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[OfflineEngine]:
    engine = OfflineEngine(RATE, BLOCK, Arena.create(RATE, tmp_path))
    noise = np.random.default_rng(3).uniform(-0.4, 0.4, (FRAMES, 2)).astype(np.float32)
    assert engine.arena.allocate(FRAMES) == 0
    engine.arena.write(0, noise)
    engine.splice(0, [Row(0, 1, 0, FRAMES - 8, float(FRAMES - 8), 0.0, 0)])
    engine.learn(FIRST_PATCH, instrument())
    yield engine
    engine.close()


def heard(engine: OfflineEngine) -> Samples:
    blocks = [engine.render() for _ in range(-(-(HEARD + engine.latency_frames) // BLOCK))]
    made = np.concatenate(blocks)[engine.latency_frames :][:HEARD]
    return made.astype(np.float64)


def strike(engine: OfflineEngine, *notes: tuple[int, int]) -> None:
    for begin, end in notes:
        assert engine.set_parameter("track/0/note", 110.0, frame=begin) == begin
        assert engine.set_parameter("track/0/note", 0.0, frame=end) == end


def test_notes_sound_on_their_frames_and_as_long_as_they_are_held(engine: OfflineEngine) -> None:
    notes = ((300, 500), (4097, 4500), (4500, 4501), (9000, 9000 + 3 * BLOCK))
    engine.set_parameter("track/0/insert1", FIRST_PATCH, 0.0)
    strike(engine, *reversed(notes))  # told in any order
    made = heard(engine)
    assert list(np.flatnonzero(made[:, 0] > 0.25)) == [begin for begin, _ in notes]
    held = np.zeros(HEARD, bool)
    for begin, end in notes:
        held[begin:end] = True
    assert np.array_equal(made[:, 1] > 0.25, held)


def test_a_note_on_the_frame_of_the_mount_is_heard_whole(engine: OfflineEngine) -> None:
    engine.learn(FIRST_PATCH + 1, instrument(gain=0.25))
    engine.set_parameter("track/0/insert1", FIRST_PATCH + 1, 480 / RATE, 5001)
    strike(engine, (5001, 9000))
    made, loop = heard(engine), np.array(engine.arena.view[:HEARD], np.float64)
    at = np.arange(HEARD)
    held = (at >= 5001) & (at < 9000)
    fade = np.clip(1.0 - (at - 5000) / 480, 0.0, 1.0)
    assert np.abs(made[:, 1] - loop[:, 1] * fade - 0.25 * held).max() < 1e-5
    assert np.abs(made[:, 0] - loop[:, 0] * fade - 0.25 * (at == 5001)).max() < 1e-5


def test_effects_come_after_the_instrument(engine: OfflineEngine) -> None:
    engine.learn(FIRST_PATCH + 1, effect(-0.5))
    engine.set_parameter("track/0/insert1", FIRST_PATCH, 0.0)
    engine.set_parameter("track/0/insert2", FIRST_PATCH + 1, 0.0)
    strike(engine, (777, 2000))
    made = heard(engine)
    assert list(np.flatnonzero(made[:, 0] < -0.2)) == [777]


def test_both_versions_hear_a_note_while_one_takes_the_place_of_the_other(
    engine: OfflineEngine,
) -> None:
    engine.learn(FIRST_PATCH + 1, instrument(gain=0.25))
    engine.set_parameter("track/0/insert1", FIRST_PATCH, 0.0)
    engine.set_parameter("track/0/insert1", FIRST_PATCH + 1, 0.0, 6001)
    strike(engine, (6000, 6001), (6001, 8000), (8000, 8001))
    made = heard(engine)
    struck = np.flatnonzero(made[:, 0] > 0.1)
    assert list(struck) == [6000, 6001, 8000]
    assert np.abs(made[struck, 0] - (0.5, 0.25, 0.25)).max() < 1e-5


def test_what_is_held_back_is_not_heard_from_its_frame_on(engine: OfflineEngine) -> None:
    engine.set_parameter("track/0/insert1", FIRST_PATCH, 0.0)
    strike(engine, (1000, 9000), (5000, 5100), (9500, 9600))
    engine.set_parameter("track/0/heard", 0.0, frame=3003)
    engine.set_parameter("track/0/heard", 1.0, frame=9400)
    made = heard(engine)
    assert list(np.flatnonzero(made[:, 0] > 0.25)) == [1000, 9500]
    assert np.flatnonzero(made[:9000, 1] > 0.25)[-1] == 3002


def test_notes_of_what_is_no_instrument_do_nothing(engine: OfflineEngine) -> None:
    strike(engine, (1000, 2000))
    loop = np.array(engine.arena.view[:HEARD], np.float64)
    assert np.abs(heard(engine) - loop).max() < 1e-6


@pytest.mark.parametrize("value", [-1.0, float("nan"), 1e6])
def test_what_is_no_pitch_is_refused(engine: OfflineEngine, value: float) -> None:
    with pytest.raises(EngineError, match="track/0/note"):
        engine.set_parameter("track/0/note", value)


def test_hands_put_what_was_told_in_order() -> None:
    hands = Hands()
    hands.strike(3, 220.0, 17)
    hands.strike(3, 0.0, 17)
    hands.strike(3, 110.0, 2)
    assert hands.take(3) == [(2, 110.0), (17, 0.0), (17, 220.0)]
    assert hands.take(3) == []
