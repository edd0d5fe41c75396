"""The bench of code tells what landed elsewhere than it was meant for."""

import shutil
from typing import Any

import pytest

from loopmind_live.bench import code_on_time
from loopmind_live.bench.code_on_time import BPM, FAULTS, RATE_HZ, RHYTHM, STEPS, landed, rows_of

START = 4321
STEP_FRAMES = 240.0 * RATE_HZ / BPM / STEPS


def events(bars: int = 6) -> list[dict[str, Any]]:
    """Return what a performance of so many bars writes down where all is well."""
    lines: list[dict[str, Any]] = [{"kind": "tempo", "frame": START, "bpm": BPM}]
    for step in range(bars * STEPS):
        mark, before = RHYTHM[step % STEPS], RHYTHM[(step - 1) % STEPS]
        if mark != before:
            text = "unmute bass" if mark == "x" else "mute bass"
            frame = round(START + step * STEP_FRAMES)
            lines.append({"kind": "result", "frame": frame, "text": text})
    return lines


def test_all_on_their_frames_meets_the_bars() -> None:
    found = landed(events())
    assert (found.off_frame, found.bars, found.torn, found.left_out) == (0, 4, 0, 0)
    assert found.on_frame == len(events()) - 1
    assert all(row.met is not False for row in rows_of(found, len(FAULTS)))


def test_a_command_a_frame_late_is_seen() -> None:
    lines = events()
    lines[20]["frame"] += 1
    rows = rows_of(landed(lines), len(FAULTS))
    assert (rows[0].value, rows[0].met) == (len(lines) - 2, False)


def test_a_step_that_never_came_tears_its_bar() -> None:
    lines = events()
    del lines[20]
    rows = rows_of(landed(lines), len(FAULTS))
    assert (rows[1].value, rows[1].met) == (1, False)


def test_what_was_told_is_late_and_not_torn() -> None:
    lines = events()
    late = lines.pop(20)
    told = {"kind": "late", "frame": late["frame"] - 500, "text": "late", "code": "gate"}
    lines.append(told)
    found = landed(lines)
    assert (found.torn, found.late) == (0, 1)


def test_a_bar_that_was_never_asked_for_is_left_out() -> None:
    first, last = (round(START + bar * STEPS * STEP_FRAMES) for bar in (2, 3))
    lines = [line for line in events() if not first < line["frame"] < last]
    found = landed(lines)
    assert (found.torn, found.left_out, found.bars) == (0, 1, 4)


def test_nothing_at_all_misses_the_bars() -> None:
    rows = rows_of(landed([]), 0)
    assert [row.met for row in rows[:3]] == [False, False, False]


def test_without_jack_the_row_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _program: None)
    (row,) = code_on_time.run_code_bench(lambda _what, _done: None)
    assert row.value is None
    assert "jackd" in row.unit


@pytest.mark.slow
@pytest.mark.live
def test_a_performance_through_jack_is_measured(require_program: Any) -> None:
    require_program("jackd")
    require_program("jack_lsp")
    rows = code_on_time.run_code_bench(lambda _what, _done: None, bars=16, busy=0)
    assert rows[0].met, rows
    assert rows[2].met, rows
