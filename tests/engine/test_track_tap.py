import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from loopmind_live.config import MAX_TRACKS
from loopmind_live.engine.track_tap import FILE_NAME, TrackTap
from loopmind_live.engine.track_writer import TrackWriter

RING, BLOCK = 64, 10


@pytest.fixture
def tap(tmp_path: Path) -> Iterator[TrackTap]:
    made = TrackTap.create(tmp_path, RING)
    yield made
    made.close()


@pytest.fixture
def engine(tap: TrackTap, tmp_path: Path) -> Iterator[TrackWriter]:
    made = TrackWriter(tmp_path / FILE_NAME)
    yield made
    made.close()


def shares(begin: int, end: int) -> np.ndarray:
    """Return frames that say their number and, in their fraction, their track."""
    values = np.arange(begin, end)[None, :] + np.arange(MAX_TRACKS)[:, None] / 32
    return np.stack([values, -values], axis=2)


def write(engine: TrackWriter, begin: int, end: int) -> None:
    for frame in range(begin, end, BLOCK):
        engine.write(frame, shares(frame, frame + BLOCK))


def test_every_track_comes_back_at_its_frames_round_the_end_of_the_ring(
    tap: TrackTap, engine: TrackWriter
) -> None:
    tap.ask()
    write(engine, 30, 150)
    assert tap.written() == 150
    audio, lost = tap.read(90, 150)
    assert lost == 0
    assert np.array_equal(audio, shares(90, 150).astype(np.float32))
    audio, lost = tap.read(70, 150)
    assert lost == 150 - RING - 70
    assert not audio[:, :lost].any()
    assert np.array_equal(audio[:, lost:], shares(70 + lost, 150).astype(np.float32))


def test_nobody_is_asked_for_anything_at_first_nor_after_the_release(tap: TrackTap) -> None:
    assert not tap.asked()
    tap.ask()
    assert tap.asked()
    tap.release()
    assert not tap.asked()


def test_asking_again_begins_anew_without_what_was_there(
    tap: TrackTap, engine: TrackWriter
) -> None:
    tap.ask()
    write(engine, 0, 40)
    tap.ask()  # somebody does already
    assert tap.written() == 40
    tap.release()
    tap.ask()
    assert tap.written() == 0
    write(engine, 50, 60)
    audio, lost = tap.read(30, 60)
    assert lost == 20 and not audio[:, :20].any()
    assert tap.gap() == (0, 0)


def test_asking_anew_between_two_blocks_is_seen(tap: TrackTap, engine: TrackWriter) -> None:
    tap.ask()
    write(engine, 0, 10)
    tap.release()
    tap.ask()
    write(engine, 10, 20)
    assert tap.written() == 20
    assert tap.read(0, 20)[1] == 10


def test_another_engine_goes_on_with_a_gap_that_is_silent_and_lost(
    tap: TrackTap, engine: TrackWriter, tmp_path: Path
) -> None:
    tap.ask()
    write(engine, 0, 30)
    other = TrackWriter(tmp_path / FILE_NAME)
    assert other.asked()
    write(other, 40, 60)
    audio, lost = tap.read(10, 60)
    assert lost == 10
    assert np.array_equal(audio[:, :20], shares(10, 30).astype(np.float32))
    assert not audio[:, 20:30].any()
    assert np.array_equal(audio[:, 30:], shares(40, 60).astype(np.float32))
    other.close()


def test_a_stand_by_that_waits_leaves_what_the_engine_wrote(
    tap: TrackTap, engine: TrackWriter, tmp_path: Path
) -> None:
    tap.ask()
    write(engine, 0, 30)
    other = TrackWriter(tmp_path / FILE_NAME)
    assert np.array_equal(tap.read(0, 30)[0], shares(0, 30).astype(np.float32))
    other.close()


def test_whoever_only_reads_needs_no_compiler() -> None:
    code = "import sys, loopmind_live.engine.client; assert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
