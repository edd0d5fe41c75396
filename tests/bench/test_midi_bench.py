"""The bench of pads tells what was measured, and says so where a pad was never lit."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from loopmind_live.bench import midi_lights
from loopmind_live.bench.midi_lights import P99_MS, Pressed, press, rows_of
from loopmind_live.bench.rows import BenchRow


def figures(pressed: Pressed, busy: int = 0) -> dict[str, BenchRow]:
    return {row.figure: row for row in rows_of(pressed, busy)}


def test_lights_within_the_bar_meet_it() -> None:
    rows = figures(Pressed((2.0,) * 99 + (200.0,), 2, real_time=True))
    assert rows["pad to light, p50"].value == 2.0
    assert rows["pad to light, p99"].value == 2.0
    assert rows["pad to light, p99"].met
    assert rows["presses never lit"].met
    assert rows["xruns meanwhile"].value == 2
    assert "real-time priority" in rows["pad to light, p50"].unit


def test_slow_lights_miss_the_bar() -> None:
    slow = P99_MS + 0.1
    pressed = Pressed((2.0,) * 90 + (slow,) * 10, 0, real_time=False)
    assert figures(pressed)["pad to light, p99"].met is False
    beside = figures(pressed, busy=2)
    assert beside["pad to light, p99, beside 2 hogs"].met is None
    assert "normal priority" in beside["pad to light, p50, beside 2 hogs"].unit


def test_a_pad_that_is_never_lit_counts_as_the_slowest() -> None:
    beside = frozenset({3, 95, 96})
    rows = figures(Pressed((2.0,) * 90 + (None,) * 10, 3, True, beside))
    assert rows["pad to light, p99"].value is None
    assert rows["pad to light, p99"].met is False
    assert (rows["presses never lit"].value, rows["presses never lit"].met) == (10, False)
    assert "2 of them while JACK lost blocks" in rows["presses never lit"].unit


def test_without_a_single_press_nothing_is_claimed() -> None:
    (row,) = rows_of(Pressed((), 0, real_time=True), 0)
    assert (row.value, row.met) == (None, None)


def test_without_jack_the_row_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _program: None)
    (row,) = midi_lights.run_midi_bench(lambda _what, _done: None)
    assert row.value is None
    assert "jackd" in row.unit


@pytest.mark.slow
@pytest.mark.live
def test_pads_of_a_performance_are_pressed_and_lit(
    tmp_path: Path, require_program: Callable[[str], str]
) -> None:
    for program in ("jackd", "jack_lsp", "gcc"):
        require_program(program)
    pressed = press(tmp_path, presses=5)
    assert len(pressed.ms) == 5
    assert None not in pressed.ms
