"""The real thing: engine processes on a JACK server with no sound card behind it.

Most tests share one engine that plays on: it outlives what they do to it, as it must.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.engine import protocol
from loopmind_live.engine.arena import Arena
from loopmind_live.engine.base import EngineEvent, Row
from loopmind_live.engine.client import ProcessEngine
from loopmind_live.engine.engine_options import EngineOptions
from loopmind_live.engine.offline import OfflineEngine
from loopmind_live.engine.open import open_engine
from loopmind_live.engine.rows import pack
from loopmind_live.errors import EngineError
from tests.engine.processes import BLOCK, RATE, gone, jack, jack_server, kept_by, links_on, until

pytestmark = pytest.mark.live

PASS = 24000
RAMP = (np.arange(PASS + 4)[:, None] % PASS / 65536 + [[0.0, 0.25]]).astype(np.float32)


def collect(engine: ProcessEngine, kind: str, seen: list[EngineEvent] | None = None) -> EngineEvent:
    """Wait for an event of `kind`; what else came is added to `seen`."""
    found: list[EngineEvent] = []

    def look() -> bool:
        events = engine.events()
        found.extend(event for event in events if event.kind == kind)
        if seen is not None:
            seen.extend(events)
        return bool(found)

    until(look)
    return found[0]


def ramp_row(engine: ProcessEngine, start: int, track: int = 0) -> Row:
    offset = engine.arena.allocate(len(RAMP))
    assert offset is not None
    engine.arena.write(offset, RAMP)
    return Row(track, 1, offset, len(RAMP), float(PASS), float(start), start)


def places_of(path: Path) -> np.ndarray:
    """Return the place in the ramp that each recorded frame holds."""
    audio, rate = soundfile.read(path, dtype="float64")
    assert rate == RATE
    return np.rint(audio[:, 0] * 65536).astype(int)


def pid_of(engine: ProcessEngine) -> int:
    return engine._status.read().pid


def test_rows_land_on_their_frames_in_what_is_recorded(
    dry_engine: ProcessEngine, tmp_path: Path
) -> None:
    engine = dry_engine
    assert (engine.rate_hz, engine.block, engine.backend) == (RATE, BLOCK, "jack")
    first = engine.frame() + 9600
    recorder = engine.record(tmp_path / "r.wav", first - 100, first + 40000)
    row = ramp_row(engine, first)
    engine.splice(first, [row])
    engine.splice(first + 30001, [])
    until(lambda: engine.status().frame > first + 5000)
    engine.splice(first + 20000, [row])
    engine.splice(first + 35003, [])
    assert engine.places_in_use() == {row.offset}
    until(lambda: not recorder.running)
    heard = np.zeros(40100, int)
    heard[100 : 100 + 35003] = np.arange(35003) % PASS
    assert np.array_equal(places_of(recorder.path), heard)
    until(lambda: not engine.places_in_use())


def test_closing_leaves_no_process_and_no_file(
    dry_engine: ProcessEngine, dry_engines: list[ProcessEngine]
) -> None:
    engine = dry_engine
    dry_engines.clear()
    assert engine._launch is not None
    until(lambda: engine.stand_by is not None)
    assert engine._launch.pid is not None and engine.stand_by is not None
    folder = engine.arena.path.parent
    pids = [engine._launch.pid, pid_of(engine), engine.stand_by]
    engine.close()
    assert not folder.exists()
    assert all(gone(pid) for pid in pids)


def test_a_splice_that_comes_too_late_is_told_and_those_after_it_stand(
    engine: ProcessEngine,
) -> None:
    until(lambda: engine.status().frame > 4800)
    ahead = engine.frame() + 24000
    engine.splice(100, [ramp_row(engine, 100, track=1)])
    row = ramp_row(engine, ahead)
    engine.splice(ahead, [row])
    assert collect(engine, "late").frame == 100
    until(lambda: engine.status().frame > ahead + 1000)
    assert engine._ledger.rows == (row,)
    assert engine.status().track_peaks[0] > 0
    assert engine.status().track_peaks[1] == 0


def test_a_killed_engine_is_started_again_in_phase_with_its_faders(
    engine: ProcessEngine, tmp_path: Path
) -> None:
    first = engine.frame() + 4800
    engine.splice(first, [ramp_row(engine, first)])
    engine.set_parameter("track/0/gain", 0.5)
    until(lambda: engine.status().frame > first + 9600)
    recorder = engine.record(tmp_path / "r.wav", first)
    killed = pid_of(engine)
    os.kill(killed, signal.SIGKILL)
    seen: list[EngineEvent] = []
    collect(engine, "restarted", seen)
    while not any(event.kind == "error" and "signal 9" in event.text for event in seen):
        collect(engine, "error", seen)  # told before the restart, or after it
    until(lambda: pid_of(engine) != killed and engine.status().running)
    again = engine.status().frame
    until(lambda: engine.status().frame > again + 24000)
    recorder.finish()
    audio, _ = soundfile.read(recorder.path, dtype="float64")
    frames = np.arange(len(audio) - 12000, len(audio))
    assert np.abs(audio[frames, 1] - 0.5 * RAMP[frames % PASS, 1]).max() < 1e-6
    assert recorder.lost_frames > 0


def test_garbage_on_the_socket_costs_the_connection_but_no_sound(engine: ProcessEngine) -> None:
    first = engine.frame() + 4800
    engine.splice(first, [ramp_row(engine, first)])
    until(lambda: engine.status().frame > first + 4800)
    pid = pid_of(engine)
    connection = engine._connection
    assert connection is not None and connection._socket is not None
    connection._socket.sendall(os.urandom(5000))
    collect(engine, "restarted")
    assert pid_of(engine) == pid
    connection.send(protocol.Message(protocol.Kind.HELLO, 0, b""))
    assert "takes no HELLO" in collect(engine, "error").text
    wild = pack([Row(99, 0, -5, 1, 0.0, 0.0, 0)])
    connection.send(protocol.table(999, 0, protocol.ANY_TIME, wild))
    assert "row 0: track = 99" in collect(engine, "error").text
    assert pid_of(engine) == pid
    assert engine.status().track_peaks[0] > 0


def test_without_a_jack_server_one_line_says_what_to_do(
    home: Path, kernel_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "loopmind-nobody")
    with pytest.raises(EngineError, match="no JACK server runs: start one") as caught:
        open_engine("jack", arena_frames=1000)
    assert "\n" not in str(caught.value)


def test_unknown_audio_is_refused(home: Path) -> None:
    with pytest.raises(EngineError, match="--audio tape: choose from auto, jack, portaudio"):
        open_engine("tape")


def test_a_jack_server_that_ends_is_told_and_the_music_returns_with_it(
    kernel_cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    require_program: Callable[[str], str],
) -> None:
    require_program("jackd")
    name = f"loopmind-end-{os.getpid()}"
    monkeypatch.setenv("JACK_DEFAULT_SERVER", name)
    with jack_server(name, tmp_path / "jack1"):
        engine = ProcessEngine(
            EngineOptions("jack", RATE, 10 * RATE, tmp_path / "log", kernel_cache)
        )
        first = engine.frame() + 4800
        engine.splice(first, [ramp_row(engine, first)])
        jack(name, "jack_disconnect", "loopmind:output_1", "system:playback_1")
        until(lambda: engine.status().track_peaks[0] > 0)
        links = links_on(name)
        assert links == {("output_2", "system:playback_2")}
        until(lambda: "playback_1" not in kept_by(engine))
    try:
        collect(engine, "error")
        assert not engine.status().running
        with jack_server(name, tmp_path / "jack2"):
            collect(engine, "restarted")
            until(lambda: engine.status().running and engine.status().track_peaks[0] > 0)
            until(lambda: links_on(name) == links)
    finally:
        engine.close()


def test_a_fader_moved_live_sounds_like_the_same_move_offline(
    engine: ProcessEngine, tmp_path: Path
) -> None:
    first = engine.frame() + 4800
    engine.splice(first, [ramp_row(engine, first)])
    recorder = engine.record(tmp_path / "r.wav", first, first + 12000)
    until(lambda: engine.status().frame > first + 2400)
    engine.set_parameter("track/0/gain", 0.25, ramp_s=0.05)
    told = collect(engine, "param")
    assert (told.text, told.value) == ("track/0/gain", 0.25)
    moved = told.frame
    assert (moved - engine.status().frame) % BLOCK == 0
    until(lambda: not recorder.running)
    zero = first - BLOCK + (moved - first) % BLOCK  # the beginning of a block, as offline
    start, stop = first - zero, first - zero + 12000
    offline = OfflineEngine(RATE, BLOCK, Arena.create(RATE, tmp_path))
    assert offline.arena.allocate(len(RAMP)) == 0
    offline.arena.write(0, RAMP)
    offline.splice(start, [Row(0, 1, 0, len(RAMP), float(PASS), float(start), start)])
    blocks = []
    while offline.frame() < stop + offline.latency_frames:
        if offline.frame() == moved - zero:
            offline.set_parameter("track/0/gain", 0.25, ramp_s=0.05)
        blocks.append(offline.render())
    late = offline.latency_frames
    expected = np.concatenate(blocks)[start + late : stop + late]
    offline.close()
    heard, _ = soundfile.read(recorder.path, dtype="float64")
    assert np.abs(heard - expected).max() <= 0.51 / (1 << 23)
