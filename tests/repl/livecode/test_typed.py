"""What of a typed text is code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.repl.livecode.typed import Gathered, Piece, is_code, more, pieces

LOOP = "@loop\ndef hats():\n    live.tracks.hats.mute()\n    yield 0.5"


def cells(text: str) -> list[str]:
    return [piece.text for piece in pieces(text) if piece.is_code]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (">>> live.play()", "live.play()"),
        (">>>live.play()", "live.play()"),
        ("  >>> x", "x"),
        (">>> @loop\n... def a(): pass\n...", "@loop\ndef a(): pass\n"),
        (f">>> {LOOP}", LOOP),
        ("```\nx = '''\n\n'''\n```", "x = '''\n\n'''"),
        (">>> x = '''\n\n>>>\n'''", "x = '''\n\n\n'''"),
        (">>>", ""),
        ("```", ""),
    ],
)
def test_code_is_taken_as_it_was_meant(text: str, code: str) -> None:
    assert cells(text) == [code]


def test_phrases_stand_before_and_after_code() -> None:
    text = "dark trap 140 bpm\n```py\nlive.play()\n```\nmute bass\n>>> 1\n\n goto hook \n"
    assert pieces(text) == [
        Piece("dark trap 140 bpm"), Piece("live.play()", True), Piece("mute bass"),
        Piece("1", True), Piece("goto hook"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "adds"),
    [
        (">>> x = (1,", "\n"),
        (">>> x = '''", "\n"),
        (">>> for x in y:", "\n    "),
        (">>> @loop\n... def a():", "\n    "),
        (">>> 1\n", None),
        ("```", "\n"),
        ("```\nx\n\n", "\n"),
        ("```\nif x:\n    y", "\n    "),
        ("```\nx\n```", None),
        ("mute bass", None),
        ("", None),
        (">>> def (", "\n"),
        (">>> ?!", None),
    ],
)
def test_enter_ends_code_that_is_whole_and_goes_on_with_other(text: str, adds: str | None) -> None:
    assert more(text) == adds


@given(st.text(alphabet="x >`.\n:@()'", max_size=60))
def test_an_empty_line_and_a_fence_end_any_code_but_open_strings(text: str) -> None:
    found = pieces(text)
    assert all(not piece.open for piece in found[:-1])
    assert all(piece.text.strip() for piece in found if not piece.is_code)


@given(
    st.lists(st.sampled_from(["play", ">>> x", "    y", "", "```", ">>> def f():"]), max_size=12)
)
def test_no_line_is_lost_as_they_are_gathered(lines: list[str]) -> None:
    gathered = Gathered()
    told = [gathered.take(line) for line in lines]
    whole = [text for text in told if text is not None]
    rest = gathered.rest()
    assert "\n".join([*whole, *([rest] if rest else [])]).split() == "\n".join(lines).split()
    assert all(more(text) is None for text in whole)


def test_what_is_code_is_known_by_its_beginning() -> None:
    assert is_code("  >>> x") and is_code("```python")
    assert not is_code("mute >>> bass")
