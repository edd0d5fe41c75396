"""What is taught on stage: taken from the next control, and kept in a file that people can read."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.control.midi_device import Trigger
from loopmind_live.control.midi_learning import (
    can_learn,
    file_name,
    new_file,
    with_entry,
    without_entry,
)
from loopmind_live.control.midi_mapping import Move, move_of
from loopmind_live.control.midi_shown import meant_on, shown
from loopmind_live.control.midi_targets import target_of
from loopmind_live.control.midi_toml import read_device
from loopmind_live.errors import ControlError
from loopmind_live.repl.grammar import parse
from tests.control.midi_stage import cc, device, note

OWN = """# mine
name = "Pads"   # the old ones
ports = ["Pads"]

# the big red one
[[control]]
note = 60
does = "panic"

[[control]]
notes = [
    1, 2,
]
does = "pad {}"

[lights."track buttons"]
on = { channel = 1, value = 1 }
"""


def words_of(content: str, number: int, shift: bool = False) -> str | None:
    control = read_device(content, Path("own.toml"), parse).find(Trigger("note", number, 3), shift)
    return None if control is None or control.shift != shift else control.target.words


def test_what_is_learned_is_added_and_all_else_stays_as_it_was_written() -> None:
    content = with_entry(OWN, Trigger("note", 61, 3), "mute bass")
    assert content.startswith(OWN.rstrip())
    assert words_of(content, 61) == "mute bass"
    assert words_of(content, 60) == "panic"


def test_what_is_learned_anew_takes_the_place_of_what_was() -> None:
    content = with_entry(OWN, Trigger("note", 60, 3), "mute bass")
    assert words_of(content, 60) == "mute bass"
    assert "panic" not in content
    assert '[lights."track buttons"]' in content


def test_shift_has_an_entry_of_its_own() -> None:
    content = with_entry(OWN, Trigger("note", 60, 3), "mute bass", shift=True)
    assert (words_of(content, 60), words_of(content, 60, shift=True)) == ("panic", "mute bass")


def test_what_is_forgotten_is_gone_and_only_that() -> None:
    content, found = without_entry(OWN, Trigger("note", 60, 3))
    assert found
    assert words_of(content, 60) is None
    assert words_of(content, 1) == "pad 1"
    assert without_entry(content, Trigger("note", 60, 3)) == (content, False)


def test_one_of_several_in_an_entry_is_not_torn_out_of_it() -> None:
    with pytest.raises(ControlError, match="note 2 of channel 3 is one of several"):
        with_entry(OWN, Trigger("note", 2, 3), "play")


def test_a_first_file_extends_the_device_or_names_the_port() -> None:
    pads = device("[[control]]\nnote = 9\ndoes = 'undo'")
    content = with_entry(new_file("Pads", None), Trigger("cc", 7, 1), "level bass")
    read = read_device(content, Path("own.toml"), parse, {"Pads": pads}.__getitem__)
    assert [control.target.words for control in read.controls] == ["level bass", "undo"]
    content = with_entry(new_file('Odd "one"\t1', 'Odd "one"\t1'), Trigger("note", 1), "play")
    assert read_device(content, Path("own.toml"), parse).name == 'Odd "one" 1'


@given(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["play", "undo", "mute bass"]))),
    st.booleans(),
)
def test_the_last_thing_learned_for_a_control_counts(
    taught: list[tuple[int, str]], mine: bool
) -> None:
    content = new_file("Pads", "Pads")
    for number, words in taught:
        content = with_entry(content, Trigger("note", number, 3), words)
    for number in range(6):
        assert words_of(content, number) == dict(taught).get(number)
    assert content.count("[[control]]") == len(dict(taught))


@given(st.text(max_size=80))
def test_a_files_name_is_one_that_any_system_takes(name: str) -> None:
    file = file_name(name)
    assert file.endswith(".toml")
    assert set(file.removesuffix(".toml")) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize(
    ("message", "words", "takes"),
    [
        (note(60), "mute bass", True),
        (note(60, 0), "mute bass", False),
        (note(60), "level bass", False),
        (cc(7, 3), "level bass", True),
        (cc(64, 127), "play", True),
        (cc(64, 0), "play", False),
        (cc(123, 127), "play", False),
        (cc(121, 0), "level bass", False),
        ((0xC0, 4), "pad 1", True),
    ],
)
def test_only_what_was_moved_and_can_do_it_is_taken(
    message: tuple[int, ...], words: str, takes: bool
) -> None:
    move = move_of(message)
    assert isinstance(move, Move)
    assert can_learn(move, target_of(words)) is takes


def test_messages_are_shown_with_what_they_do() -> None:
    pads = device("[[control]]\nnote = 60\ndoes = 'mute bass'")
    assert shown(note(60)) == "note 60 on, velocity 100, channel 1"
    assert meant_on(note(60), pads) == "mute bass"
    assert meant_on(note(60, 0), pads) == "nothing: a button that is let go"
    assert meant_on(note(61), pads) == meant_on((0xF8,), pads) == "nothing"
    assert meant_on(note(60), None) == "nothing: no mapping is for this port"
    assert shown(note(60, 0, 2)) == "note 60 off, channel 2"
    assert shown(cc(7, 64)) == "controller 7 at 64, channel 1"
    assert shown((0xE3, 0, 64)) == "pitch bend, channel 4"
    assert shown((0xF4,)) == "bytes F4"
    long = (0xF0, *[1] * 30, 0xF7)
    assert shown(long) == "SysEx of 32 bytes: F0" + " 01" * 11 + " ..."
