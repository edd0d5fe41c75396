"""The bench of latency tells what was measured, and says so where something did not land."""

import shutil

import pytest

from loopmind_live.bench import latency, many_loops
from loopmind_live.bench.latency import P50_MS, rows_of

FOUND = {"mutes_ms": [3.0] * 100, "faders_ms": [], "on_line": 99, "moved": ["late"], "xruns": 0}


def by_figure(found):
    return {row.figure: row for row in rows_of(found)}


def test_latencies_within_the_bars_meet_them():
    rows = by_figure(FOUND)
    assert rows["mute now, typed to applied, p50"].value == 3.0
    assert rows["mute now, typed to applied, p50"].met
    assert rows["regenerated on the very line"].value == 99.0
    assert rows["regenerated on the very line"].met


def test_commands_that_never_landed_count_as_the_slowest():
    rows = by_figure(FOUND | {"mutes_ms": [3.0] * 90 + [None] * 10})
    assert rows["mute now, typed to applied, p50"].met
    assert rows["mute now, typed to applied, p99"].value is None
    assert rows["mute now, typed to applied, p99"].met is False


def test_what_is_slower_or_later_misses_its_bar():
    rows = by_figure(FOUND | {"mutes_ms": [P50_MS + 0.1] * 9, "moved": ["late"] * 2})
    assert rows["mute now, typed to applied, p50"].met is False
    assert rows["regenerated on the very line"].met is False


def test_without_jack_the_row_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _program: None)
    rows = latency.run_latency_bench(lambda _what, _done: None)
    assert [row.value for row in rows] == [None] and "jackd" in rows[0].unit


def test_every_loop_is_a_file_and_a_content_of_its_own(tmp_path):
    loops = many_loops.make_loops(tmp_path, 24)
    assert len({loop.path for loop in loops}) == len({loop.content_hash for loop in loops}) == 24
    assert all(many_loops.MIN_BPM <= (loop.bpm or 0) <= many_loops.MAX_BPM for loop in loops)
    many_loops.forget_files(loops)


@pytest.mark.slow
@pytest.mark.live
def test_a_performance_through_jack_is_measured(require_program):
    require_program("jackd")
    require_program("jack_lsp")
    rows = latency.run_latency_bench(
        lambda _what, _done: None, commands=4, regenerations=1, loops=120, limit_s=20.0, busy=0
    )
    figures = {row.figure: row for row in rows}
    assert "2 times" in (figures["fader, typed to applied, p50"].unit)
    assert figures["regenerated on the very line"].unit == "% of 1"
