"""Scans of whole folders: what is found, kept, skipped, and survived."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from made_loops import drum_loop, one_hit, write

from loopmind_live.errors import LibraryError
from loopmind_live.library.ingest import scan
from loopmind_live.library.store import Library
from loopmind_live.library.task import Job

LIGHT = """
import ctypes, hashlib, time
from loopmind_live.library.heard import Heard
from loopmind_live.score.loop import Loop

def light(path, known_hash):
    if "crash" in path.name:
        ctypes.string_at(0)
    if "stuck" in path.name:
        time.sleep(600)
    if "bug" in path.name:
        raise ZeroDivisionError("division by zero")
    content_hash = hashlib.sha256(path.read_bytes()).hexdigest()
    return None if content_hash == known_hash else Heard(Loop(path, content_hash))
"""


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Return a job that starts fast, because it does not analyse, and may go wrong by name."""
    (tmp_path / "light_jobs.py").write_text(LIGHT)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "light_jobs", raising=False)
    return __import__("light_jobs").light


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "loops"
    write(folder / "beat.wav", drum_loop(120, 4))
    write(folder / "kit" / "snare.wav", one_hit())
    return folder


@pytest.fixture
def library(tmp_path: Path) -> Library:
    with Library(tmp_path / "library.sqlite") as library:
        yield library


def counts(report) -> tuple[int, int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.removed, len(report.errors)


def test_a_scan_finds_every_audio_file_and_nothing_else(folder: Path, library: Library) -> None:
    (folder / "notes.txt").write_text("not audio")
    write(folder / ".hidden.wav", one_hit())
    write(folder / ".trash" / "old.wav", one_hit())
    (folder / "damaged.wav").write_text("not audio")
    write(folder / "album.wav", np.zeros((601 * 8000, 1), np.float32), rate_hz=8000)
    (folder / "LOUD.WAV").write_bytes((folder / "beat.wav").read_bytes())
    done: list[tuple[int, int, str]] = []
    report = scan(folder, library, 1, lambda n, of, path: done.append((n, of, path.name)))
    assert counts(report) == (5, 0, 0, 0, 2)
    assert [loop.path.name for loop in library.loops() if loop.error is None] == [
        "LOUD.WAV", "beat.wav", "snare.wav",
    ]  # fmt: skip
    reasons = {path.name: reason for path, reason in report.errors}
    assert "cannot be decoded" in reasons["damaged.wav"]
    assert "longer than 10 minutes" in reasons["album.wav"]
    assert all(loop.path.is_absolute() for loop in library.loops())
    assert [(n, of) for n, of, _ in done] == [(n, 5) for n in range(1, 6)]
    assert library.loop(folder.resolve() / "beat.wav").bpm == 120.0


def test_a_second_scan_touches_only_what_changed(folder: Path, library: Library, job: Job) -> None:
    scan(folder, library, 1, job=job)
    write(folder / "new.wav", one_hit())
    old = library.loop(folder.resolve() / "beat.wav")
    write(folder / "beat.wav", drum_loop(140, 4))
    os.utime(folder / "kit" / "snare.wav", ns=(1, 1))  # looks new, holds what it held
    report = scan(folder, library, 1, job=job)
    assert counts(report) == (1, 1, 1, 0, 0)
    assert library.loop(folder.resolve() / "beat.wav").content_hash != old.content_hash
    (folder / "new.wav").unlink()
    assert counts(scan(folder, library, 1, job=job)) == (0, 0, 2, 1, 0)
    assert len(library.loops()) == 2


def test_a_scan_without_changes_starts_no_worker(folder: Path, library: Library, job: Job) -> None:
    scan(folder, library, 1, job=job)

    def never(path: Path, known_hash: str | None) -> None:
        """Not known by name to any worker."""

    assert counts(scan(folder, library, 1, job=never)) == (0, 0, 2, 0, 0)


def test_other_folders_of_the_library_are_left_alone(
    folder: Path, library: Library, tmp_path: Path, job: Job
) -> None:
    other = write(tmp_path / "loops 2" / "a.wav", one_hit()).parent
    scan(other, library, 1, job=job)
    scan(folder, library, 1, job=job)
    assert len(library.loops()) == 3


def test_crashing_stuck_and_failing_files_cost_only_themselves(
    folder: Path, library: Library, job: Job
) -> None:
    for name in ("a crash.wav", "a stuck.wav", "a bug.wav"):
        write(folder / name, one_hit())
    report = scan(folder, library, 2, timeout_s=2.0, job=job)
    reasons = {path.name: reason for path, reason in report.errors}
    assert set(reasons) == {"a crash.wav", "a stuck.wav", "a bug.wav"}
    assert "SIGSEGV" in reasons["a crash.wav"]
    assert "longer than 2 s" in reasons["a stuck.wav"]
    assert "ZeroDivisionError" in reasons["a bug.wav"]
    assert all("\n" not in reason for reason in reasons.values())
    assert [loop.path.name for loop in library.loops() if loop.error is None] == [
        "beat.wav", "snare.wav",
    ]  # fmt: skip
    # They are not tried again as long as they stay as they are, but still told.
    again = scan(folder, library, 2, job=job)
    assert counts(again) == (0, 0, 5, 0, 3)


def test_links_are_followed_but_not_in_circles(folder: Path, library: Library, job: Job) -> None:
    (folder / "kit" / "up").symlink_to(folder, target_is_directory=True)
    (folder / "linked.wav").symlink_to(folder / "beat.wav")
    (folder / "dangling.wav").symlink_to(folder / "nowhere.wav")
    report = scan(folder, library, 1, job=job)
    assert report.added == 3
    assert [path.name for path, _ in report.errors] == ["dangling.wav"]


def test_a_name_that_is_no_text_is_told_and_left_out(
    folder: Path, library: Library, job: Job
) -> None:
    odd = os.fsencode(folder) + b"/\xff\xfe.wav"
    try:
        Path(os.fsdecode(odd)).write_bytes((folder / "beat.wav").read_bytes())
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    report = scan(folder, library, 1, job=job)
    assert report.added == 2
    ((_, reason),) = report.errors
    assert "not UTF-8" in reason
    reason.encode()


def test_pipes_and_folders_that_are_called_audio_are_passed_over(
    folder: Path, library: Library, job: Job
) -> None:
    os.mkfifo(folder / "pipe.wav")
    (folder / "folder.wav").mkdir()
    assert counts(scan(folder, library, 1, job=job)) == (2, 0, 0, 0, 0)


@pytest.mark.parametrize("make", ["missing", "empty", "file", "text only"])
def test_a_folder_without_loops_is_refused_in_one_line(
    tmp_path: Path, library: Library, make: str, job: Job
) -> None:
    folder = tmp_path / "it"
    if make == "file":
        folder.write_text("x")
    elif make != "missing":
        folder.mkdir()
    if make == "text only":
        (folder / "a.txt").write_text("x")
    with pytest.raises(LibraryError) as caught:
        scan(folder, library, 1, job=job)
    assert str(caught.value).startswith(str(folder))
    assert "\n" not in str(caught.value)


def test_a_folder_that_lost_all_its_files_does_not_empty_the_library(
    folder: Path, library: Library, job: Job
) -> None:
    scan(folder, library, 1, job=job)
    (folder / "beat.wav").unlink()
    (folder / "kit" / "snare.wav").unlink()
    with pytest.raises(LibraryError, match="no audio files"):
        scan(folder, library, 1, job=job)
    assert len(library.loops()) == 2


def test_a_scan_that_is_broken_off_keeps_what_was_done(
    folder: Path, library: Library, job: Job
) -> None:
    for n in range(4):
        write(folder / f"{n}.wav", one_hit() * (n + 1) / 8)

    class Enough(Exception):
        pass

    def stop(done: int, total: int, path: Path) -> None:
        if done == 3:
            raise Enough

    with pytest.raises(Enough):
        scan(folder, library, 1, stop, job=job)
    assert len(library.loops()) == 3
    assert counts(scan(folder, library, 1, job=job)) == (3, 0, 3, 0, 0)
