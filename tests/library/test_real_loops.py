"""Measured on real loops, where the folder with them is there."""

import csv
import os
from pathlib import Path

import pytest

from loopmind_live.library.ingest import scan
from loopmind_live.library.store import Library
from loopmind_live.score.loop import Loop

DATA = Path(os.environ.get("LOOPMIND_TEST_DATA", Path(__file__).parents[3] / "shared")) / "loops"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not there")


def test_every_odd_and_damaged_file_ends_as_a_row(tmp_path: Path) -> None:
    with Library(tmp_path / "library.sqlite") as library:
        report = scan(DATA / "edge", library)
        rows = {loop.path.name: loop for loop in library.loops()}
    assert set(rows) == {path.name for path in (DATA / "edge").iterdir()}
    assert report.added == len(rows)
    for name in ("text_not_audio.wav", "zero_bytes.wav", "truncated_half.flac", "ess_silence.flac"):
        assert rows[name].error
    for name in ("pb_float64.wav", "pb_alaw.wav", "ess_1024_samples.wav"):
        assert rows[name].error is None


def test_the_tempo_of_clean_loops_is_right(tmp_path: Path) -> None:
    with (DATA / "manifest.csv").open(newline="") as file:
        stated = {
            Path(row["file"]).name: float(row["bpm"])
            for row in csv.DictReader(file)
            if row["kind"] == "loop" and row["bpm_tier"] == "A"
        }
    with Library(tmp_path / "library.sqlite") as library:
        scan(DATA / "loops", library)
        loops: dict[str, Loop] = {loop.path.name: loop for loop in library.loops()}
    right = [
        name
        for name, bpm in stated.items()
        if (found := loops[name].bpm) is not None and abs(found - bpm) <= 0.01 * bpm
    ]
    assert len(right) >= 0.94 * len(stated), sorted(set(stated) - set(right))
