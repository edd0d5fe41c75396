import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.control.clock_plan import (
    MOST_TURNS,
    ClockAnchor,
    ClockListen,
    ClockPlan,
    Turn,
)
from loopmind_live.control.midi_messages import (
    MidiIn,
    MidiNotice,
    MidiOut,
    PortCame,
    PortGone,
    fault_of,
)
from loopmind_live.control.midi_wire import MAX_NAME_BYTES, VERSION, Decoder, encode
from loopmind_live.errors import ControlError
from loopmind_live.timing.tempo_map import TempoMap

names = st.text(st.characters(codec="utf-8"), max_size=40)
whole = st.one_of(
    st.tuples(st.just(0x90), st.integers(0, 127), st.integers(0, 127)),
    st.just((0xF8,)),
    st.lists(st.integers(0, 127), max_size=1022).map(lambda body: (0xF0, *body, 0xF7)),
)
times = st.integers(-(1 << 62), 1 << 62)
turns = st.builds(Turn, st.floats(0.0, 1e5), st.booleans())
maps = st.builds(
    lambda bpm, bar, then: TempoMap.constant(bpm, 48000).with_ramp(bar, 2.5, then),
    st.floats(40.0, 240.0), st.floats(0.0, 1e4), st.floats(40.0, 240.0),
)  # fmt: skip
messages = st.one_of(
    st.builds(MidiIn, names, whole, st.integers(0, 1 << 62)),
    st.builds(MidiOut, names, whole),
    st.builds(PortCame, names, st.sampled_from(["in", "out"])),
    st.builds(PortGone, names, st.sampled_from(["in", "out"])),
    st.builds(MidiNotice, names),
    st.builds(ClockListen, st.none() | names),
    st.builds(
        ClockAnchor, times, times, st.integers(-1, (1 << 32) - 1), st.integers(0, 9600), times
    ),
    st.builds(
        ClockPlan, st.none() | maps, st.lists(turns, max_size=MOST_TURNS).map(tuple),
        st.lists(names, max_size=5).map(tuple),
    ),
)  # fmt: skip


@given(st.lists(messages, max_size=8), st.integers(1, 64))
def test_what_is_told_is_understood_however_it_is_cut(sent, step):
    stream = b"".join(map(encode, sent))
    decoder = Decoder()
    found = []
    for at in range(0, len(stream), step):
        found += decoder.feed(stream[at : at + step])
    assert found == sent


@given(st.binary(max_size=64))
def test_foreign_bytes_are_refused_with_one_line_or_waited_for(data):
    try:
        found = Decoder().feed(data)
    except ControlError as error:
        assert "\n" not in str(error)
    else:
        assert all(not isinstance(each, MidiOut) or fault_of(each.data) is None for each in found)


def test_another_version_is_refused():
    told = bytearray(encode(MidiNotice("hello")))
    told[2] += 1
    with pytest.raises(ControlError, match="install loopmind-live again"):
        Decoder().feed(bytes(told))


def test_a_name_that_is_too_long_is_cut_and_stays_text():
    (came,) = Decoder().feed(encode(PortCame("ä" * 300, "in")))
    assert 0 < len(came.port.encode()) <= MAX_NAME_BYTES + 2


@pytest.mark.parametrize("kind", range(1, 9))
@given(body=st.binary(max_size=64))
def test_a_body_of_any_bytes_is_read_or_refused_with_one_line(kind, body):
    try:
        Decoder().feed(struct.pack("=HBB", len(body), VERSION, kind) + body)
    except ControlError as error:
        assert "\n" not in str(error)
