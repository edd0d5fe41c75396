"""Master and tracks recorded together from their rings, as an engine would write them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.config import MAX_TRACKS
from loopmind_live.engine.recorder import Recorder
from loopmind_live.engine.recorders import Recorders
from loopmind_live.engine.tap import MasterTap
from loopmind_live.engine.track_tap import TrackTap
from loopmind_live.engine.track_writer import TrackWriter
from loopmind_live.errors import EngineError

LATENCY = 255
BLOCK = 64
NAMES = ("drums", "kick", "snare")


class FakeEngine:
    """Writes both rings: track 0 sounds from frame 1000 on, track 2 always; late in the master."""

    def __init__(self, folder: Path, frames: int = 1 << 14) -> None:
        self.master = MasterTap.create(folder, frames)
        TrackTap.create(folder, frames).close()
        self.tracks = self.another(folder)
        self.master.begin(0)
        self.frame = 0
        noise = np.random.default_rng(7).uniform(-0.4, 0.4, (2, 1 << 15, 2))
        self.music = np.zeros((MAX_TRACKS, 1 << 15, 2))
        self.music[0, 1000:] = noise[0, 1000:]
        self.music[2] = noise[1]
        self.mix = np.concatenate((np.zeros((LATENCY, 2)), self.music.sum(axis=0)))

    @staticmethod
    def another(folder: Path) -> TrackWriter:
        return TrackWriter(folder / "tracks")

    def play(self, until: int) -> None:
        while self.frame < until:
            end = self.frame + BLOCK
            self.master.write(self.frame, self.mix[self.frame : end].astype(np.float32))
            if self.tracks.asked():
                self.tracks.write(self.frame, np.ascontiguousarray(self.music[:, self.frame : end]))
            self.frame = end

    def close(self) -> None:
        self.master.close()
        self.tracks.close()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[FakeEngine]:
    (tmp_path / "shm").mkdir()
    made = FakeEngine(tmp_path / "shm")
    yield made
    made.close()


@pytest.fixture
def recorders(engine: FakeEngine) -> Recorders:
    return Recorders(engine.master, engine.tracks)


def read(path: Path) -> np.ndarray:
    audio, _ = soundfile.read(path, dtype="float64")
    return audio


def until_ended(*recorders: Recorder) -> None:
    end = time.monotonic() + 20
    while any(recorder.running for recorder in recorders):
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("encoding", ["float32", "pcm24"])
def test_the_stems_line_up_with_the_master_and_add_up_to_it(
    engine: FakeEngine, recorders: Recorders, tmp_path: Path, encoding: str
) -> None:
    engine.play(320)
    master = recorders.record_master(tmp_path / "m.wav", 48000, LATENCY, 500, None, encoding)  # type: ignore[arg-type]
    stems = recorders.record_tracks(tmp_path / "stems", NAMES, 48000, 500, None, encoding)  # type: ignore[arg-type]
    engine.play(2560)
    for recorder in (master, stems):
        recorder.stop(3000)
    engine.play(5000)
    until_ended(master, stems)
    assert recorders.events() == [] and not engine.tracks.asked()
    files = {path.stem: read(path) for path in stems.path.iterdir()}
    assert sorted(files) == ["drums", "snare"]
    assert len(files["drums"]) == len(files["snare"]) == len(read(master.path)) == 2500
    assert not files["drums"][:500].any()
    step = 1e-6 if encoding == "float32" else 1.6 / (1 << 23)
    assert np.abs(files["drums"] + files["snare"] - read(master.path)).max() < step
    assert np.abs(files["snare"] - engine.music[2, 500:3000]).max() < step
    assert stems.lost_frames == master.lost_frames == 0


def test_nothing_is_asked_of_the_engine_before_and_after(
    engine: FakeEngine, recorders: Recorders, tmp_path: Path
) -> None:
    recorders.record_master(tmp_path / "m.wav", 48000, LATENCY, 0, 640, "pcm24")
    engine.play(320)
    assert not engine.tracks.asked()
    first = recorders.record_tracks(tmp_path / "a", NAMES, 48000, 320, 640, "pcm24")
    second = recorders.record_tracks(tmp_path / "b", NAMES, 48000, 400, 1280, "pcm24")
    engine.play(960)
    first.finish()
    recorders.events()
    assert engine.tracks.asked(), "the second still needs them"
    engine.play(1920)
    until_ended(second)
    assert recorders.events() == [] and not engine.tracks.asked()
    assert [len(read(one.path / "snare.wav")) for one in (first, second)] == [320, 880]


def test_what_a_dead_performer_asked_for_is_kept_until_another_could_go_on_with_it(
    engine: FakeEngine, tmp_path: Path
) -> None:
    engine.tracks.ask()  # and died
    engine.play(640)
    now = [100.0]
    recorders = Recorders(engine.master, engine.tracks, lambda: now[0])
    assert recorders.events() == [] and engine.tracks.asked()
    stems = recorders.record_tracks(tmp_path / "stems", NAMES, 48000, 64, 640, "float32")
    until_ended(stems)
    assert stems.lost_frames == 0 and len(read(stems.path / "snare.wav")) == 576
    assert recorders.events() == [] and not engine.tracks.asked()
    engine.tracks.ask()
    recorders = Recorders(engine.master, engine.tracks, lambda: now[0])
    now[0] += 60.0
    assert recorders.events() == [] and not engine.tracks.asked()


def test_stems_that_cannot_begin_are_asked_of_nobody(
    engine: FakeEngine, recorders: Recorders, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EngineError, match="cannot be made"):
        recorders.record_tracks(tmp_path / "file" / "stems", NAMES, 48000, 0, None, "pcm24")
    assert recorders.events() == [] and not engine.tracks.asked()


def test_a_full_disk_ends_the_stems_with_one_line_and_what_is_there_is_right(
    engine: FakeEngine, recorders: Recorders, tmp_path: Path, small_disk: Path
) -> None:
    (small_disk / "filler").write_bytes(b"x" * ((1 << 20) - 150_000))
    master = recorders.record_master(tmp_path / "m.wav", 48000, LATENCY, 0, None, "pcm24")
    stems = recorders.record_tracks(small_disk / "stems", NAMES, 48000, 0, None, "pcm24")
    for until in range(1024, 28_000, 1024):
        engine.play(until)
        time.sleep(0.01)
    until_ended(stems)
    (told,) = recorders.events()
    assert told.kind == "error" and "No space left" in told.text and "make room" in told.text
    assert master.running and not engine.tracks.asked()
    for path, track in ((stems.path / "drums.wav", 0), (stems.path / "snare.wav", 2)):
        audio = read(path)
        assert len(audio) > 2000
        assert np.abs(audio - engine.music[track, : len(audio)]).max() < 1e-6
    master.finish()
    assert len(read(master.path)) > 27_000


def test_a_recording_may_begin_a_little_before_it_is_asked_for(
    engine: FakeEngine, recorders: Recorders, tmp_path: Path
) -> None:
    recorders.ask_for_tracks()
    engine.play(1280)
    stems = recorders.record_tracks(tmp_path / "stems", NAMES, 48000, 64, 1280, "float32")
    stems.finish()
    assert stems.lost_frames == 0
    assert np.abs(read(stems.path / "snare.wav") - engine.music[2, 64:1280]).max() < 1e-6


def test_closing_ends_all_files_at_one_frame(
    engine: FakeEngine, recorders: Recorders, tmp_path: Path
) -> None:
    master = recorders.record_master(tmp_path / "m.wav", 48000, LATENCY, 0, None, "pcm24")
    stems = recorders.record_tracks(tmp_path / "stems", NAMES, 48000, 0, None, "pcm24")
    engine.play(1920)
    recorders.finish()
    assert not master.running and not stems.running
    assert len(read(master.path)) == len(read(stems.path / "snare.wav")) == 1920 - LATENCY


def test_what_an_engine_never_played_is_silence_in_its_place_in_every_stem(
    engine: FakeEngine, recorders: Recorders, tmp_path: Path
) -> None:
    stems = recorders.record_tracks(tmp_path / "stems", NAMES, 48000, 0, 2560, "float32")
    engine.play(1280)
    other = engine.another(tmp_path / "shm")  # the next engine, in phase
    engine.tracks, engine.frame = other, 1920
    engine.play(2560)
    stems.finish()
    expected = engine.music[2, :2560].copy()
    expected[1280:1920] = 0.0
    assert np.abs(read(stems.path / "snare.wav") - expected).max() < 1e-6
    assert stems.lost_frames == 640


def test_a_disk_that_is_too_slow_loses_frames_in_place(
    engine: FakeEngine, recorders: Recorders, tmp_path: Path
) -> None:
    stems = recorders.record_tracks(tmp_path / "stems", NAMES, 48000, 0, 24_000, "float32")
    stems._changed.acquire()  # the thread waits, as for a disk
    engine.play(20_032)
    stems._changed.release()
    engine.play(24_000)
    stems.finish()
    audio = read(stems.path / "snare.wav")
    assert len(audio) == 24_000
    assert stems.lost_frames >= 20_032 - (1 << 14)
    assert np.abs(audio[-4000:] - engine.music[2, 20_000:24_000]).max() < 1e-6


def test_a_folder_that_goes_ends_the_stems_with_one_line_and_the_master_goes_on(
    engine: FakeEngine, recorders: Recorders, tmp_path: Path
) -> None:
    master = recorders.record_master(tmp_path / "m.wav", 48000, LATENCY, 0, 1280, "pcm24")
    stems = recorders.record_tracks(tmp_path / "stems", NAMES, 48000, 0, None, "pcm24")
    stems._sink.path = tmp_path / "gone"  # as where the disk with the folder was pulled out
    engine.play(2560)
    until_ended(stems, master)
    told = recorders.events()
    assert [event.kind for event in told] == ["error"]
    assert "gone: recording stopped after 0.0 s: " in told[0].text
    assert "drums.wav: cannot be written" in told[0].text
    assert len(read(master.path)) == 1280
    assert not engine.tracks.asked() and recorders.events() == []


PERFORMER = """
import sys
from pathlib import Path
from loopmind_live.engine.recorder import Recorder
from loopmind_live.engine.recorders import Recorders
from loopmind_live.engine.tap import MasterTap
from loopmind_live.engine.track_tap import TrackTap
folder, out = Path(sys.argv[1]), Path(sys.argv[2])
recorders = Recorders(MasterTap(folder / "tap", False), TrackTap(folder / "tracks"))
recorders.record_master(out / "m.wav", 48000, 255, 0, None, "pcm24")
recorders.record_tracks(out / "stems", ("drums", "kick", "snare"), 48000, 0, None, "pcm24")
print("ready", flush=True)
sys.stdin.read()
"""


def test_a_killed_performer_leaves_valid_files_up_to_the_last_second(
    engine: FakeEngine, tmp_path: Path
) -> None:
    performer = subprocess.Popen(
        [sys.executable, "-c", PERFORMER, str(tmp_path / "shm"), str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "NUMBA_CACHE_DIR": os.environ.get("NUMBA_CACHE_DIR", str(tmp_path))},
    )  # fmt: skip
    try:
        assert performer.stdout is not None and performer.stdout.readline() == "ready\n"
        engine.play(9600)
        paths = [tmp_path / "m.wav", tmp_path / "stems" / "snare.wav"]
        end = time.monotonic() + 20
        while not all(p.exists() and p.stat().st_size > 80 + 6 * 9000 for p in paths):
            assert time.monotonic() < end
            time.sleep(0.01)
        engine.play(10_560)  # the newest may be missing, nothing else
    finally:
        performer.send_signal(signal.SIGKILL)
        performer.wait()
        for stream in (performer.stdin, performer.stdout):
            assert stream is not None
            stream.close()
    master, snare = (read(path) for path in paths)
    for audio in (master, snare):
        assert 9000 < len(audio) <= 10_560
    assert np.abs(snare - engine.music[2, : len(snare)]).max() < 1e-6
    assert np.abs(master - engine.mix[LATENCY : LATENCY + len(master)]).max() < 1e-6
