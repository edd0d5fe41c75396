"""What is offered while a command is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.repl.completion import MOST_LOOPS, candidates
from loopmind_live.repl.grammar import parse
from loopmind_live.repl.names import Names
from loopmind_live.session.commands import COMMANDS

TIMES = ["now", "next bar", "in 4 bars", "after this section"]
NAMES = Names(
    sections=("intro", "verse 1", "verse 2", "hook"),
    patches=("dub_delay", "trance_gate"),
    knobs=(("drums", "feedback", "0.5, 0 to 0.95"), ("bass", "depth", "1, 0 to 1")),
    offers=("sub.wav, bass, 140 bpm, F# minor", "growl.wav, bass, 70 bpm"),
    loops=(
        ("amen_174.wav", "drums, 174 bpm"),
        ("deep_bass.wav", "bass, 140 bpm, F# minor"),
        ("my amen.wav", "drums, 140 bpm"),
    ),
)
PARTS = ("drums", "bass", "pad")


def offered(text: str) -> list[str]:
    return [found.text for found in candidates(text, NAMES, PARTS)]


def completed(text: str) -> list[str]:
    """Return the lines that the offers make of `text`."""
    return [
        text[: len(text) - found.replaces] + found.text for found in candidates(text, NAMES, PARTS)
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
        ("mask bass x(", ["x(3,8)", "x(5,8)", "x(7,16)"]),
        ("mask bass o", ["off"]),
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
        ("patch ", ["drums", "bass", "pad", "all", "off"]),
        ("patch drums ", ["dub_delay", "trance_gate", "off"]),
        ("patch drums, ", ["bass", "pad", "all", *TIMES]),
        ("patch drums dub_delay ", TIMES),
        ("knob ", ["drums", "bass", "pad", "all"]),
        ("knob drums ", ["feedback"]),
        ("knob bass d", ["depth"]),
        ("take ", ["1", "2"]),
        ("listen ", ["intro", "verse 1", "verse 2", "hook", "pending", "amen_174.wav",
                     "deep_bass.wav", "my amen.wav"]),
        ("listen to am", ["amen_174.wav", "my amen.wav"]),
        ("listen deep_b", ["deep_bass.wav"]),
        ("listen my am", ["my amen.wav"]),
        ("help v", ["view"]),
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
    "text", ["patch drums ", "patch drums dub_delay ", "listen to am", "listen my am", "take ",
             "goto ", "goto v", "goto verse ", "mute ", "mute drums, ", "swap bass in v", "help t",
             "loop o", "key f# ", "regenerate hook ", "mute drums; goto h"],
)  # fmt: skip
def test_every_offer_makes_a_line_that_is_understood(text):
    lines = completed(text)
    assert lines
    for line in lines:
        assert parse(line), line


@given(st.text(max_size=200) | st.sampled_from(["x" * 5000, 'save "', "mute \x1b"]))
def test_any_text_gets_offers_that_replace_no_more_than_is_typed(text):
    for found in candidates(text, NAMES):
        assert 0 <= found.replaces <= len(text)


def test_loops_are_offered_with_tempo_key_and_part():
    notes = {found.text: found.note for found in candidates("listen deep", NAMES)}
    assert notes == {"deep_bass.wav": "bass, 140 bpm, F# minor"}
    numbers = {found.text: found.note for found in candidates("take ", NAMES)}
    assert numbers["1"] == "sub.wav, bass, 140 bpm, F# minor"


def test_knobs_are_offered_with_where_they_stand_and_may_go():
    notes = {found.text: found.note for found in candidates("knob drums ", NAMES)}
    assert notes == {"feedback": "drums, 0.5, 0 to 0.95"}


def test_of_a_large_library_so_many_loops_are_offered_and_no_more():
    many = Names(loops=tuple((f"loop_{number:05}.wav", "") for number in range(20_000)))
    assert len(candidates("listen l", many)) == MOST_LOOPS
    assert [found.text for found in candidates("listen 19999", many)] == ["loop_19999.wav"]
