"""Scans of folders in which little or nothing has changed: they touch nothing else."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from made_loops import one_hit, write

from loopmind_live.library.ingest import scan
from loopmind_live.library.store import Library, Stamp
from loopmind_live.library.version import ANALYSIS_VERSION
from loopmind_live.score.loop import Loop

ROOT = Path(__file__).parents[2]
HEAVY = {"numpy", "scipy", "librosa", "soundfile", "numba", "rich"}
RESCAN = """
import sys
from pathlib import Path
from loopmind_live.library.ingest import scan
from loopmind_live.library.store import Library
with Library(Path(sys.argv[1])) as library:
    assert scan(Path(sys.argv[2]), library).unchanged == 300
print(*{name.split('.')[0] for name in sys.modules})
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "loops"
    for number in range(300):
        path = folder / f"pack {number % 7}" / f"{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%d" % number)
    return folder


@pytest.fixture
def library(tmp_path: Path, folder: Path) -> Path:
    path = tmp_path / "library.sqlite"
    with Library(path) as library:
        library.put((Loop(file, file.name), stamp(file)) for file in sorted(folder.rglob("*.wav")))
    return path


def stamp(path: Path) -> Stamp:
    facts = path.stat()
    return Stamp(facts.st_mtime_ns, facts.st_size, ANALYSIS_VERSION, path.name)


def test_a_rescan_without_changes_imports_nothing_heavy(library: Path, folder: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", RESCAN, str(library), str(folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert not HEAVY & set(run.stdout.split())


def test_a_rescan_without_changes_writes_nothing(library: Path, folder: Path) -> None:
    watcher = sqlite3.connect(library)
    before = watcher.execute("PRAGMA data_version").fetchone()
    with Library(library) as opened:
        assert scan(folder, opened, 1).unchanged == 300
        assert watcher.execute("PRAGMA data_version").fetchone() == before
        opened.user.tag(["0.wav"], ["seen"])  # as a write would be noticed
        assert watcher.execute("PRAGMA data_version").fetchone() != before
    watcher.close()


def test_a_rescan_analyses_only_what_changed_and_keeps_every_other_row(
    library: Path, folder: Path
) -> None:
    write(folder / "pack 3" / "3.wav", one_hit())
    (folder / "pack 4" / "4.wav").unlink()
    with Library(library) as opened:
        before = {loop.path: loop for loop in opened.loops()}
        looked: list[Path] = []
        report = scan(folder, opened, 1, lambda _done, _total, path: looked.append(path))
        after = {loop.path: loop for loop in opened.loops()}
    assert looked == [folder / "pack 3" / "3.wav"]
    assert (report.updated, report.removed, report.unchanged) == (1, 1, 298)
    changed = {path for path in before if after.get(path) != before[path]}
    assert changed == {folder / "pack 3" / "3.wav", folder / "pack 4" / "4.wav"}
    assert len(after) == 299
