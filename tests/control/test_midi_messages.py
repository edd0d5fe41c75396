import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.control.midi_messages import (
    MAX_BYTES,
    MidiOut,
    fault_of,
    sixteenths_of,
    song_position,
)
from loopmind_live.errors import ControlError


@pytest.mark.parametrize(
    "data",
    [
        (0x80, 0, 0), (0x9F, 127, 127), (0xA0, 1, 2), (0xB3, 7, 64), (0xC0, 5), (0xDF, 127),
        (0xE0, 0, 64), (0xF0, 0xF7), (0xF0, 1, 2, 3, 0xF7), (0xF1, 3), (0xF2, 0, 0), (0xF3, 1),
        (0xF6,), (0xF8,), (0xFA,), (0xFB,), (0xFC,), (0xFE,), (0xFF,),
    ],
)  # fmt: skip
def test_whole_messages_pass(data):
    assert fault_of(data) is None
    assert MidiOut("pad", data).data == data


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ((), "without bytes"),
        ((60, 100), "no status byte"),
        ((0x90, 60), "has 2 bytes"),
        ((0x90, 60, 100, 64, 100), "has 5 bytes"),
        ((0xC0, 1, 2), "has 3 bytes"),
        ((0x90, 60, 0x80), "data bytes"),
        ((0xF0, 1, 2), "ends with F7"),
        ((0xF0,), "ends with F7"),
        ((0xF0, 0x90, 0xF7), "data bytes"),
        ((0xF4,), "no meaning"),
        ((0xF7,), "no meaning"),
        ((0xF8, 0xF8), "has 2 bytes"),
        ((0x90, 300, 1), "0 to 255"),
        ((0x90, -1, 1), "0 to 255"),
        ((0x90, 1.5, 1), "0 to 255"),
        ((0xF0, *([1] * MAX_BYTES), 0xF7), f"at most {MAX_BYTES}"),
    ],
)
def test_what_is_not_one_whole_message_is_refused_with_its_fault(data, told):
    assert told in str(fault_of(data))
    with pytest.raises(ControlError, match="MIDI to pad: "):
        MidiOut("pad", data)


def test_the_longest_sysex_passes():
    assert fault_of((0xF0, *([1] * (MAX_BYTES - 2)), 0xF7)) is None


@given(st.binary(max_size=40))
def test_any_bytes_are_judged_the_same_as_bytes_or_numbers(data):
    assert fault_of(data) == fault_of(tuple(data))


@given(st.binary(min_size=1, max_size=40))
def test_what_passes_begins_with_its_only_status_byte(data):
    if fault_of(data) is None:
        assert data[0] >= 0x80
        assert all(byte < 0x80 for byte in data[1:-1])


@given(st.integers(0, 16383))
def test_a_song_position_reads_back(sixteenths):
    assert fault_of(song_position(sixteenths)) is None
    assert sixteenths_of(song_position(sixteenths)) == sixteenths
