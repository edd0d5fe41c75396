"""The bench of preparation measures what it says."""

import sys

import numpy as np
import pytest

from loopmind_live.bench import prepare_speed
from loopmind_live.bench.prepare_speed import RATE_HZ, onset_places, onsets, write_loop


def silent(_what: str, _done: float) -> None:
    pass


def test_a_clip_is_on_the_grid_and_both_sides_are_timed():
    rows = {row.figure: row for row in prepare_speed.run_prepare_bench(silent, rounds=1)}
    assert rows["onsets off the grid, most"].met
    assert rows["tone: lows"].met and rows["tone: highs"].met
    assert 0 < rows["a clip of 8 bars, CPU"].value < 60


def test_without_the_peer_a_row_says_why(monkeypatch):
    monkeypatch.setitem(sys.modules, "pedalboard", None)
    rows = {row.figure: row for row in prepare_speed.run_prepare_bench(silent, rounds=1)}
    row = rows["faster than Rubber Band"]
    assert row.value is None and row.met is None and "not installed" in row.unit
    assert not any("Rubber Band, most" in figure for figure in rows)


@pytest.mark.parametrize("late_ms", [-2.0, 0.0, 0.5, 3.0])
def test_an_onset_is_found_as_late_as_it_is(tmp_path, late_ms):
    loop = write_loop(tmp_path / "loop.wav")
    source = onset_places(loop, float(len(loop)))
    moved = np.roll(loop, round(late_ms * RATE_HZ / 1000), axis=0)
    found = onsets(moved, float(len(loop)), source)
    assert found.max_ms == pytest.approx(abs(late_ms), abs=0.03)
