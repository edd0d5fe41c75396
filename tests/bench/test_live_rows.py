"""A run through JACK becomes rows: what was heard, and what was lost beside doing nothing."""

import subprocess
import sys
from dataclasses import replace

import pytest

from loopmind_live.bench import jack_clients, soak_live, swap_live
from loopmind_live.bench.control_flood import control_line, flood
from loopmind_live.bench.listening import CLIENT, Heard
from loopmind_live.bench.live_rows import control_row, live_rows
from loopmind_live.bench.live_run import Live, Piece
from loopmind_live.bench.memory import Watched, growth_rows, name_of
from loopmind_live.bench.verify import Report
from loopmind_live.errors import ConfigError
from loopmind_live.repl.grammar import parse

REPORT = Report(
    commands=100, verified=100, audible=90, bars=50, wrong_bars=0, residual=0.0, frames=96000,
    expected_frames=96000,
)  # fmt: skip
COUNTS = {"first": 0, "gap_times": [], "xrun_times": [], "missed_frames": 0, "overruns": 0}
LIVE = Live(REPORT, Heard(COUNTS, COUNTS, {}, real_time=True, status=0, output=""), 0)
PIECE = Piece(100)


def met(live):
    return {row.figure.split(" through")[0]: row.met for row in live_rows("swap", live, PIECE)}


def test_a_run_in_which_nothing_was_lost_meets_every_bar():
    assert LIVE.passed
    assert set(met(LIVE).values()) == {True, None}


def test_a_change_that_was_not_heard_misses_its_bar():
    live = replace(LIVE, report=replace(REPORT, verified=99, wrong_bars=1))
    rows = met(live)
    assert not live.passed
    assert rows["changes at their frame"] is False
    assert rows["bars with a wrong sample"] is False


def test_gaps_and_xruns_count_beside_those_of_the_idle_client():
    counts = COUNTS | {"gap_times": [5, 9, 200_000], "xrun_times": [5]}
    lost = replace(LIVE, heard=replace(LIVE.heard, capture=counts))
    rows = met(lost)
    assert rows["gaps more than a client that does nothing"] is False
    assert rows["xruns more than a client that does nothing"] is False
    both = replace(lost, heard=replace(lost.heard, idle=counts))
    assert set(met(both).values()) == {True, None}


def test_a_server_that_waited_for_the_program_alone_misses_its_bar():
    figure = "blocks for which the server waited for the program"
    late = replace(LIVE, heard=replace(LIVE.heard, late_clients={CLIENT: 1}))
    assert met(late)[figure] is False
    both = replace(late, heard=replace(late.heard, late_clients={CLIENT: 1, "idle": 1}))
    assert met(both)[figure] is True


def test_a_set_that_was_not_heard_is_no_figure():
    silent = replace(LIVE, report=None, heard=replace(LIVE.heard, status=1, output="no device\n"))
    (row,) = live_rows("swap", silent, PIECE)
    assert (row.value, row.met) == (None, False)
    assert row.unit.endswith("no device")


def test_control_messages_are_counted_by_the_second():
    row = control_row("swap", replace(LIVE, controls_per_s=800.0), 800.0)
    assert (row.value, row.met) == (800.0, True)
    assert control_row("swap", replace(LIVE, controls_per_s=799.0), 800.0).met is False


def test_each_line_of_a_flood_is_a_command():
    for number in range(88):
        (command,) = parse(control_line(number, number / 44))
        assert command.name in ("level", "filter", "pan", "send")


def test_a_flood_types_by_the_clock_until_nobody_reads():
    with flood(2000.0, 60.0) as typed:
        lines = [typed.readline() for _ in range(50)]
    assert all(line.endswith("\n") and parse(line) for line in lines)


def test_growth_is_judged_only_after_a_run_that_is_long_enough():
    at_s, private_mb = [0.0, 600.0, 900.0, 1100.0, 1200.0], [9.0, 10.0, 10.5, 10.5 + 1 / 3, 2.0]
    grows = Watched("engine", at_s, private_mb)
    (row,) = growth_rows("soak", "offline", [grows], 1200.0, 20.0)
    assert row.value == pytest.approx(6.0) and row.met is False
    (short,) = growth_rows("soak", "offline", [grows], 1200.0, 10.0)
    assert short.met is None


def test_processes_of_one_kind_are_numbered_and_a_short_life_says_nothing():
    looks = [1.0, 1.2, 1.4]
    workers = [Watched("worker", looks, looks) for _ in range(2)]
    gone = Watched("process 3", [0.0], [5.0])
    (row,) = growth_rows("soak", "offline", [*workers, gone], 4.0, 0.05)
    assert (row.value, row.unit) == (None, "ended too soon to tell")
    rows = growth_rows("soak", "offline", [*workers, gone], 2.0, 0.05)
    names = [row.figure.split(" offline")[0] for row in rows]
    assert names == ["private memory of the worker 1", "private memory of the worker 2"]


def test_a_process_is_named_by_what_it_runs():
    code = "print(flush=True); input()  # loopmind_live.engine.process"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None and process.stdout.readline()
        assert name_of(process.pid) == "engine"
    finally:
        process.kill()
        process.communicate()
    assert name_of(process.pid) == ""


def silent(_what, _done):
    pass


@pytest.mark.parametrize("lacking", ["not installed: jackd"])
def test_without_jack_the_rows_say_what_is_missing(monkeypatch, lacking):
    monkeypatch.setattr(swap_live, "missing", lambda: lacking)
    monkeypatch.setattr(soak_live, "missing", lambda: lacking)
    rows = swap_live.run_live_swap_bench(silent, 1.0) + soak_live.run_live_soak_bench(silent, 1.0)
    assert [(row.value, row.unit) for row in rows] == [(None, lacking)] * 2


def test_a_compiler_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(jack_clients.jack_server, "missing", lambda: None)
    monkeypatch.setattr(jack_clients.shutil, "which", lambda _program: None)
    assert jack_clients.missing() == "not installed: gcc"


@pytest.mark.parametrize("run", [swap_live.run_swap_benches, soak_live.run_soak_benches])
def test_both_halves_can_be_left_out(run):
    names = (
        swap_live.CHANGES_VARIABLE, swap_live.MINUTES_VARIABLE, soak_live.VARIABLE,
        soak_live.JACK_VARIABLE,
    )  # fmt: skip
    assert run(silent, dict.fromkeys(names, "0")) == []
    with pytest.raises(ConfigError, match="JACK_MINUTES=ages"):
        run(silent, dict.fromkeys(names, "0") | {names[1]: "ages", names[3]: "ages"})
