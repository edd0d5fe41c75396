"""The toolbar's line."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.repl.view import View, columns, fit, printable, toolbar_text

BUSY = View(
    "25.3", 140.0, "prechorus 2", 3.5, ("regenerate hook at 25", "goto verse at 33"), -6.24, 0.234,
    3, playing=True, recording=True, message="engine started again",
)  # fmt: skip
CALM = View("1.1", 120.0, "intro", 8, (), -math.inf, 0.05, 0, playing=True)


@pytest.mark.parametrize(
    ("view", "width", "text"),
    [
        (CALM, 80, "> 1.1 | 120 bpm | intro, 8 bars left | -inf dB | load 5% | 0 xruns"),
        (CALM, 40, "> 1.1 | 120 | intro 8 | -infdB | 5%"),
        (
            BUSY, 140,
            "REC > 25.3 | 140 bpm | prechorus 2, 3.5 bars left | next: regenerate hook at 25 +1 | "
            "-6.2 dB | load 23% | 3 xruns | engine started again",
        ),
        (
            BUSY, 80,
            "REC > 25.3 | 140 | prechorus 2 3.5 | next: regenerate.. +1 | -6.2dB | 23% | 3x",
        ),
        (BUSY, 40, "REC > 25.3 140 prechorus 2 3.5 2 queue.."),
        (View(), 80, "- 1.1 | -inf dB | load 0% | 0 xruns"),
        (
            View("9.4", 87.5, bars_left=1, section="hook"), 50,
            "- 9.4 | 87.5 bpm | hook, 1 bar left | -inf dB | 0%",
        ),
    ],
)  # fmt: skip
def test_the_toolbar_is_fitted_to_the_line(view, width, text):
    assert toolbar_text(view, width) == text


def test_xruns_are_told_even_where_there_is_little_room():
    assert "2x" in toolbar_text(View("5.1", 120.0, "hook", 4, xruns=2, playing=True), 40)
    assert "0x" not in toolbar_text(View("5.1", 120.0, "hook", 4, playing=True), 30)


ANY_VIEW = st.builds(
    View,
    position=st.text(max_size=12),
    bpm=st.floats(),
    section=st.text(max_size=40),
    bars_left=st.none() | st.floats(),
    queued=st.lists(st.text(max_size=60), max_size=4).map(tuple),
    level_dbfs=st.floats(),
    load=st.floats(),
    xruns=st.integers(0, 10**9),
    playing=st.booleans(),
    recording=st.booleans(),
    message=st.text(max_size=120),
)


@given(ANY_VIEW, st.integers(-3, 200))
def test_no_view_makes_the_line_too_long_or_moves_the_cursor(view, width):
    text = toolbar_text(view, width)
    assert columns(text) <= max(0, width)
    assert printable(text) == text


@given(st.text(max_size=50), st.integers(0, 60))
def test_a_cut_keeps_the_beginning(text, width):
    cut = fit(text, width)
    assert columns(cut) <= width
    if columns(text) <= width:
        assert cut == text
    else:
        assert text.startswith(cut.removesuffix(".."))


def test_wide_characters_take_two_columns_and_marks_none():
    assert columns("音楽") == 4
    assert fit("音楽音楽", 5) == "音.."
    assert printable("a\x1b[2J\u202eb\nc") == "a?[2J?b?c"
