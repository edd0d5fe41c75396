"""The performance view: what it says, and that it never leaves its place."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.control.touchosc.example import example_panel
from loopmind_live.repl.performance_view import draw
from loopmind_live.repl.section_strip import rows_around, strip_rows
from loopmind_live.repl.styled import line_columns, plain_text
from loopmind_live.repl.view import columns, printable
from loopmind_live.score.loop import ROLES
from loopmind_live.session.panel import Pad, Panel, Strip

LAUNCHES = st.sampled_from(("empty", "stopped", "play_queued", "playing", "stop_queued"))
NAMES = st.text(max_size=30) | st.sampled_from(("音楽の部分", "x" * 80, "a\x1b[2Jb\nc", "verse 2"))
LEVELS = st.floats(allow_nan=True, allow_infinity=True)
PADS = st.lists(
    st.builds(Pad, NAMES, NAMES, st.integers(1, 9), st.integers(0, 64), LAUNCHES), max_size=16
)
STRIPS = st.lists(
    st.builds(
        Strip, st.sampled_from(ROLES), NAMES, LAUNCHES, st.booleans(), st.booleans(),
        st.booleans(), LEVELS, LEVELS, LEVELS, LEVELS, LEVELS, LEVELS,
    ),
    max_size=16,
)  # fmt: skip
PANELS = st.builds(
    Panel,
    playing=st.booleans(), bar=LEVELS, beat=LEVELS, beats_per_bar=st.integers(1, 16),
    bpm=LEVELS, key=st.none() | NAMES, section=NAMES, bars_left=st.none() | LEVELS,
    queued=st.lists(NAMES, max_size=9).map(tuple), recording=st.booleans(), level_db=LEVELS,
    load=LEVELS, xruns=st.integers(0, 10**6), pads=PADS.map(tuple), strips=STRIPS.map(tuple),
)  # fmt: skip


def shown(panel: Panel, width: int = 80, height: int = 22, log: tuple[str, ...] = ()) -> list[str]:
    return [plain_text(line) for line in draw(panel, log, width, height)]


def sections(count: int, plays: int = 0) -> tuple[Pad, ...]:
    return tuple(
        Pad(f"prechorus {n + 1}", "prechorus", n + 1, 8, "playing" if n == plays else "stopped")
        for n in range(count)
    )


@settings(max_examples=60, deadline=None)
@given(PANELS, st.lists(NAMES, max_size=30), st.integers(-2, 140), st.integers(-2, 50))
def test_no_panel_leaves_its_place_or_moves_the_cursor(panel, log, width, height):
    lines = draw(panel, log, width, height)
    assert len(lines) == (max(0, height) if width > 0 else 0)
    for line in lines:
        assert line_columns(line) <= width
        assert printable(plain_text(line)) == plain_text(line)


@settings(max_examples=60, deadline=None)
@given(PADS, st.none() | LEVELS, st.integers(1, 140))
def test_a_strip_shows_every_section_once_in_rows_that_fit(pads, left, width):
    rows = strip_rows(pads, left, width)
    assert sum(len(names) // 2 for names, _ in rows) == len(pads)
    for names, doing in rows:
        assert line_columns(names) == line_columns(doing) <= max(width, 2)


@pytest.mark.parametrize("count", range(1, 17))
def test_the_section_that_plays_is_on_the_screen_however_many_there_are(count):
    panel = example_panel()
    for plays in range(count):
        pads = sections(count, plays)
        text = "\n".join(shown(replace(panel, pads=pads)))
        assert f">prechorus {plays + 1}" in text


def test_the_row_that_plays_comes_first_where_rows_are_left_out():
    pads = sections(16, 9)
    rows = strip_rows(pads, 4.0, 40)
    [names] = [plain_text(names) for names, _ in rows[rows_around(pads, rows, 1)]]
    assert ">prechorus 10" in names


def test_80_columns_and_22_rows_tell_all_of_a_set_without_color():
    log = ("goto hook 2: at bar 30", "swap bass: deep_sub at bar 29")
    lines = shown(example_panel(), log=log)
    text = "\n".join(lines)
    assert lines[0].startswith("> PLAYING  27.3  140 bpm  F# minor  -4.2 dB  load 31%  0 xruns")
    assert lines[1].startswith("verse 2: 3 bars left")
    assert ">verse 2" in text
    assert "+hook 2" in text
    assert "next  goto hook 2 at 30" in text
    states = {line.split()[0]: line.split()[1] for line in lines if line[:8].strip() in ROLES}
    assert states["drums"] == "plays"
    assert states["pad"] == "muted"
    assert "locked" in next(line for line in lines if line.startswith("bass"))
    assert set(log) <= set(lines)


def test_a_solo_silences_the_others_in_words():
    panel = example_panel()
    strips = tuple(replace(one, soloed=one.role == "bass") for one in panel.strips)
    lines = shown(replace(panel, strips=strips))
    words = {line.split()[0]: line.split()[1] for line in lines if line}
    assert (words["bass"], words["drums"], words["pad"]) == ("solo", "silent", "muted")


def test_what_does_not_fit_is_counted():
    lines = shown(example_panel(), 80, 8)
    assert any("tracks more" in line for line in lines)
    many = replace(example_panel(), queued=tuple(f"goto hook at {n}" for n in range(9)))
    assert any("(and 6 more)" in line for line in shown(many))


def test_before_any_set_it_says_how_to_begin():
    empty = replace(
        example_panel(), playing=False, section="", pads=(), strips=(), queued=(), bars_left=None,
        key=None, level_db=-math.inf,
    )  # fmt: skip
    text = "\n".join(shown(empty))
    assert "- STOPPED" in text
    assert "describe a set" in text


def test_wide_characters_keep_the_columns_in_line():
    pads = (Pad("音楽", "verse", 1, 8, "playing"), Pad("hook", "hook", 1, 8, "stopped"))
    [(names, doing)] = strip_rows(pads, 4.0, 80)
    texts = [plain_text(line) for line in (names, doing)]
    assert len({columns(text[: text.rindex("|")]) for text in texts}) == 1


def test_in_40_columns_nothing_that_matters_is_cut():
    panel = example_panel()
    strips = tuple(replace(one, locked=False, mask="x(5,8,2)") for one in panel.strips)
    lines = shown(replace(panel, strips=strips, xruns=3, recording=True), 40, 24)
    assert lines[0].startswith("REC > PLAYING  27.3")
    assert lines[0].endswith("3 xruns")
    assert all(".." not in line for line in lines[:2])
    assert any(line.startswith("drums") and line.rstrip().endswith("x(5,8,2)") for line in lines)
