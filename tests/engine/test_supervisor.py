"""What is killed, and what plays on: on a JACK server with no sound card behind it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.engine.client import ProcessEngine
from loopmind_live.engine.engine_options import EngineOptions
from loopmind_live.engine.status import Facts
from loopmind_live.errors import EngineError
from tests.engine.processes import BLOCK, RATE, gone, jack_server, until
from tests.engine.test_process import PASS, RAMP, collect, pid_of, ramp_row

pytestmark = pytest.mark.live

KEEP_S = 1.0


def playing(engine: ProcessEngine) -> int:
    """Let a ramp play, with a stand-by ready; return the frame at which it began."""
    first = engine.frame() + 4800
    engine.splice(first, [ramp_row(engine, first)])
    until(lambda: engine.stand_by is not None and engine.status().frame > first + 9600)
    return first


def drift(before: Facts, after: Facts) -> int:
    """Return by how many frames the music moved against the device's own count."""
    moved = (after.frame - after.device_frame) - (before.frame - before.device_frame)
    return (moved + (1 << 31)) % (1 << 32) - (1 << 31)


def test_the_stand_by_of_a_killed_engine_plays_on_in_phase(
    engine: ProcessEngine, tmp_path: Path
) -> None:
    engine.set_parameter("track/0/gain", 0.5)
    first = playing(engine)
    recorder = engine.record(tmp_path / "r.wav", first)
    before, stand_by = engine._status.read(), engine.stand_by
    os.kill(before.pid, signal.SIGKILL)
    assert "the stand-by plays on in phase" in collect(engine, "restarted").text
    assert pid_of(engine) == stand_by
    after = engine._status.read()
    # The server's own xruns move all clients by whole blocks.
    assert drift(before, after) % BLOCK == 0
    assert abs(drift(before, after)) < RATE // 10
    again = engine.status().frame
    until(lambda: engine.status().frame > again + 24000)
    recorder.finish()
    audio, _ = soundfile.read(recorder.path, dtype="float64")
    frames = np.arange(len(audio) - 12000, len(audio))
    assert np.abs(audio[frames, 1] - 0.5 * RAMP[frames % PASS, 1]).max() < 1e-6
    begin, end = (frame - first - engine.latency_frames for frame in engine._tap.gap())
    assert recorder.lost_frames == end - begin
    assert not audio[begin:end].any()
    held = np.arange(begin - 4800, begin)
    assert np.abs(audio[held, 1] - 0.5 * RAMP[held % PASS, 1]).max() < 1e-6
    until(lambda: engine.stand_by not in (None, stand_by))


def test_a_stuck_engine_is_ended_and_the_stand_by_plays_on(engine: ProcessEngine) -> None:
    playing(engine)
    stopped, stand_by = pid_of(engine), engine.stand_by
    os.kill(stopped, signal.SIGSTOP)
    assert "stood still" in collect(engine, "error").text
    until(lambda: pid_of(engine) == stand_by and engine.status().track_peaks[0] > 0)
    assert gone(stopped)


def test_a_killed_stand_by_costs_nothing_and_is_replaced(engine: ProcessEngine) -> None:
    playing(engine)
    before, stand_by = engine._status.read(), engine.stand_by
    assert stand_by is not None
    os.kill(stand_by, signal.SIGKILL)
    until(lambda: engine.stand_by not in (None, stand_by))
    assert pid_of(engine) == before.pid
    assert drift(before, engine._status.read()) % BLOCK == 0


def test_the_engine_plays_on_without_its_supervisor_and_is_adopted_by_the_next(
    engine: ProcessEngine,
) -> None:
    playing(engine)
    assert engine._launch is not None
    before, pid, gap = engine._launch.pid, pid_of(engine), engine._tap.gap()
    assert before is not None
    engine.stand_by = None
    os.kill(before, signal.SIGKILL)
    assert "another one is started" in collect(engine, "error").text
    until(lambda: engine.stand_by is not None)
    assert engine._launch.pid not in (None, before)
    assert (pid_of(engine), engine._tap.gap()) == (pid, gap)
    assert engine.status().track_peaks[0] > 0
    os.kill(pid, signal.SIGKILL)
    assert "the stand-by plays on" in collect(engine, "restarted").text


def test_a_server_that_stands_still_does_not_cost_the_engine(
    kernel_cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    require_program: Callable[[str], str],
) -> None:
    require_program("jackd")
    name = f"loopmind-still-{os.getpid()}"
    monkeypatch.setenv("JACK_DEFAULT_SERVER", name)
    with jack_server(name, tmp_path / "jack") as server:
        engine = ProcessEngine(
            EngineOptions("jack", RATE, 10 * RATE, tmp_path / "log", kernel_cache)
        )
        try:
            until(lambda: engine.stand_by is not None)
            pid = pid_of(engine)
            server.send_signal(signal.SIGSTOP)
            time.sleep(0.5)
            server.send_signal(signal.SIGCONT)
            blocks = engine._status.read().blocks
            until(lambda: engine._status.read().blocks > blocks + 20)
            assert pid_of(engine) == pid
        finally:
            engine.close()


PERFORMER = """
import sys, json, time
from pathlib import Path
from loopmind_live.engine.base import Row
from loopmind_live.engine.client import ProcessEngine
from loopmind_live.engine.engine_options import EngineOptions
cache, log, keep = sys.argv[1:]
engine = ProcessEngine(
    EngineOptions('jack', 48000, 48000, Path(log), Path(cache), keep_s=float(keep))
)
first = engine.frame() + 4800
offset = engine.arena.allocate(24000)
engine.arena.view[offset : offset + 24000] = 0.25
engine.splice(first, [Row(0, 1, offset, 24000, 24000.0, float(first), first)])
engine.set_parameter('track/0/gain', 0.5)
while engine.stand_by is None or engine.status().frame < first + 9600:
    time.sleep(0.01)
pids = [engine._launch.pid, engine._status.read().pid, engine.stand_by]
print(json.dumps([str(engine.arena.path.parent), pids]), flush=True)
time.sleep(600)
"""


Performer = tuple[subprocess.Popen[bytes], Path, list[int]]


@pytest.fixture
def perform(jack_name: str, kernel_cache: Path, tmp_path: Path) -> Callable[[float], Performer]:
    """Return a function that starts a performer which keeps its music for so many seconds."""

    def started(keep_s: float) -> Performer:
        log = str(tmp_path / "log")
        words = [sys.executable, "-c", PERFORMER, str(kernel_cache), log, str(keep_s)]
        process = subprocess.Popen(
            words, stdout=subprocess.PIPE, env={**os.environ, "JACK_DEFAULT_SERVER": jack_name}
        )
        assert process.stdout is not None
        with process.stdout as stdout:
            folder, pids = json.loads(stdout.readline())
        return process, Path(folder), pids

    return started


@pytest.mark.parametrize("keep_s", [0.0, KEEP_S])
def test_when_the_performer_is_killed_everything_goes_in_its_time(
    perform: Callable[[float], Performer], keep_s: float
) -> None:
    performer, folder, pids = perform(keep_s)
    assert folder.is_dir()
    killed_s = time.monotonic()
    performer.kill()
    performer.wait()
    until(lambda: any(gone(pid) for pid in pids))
    assert time.monotonic() - killed_s > keep_s
    until(lambda: all(gone(pid) for pid in pids))
    until(lambda: not folder.exists())


def test_another_performer_takes_up_what_plays_and_nothing_is_lost(
    perform: Callable[[float], Performer],
    on_jack: None,
    kernel_cache: Path,
    tmp_path: Path,
) -> None:
    performer, folder, pids = perform(60.0)
    options = EngineOptions("jack", RATE, RATE, tmp_path / "log2", kernel_cache)
    with pytest.raises(EngineError, match="another performer plays with this engine"):
        ProcessEngine(options, folder)
    performer.kill()
    performer.wait()
    engine = ProcessEngine(options, folder)
    assert_plays_on(engine, pids[1])
    leave(engine)
    os.kill(pids[0], signal.SIGKILL)
    until(lambda: gone(pids[0]))  # and the supervisor is gone, too
    engine = ProcessEngine(options, folder)
    assert_plays_on(engine, pids[1])
    stop = engine.frame() + 2400
    engine.splice(stop, [])
    until(lambda: engine.status().frame > stop + 2400 and not engine.places_in_use())
    engine.close()
    assert all(gone(pid) for pid in pids)
    assert not folder.exists()


def assert_plays_on(engine: ProcessEngine, pid: int) -> None:
    assert pid_of(engine) == pid
    (row,) = engine._ledger.rows
    assert engine.places_in_use() == {row.offset}
    assert engine.arena.places.free_frames == RATE - 24000
    now = engine.status().frame
    until(lambda: engine._tap.written() >= now + 24000)
    audio, lost = engine._tap.read(now, now + 24000)
    assert lost == 0
    assert np.array_equal(audio, np.full((24000, 2), 0.125, np.float32))
    assert not [event for event in engine.events() if event.kind != "xrun"]


def leave(engine: ProcessEngine) -> None:
    """Go without a word, as a process that is killed."""
    engine._closing = True
    assert engine._connection is not None and engine._launch is not None
    assert engine._launch._socket is not None
    engine._connection.close()
    engine._launch._socket.shutdown(socket.SHUT_RDWR)
    os.close(engine._files.seat)
