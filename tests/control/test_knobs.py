"""Knobs of patches as faders: by name and by number, over MIDI and OSC."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.control import knobs
from loopmind_live.control.feedback import told
from loopmind_live.control.fixed_addresses import CONTROLS, asked
from loopmind_live.control.midi_mapping import Hands, read
from loopmind_live.control.midi_targets import target_of
from loopmind_live.control.osc_packet import Message
from loopmind_live.control.oscquery import tree
from loopmind_live.errors import ControlError
from loopmind_live.score.loop import Role
from loopmind_live.score.patch import Parameter
from loopmind_live.session.commands import Command, check
from loopmind_live.session.panel import Panel, PanelKnob, blank_panel
from tests.control.midi_stage import cc, device, panel, playing
from tests.session.test_patches import patch, typed

FEEDBACK = PanelKnob("feedback", 0.4, 0.0, 0.95)
CUTOFF = PanelKnob("cutoff", 100.0, 100.0, 10_000.0, "Hz")
BOX = device(
    """
    [[control]]
    ccs = [1, 2, 3]
    does = "knob drums {}"
    each = ["feedback", "1", "2"]
    [[control]]
    cc = 4
    does = "knob drums 1"
    relative = "twos_complement"
    """
)


def with_knobs(role: Role, *there: PanelKnob) -> Panel:
    blank = blank_panel()
    strips = tuple(
        replace(strip, knobs=there) if strip.role == role else strip for strip in blank.strips
    )
    return replace(blank, strips=strips)


DRUMS = with_knobs("drums", FEEDBACK, CUTOFF)


def turned(name: str, value: float) -> Command:
    text = f"knob drums {name} {value:g}"
    return Command("knob", {"roles": ("drums",), "name": name, "value": value}, text=text)


def asked_by(*messages: tuple[int, ...], of: Panel = DRUMS) -> list[object]:
    return [request.asked for request in read(messages, BOX, Hands(), of)[1]]


finite = st.floats(-1e5, 1e5)


@given(st.tuples(finite, finite).filter(lambda two: two[1] - two[0] > 1e-3), st.floats(0.0, 1.0),
       st.sampled_from(("", "Hz", "dB")))  # fmt: skip
def test_every_place_is_a_value_within_the_range_and_found_again(span, place, unit):
    low, high = span
    knob = PanelKnob("any", low, low, high, unit)
    value = knobs.value_at(knob, place)
    assert low <= value <= high
    assert knobs.place_of(replace(knob, value=value)) == pytest.approx(place, abs=0.002)
    assert knobs.value_at(knob, 0.0) == low
    assert knobs.value_at(knob, 1.0) == high


def test_a_fader_takes_the_range_of_whatever_patch_is_there():
    assert asked_by(cc(2, 54), cc(2, 127)) == [turned("feedback", 0.95)]
    wide = PanelKnob("time", 0.01, 0.01, 4.0, "beats")
    assert asked_by(cc(2, 0), cc(2, 127), of=with_knobs("drums", wide)) == [turned("time", 4.0)]


def test_a_knob_is_picked_up_where_it_stands():
    assert asked_by(cc(1, 127)) == []  # far above 0.4 of 0.95
    assert asked_by(cc(1, 20), cc(1, 64)) == [turned("feedback", 0.4787)]  # passed it
    assert asked_by(cc(3, 0)) == [turned("cutoff", 100.0)]


def test_an_encoder_turns_a_knob_from_where_it_stands():
    (command,) = asked_by(cc(4, 10))
    assert command.arguments["value"] == pytest.approx(0.4 + 0.95 * 10 / 127, abs=1e-3)


def test_a_fader_of_a_knob_that_is_not_there_does_nothing():
    assert asked_by(cc(1, 64), cc(2, 64), of=with_knobs("bass", FEEDBACK)) == []


def test_drums_are_all_of_the_drums_where_there_is_no_loop_of_all():
    assert asked_by(cc(2, 54), cc(2, 0), of=with_knobs("snare", FEEDBACK)) == [
        turned("feedback", 0.0)
    ]


def test_words_that_name_no_part_are_told_and_those_with_a_value_are_typed():
    with pytest.raises(ControlError, match="no part 'kazoo'"):
        target_of("knob kazoo feedback")
    assert target_of("knob drums feedback 0.7").act == "button"


@pytest.mark.parametrize("name", ["1", "feedback"])
def test_an_address_turns_a_knob_and_is_told_where_it_stands(name):
    address = f"/loopmind/track/drums/knob/{name}"
    made = asked(Message(address, (1.0,)), DRUMS)
    assert made == turned("feedback", 0.95)
    check(made)
    assert told(DRUMS)[address] == (0.4211,)


def test_labels_tell_what_stands_on_a_knob_and_where_there_is_none():
    lines = told(DRUMS)
    state = "/loopmind/state/track/drums/knob"
    assert lines[f"{state}/2/name"] == ("cutoff",)
    assert lines[f"{state}/2/value"] == ("100 Hz",)
    assert lines[f"{state}/3/name"] == ("",)
    assert lines["/loopmind/track/drums/knob/3"] == (0.0,)
    assert "/loopmind/track/bass/knob/feedback" not in lines


@pytest.mark.parametrize("address", ["drums/knob/9", "drums/knob/width", "drums/knob/3"])
def test_a_knob_that_is_not_there_is_refused_with_those_that_are(address):
    with pytest.raises(ControlError, match="there are feedback, cutoff"):
        asked(Message(f"/loopmind/track/{address}", (0.5,)), DRUMS)
    with pytest.raises(ControlError, match="patch bass dub_delay"):
        asked(Message("/loopmind/track/bass/knob/1", (0.5,)), DRUMS)
    with pytest.raises(ControlError, match="0 to 1"):
        asked(Message("/loopmind/track/drums/knob/feedback", (2.0,)), DRUMS)


def test_each_part_has_eight_knobs_that_oscquery_lists_and_those_by_name_too():
    assert "/loopmind/track/pad/knob/8" in CONTROLS
    drums = tree(told(DRUMS)).children["loopmind"].children["track"].children["drums"]
    node = drums.children["knob"].children["feedback"]
    assert (node.types, node.access) == ("f", 3)


def test_the_panel_has_the_knobs_of_what_is_mounted():
    rig = playing()
    rig.session.learn(patch(depth=Parameter(0.5), time=Parameter(1.0, 0.25, 4.0, "beats")))
    typed(rig, "patch drums gate")
    rig.play_to(3 * rig.BAR)
    typed(rig, "knob drums time 2")
    strips = {strip.role: strip.knobs for strip in panel(rig).strips}
    assert strips["drums"] == (
        PanelKnob("depth", 0.5), PanelKnob("time", 2.0, 0.25, 4.0, "beats")
    )  # fmt: skip
    assert strips["bass"] == ()
