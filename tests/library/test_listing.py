"""The table of loops: what can be read of it in a narrow window and in a wide one."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from loopmind_live.library.entry import Entry
from loopmind_live.library.listing import loops_table
from loopmind_live.score.loop import Loop

NAMES = (
    "Amen break, chopped and dusted 174 bpm.wav", "b.wav", "fs200913_long_name_of_a_bass.flac"
)  # fmt: skip


def entries() -> list[Entry]:
    loop = Loop(
        Path("/loops/x.wav"), "hash", duration_s=5.517, bpm=174.0, bpm_confidence=0.9, beats=16,
        key="G#:min", key_confidence=0.9, instrument="drum loop", role="drums", lufs=-13.25,
        true_peak_dbtp=-0.4, moods=("busy", "dark", "energetic"),
    )  # fmt: skip
    loops = [replace(loop, path=Path("/loops") / name) for name in NAMES]
    return [Entry(number + 1, loop, loop) for number, loop in enumerate(loops)]


def shown(width: int, listed: list[Entry]) -> list[str]:
    out = StringIO()
    Console(file=out, width=width).print(loops_table(listed, width))
    return [line.rstrip() for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("width", [64, 80, 100, 120, 200])
def test_each_loop_is_one_line_with_a_name_tempo_and_key_to_read(width: int) -> None:
    head, *lines = shown(width, entries())
    assert len(lines) == len(NAMES)
    assert all(len(line) <= width for line in (head, *lines))
    for name, line in zip(NAMES, lines, strict=True):
        assert name[:14] in line
        assert "174" in line and "G# minor" in line and "drums" in line


def test_a_wide_window_shows_all_and_a_narrow_one_leaves_out_the_least() -> None:
    everything = ("role", "instrument", "bpm", "bars", "key", "seconds", "LUFS", "dBTP", "moods")
    assert all(name in shown(200, entries())[0] for name in everything)
    narrow = shown(80, entries())[0]
    assert "dBTP" not in narrow and "LUFS" not in narrow and "bars" in narrow


def test_tags_have_a_column_where_there_are_any_and_the_number_stays_the_library_s() -> None:
    tagged = [replace(entries()[2], tags=("warm up",))]
    head, line = shown(80, tagged)
    assert "tags" in head and "warm up" in line and line.strip().startswith("3 ")
    assert "tags" not in shown(80, entries())[0]


def test_no_loops_at_all_are_an_empty_table() -> None:
    assert len(shown(80, [])) == 1
