"""What is offered while a command is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.repl.completion import candidates
from loopmind_live.repl.grammar import parse
from loopmind_live.session.commands import COMMANDS

TIMES = ["now", "next bar", "in 4 bars", "after this section"]
SECTIONS = ("intro", "verse 1", "verse 2", "hook")
PARTS = ("drums", "bass", "pad")


def offered(text: str) -> list[str]:
    return [found.text for found in candidates(text, SECTIONS, PARTS)]


def completed(text: str) -> list[str]:
    """Return the lines that the offers make of `text`."""
    return [
        text[: len(text) - found.replaces] + found.text
        for found in candidates(text, SECTIONS, PARTS)
    ]


@pytest.mark.parametrize(
    ("text", "offers"),
    [
        ("rec", ["record", "record_bars"]),
        ("REG", ["regenerate"]),
        ("goto ", ["intro", "verse 1", "verse 2", "hook", "this section"]),
        ("go to h", ["hook"]),
        ("goto v", ["verse 1", "verse 2"]),
        ("goto verse ", ["verse 1", "verse 2", *TIMES]),
        ("goto hook in", ["in 4 bars"]),
        ("mute ", ["drums", "bass", "pad", "all"]),
        ("mute drums, ", ["bass", "pad", "all", *TIMES]),
        ("mute drums,b", ["bass"]),
        ("kill b", ["bass"]),
        ("swap bass in v", ["verse 1", "verse 2"]),
        ("key f# ", ["F# major", "F# minor", *TIMES]),
        ("help t", ["take", "tempo", "tap"]),
        ("loop o", ["off", "on"]),
        ("mute drums; got", ["goto"]),
        ("mute drums then got", ["goto"]),
        ("lock drums ", ["bass", "pad", "all"]),
        ("dark tr", []),
        ("load ton", []),
        ("undo ", []),
    ],
)  # fmt: skip
def test_what_may_come_next_is_offered(text, offers):
    assert offered(text) == offers


def test_every_row_of_the_table_is_offered_at_the_start_with_its_help():
    found = candidates("")
    assert len(found) == len(COMMANDS)
    assert {offer.note for offer in found} == {spec.help for spec in COMMANDS}


def test_without_an_arrangement_all_labels_are_offered():
    assert "postchorus" in [found.text for found in candidates("goto p")]


@pytest.mark.parametrize(
    "text", ["goto ", "goto v", "goto verse ", "mute ", "mute drums, ", "swap bass in v", "help t",
             "loop o", "key f# ", "regenerate hook ", "mute drums; goto h"],
)  # fmt: skip
def test_every_offer_makes_a_line_that_is_understood(text):
    lines = completed(text)
    assert lines
    for line in lines:
        assert parse(line), line


@given(st.text(max_size=200) | st.sampled_from(["x" * 5000, 'save "', "mute \x1b"]))
def test_any_text_gets_offers_that_replace_no_more_than_is_typed(text):
    for found in candidates(text, SECTIONS):
        assert 0 <= found.replaces <= len(text)
