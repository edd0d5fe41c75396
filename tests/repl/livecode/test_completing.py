"""What is offered while code is typed: known names alone, and nothing of it is run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.repl.livecode.completing import code_offers, names_made

LABELS = ("intro", "hook")
OWN = ("hats", "half", "kick")


def offered(code: str) -> list[str]:
    return [name for name, _ in code_offers(code, LABELS, OWN)[1]]


@pytest.mark.parametrize(
    ("code", "offers"),
    [
        (">>> live.tr", ["tracks"]),
        (">>> live.tracks.ba", ["bass"]),
        ("x = [live.tracks.ba", ["bass"]),
        (">>> live.tracks.bass.unm", ["unmute"]),
        ('>>> live.tracks["bass"].unm', ["unmute"]),
        (">>> live.sections.", ["hook", "intro"]),
        (">>> live.sections.hook[2].got", ["goto"]),
        (">>> live . tracks . ba", ["bass"]),
        (">>> ha", ["hats", "half", "hasattr", "hash"]),
        (">>> ever", ["every"]),
        ("@loop\ndef ride():\n    pass\n>>> rid", ["ride"]),
        ("for beat in range(4):\n    bea", ["beat"]),
        (">>> whi", ["while"]),
        (">>> hats.", []),
        (">>> live.nothing.", []),
        (">>> f().", []),
        (">>> 'live.", []),
        (">>> # live.", []),
        ('live("mute ', []),
        ("", []),
        ("x = ", []),
    ],
)
def test_names_are_offered_where_they_may_stand(code: str, offers: list[str]) -> None:
    assert offered(code) == offers


def test_what_a_command_does_stands_beside_its_name() -> None:
    assert dict(code_offers("live.tracks.bass.mu", (), ())[1])["mute"] == "silence parts"


def test_all_sections_are_offered_before_there_is_an_arrangement() -> None:
    assert "bridge" in dict(code_offers("live.sections.", (), ())[1])


@given(st.text(max_size=60) | st.from_regex(r"(live|tracks|\.|\[|\]|'|\"|#|\n| |bass|1){0,12}"))
def test_any_text_is_looked_at_without_an_error(code: str) -> None:
    word, offers = code_offers(code, LABELS, OWN)
    assert all(name.startswith(word) for name, _ in offers)


def test_the_names_that_a_cell_makes_are_known_without_running_it() -> None:
    code = "import os.path, math as m\n(a, b), *c = f()\nclass D: e = 1\nfor g in (): h = 1"
    assert names_made(code) == ("os", "m", "a", "b", "c", "D", "g", "h")
    assert names_made("def (") == ()
