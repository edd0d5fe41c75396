"""Patches on the master and in place of the shared effects: to the frame, and to the sample."""

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
HEARD = 16_384
Samples = npt.NDArray[np.float64]


def chain(name: str, gain: float, depth: int = 1) -> Patch:
    """Return a patch whose gain is the last of a chain of objects, each fed by the one before."""
    objects = tuple(
        Object("Sig", (
            ("value", Side(side) if not link else Made(2 * link - 2 + side)),
            ("mul", gain if link == depth - 1 else 1.0),
        ))
        for link in range(depth) for side in (0, 1)
    )  # fmt: skip
    return Patch(name, "", {}, objects, (Made(2 * depth - 2), Made(2 * depth - 1)))


@pytest.fixture(params=[False, True], ids=["wet", "dry"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OfflineEngine]:
    dry = bool(request.param)
    engine = OfflineEngine(RATE, BLOCK, Arena.create(RATE, tmp_path), dry)
    noise = np.random.default_rng(3).uniform(-0.2, 0.2, (FRAMES, 2)).astype(np.float32)
    assert engine.arena.allocate(FRAMES) == 0
    engine.arena.write(0, noise)
    engine.splice(0, [Row(0, 1, 0, FRAMES - 8, float(FRAMES - 8), 0.0, 0)])
    yield engine
    engine.close()


wet = pytest.mark.parametrize("engine", [False], indirect=True, ids=["wet"])


def heard(engine: OfflineEngine) -> Samples:
    blocks = [engine.render() for _ in range(-(-(HEARD + engine.latency_frames) // BLOCK))]
    made = np.concatenate(blocks)[engine.latency_frames :][:HEARD]
    return made.astype(np.float64)


def plain(engine: OfflineEngine) -> Samples:
    return np.array(engine.arena.view[:HEARD], np.float64)


@wet
@pytest.mark.parametrize("frame", [4096, 4097, 4351])
def test_a_patch_on_the_master_is_heard_from_its_frame_on(
    engine: OfflineEngine, frame: int
) -> None:
    engine.learn(FIRST_PATCH, chain("inverse", -0.5, depth=20))
    engine.learn(FIRST_PATCH + 1, chain("quiet", 0.25))
    assert engine.set_parameter("master/insert1", FIRST_PATCH, 0.0, frame) == frame
    engine.set_parameter("master/insert1", FIRST_PATCH + 1, 0.0, 9001)
    engine.set_parameter("master/insert1", 0.0, 0.0, 12_345)
    gains = np.ones(HEARD)
    gains[frame:9001], gains[9001:12_345] = -0.5, 0.25
    assert np.abs(heard(engine) - plain(engine) * gains[:, None]).max() < 1e-6


@wet
@pytest.mark.parametrize("bus", ["reverb", "delay"])
def test_a_patch_takes_the_place_of_a_shared_effect_at_its_frame(
    engine: OfflineEngine, bus: str
) -> None:
    engine.learn(FIRST_PATCH, chain("back", -1.0, depth=20))
    engine.set_parameter(f"track/0/{bus}", 0.5, 0.0)
    engine.set_parameter("delay/beats", 0.125)
    engine.set_parameter(f"{bus}/insert1", FIRST_PATCH, 0.0, 0)
    engine.set_parameter(f"{bus}/insert1", 0.0, 0.0, 10_001)
    engine.set_parameter(f"{bus}/insert1", FIRST_PATCH, 0.0, 13_001)
    made, before = heard(engine), plain(engine)
    there = np.abs(made - 0.5 * before).max(axis=1) < 1e-6
    assert there[:10_001].all() and there[13_001:].all()
    assert there[10_001:13_001].mean() < 0.01  # the effect's own sound


@wet
def test_patches_on_all_buses_and_tracks_add_no_delay(engine: OfflineEngine) -> None:
    engine.learn(FIRST_PATCH, chain("through", 1.0, depth=10))
    for name in ("track/0/reverb", "track/0/delay"):
        engine.set_parameter(name, 0.25, 0.0)
    for name in ("master", "reverb", "delay", "track/0"):
        engine.set_parameter(f"{name}/insert1", FIRST_PATCH, 0.0)
    engine.set_parameter("track/0/insert2", FIRST_PATCH, 0.0)
    assert np.abs(heard(engine) - 1.5 * plain(engine)).max() < 1e-6


@wet
def test_a_crossfade_of_the_master_begins_at_its_frame(engine: OfflineEngine) -> None:
    engine.learn(FIRST_PATCH, chain("silence", 0.0))
    engine.set_parameter("master/insert1", FIRST_PATCH, 480 / RATE, 3001)
    fade = np.clip((np.arange(HEARD) - 3000) / 480, 0.0, 1.0)[:, None]
    assert np.abs(heard(engine) - plain(engine) * (1.0 - fade)).max() < 1e-5


@wet
def test_the_master_goes_on_without_what_is_no_sound(engine: OfflineEngine) -> None:
    bad = Patch("bad", "", {}, (Object("Div", (("a", Side(0)), ("b", 0.0))),), (Made(0), Made(0)))
    engine.learn(FIRST_PATCH, bad)
    engine.set_parameter("master/insert1", FIRST_PATCH, 0.0, 5000)
    assert np.abs(heard(engine) - plain(engine)).max() < 1e-6
    told = [event.text for event in engine.events() if event.kind == "muted"]
    assert len(told) == 1 and "the master" in told[0] and "went on without" in told[0]


@wet
def test_a_knob_of_the_master_is_turned(engine: OfflineEngine) -> None:
    objects = tuple(Object("Sig", (("value", Side(n)), ("mul", Knob("gain")))) for n in (0, 1))
    knobs = {"gain": Parameter(1.0, smoothing_s=0.0)}
    engine.learn(FIRST_PATCH, Patch("quieter", "", knobs, objects, (Made(0), Made(1))))
    engine.set_parameter("master/insert1", FIRST_PATCH, 0.0)
    engine.set_parameter("master/knob1/gain", 0.25, 0.0, 8192)
    made, before = heard(engine), plain(engine)
    assert np.abs(made[:8192] - before[:8192]).max() < 1e-5
    assert np.abs(made[8448:] - 0.25 * before[8448:]).max() < 1e-5


@pytest.mark.parametrize("engine", [True], indirect=True, ids=["dry"])
def test_a_dry_engine_has_no_patches(engine: OfflineEngine) -> None:
    engine.learn(FIRST_PATCH, chain("silence", 0.0))
    for name in ("master/insert1", "reverb/insert1", "delay/insert1", "track/0/insert1"):
        engine.set_parameter(name, FIRST_PATCH, 0.0)
    assert np.abs(heard(engine) - plain(engine)).max() < 1e-6


@wet
def test_a_bus_that_there_is_not_is_refused(engine: OfflineEngine) -> None:
    for name in ("master/insert2", "cue/insert1", "master/knob2/gain"):
        with pytest.raises(EngineError, match="is no live parameter"):
            engine.set_parameter(name, 0.0)
