"""What the pieces of code are, while it is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.repl.livecode.coloring import code_lines, colored_code
from loopmind_live.repl.styled import plain_text


def known(code: str) -> list[tuple[str, str]]:
    return [piece for line in colored_code(code) for piece in line if piece[0]]


@pytest.mark.parametrize(
    ("code", "pieces"),
    [
        (
            '>>> live.play("x") # go',
            [("faint", ">>>"), ("part", "live"), ("quoted", '"x"'), ("faint", "# go")],
        ),
        ("def hats():", [("verb", "def"), ("title", "hats")]),
        ("@every(4)", [("title", "@every"), ("number", "4")]),
        ("x.loop = 0.25e-1", [("number", "0.25e-1")]),
        ("'''one\ntwo", [("quoted", "'''one"), ("quoted", "two")]),
        ("f'{x}' 'open", [("quoted", "f'{x}'"), ("quoted", "'open")]),
        ("... return", [("faint", "..."), ("verb", "return")]),
        ("ifx = 1x", []),
    ],
)
def test_words_of_python_texts_and_numbers_are_known(
    code: str, pieces: list[tuple[str, str]]
) -> None:
    assert known(code) == pieces


@given(st.text(max_size=80) | st.text("'\"#\\\n>.ab1", max_size=30))
def test_any_text_comes_back_whole_line_by_line(code: str) -> None:
    assert [plain_text(line) for line in colored_code(code)] == code.split("\n")
    assert len(code_lines(code)) == len(code.split("\n"))


def test_code_is_told_from_phrases_around_it() -> None:
    text = "mute bass\n```\nx = 1\n\ny = 2\n```\nplay\n>>> z\n\nstop"
    assert code_lines(text) == (False, True, True, True, True, True, False, True, True, False)
