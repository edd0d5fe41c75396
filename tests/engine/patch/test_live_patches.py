"""Patches in an engine process: heard from their frame on, and still there after a kill."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.config import FIRST_PATCH
from loopmind_live.engine.base import Row
from loopmind_live.engine.client import ProcessEngine
from loopmind_live.score.patch import Knob, Made, Object, Parameter, Patch, Side
from tests.engine.processes import until
from tests.engine.test_process import PASS, collect, pid_of

pytestmark = pytest.mark.live

TRACK, LEVEL = 8, 0.5
LATER = 36_789
"""So many frames from now a stalled machine has heard what was asked, too."""


def quieter() -> Patch:
    objects = tuple(Object("Sig", (("value", Side(n)), ("mul", Knob("gain")))) for n in (0, 1))
    knobs = {"gain": Parameter(1.0, smoothing_s=0.0)}
    return Patch("quieter", "", knobs, objects, (Made(0), Made(1)))


def steady(engine: ProcessEngine) -> int:
    """Play a steady level from the frame on that is returned."""
    sound = np.full((PASS + 4, 2), LEVEL, np.float32)
    offset = engine.arena.allocate(len(sound))
    assert offset is not None
    engine.arena.write(offset, sound)
    start = engine.frame() + 4800
    engine.splice(start, [Row(TRACK, 1, offset, len(sound), float(PASS), float(start), start)])
    return start


def moved_at(engine: ProcessEngine, name: str) -> int:
    """Return the frame that is told of a parameter's move."""
    frames: list[int] = []

    def told() -> bool:
        events = (event for event in engine.events() if event.kind == "param")
        frames.extend(event.frame for event in events if event.text == name)
        return bool(frames)

    until(told)
    return frames[0]


@pytest.fixture(autouse=True)
def plain(engine: ProcessEngine) -> Iterator[None]:
    """Leave the track without inserts, whatever became of the test."""
    yield
    for place in ("insert1", "insert2"):
        engine.set_parameter(f"track/{TRACK}/{place}", 0.0)


def test_a_patch_is_mounted_live_at_its_frame(engine: ProcessEngine, tmp_path: Path) -> None:
    engine.learn(FIRST_PATCH, quieter())
    engine.set_parameter(f"track/{TRACK}/knob1/gain", 0.25, 0.0)
    start = steady(engine)
    frame = start + LATER
    recorder = engine.record(tmp_path / "r.wav", start, start + 2 * LATER)
    engine.set_parameter(f"track/{TRACK}/insert1", FIRST_PATCH, 0.0, frame)
    assert moved_at(engine, f"track/{TRACK}/insert1") == frame
    until(lambda: not recorder.running)
    heard, _ = soundfile.read(recorder.path, dtype="float64")
    assert np.abs(heard[200:LATER] - LEVEL).max() < 1e-4
    assert np.abs(heard[LATER:] - 0.25 * LEVEL).max() < 1e-4


def test_notes_sound_live_on_their_frames(engine: ProcessEngine, tmp_path: Path) -> None:
    objects = (Object("Sig", (("value", Knob("gate")), ("mul", 0.25))),)
    engine.learn(FIRST_PATCH + 3, Patch("held", "", {}, objects, (Made(0), Made(0)), "x"))
    engine.set_parameter(f"track/{TRACK}/insert1", FIRST_PATCH + 3, 0.0)
    moved_at(engine, f"track/{TRACK}/insert1")
    start = engine.frame() + 24_000
    recorder = engine.record(tmp_path / "n.wav", start, start + 24_000)
    engine.set_parameter(f"track/{TRACK}/note", 110.0, frame=start + 12_345)
    engine.set_parameter(f"track/{TRACK}/note", 0.0, frame=start + 18_001)
    until(lambda: not recorder.running)
    heard, _ = soundfile.read(recorder.path, dtype="float64")
    held = (np.arange(len(heard)) >= 12_345) & (np.arange(len(heard)) < 18_001)
    assert np.abs(heard[:, 0] - 0.25 * held).max() < 1e-4
    engine.set_parameter(f"track/{TRACK}/insert1", 0.0)


def test_a_patch_is_there_again_in_the_engine_that_plays_on(engine: ProcessEngine) -> None:
    number = FIRST_PATCH + 1
    engine.learn(number, quieter())
    engine.set_parameter(f"track/{TRACK}/knob2/gain", 0.125, 0.0)
    engine.set_parameter(f"track/{TRACK}/insert2", number, 0.0)
    engine.set_parameter("master/knob1/gain", 0.5, 0.0)
    engine.set_parameter("master/insert1", number, 0.0)
    steady(engine)
    until(lambda: abs(engine.status().peak - 0.0625 * LEVEL) < 1e-3)
    until(lambda: engine.stand_by is not None)
    killed = pid_of(engine)
    os.kill(killed, signal.SIGKILL)
    until(lambda: pid_of(engine) != killed and engine.status().running)
    until(lambda: abs(engine.status().peak - 0.0625 * LEVEL) < 1e-3)
    engine.set_parameter("master/insert1", 0.0)
    until(lambda: abs(engine.status().peak - 0.125 * LEVEL) < 1e-3)
    engine.set_parameter(f"track/{TRACK}/insert2", 0.0)
    until(lambda: abs(engine.status().peak - LEVEL) < 1e-3)


def test_what_is_no_patch_is_told_and_the_engine_plays_on(engine: ProcessEngine) -> None:
    bad = Patch("bad", "", {}, (Object("SndTable"),), (Side(0), Side(1)))
    engine.events()
    engine.learn(FIRST_PATCH + 2, bad)
    assert "SndTable" in collect(engine, "error").text
    before = engine.frame()
    until(lambda: engine.frame() > before + 4800)
