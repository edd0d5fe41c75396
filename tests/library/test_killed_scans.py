"""Scans that are killed at random moments: the next one completes, and nothing is lost.

LOOPMIND_SCAN_KILLS says how often to kill (default 3); LOOPMIND_SCAN_FILES, of how many files.
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from made_loops import drum_loop, write

from loopmind_live.library.store import Library

KILLS = int(os.environ.get("LOOPMIND_SCAN_KILLS", "3"))
FILES = int(os.environ.get("LOOPMIND_SCAN_FILES", "60"))
ROOT = Path(__file__).parents[2]
JOB = """
import hashlib, time
from loopmind_live.library.heard import Heard
from loopmind_live.score.loop import Loop

def light(path, known_hash):
    time.sleep(0.01)
    content_hash = hashlib.sha256(path.read_bytes()).hexdigest()
    return None if content_hash == known_hash else Heard(Loop(path, content_hash))
"""
SCAN = """
import sys
from pathlib import Path
sys.path[:0] = [{root!r}, {here!r}]
from killed_jobs import light
from loopmind_live.library.ingest import scan
from loopmind_live.library.store import Library

with Library(Path(sys.argv[1])) as library:
    print("open", flush=True)
    scan(Path(sys.argv[2]), library, 2, job=light)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "loops"
    first = write(folder / "0.wav", drum_loop(120, 1))
    content = first.read_bytes()
    for number in range(1, FILES):
        # Each has bytes of its own, and they are made much faster than sounds.
        path = folder / f"pack {number % 7}" / f"{number}.wav"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content + number.to_bytes(4, "little"))
    return folder


def start(tmp_path: Path, library: Path, folder: Path) -> subprocess.Popen[bytes]:
    (tmp_path / "killed_jobs.py").write_text(JOB)
    program = tmp_path / "scan.py"
    program.write_text(SCAN.format(root=str(ROOT), here=str(tmp_path)))
    return subprocess.Popen(
        [sys.executable, str(program), str(library), str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def kill_after(process: subprocess.Popen[bytes], library: Path, folder: Path, rows: int) -> None:
    """Kill a scan once so many of the folder's files have their rows, or at once where it ends."""
    assert process.stdout is not None
    process.stdout.readline()
    there = set(audio(folder))
    with Library(library) as opened:
        while process.poll() is None and len(there & opened.stamps(folder).keys()) < rows:
            time.sleep(0.003)
    process.kill()
    process.communicate(timeout=60)
    assert_sound(library)


def finish(process: subprocess.Popen[bytes]) -> None:
    errors = process.communicate(timeout=120)[1].decode()
    assert process.returncode == 0, errors


def assert_sound(path: Path) -> None:
    db = sqlite3.connect(path)
    try:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        db.close()


def audio(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.wav"))


def test_scans_that_are_killed_lose_and_double_no_row(tmp_path: Path, folder: Path) -> None:
    chance = random.Random(11)
    library = tmp_path / "library.sqlite"
    Library(library).close()
    for rows_then in sorted(chance.choices(range(FILES), k=KILLS)):
        kill_after(start(tmp_path, library, folder), library, folder, rows_then)
        with Library(library) as opened:
            rows = [loop.path for loop in opened.loops()]
        assert len(rows) >= rows_then  # what was done stays done
        assert set(rows) <= set(audio(folder))
    finish(start(tmp_path, library, folder))
    assert_sound(library)
    with Library(library) as opened:
        assert sorted(loop.path for loop in opened.loops()) == audio(folder)
        assert len(opened.stamps(folder)) == FILES


def test_scans_of_moved_files_that_are_killed_lose_no_word(tmp_path: Path, folder: Path) -> None:
    chance = random.Random(12)
    library = tmp_path / "library.sqlite"
    Library(library).close()
    finish(start(tmp_path, library, folder))
    with Library(library) as opened:
        for loop in opened.loops():
            opened.user.tag([loop.content_hash], [loop.path.stem])
    for turn in range(KILLS):
        for path in audio(folder):
            if chance.random() < 0.7:
                to = folder / f"turn {turn} {chance.randrange(5)}" / path.name
                to.parent.mkdir(exist_ok=True)
                shutil.move(path, to)
        rows_then = chance.randint(FILES // 4, FILES - 1)
        kill_after(start(tmp_path, library, folder), library, folder, rows_then)
    finish(start(tmp_path, library, folder))
    assert_sound(library)
    with Library(library) as opened:
        entries = opened.entries()
    assert sorted(entry.loop.path for entry in entries) == audio(folder)
    assert [entry.tags for entry in entries] == [(entry.loop.path.stem,) for entry in entries]


@pytest.mark.skipif(os.name == "nt", reason="platform: Ctrl-C is sent otherwise")
def test_ctrl_c_ends_a_scan_at_once_and_keeps_what_was_done(tmp_path: Path, folder: Path) -> None:
    library = tmp_path / "library.sqlite"
    process = start(tmp_path, library, folder)
    assert process.stdout is not None
    process.stdout.readline()
    with Library(library) as opened:
        while len(opened.loops()) < 3 and process.poll() is None:
            time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=60)[1].decode()
    assert "KeyboardInterrupt" in errors
    assert_sound(library)
    with Library(library) as opened:
        assert len(opened.loops()) >= 3
    finish(start(tmp_path, library, folder))
    with Library(library) as opened:
        assert sorted(loop.path for loop in opened.loops()) == audio(folder)
