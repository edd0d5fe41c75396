"""The tracks of an engine that plays through JACK, recorded beside its master."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.engine.base import Row
from loopmind_live.engine.client import ProcessEngine
from tests.engine.processes import RATE, until

pytestmark = pytest.mark.live

NAMES = ("drums", "kick", "snare", "hats")
PASS = 24000


def noise_row(engine: ProcessEngine, track: int, start: int, level: float = 0.2) -> Row:
    offset = engine.arena.allocate(PASS + 4)
    assert offset is not None
    noise = np.random.default_rng(track).uniform(-level, level, (PASS + 4, 2)).astype(np.float32)
    engine.arena.write(offset, noise)
    return Row(track, track + 1, offset, PASS + 4, float(PASS), float(start), start)


def read(path: Path) -> np.ndarray:
    audio, rate = soundfile.read(path, dtype="float64")
    assert rate == RATE
    return audio


def test_live_stems_add_up_to_the_dry_master_to_the_sample(
    dry_engine: ProcessEngine, tmp_path: Path
) -> None:
    engine = dry_engine
    first = engine.frame() + RATE // 4
    engine.splice(first, [noise_row(engine, track, first + 100 * track) for track in (0, 1, 3)])
    begin, end = first - 1000, first + RATE
    master = engine.record(tmp_path / "master.wav", begin, end)
    stems = engine.record_tracks(tmp_path / "stems", NAMES, begin, end)
    until(lambda: not master.running and not stems.running)
    assert stems.lost_frames == master.lost_frames == 0
    files = {path.stem: read(path) for path in stems.path.iterdir()}
    assert sorted(files) == ["drums", "hats", "kick"]
    mix = read(master.path)
    assert {len(audio) for audio in files.values()} == {len(mix)} == {end - begin}
    assert np.abs(sum(files.values()) - mix).max() < 1e-6
    assert np.abs(mix).max() > 0.3
    assert not files["hats"][:1300].any() and files["hats"][1300].any()


def test_wet_stems_are_24_bit_follow_their_faders_and_line_up_with_the_master(
    engine: ProcessEngine, tmp_path: Path
) -> None:
    engine.set_parameter("track/1/gain", 0.5, ramp_s=0.0)
    engine.ask_for_tracks()
    first = engine.frame() + RATE // 4
    engine.splice(first, [noise_row(engine, track, first) for track in (0, 1)])
    until(lambda: engine.status().frame > first + RATE // 2)
    # From a frame that has passed: the tracks were asked for in time.
    master = engine.record(tmp_path / "master.wav", first, first + PASS)
    stems = engine.record_tracks(tmp_path / "stems", NAMES, first, first + PASS)
    until(lambda: not master.running and not stems.running)
    assert stems.lost_frames == 0
    assert soundfile.info(stems.path / "kick.wav").subtype == "PCM_24"
    drums, kick, mix = (
        read(path) for path in (stems.path / "drums.wav", stems.path / "kick.wav", master.path)
    )
    noise = np.random.default_rng(1).uniform(-0.2, 0.2, (PASS + 4, 2))[:PASS]
    assert np.abs(kick - 0.5 * noise).max() < 1e-6
    assert np.abs(drums + kick - mix).max() < 2 / (1 << 23), "no effect, below the limiter"
    engine.set_parameter("track/1/gain", 1.0, ramp_s=0.0)


def test_stems_hold_their_inserts_in_the_very_block(engine: ProcessEngine, tmp_path: Path) -> None:
    first = engine.frame() + RATE // 4
    engine.splice(first, [noise_row(engine, track, first) for track in (0, 1)])
    engine.set_parameter("track/0/insert1", 3.0)
    begin = first + RATE // 2
    until(lambda: engine.status().frame > begin - RATE // 8)
    master = engine.record(tmp_path / "master.wav", begin, begin + PASS)
    stems = engine.record_tracks(tmp_path / "stems", NAMES, begin, begin + PASS)
    until(lambda: not master.running and not stems.running)
    engine.set_parameter("track/0/insert1", 0.0)
    drums, kick, mix = (
        read(path) for path in (stems.path / "drums.wav", stems.path / "kick.wav", master.path)
    )
    dry = np.random.default_rng(0).uniform(-0.2, 0.2, (PASS + 4, 2))[:PASS]
    assert np.abs(drums - dry).max() > 0.01, "the insert is heard"
    assert np.abs(drums + kick - mix).max() < 2 / (1 << 23)


def test_a_killed_engine_leaves_a_gap_that_is_silent_in_the_stems_too(
    dry_engine: ProcessEngine, tmp_path: Path
) -> None:
    engine = dry_engine
    until(lambda: engine.stand_by is not None)
    first = engine.frame() + RATE // 4
    engine.splice(first, [noise_row(engine, track, first) for track in (0, 1)])
    master = engine.record(tmp_path / "master.wav", first)
    stems = engine.record_tracks(tmp_path / "stems", NAMES, first)
    until(lambda: engine.status().frame > first + RATE // 4)
    os.kill(engine._status.read().pid, signal.SIGKILL)
    until(lambda: any(event.kind == "restarted" for event in engine.events()))
    end = engine.frame() + RATE // 4
    for recorder in (master, stems):
        recorder.stop(end)
    until(lambda: not master.running and not stems.running)
    mix, drums, kick = (
        read(path) for path in (master.path, stems.path / "drums.wav", stems.path / "kick.wav")
    )
    assert len(mix) == len(drums) == len(kick) == end - first
    gap = np.flatnonzero(~mix.any(axis=1))
    assert len(gap) > 0 and stems.lost_frames > 0
    apart = np.flatnonzero(np.abs(drums + kick - mix).max(axis=1) > 1e-6)
    # The engine that died had mixed one block more than the device had taken from it.
    assert len(apart) <= 2 * engine.block
    assert np.abs((drums + kick - mix)[gap[-1] + 1 :]).max() < 1e-6
