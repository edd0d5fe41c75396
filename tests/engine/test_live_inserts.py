"""Inserts in an engine process: as offline to the sample, and still there after a kill."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.engine.arena import Arena
from loopmind_live.engine.base import Row
from loopmind_live.engine.client import ProcessEngine
from loopmind_live.engine.offline import OfflineEngine
from loopmind_live.engine.overload import Relief
from tests.engine.processes import BLOCK, RATE, until
from tests.engine.test_process import PASS, RAMP, collect, pid_of, ramp_row

pytestmark = pytest.mark.live

TRACK = 9
LEVEL = 0.25


@pytest.mark.parametrize("number", [1, 2])
def test_an_insert_mounted_live_sounds_like_the_same_one_offline(
    engine: ProcessEngine, tmp_path: Path, number: int
) -> None:
    engine.set_parameter(f"track/{TRACK}/insert1", 0.0, ramp_s=0.0)
    engine.set_parameter(f"track/{TRACK}/amount1", 0.8, ramp_s=0.0)
    first = engine.frame() + 4800
    engine.splice(first, [ramp_row(engine, first, TRACK)])
    recorder = engine.record(tmp_path / "r.wav", first, first + 12000)
    until(lambda: engine.status().frame > first + 2400)
    engine.events()
    engine.set_parameter(f"track/{TRACK}/insert1", number, ramp_s=0.05)
    mounted = collect(engine, "param").frame
    until(lambda: not recorder.running)
    zero = first - BLOCK + (mounted - first) % BLOCK  # the beginning of a block, as offline
    start, stop = first - zero, first - zero + 12000
    offline = OfflineEngine(RATE, BLOCK, Arena.create(RATE, tmp_path))
    assert offline.arena.allocate(len(RAMP)) == 0
    offline.arena.write(0, RAMP)
    offline.set_parameter(f"track/{TRACK}/amount1", 0.8, ramp_s=0.0)
    offline.splice(start, [Row(TRACK, 1, 0, len(RAMP), float(PASS), float(start), start)])
    blocks = []
    while offline.frame() < stop + offline.latency_frames:
        if offline.frame() == mounted - zero:
            offline.set_parameter(f"track/{TRACK}/insert1", number, ramp_s=0.05)
        blocks.append(offline.render())
    late = offline.latency_frames
    expected = np.concatenate(blocks)[start + late : stop + late]
    offline.close()
    heard, _ = soundfile.read(recorder.path, dtype="float64")
    assert np.abs(heard - expected).max() <= 0.51 / (1 << 23)
    engine.set_parameter(f"track/{TRACK}/insert1", 0.0)


def test_an_insert_is_there_again_in_the_engine_that_plays_on(engine: ProcessEngine) -> None:
    steady = np.full((PASS + 4, 2), LEVEL, np.float32)
    offset = engine.arena.allocate(len(steady))
    assert offset is not None
    engine.arena.write(offset, steady)
    engine.set_parameter(f"track/{TRACK}/amount2", 1.0, ramp_s=0.0)
    engine.set_parameter(f"track/{TRACK}/insert2", 3.0, ramp_s=0.0)
    start = engine.frame() + 4800
    engine.splice(start, [Row(TRACK, 1, offset, len(steady), float(PASS), float(start), start)])
    folded = 0.7 * abs(np.sin(7.0 * LEVEL))
    until(lambda: abs(engine.status().peak - folded) < 1e-3)
    until(lambda: engine.stand_by is not None)
    killed = pid_of(engine)
    os.kill(killed, signal.SIGKILL)
    until(lambda: pid_of(engine) != killed and engine.status().running)
    until(lambda: abs(engine.status().peak - folded) < 1e-3)
    engine.set_parameter(f"track/{TRACK}/insert2", 0.0)
    until(lambda: abs(engine.status().peak - LEVEL) < 1e-3)
    assert engine.status().relief is Relief.NORMAL
    assert not [event for event in engine.events() if event.kind == "muted"]
