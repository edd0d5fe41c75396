"""Scans of folders in which files were moved, renamed, copied, hidden and swapped."""

import os
import sys
from pathlib import Path

import pytest
from made_loops import one_hit, write

from loopmind_live.library.ingest import scan
from loopmind_live.library.report import ScanReport
from loopmind_live.library.store import Library
from loopmind_live.library.task import Job

# Says nothing of the sound, but writes down what it was asked to look at.
LIGHT = """
import hashlib
from loopmind_live.library.heard import Heard
from loopmind_live.score.loop import Loop

def light(path, known_hash):
    content_hash = hashlib.sha256(path.read_bytes()).hexdigest()
    if content_hash == known_hash:
        return None
    with open({heard!r}, "a") as heard:
        heard.write(path.name + "\\n")
    return Heard(Loop(path, content_hash))
"""


class Desk:
    """A folder, a library, and a scan that analyses nothing and says what it would have."""

    def __init__(self, tmp_path: Path, library: Library, job: Job) -> None:
        self.folder, self.library, self._job = tmp_path / "loops", library, job
        self._heard = tmp_path / "heard.txt"

    def write(self, name: str, level: float) -> Path:
        return write(self.folder / name, one_hit(0.1) * level)

    def scan(self, folder: Path | None = None) -> ScanReport:
        self._heard.write_text("")
        return scan(folder or self.folder, self.library, 1, job=self._job)

    def heard(self) -> list[str]:
        """Return the files that the last scan analysed."""
        return sorted(self._heard.read_text().split("\n"))[1:]

    def names(self) -> list[str]:
        return [loop.path.relative_to(self.folder.parent).as_posix() for loop in self._loops()]

    def tagged(self) -> list[str]:
        return [entry.loop.path.name for entry in self.library.entries() if entry.tags]

    def tag(self, name: str) -> None:
        (content,) = [loop.content_hash for loop in self._loops() if loop.path.name == name]
        self.library.user.tag([content], ["mine"])

    def _loops(self):
        return self.library.loops()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    (tmp_path / "moving_jobs.py").write_text(LIGHT.format(heard=str(tmp_path / "heard.txt")))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "moving_jobs", raising=False)
    job = __import__("moving_jobs").light
    with Library(tmp_path / "library.sqlite") as library:
        desk = Desk(tmp_path, library, job)
        for number, name in enumerate(("kick_1.wav", "snare.wav", "kit/hat.wav"), 1):
            desk.write(name, number / 4)
        desk.scan()
        yield desk


def counts(report: ScanReport) -> dict[str, int]:
    names = ("added", "updated", "moved", "unchanged", "removed")
    return {name: getattr(report, name) for name in names if getattr(report, name)}


def test_a_moved_file_takes_its_row_along_and_is_not_analysed_again(desk: Desk) -> None:
    desk.tag("hat.wav")
    (desk.folder / "kit").rename(desk.folder / "sets")
    (desk.folder / "sets" / "hat.wav").rename(desk.folder / "hat.wav")
    assert counts(desk.scan()) == {"moved": 1, "unchanged": 2}
    # The name of its folder says something else now, and the analysis listens to names.
    assert desk.heard() == ["hat.wav"]
    assert desk.names() == ["loops/hat.wav", "loops/kick_1.wav", "loops/snare.wav"]
    (desk.folder / "deep" / "loops").mkdir(parents=True)
    (desk.folder / "hat.wav").rename(desk.folder / "deep" / "loops" / "hat.wav")
    assert counts(desk.scan()) == {"moved": 1, "unchanged": 2}
    assert desk.heard() == []
    assert desk.names()[0] == "loops/deep/loops/hat.wav"
    assert desk.tagged() == ["hat.wav"]


def test_a_name_that_says_the_same_is_not_heard_again_and_another_one_is(desk: Desk) -> None:
    desk.tag("kick_1.wav")
    (desk.folder / "kick_1.wav").rename(desk.folder / "kick_2.wav")
    assert counts(desk.scan()) == {"moved": 1, "unchanged": 2}
    assert desk.heard() == []
    (desk.folder / "kick_2.wav").rename(desk.folder / "bass_2.wav")
    assert counts(desk.scan()) == {"moved": 1, "unchanged": 2}
    assert desk.heard() == ["bass_2.wav"]
    assert desk.tagged() == ["bass_2.wav"]
    assert len(desk.names()) == 3


def test_files_of_one_size_that_are_all_renamed_find_their_own_rows(desk: Desk) -> None:
    for number in range(8):
        desk.write(f"many/clap_{number}.wav", (number + 1) / 40)
    desk.scan()
    for number in range(0, 8, 2):
        desk.tag(f"clap_{number}.wav")
    (desk.folder / "many").rename(desk.folder / "more")
    for number in range(8):
        (desk.folder / "more" / f"clap_{number}.wav").rename(
            desk.folder / "more" / f"clap_{7 - number}x.wav"
        )
    for path in (desk.folder / "more").iterdir():
        os.utime(path, ns=(5, 5))  # not even their times are of use
    assert counts(desk.scan()) == {"moved": 8, "unchanged": 3}
    assert desk.tagged() == [f"clap_{number}x.wav" for number in (1, 3, 5, 7)]
    assert len(desk.names()) == 11


def test_a_file_that_moves_to_another_folder_of_the_library_is_followed(desk: Desk) -> None:
    other = desk.folder.parent / "loops 2"
    desk.tag("snare.wav")
    other.mkdir()
    (desk.folder / "snare.wav").rename(other / "snare.wav")
    assert counts(desk.scan(other)) == {"moved": 1}
    assert desk.tagged() == ["snare.wav"]
    assert desk.names() == ["loops 2/snare.wav", "loops/kick_1.wav", "loops/kit/hat.wav"]
    assert counts(desk.scan()) == {"unchanged": 2}


def test_a_copy_is_a_new_file_and_its_original_stays(desk: Desk) -> None:
    desk.tag("snare.wav")
    (desk.folder / "copy.wav").write_bytes((desk.folder / "snare.wav").read_bytes())
    assert counts(desk.scan()) == {"added": 1, "unchanged": 3}
    assert desk.tagged() == ["copy.wav", "snare.wav"]


def test_of_two_copies_of_a_gone_file_one_is_the_moved_one(desk: Desk) -> None:
    content = (desk.folder / "snare.wav").read_bytes()
    (desk.folder / "snare.wav").unlink()
    for name in ("snare_1.wav", "snare_2.wav"):
        (desk.folder / name).write_bytes(content)
    assert counts(desk.scan()) == {"moved": 1, "added": 1, "unchanged": 2}
    assert len(desk.names()) == 4


def test_another_file_of_the_same_size_is_no_moved_one(desk: Desk) -> None:
    desk.tag("kick_1.wav")
    (desk.folder / "kick_1.wav").unlink()
    desk.write("kick_2.wav", 0.9)
    assert counts(desk.scan()) == {"added": 1, "unchanged": 2, "removed": 1}
    assert desk.heard() == ["kick_2.wav"]
    assert desk.tagged() == []


def test_a_file_renamed_over_another_leaves_one_row_with_its_own_words(desk: Desk) -> None:
    desk.tag("snare.wav")
    (desk.folder / "snare.wav").replace(desk.folder / "kick_1.wav")
    assert counts(desk.scan()) == {"updated": 1, "unchanged": 1, "removed": 1}
    assert desk.tagged() == ["kick_1.wav"]


def test_two_files_that_swap_names_swap_their_words(desk: Desk) -> None:
    desk.tag("snare.wav")
    a, b, away = (desk.folder / name for name in ("kick_1.wav", "snare.wav", "away"))
    a.rename(away), b.rename(a), away.rename(b)
    os.utime(a, ns=(7, 7)), os.utime(b, ns=(8, 8))
    assert counts(desk.scan()) == {"updated": 2, "unchanged": 1}
    assert desk.tagged() == ["kick_1.wav"]


def test_a_file_that_was_away_has_its_words_when_it_comes_back(desk: Desk) -> None:
    desk.tag("snare.wav")
    away = desk.folder.parent / "snare.wav"
    (desk.folder / "snare.wav").rename(away)
    assert counts(desk.scan()) == {"unchanged": 2, "removed": 1}
    away.rename(desk.folder / "snare.wav")
    assert counts(desk.scan()) == {"added": 1, "unchanged": 2}
    assert desk.tagged() == ["snare.wav"]


def test_a_folder_that_cannot_be_read_for_once_costs_no_rows(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    def locked(path: str):
        if str(path).endswith("kit"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", locked)
    report = desk.scan()
    assert [path.name for path, _ in report.errors] == ["kit"]
    assert counts(report) == {"unchanged": 2}
    monkeypatch.undo()
    assert counts(desk.scan()) == {"unchanged": 3}
