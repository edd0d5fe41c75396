"""A recording ends with its set, to the frame, though what is computed is heard later."""

import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.app.recording import LiveRecorder
from loopmind_live.engine.recorder import MasterRecorder
from loopmind_live.engine.tap import MasterTap

LATENCY, BLOCK, NOW = 255, 1024, 10 * 1024


class Engine:
    """An engine that has computed NOW frames, and goes on with a block now and then."""

    def __init__(self, folder: Path) -> None:
        (folder / "shm").mkdir()
        self.tap = MasterTap.create(folder / "shm", 1 << 16)
        self.tap.begin(0)
        while self.tap.written() < NOW:
            self.render()

    def frame(self) -> int:
        return self.tap.written()

    def render(self) -> None:
        self.tap.write(self.tap.written(), np.full((BLOCK, 2), 0.5, np.float32))

    def record(self, path: Path, frame: int) -> MasterRecorder:
        return MasterRecorder(self.tap, path, 48000, LATENCY, frame, None, "pcm24")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(tmp_path)


def test_a_recording_holds_all_up_to_the_end_of_the_set(engine: Engine, tmp_path: Path) -> None:
    recorder = LiveRecorder(engine)  # type: ignore[arg-type]
    recorder.start(tmp_path / "set.wav", frame=0)
    goes_on = threading.Timer(0.05, engine.render)
    goes_on.start()
    ended = recorder.finish()
    goes_on.join()
    assert ended == NOW
    assert soundfile.info(tmp_path / "set.wav").frames == NOW


def test_an_engine_that_has_stopped_is_not_waited_for(engine: Engine, tmp_path: Path) -> None:
    recorder = LiveRecorder(engine)  # type: ignore[arg-type]
    recorder.start(tmp_path / "set.wav", frame=0)
    assert recorder.finish() == NOW
    (master,) = recorder._recorders
    assert master.running
    master.finish()
    assert soundfile.info(tmp_path / "set.wav").frames == NOW - LATENCY


def test_a_recording_that_was_ended_before_stays_as_it_was(engine: Engine, tmp_path: Path) -> None:
    recorder = LiveRecorder(engine)  # type: ignore[arg-type]
    recorder.start(tmp_path / "set.wav", frame=0)
    recorder.stop()
    engine.render()
    recorder._recorders[0].wait(20.0)
    engine.render()
    assert recorder.finish() == NOW + 2 * BLOCK
    assert soundfile.info(tmp_path / "set.wav").frames == NOW
