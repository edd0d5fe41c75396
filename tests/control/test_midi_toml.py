"""Devices' mappings as they are written: what is right is read, what is wrong is told in a line."""

from pathlib import Path

import pytest

from loopmind_live.control.midi_device import Look, Trigger
from loopmind_live.control.midi_toml import read_device
from loopmind_live.errors import ControlError
from loopmind_live.repl.grammar import parse
from tests.control.midi_stage import device, shipped, shipped_names

LIGHTS = """
[lights.pads]
empty = { channel = 1, value = 0 }
playing = { channel = 3, value = 21 }
"""


def test_a_control_is_read_with_all_that_it_says() -> None:
    pads = device(
        """
        not_ports = ["DAW"]
        setup = ["F0 00 20 29 02 0C 0E 01 F7"]
        clock = true
        [[control]]
        notes = [36, 37]
        channel = 10
        does = "pad {}"
        [[control]]
        cc = 7
        fine = 39
        does = "level bass"
        """
        + LIGHTS
    )
    assert pads.setup == ((0xF0, 0x00, 0x20, 0x29, 0x02, 0x0C, 0x0E, 0x01, 0xF7),)
    assert pads.clock
    second = pads.find(Trigger("note", 37, 10))
    assert second is not None
    assert (second.target.number, second.lights) == (2, "pads")
    assert pads.find(Trigger("note", 37, 9)) is None
    assert pads.find(Trigger("cc", 39, 3)) is pads.find(Trigger("cc", 7, 3))
    assert pads.lights["pads"]["playing"] == Look(3, 21)
    assert pads.matches("pads:Pads MIDI In")
    assert not pads.matches("Pads DAW In")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[[control]]\nnote = 128\ndoes = 'play'", "control 1: note 128: choose a whole number"),
        ("[[control]]\nnote = 1", "control 1: does: write words in quotes"),
        ("[[control]]\ndoes = 'play'", "control 1: write one of note, cc, program"),
        ("[[control]]\nnote = 1\ncc = 2\ndoes = 'play'", "control 1: write one of note, cc"),
        ("[[control]]\nnote = 1\nchannel = 17\ndoes = 'play'", "channel 17: choose a whole"),
        ("[[control]]\nnote = 1\ndoes = 'level bass'", "note 1 cannot do 'level bass': a fader"),
        ("[[control]]\nnote = 1\ndoes = 'mute kazoo'", "no part 'kazoo': parts are drums"),
        ("[[control]]\nnote = 1\ndoes = 'pad 65'", "no pad '65': pads are numbered from 1 to 64"),
        ("[[control]]\nnote = 1\ndoes = 'bake a cake'", "does 'bake a cake': "),
        ("[[control]]\nnote = 1\ndose = 'play'", "control 1: no entry 'dose': there are cc, "),
        ("[[control]]\nnotes = []\ndoes = 'play'", "notes: write a list of numbers"),
        ("[[control]]\nnotes = [1]\ndoes = 'pad {}'\neach = ['1', '2']", "each has 2 for 1"),
        ("[[control]]\nprogram = 1\ndoes = 'shift'", "a program change is never let go"),
        ("[[control]]\ncc = 1\nrelative = 'up'\ndoes = 'level bass'", "relative 'up': write two"),
        ("[[control]]\ncc = 1\nfine = 1\ndoes = 'level bass'", "fine 1 is the cc itself"),
        ("[[control]]\nnote = 1\nlatched = 1\ndoes = 'play'", "latched 1: write true or false"),
        ("[[control]]\nnote = 1\nlights = 'disco'\ndoes = 'play'", "lights 'disco': no [lights."),
        ("setup = ['F0 7E']", "setup: F0 7E: SysEx ends with F7"),
        ("setup = ['F0 7G F7']", "setup: '7G' is no byte"),
        ("ports = 'Pads'", "ports: write a list of words"),
        ("[lights.pads]\nblue = { channel = 1, value = 2 }", "lights.pads.blue: no such light"),
        ("[lights.pads]\non = { channel = 0, value = 2 }", "lights.pads.on: channel 0: choose"),
        ("[lights.pads]\non = 3", "lights.pads.on: write it as { channel"),
        ("control = 3", "control: write each as [[control]]"),
        ("ports = [", "write it as TOML"),
        ("extends = 'Pads'", "a shipped mapping stands for itself"),
        (
            "[[control]]\nnotes = [1, 1]\ndoes = 'pad {}'", "note 1 is there twice: leave one out",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_one_line_with_file_entry_and_value(text: str, line: str) -> None:
    head = "" if "ports =" in text else "ports = ['x']\n"
    with pytest.raises(ControlError) as told:
        read_device(f"name = 'Own'\n{head}{text}", Path("own.toml"), parse)
    assert str(told.value).startswith("own.toml: ")
    assert line in str(told.value)
    assert "\n" not in str(told.value)


def test_a_file_of_ones_own_goes_before_what_it_extends() -> None:
    shipped_pads = device("[[control]]\nnotes = [1, 2]\ndoes = 'pad {}'" + LIGHTS)
    own = read_device(
        "extends = 'Pads'\n[[control]]\nnote = 2\nchannel = 5\ndoes = 'undo'",
        Path("own.toml"), parse, {"Pads": shipped_pads}.__getitem__,
    )  # fmt: skip
    first, second = own.find(Trigger("note", 1, 5)), own.find(Trigger("note", 2, 5))
    assert first is not None
    assert second is not None
    assert (own.name, own.ports) == ("Pads", ("Pads",))
    assert (first.target.words, second.target.words) == ("pad 1", "undo")


def test_a_control_that_does_something_else_keeps_its_own_kind_of_light() -> None:
    buttons = device(
        "[[control]]\nnote = 1\ndoes = 'mute bass'\nlights = 'leds'\n"
        "[[control]]\nnote = 2\ndoes = 'mute bass'\nshift = true\n"
        "[lights.leds]\non = { channel = 1, value = 1 }\n"
        "[lights.mute]\non = { channel = 7, value = 9 }\n"
        "[lights.solo]\non = { channel = 7, value = 45 }\n"
    )
    own = read_device(
        "extends = 'x'\n[[control]]\nnote = 1\ndoes = 'solo bass'\n"
        "[[control]]\nnote = 2\nshift = true\ndoes = 'solo bass'",
        Path("own.toml"), parse, lambda _name: buttons,
    )  # fmt: skip
    assert [control.lights for control in own.controls] == ["leds", "solo"]


@pytest.mark.parametrize("name", shipped_names())
def test_each_shipped_mapping_is_read_and_says_where_its_numbers_are_from(name: str) -> None:
    read = shipped(name)
    assert read.controls
    assert "source = " in (read.file or Path()).read_text(encoding="utf-8")
    for control in read.controls:
        assert control.lights in read.lights or not control.lights


@pytest.mark.parametrize(
    ("port", "name"),
    [
        ("Launchpad Mini MK3:Launchpad Mini MK3 LPMiniMK3 MIDI In", "launchpad-mini-mk3"),
        ("MIDIIN2 (LPMiniMK3 MIDI)", "launchpad-mini-mk3"),
        ("Launchpad X:Launchpad X LPX MIDI In", "launchpad-x"),
        ("APC mini mk2:APC mini mk2 Control", "apc-mini-mk2"),
        ("nanoKONTROL2:nanoKONTROL2 _ CTRL", "nanokontrol2"),
        ("MPD218:MPD218 Port A", "mpd218"),
        ("FCB1010 MIDI 1", "footswitch"),
    ],
)
def test_a_port_is_matched_by_one_device_alone(port: str, name: str) -> None:
    assert [one for one in shipped_names() if shipped(one).matches(port)] == [name]


@pytest.mark.parametrize(
    "port", ["Launchpad X:Launchpad X LPX DAW In", "APC mini mk2 Notes", "Keystation 49 MIDI 1"]
)
def test_ports_that_are_for_playing_or_for_other_programs_are_left_alone(port: str) -> None:
    assert not [one for one in shipped_names() if shipped(one).matches(port)]
