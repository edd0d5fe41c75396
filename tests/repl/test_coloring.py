"""What the words of a line are, while it is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.repl.coloring import colored
from loopmind_live.repl.styled import plain_text


def known(text: str) -> list[tuple[str, str]]:
    return [piece for piece in colored(text) if piece[0]]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("mute drums in 4 bars", [("verb", "mute"), ("part", "drums"), ("number", "4 bars")]),
        ("goto verse 2", [("verb", "goto"), ("section", "verse 2")]),
        ("level drums -3dB", [("verb", "level"), ("part", "drums"), ("number", "-3dB")]),
        ("mute bass now", [("verb", "mute"), ("part", "bass"), ("time", "now")]),
        (
            "undo; goto hook",
            [("verb", "undo"), ("verb", "goto"), ("section", "hook")],
        ),
        ('save "my set.json"', [("verb", "save"), ("quoted", '"my set.json"')]),
        (">>> goto('hook')", []),
        ("```", []),
        ("", []),
    ],
)
def test_verbs_parts_sections_and_numbers_are_known(text, pieces):
    assert known(text) == pieces


@given(st.text(max_size=80) | st.sampled_from(["x" * 5000, "mute \x1b", "the the drums", "4 4 4"]))
def test_any_text_comes_back_whole(text):
    assert plain_text(colored(text)) == text
