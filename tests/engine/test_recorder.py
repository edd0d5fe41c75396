import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.engine.recorder import MasterRecorder
from loopmind_live.engine.tap import MasterTap
from loopmind_live.errors import EngineError

LATENCY = 10


@pytest.fixture
def tap(tmp_path: Path) -> MasterTap:
    (tmp_path / "shm").mkdir()
    tap = MasterTap.create(tmp_path / "shm", 1 << 12)
    tap.begin(0)
    return tap


def feed(tap: MasterTap, until: int, block: int = 64) -> None:
    """Write blocks whose samples say their output frame, as the engine would."""
    while tap.written() < until:
        frame = tap.written()
        values = np.arange(frame, frame + block, dtype=np.float32) / 65536
        tap.write(frame, np.repeat(values[:, None], 2, axis=1))


def frames_of(path: Path) -> list[int]:
    audio, _ = soundfile.read(path, dtype="float64")
    return np.rint(audio[:, 0] * 65536).astype(int).tolist()


def until_done(recorder: MasterRecorder) -> None:
    end = time.monotonic() + 20
    while recorder.running and time.monotonic() < end:
        time.sleep(0.005)
    assert not recorder.running


@pytest.mark.parametrize("encoding", ["pcm24", "float32"])
def test_a_recording_holds_just_the_music_frames_that_were_asked_for(
    tap: MasterTap, tmp_path: Path, encoding: str
) -> None:
    recorder = MasterRecorder(tap, tmp_path / "r.wav", 48000, LATENCY, 100, 500, encoding)  # type: ignore[arg-type]
    feed(tap, 1000)
    until_done(recorder)
    assert frames_of(recorder.path) == list(range(100 + LATENCY, 500 + LATENCY))
    assert [event.kind for event in recorder.events()] == ["recorded"]
    assert recorder.events() == []


def test_a_recording_is_ended_later_by_its_frame(tap: MasterTap, tmp_path: Path) -> None:
    recorder = MasterRecorder(tap, tmp_path / "r.wav", 48000, 0, 0)
    feed(tap, 640)
    recorder.stop(700)
    feed(tap, 1280)
    until_done(recorder)
    assert frames_of(recorder.path) == list(range(700))


def test_closing_writes_all_that_was_played(tap: MasterTap, tmp_path: Path) -> None:
    recorder = MasterRecorder(tap, tmp_path / "r.wav", 48000, 0, 64, 10_000)
    feed(tap, 640)
    recorder.finish()
    assert frames_of(recorder.path) == list(range(64, 640))


def test_what_an_engine_never_played_is_silence_in_its_place(
    tap: MasterTap, tmp_path: Path
) -> None:
    recorder = MasterRecorder(tap, tmp_path / "r.wav", 48000, 0, 0, 1280)
    feed(tap, 640)
    end = time.monotonic() + 20
    while recorder.frames < 640 and time.monotonic() < end:
        time.sleep(0.005)
    tap.begin(960)  # the next engine, in phase
    feed(tap, 1280)
    until_done(recorder)
    assert frames_of(recorder.path) == [*range(640), *[0] * 320, *range(960, 1280)]
    assert recorder.lost_frames == 320


def test_a_second_recording_takes_another_name(tap: MasterTap, tmp_path: Path) -> None:
    first = MasterRecorder(tap, tmp_path / "r.wav", 48000, 0, 0, 64)
    second = MasterRecorder(tap, tmp_path / "r.wav", 48000, 0, 0, 64)
    feed(tap, 128)
    until_done(first)
    until_done(second)
    assert (first.path.name, second.path.name) == ("r.wav", "r 2.wav")


def test_a_full_disk_ends_the_recording_with_an_event(
    tap: MasterTap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = MasterRecorder(tap, tmp_path / "r.wav", 48000, 0, 0)

    def full(audio: object) -> None:
        raise EngineError("r.wav: recording stopped (No space left on device)")

    monkeypatch.setattr(recorder._sink, "write", full)
    feed(tap, 640)
    until_done(recorder)
    (event,) = recorder.events()
    assert event.kind == "error"
    assert "No space left" in event.text
