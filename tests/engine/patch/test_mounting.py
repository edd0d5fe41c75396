"""Patches in the engine: mounted to the frame, aligned to the sample, in time with the set."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from loopmind_live.config import FIRST_PATCH
from loopmind_live.engine.arena import Arena
from loopmind_live.engine.base import Row
from loopmind_live.engine.offline import OfflineEngine
from loopmind_live.errors import EngineError
from loopmind_live.score.patch import Knob, Made, Object, Parameter, Patch, Side

RATE, BLOCK = 48000, 256
FRAMES = 20_000
Samples = npt.NDArray[np.float64]


def through(name: str = "through", gain: float = 1.0) -> Patch:
    objects = tuple(Object("Sig", (("value", Side(side)), ("mul", gain))) for side in (0, 1))
    return Patch(name, "", {}, objects, (Made(0), Made(1)))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[OfflineEngine]:
    engine = OfflineEngine(RATE, BLOCK, Arena.create(RATE, tmp_path))
    noise = np.random.default_rng(3).uniform(-0.4, 0.4, (FRAMES, 2)).astype(np.float32)
    assert engine.arena.allocate(FRAMES) == 0
    engine.arena.write(0, noise)
    engine.splice(0, [Row(0, 1, 0, FRAMES - 8, float(FRAMES - 8), 0.0, 0)])
    yield engine
    engine.close()


def heard(engine: OfflineEngine, frames: int = 16_384) -> Samples:
    engine_frames = frames + engine.latency_frames
    blocks = [engine.render() for _ in range(-(-engine_frames // BLOCK))]
    return np.concatenate(blocks)[engine.latency_frames :][:frames].astype(np.float64)


def plain(engine: OfflineEngine, frames: int = 16_384) -> Samples:
    return np.array(engine.arena.view[:frames], np.float64)


@pytest.mark.parametrize("frame", [4096, 4097, 5000, 4351])
def test_a_patch_is_heard_from_its_frame_on_to_the_sample(
    engine: OfflineEngine, frame: int
) -> None:
    engine.learn(FIRST_PATCH, through(gain=-0.5))
    assert engine.set_parameter("track/0/insert1", FIRST_PATCH, 0.0, frame) == frame
    made, before = heard(engine), plain(engine)
    assert np.abs(made[:frame] - before[:frame]).max() < 1e-6
    assert np.abs(made[frame:] + 0.5 * before[frame:]).max() < 1e-6


def test_a_crossfade_begins_at_its_frame(engine: OfflineEngine) -> None:
    engine.learn(FIRST_PATCH, through(gain=0.0))
    engine.set_parameter("track/0/insert1", FIRST_PATCH, 480 / RATE, 3001)
    made, before = heard(engine), plain(engine)
    fade = np.clip((np.arange(len(before)) - 3000) / 480, 0.0, 1.0)[:, None]
    assert np.abs(made - before * (1.0 - fade)).max() < 1e-5


def test_another_version_takes_the_place_of_the_first_at_its_frame(engine: OfflineEngine) -> None:
    engine.learn(FIRST_PATCH, through(gain=0.5))
    engine.learn(FIRST_PATCH + 1, through(gain=-1.0))
    engine.set_parameter("track/0/insert1", FIRST_PATCH, 0.0, 1000)
    engine.set_parameter("track/0/insert1", FIRST_PATCH + 1, 0.0, 7001)
    engine.set_parameter("track/0/insert1", 0.0, 0.0, 12_345)
    made, before = heard(engine), plain(engine)
    gains = np.ones(len(before))
    gains[1000:7001], gains[7001:12_345] = 0.5, -1.0
    assert np.abs(made - before * gains[:, None]).max() < 1e-6


def test_what_was_made_after_its_consumer_would_be_late_and_is_not(engine: OfflineEngine) -> None:
    objects = tuple(
        Object("Sig", (("value", Side(side) if not depth else Made(2 * depth - 2 + side)),))
        for depth in range(20)
        for side in (0, 1)
    )
    deep = Patch("deep", "", {}, objects, (Made(38), Made(39)))
    engine.learn(FIRST_PATCH, deep)
    engine.set_parameter("track/0/insert2", FIRST_PATCH, 0.0, 2000)
    assert np.abs(heard(engine) - plain(engine)).max() < 1e-6


def test_a_knob_keeps_its_place_when_another_version_comes(engine: OfflineEngine) -> None:
    def louder(default: float) -> Patch:
        objects = tuple(Object("Sig", (("value", Side(n)), ("mul", Knob("gain")))) for n in (0, 1))
        knobs = {"gain": Parameter(default, 0.0, 1.0, smoothing_s=0.0)}
        return Patch("louder", "", knobs, objects, (Made(0), Made(1)))

    engine.learn(FIRST_PATCH, louder(1.0))
    engine.learn(FIRST_PATCH + 1, louder(0.1))
    engine.set_parameter("track/0/insert1", FIRST_PATCH, 0.0)
    engine.set_parameter("track/0/knob1/gain", 0.25, 0.0)
    engine.set_parameter("track/0/insert1", FIRST_PATCH + 1, 0.0, 6000)
    made, before = heard(engine), plain(engine)
    assert np.abs(made[2000:] - 0.25 * before[2000:]).max() < 1e-5


def test_a_knob_beyond_its_range_stays_at_its_end(engine: OfflineEngine) -> None:
    objects = tuple(Object("Sig", (("value", Side(n)), ("mul", Knob("gain")))) for n in (0, 1))
    knobs = {"gain": Parameter(0.5, 0.0, 1.0, smoothing_s=0.0)}
    engine.learn(FIRST_PATCH, Patch("louder", "", knobs, objects, (Made(0), Made(1))))
    engine.set_parameter("track/0/insert1", FIRST_PATCH, 0.0)
    engine.set_parameter("track/0/knob1/gain", 900.0, 0.0)
    made, before = heard(engine), plain(engine)
    assert np.abs(made[2000:] - before[2000:]).max() < 1e-5


@pytest.mark.parametrize(("bpm", "grid", "meter"), [(120.0, 0.0, 4), (133.0, 777.0, 3)])
def test_a_patch_hears_where_the_bar_is(
    engine: OfflineEngine, bpm: float, grid: float, meter: int
) -> None:
    told = Patch("bar", "", {}, (), (Knob("bar"), Knob("beat")))
    engine.learn(FIRST_PATCH, told)
    for name, value in (("tempo", bpm), ("grid", grid), ("meter", meter)):
        engine.set_parameter(name, value)
    engine.set_parameter("track/0/insert1", FIRST_PATCH, 0.0)
    made = heard(engine)
    beats = (np.arange(len(made)) - grid) * bpm / 60.0 / RATE
    quiet = np.minimum(beats / meter % 1.0, beats % 1.0) < 0.8  # what the limiter leaves alone
    near = np.convolve(~quiet, np.ones(6000), "same") == 0
    assert near.any()
    assert np.abs(made[near, 0] - (beats / meter % 1.0)[near]).max() < 1e-4
    assert np.abs(made[near, 1] - (beats % 1.0)[near]).max() < 1e-4


def test_a_patch_is_there_until_another_one_is_learned_in_its_stead(engine: OfflineEngine) -> None:
    engine.learn(FIRST_PATCH, through(gain=0.5))
    for number in range(FIRST_PATCH + 1, FIRST_PATCH + 100):
        engine.learn(number, through(gain=-1.0), number - 1 if number > FIRST_PATCH + 1 else None)
    engine.set_parameter("track/0/insert1", FIRST_PATCH, 0.0, 0)
    made, before = heard(engine), plain(engine)
    assert np.abs(made - 0.5 * before).max() < 1e-6
    with pytest.raises(EngineError, match="no insert has the number 17"):
        engine.set_parameter("track/0/insert1", FIRST_PATCH + 1, 0.0)


def test_noise_is_the_same_each_time(tmp_path: Path) -> None:
    def take(folder: Path) -> Samples:
        folder.mkdir()
        engine = OfflineEngine(RATE, BLOCK, Arena.create(RATE, folder))
        noise = Patch("noise", "", {}, (Object("Noise", (("mul", 0.2),)),), (Made(0), Made(0)))
        engine.learn(FIRST_PATCH, noise)
        engine.set_parameter("track/0/insert1", FIRST_PATCH, 0.0)
        sound = heard(engine)
        engine.close()
        return sound

    one, two = take(tmp_path / "one"), take(tmp_path / "two")
    assert one.std() > 0.05
    assert np.array_equal(one, two)


@pytest.mark.parametrize(
    "wrong",
    [
        Patch("wrong", "", {}, (Object("SndTable", (("path", "/etc/passwd"),)),), (Side(0),) * 2),
        Patch("wrong", "", {}, (Object("Delay", (("input", Side(0)), ("maxdelay", 1e9))),),
              (Side(0),) * 2),
        Patch("wrong", "", {}, (Object("Delay"),), (Side(0),) * 2),
        Patch("wrong", "", {}, (Object("Sig", (("color", 3.0),)),), (Side(0),) * 2),
    ],
)  # fmt: skip
def test_what_no_patch_may_use_is_refused(engine: OfflineEngine, wrong: Patch) -> None:
    with pytest.raises(EngineError):
        engine.learn(FIRST_PATCH, wrong)
    with pytest.raises(EngineError, match="no insert has the number"):
        engine.set_parameter("track/0/insert1", FIRST_PATCH)
