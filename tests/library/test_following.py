"""A scanned folder whose loops follow one another."""

from dataclasses import replace
from pathlib import Path

from loopmind_live.library.store import Library, Stamp
from loopmind_live.library.version import ANALYSIS_VERSION
from loopmind_live.score.loop import Loop

STAMP = Stamp(1, 1, ANALYSIS_VERSION, "")


def fill(library: Library, folder: Path, count: int = 5) -> Loop:
    """Put sure loops at 174 in a folder, and one in half time that is open; return that."""
    sure = Loop(folder / "x", "", bpm=174.0, bpm_confidence=0.95, beats=16)
    loops = [
        replace(sure, path=folder / f"{number}.wav", content_hash=f"{folder}{number}")
        for number in range(count)
    ]
    half = replace(
        sure, path=folder / "open.wav", content_hash="open", bpm=87.0, bpm_confidence=0.6, beats=8
    )
    library.put([(loop, STAMP) for loop in (*loops, half)])
    return half


def test_an_open_loop_follows_its_own_folder_alone(tmp_path: Path) -> None:
    with Library(tmp_path / "library.sqlite") as library:
        half = fill(library, tmp_path / "fast", 5)
        fill(library, tmp_path / "fast" / "few", 2)
        assert library.follow_neighbors(tmp_path / "fast") == 1
        found = library.loop(half.path)
        assert found is not None
        assert (found.bpm, found.beats) == (174.0, 16)
        assert library.follow_neighbors(tmp_path / "fast" / "few") == 0
        assert library.follow_neighbors(tmp_path) == 0
        assert library.follow_neighbors(tmp_path / "fast") == 0


def test_what_the_user_says_of_neighbors_counts_and_of_the_loop_stays(tmp_path: Path) -> None:
    with Library(tmp_path / "library.sqlite") as library:
        half = fill(library, tmp_path / "fast", 5)
        library.user.correct(["open"], {"bpm": "87"})
        assert library.follow_neighbors(tmp_path / "fast") == 0
        found = library.loop(half.path)
        assert found is not None
        assert found.bpm == 87.0
