from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.control.fader_law import FADER, SEND, level_db, meter_of, position_of
from loopmind_live.control.feedback import changes, told
from loopmind_live.control.fixed_addresses import CONTROLS, FADER_ADDRESSES, Control, asked
from loopmind_live.control.macros import MACROS
from loopmind_live.control.osc_addresses import BY_ADDRESS, Typed
from loopmind_live.control.osc_packet import Message, encode
from loopmind_live.engine.base import EngineStatus
from loopmind_live.errors import ControlError
from loopmind_live.repl.grammar import parse
from loopmind_live.session.commands import Command, When, check
from loopmind_live.session.panel import Pad, Panel, PanelKnob, panel_of
from loopmind_live.session.state import State
from loopmind_live.timing.tempo_map import TempoMap

PADS = (
    Pad("intro", "intro", 1, 4, "stopped"),
    Pad("hook 1", "hook", 1, 8, "playing"),
    Pad("hook 2", "hook", 2, 8, "play_queued"),
)
BLANK = panel_of(State(TempoMap.constant(120.0, 48000)), EngineStatus(0), 0)
STRIPS = BLANK.strips
PANEL = replace(BLANK, pads=PADS)


def _asked(address: str, *values: float | str, panel: Panel = PANEL) -> Command | Typed | None:
    return asked(Message(address, values), panel)


def test_a_pad_jumps_to_its_own_section_and_not_to_its_namesakes():
    command = _asked("/loopmind/pad/3", 1.0)
    assert command == Command("goto", {"section": "hook", "number": 2}, text="goto hook 2")
    again = _asked("/loopmind/pad/1/regenerate", 1)
    assert isinstance(again, Command)
    assert (again.name, again.arguments) == ("regenerate", {"section": "intro", "number": 1})


def test_a_button_needs_no_value_and_does_nothing_when_it_is_let_go():
    assert _asked("/loopmind/pad/2") == _asked("/loopmind/pad/2", 1)
    assert _asked("/loopmind/pad/2", 0.0) is None
    assert _asked("/loopmind/track/bass/regenerate", 0) is None


def test_a_pad_without_a_section_is_refused_with_the_number_there_are():
    with pytest.raises(ControlError, match="no section 4: the arrangement has 3"):
        _asked("/loopmind/pad/4", 1)


def test_pad_mutes_land_now():
    assert _asked("/loopmind/track/bass/mute", 1) == Command(
        "mute", {"roles": ("bass",)}, When("now"), text="mute bass now"
    )
    unmuted = _asked("/loopmind/track/bass/mute", 0.0)
    assert isinstance(unmuted, Command) and unmuted.name == "unmute"


def test_solos_add_up_and_the_last_one_ends_them():
    soloed = tuple(replace(strip, soloed=strip.role == "drums") for strip in STRIPS)
    panel = replace(PANEL, strips=soloed)
    both = _asked("/loopmind/track/bass/solo", 1, panel=panel)
    assert isinstance(both, Command) and both.arguments == {"roles": ("drums", "bass")}
    none = _asked("/loopmind/track/drums/solo", 0, panel=panel)
    assert isinstance(none, Command) and (none.name, none.arguments) == ("unsolo", {})
    others = _asked("/loopmind/track/bass/solo", 0, panel=panel)
    assert isinstance(others, Command) and others.arguments == {"roles": ("drums",)}


@pytest.mark.parametrize("control", CONTROLS.values(), ids=CONTROLS)
def test_every_control_stands_for_a_command_of_the_table(control: Control):
    full = tuple(Pad(f"hook {n}", "hook", n, 8, "stopped") for n in range(1, 65))
    knobs = tuple(PanelKnob(f"k{n}", 0.5) for n in range(8))
    strips = tuple(replace(strip, knobs=knobs) for strip in STRIPS)
    panel = replace(PANEL, pads=full, strips=strips)
    for value in (0.0, 1.0) if control.kind != "fader" else (0.0, 0.3, 0.5, 1.0):
        made = _asked(control.address, value, panel=panel)
        if isinstance(made, Typed):
            for command in parse(made.text):
                check(command)
        elif made is None:
            assert (control.kind, value) == ("button", 0.0)
        else:
            assert check(made).lands == "now" or control.kind != "fader"


def test_no_fixed_address_hides_one_of_the_table():
    assert not CONTROLS.keys() & BY_ADDRESS.keys()


def test_what_is_typed_by_a_macro_does_what_its_button_says():
    names = {name: [command.name for command in parse(text)] for name, text in MACROS}
    assert names["Surprise me"] == ["swap"]
    assert names["Drums out 4"] == ["mute"]
    assert names["Darker"] == ["restyle"]


@pytest.mark.parametrize(
    ("address", "values"),
    [
        ("/loopmind/track/bass/level", (1.5,)),
        ("/loopmind/track/bass/level", (float("nan"),)),
        ("/loopmind/track/bass/level", ()),
        ("/loopmind/track/bass/level", ("loud",)),
        ("/loopmind/track/bass/level", (0.5, 0.5)),
        ("/loopmind/track/bass/mute", (0.5,)),
        ("/loopmind/track/bass/mute", ()),
        ("/loopmind/pad/1", (2,)),
    ],
)
def test_a_value_that_is_none_of_the_control_s_is_refused(address: str, values: tuple[float, ...]):
    with pytest.raises(ControlError, match="send"):
        _asked(address, *values)


@given(st.floats(0, 1), st.sampled_from([FADER, SEND]))
def test_a_fader_is_told_back_where_it_was_sent_to(position, law):
    db = level_db(position, law)
    assert position_of(db, law) == pytest.approx(position, abs=2e-4)


@given(st.floats(-200, 40))
def test_every_level_and_every_peak_has_a_place_between_bottom_and_top(db):
    assert 0.0 <= position_of(db) <= 1.0
    assert 0.0 <= meter_of(db) <= 1.0


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_fader_is_never_quieter(a, b):
    low, high = sorted((a, b))
    assert level_db(low) <= level_db(high)


@pytest.mark.parametrize("address", sorted(FADER_ADDRESSES))
def test_every_fader_and_toggle_is_told_where_it_stands(address: str):
    assert address in told(PANEL)


def test_all_that_is_told_fits_into_messages():
    for address, values in told(PANEL).items():
        assert len(values) == 1
        encode(address, *values)


def test_the_addresses_that_are_told_are_the_same_for_every_panel():
    assert list(told(BLANK)) == list(told(PANEL))


def test_a_section_that_is_gone_is_told_as_empty():
    before, after = told(PANEL), told(replace(PANEL, pads=PADS[:2]))
    gone = changes(before, after)
    assert gone == {
        "/loopmind/state/pad/3/name": ("",),
        "/loopmind/state/pad/3/launch": ("empty",),
        "/loopmind/state/pad/3/queued": (0,),
    }


def test_only_what_changed_is_told():
    muted = tuple(replace(strip, muted=strip.role == "bass") for strip in STRIPS)
    after = told(replace(PANEL, strips=muted))
    assert changes(told(PANEL), after) == {"/loopmind/track/bass/mute": (1,)}
    assert changes(after, after) == {}


def test_the_pad_of_the_section_that_plays_is_lit_and_the_queued_one_is_about_to():
    lines = told(PANEL)
    assert [lines[f"/loopmind/pad/{n}"] for n in (1, 2, 3)] == [(0,), (1,), (0,)]
    assert lines["/loopmind/state/pad/3/queued"] == (1,)
    assert lines["/loopmind/state/pad/2/name"] == ("hook 1",)


def test_progress_runs_through_the_section():
    lines = told(replace(PANEL, bars_left=2.0))
    assert lines["/loopmind/state/progress"] == (0.75,)


def test_the_master_s_filter_stands_where_all_parts_agree_and_else_in_the_middle():
    low = tuple(replace(strip, filter=-40.0) for strip in STRIPS)
    assert told(replace(PANEL, strips=low))["/loopmind/master/filter"] == (0.3,)
    mixed = (*low[:-1], STRIPS[-1])
    assert told(replace(PANEL, strips=mixed))["/loopmind/master/filter"] == (0.5,)
