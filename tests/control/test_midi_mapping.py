"""From what hands do on a device to what is asked of the performance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.control.fader_law import position_of
from loopmind_live.control.midi_device import Device
from loopmind_live.control.midi_mapping import Hands, read, steps
from loopmind_live.control.midi_pickup import NEAR, STEP, Grip, moved
from loopmind_live.control.osc_addresses import Typed
from loopmind_live.repl.grammar import parse
from loopmind_live.session.commands import Command, When, check
from tests.control.midi_stage import (
    carry_out,
    cc,
    device,
    note,
    panel,
    playing,
    shipped,
    shipped_names,
)
from tests.session.stage import Rig

CONTROLS = device(
    """
    [[control]]
    notes = [36, 37, 38, 39, 40, 41, 42, 43]
    does = "pad {}"
    [[control]]
    note = 36
    does = "regenerate pad 1"
    shift = true
    [[control]]
    notes = [50, 51]
    does = "{} bass"
    each = ["mute", "solo"]
    [[control]]
    note = 60
    does = "shift"
    [[control]]
    note = 61
    does = "restyle darker"
    [[control]]
    cc = 64
    does = "undo"
    [[control]]
    cc = 65
    does = "redo"
    latched = true
    [[control]]
    cc = 7
    does = "level bass"
    [[control]]
    cc = 8
    fine = 40
    does = "level drums"
    [[control]]
    cc = 9
    does = "level pad"
    relative = "twos_complement"
    [[control]]
    cc = 10
    does = "reverb size"
    [[control]]
    program = 2
    does = "pad 3"
    [[control]]
    note = 62
    does = "play"
    [[control]]
    note = 63
    does = "nothing"
    """
)


class Player:
    """Hands on a device, and the performance that they play."""

    def __init__(self, rig: Rig, on: Device = CONTROLS) -> None:
        self.rig, self.hands, self.device = rig, Hands(), on

    def does(self, *messages: tuple[int, ...]) -> list[Command | Typed]:
        self.hands, requests = read(messages, self.device, self.hands, panel(self.rig))
        asked = [request.asked for request in requests]
        for request in asked:
            carry_out(self.rig, request)
        return asked

    def level(self, role: str = "bass") -> float:
        return next(strip.level_db for strip in panel(self.rig).strips if strip.role == role)


@pytest.fixture
def player() -> Player:
    return Player(playing())


def test_a_pad_launches_its_section_as_the_command_says(player: Player) -> None:
    (asked,) = player.does(note(38))
    assert asked == Command("goto", {"section": "hook", "number": 1}, text="goto hook 1")
    assert panel(player.rig).pads[2].launch == "play_queued"  # on the next line, not at once


def test_letting_go_asks_for_nothing(player: Player) -> None:
    assert player.does(note(38, 0), (0x80, 38, 64), cc(64, 0), cc(64, 63)) == []


def test_a_pad_without_a_section_asks_for_nothing(player: Player) -> None:
    assert player.does(note(43)) == []


def test_a_mute_comes_at_once_and_goes_the_next_time(player: Player) -> None:
    (muted,) = player.does(note(50))
    assert isinstance(muted, Command)
    assert (muted.name, muted.when) == ("mute", When("now"))
    player.rig.session.advance(player.rig.engine.frame() + 512)
    (unmuted,) = player.does(note(50))
    assert isinstance(unmuted, Command)
    assert unmuted.name == "unmute"


def test_two_presses_between_two_looks_at_the_panel_cancel_each_other(player: Player) -> None:
    first, second = player.does(note(50), note(50, 0), note(50))
    assert isinstance(first, Command)
    assert isinstance(second, Command)
    assert (first.name, second.name) == ("mute", "unmute")


def test_solos_add_up(player: Player) -> None:
    carry_out(player.rig, Command("solo", {"roles": ("pad",)}, When("now")))
    player.rig.session.advance(player.rig.engine.frame() + 512)
    (asked,) = player.does(note(51))
    assert isinstance(asked, Command)
    assert set(asked.arguments["roles"]) == {"bass", "pad"}  # type: ignore[arg-type]


def test_two_solos_at_once_are_both_heard() -> None:
    box = device(
        """
        [[control]]
        notes = [1, 2, 3]
        does = "solo {}"
        each = ["bass", "pad", "drums"]
        """
    )
    rig = playing()
    _, requests = read([note(1), note(2), note(3), note(2)], box, Hands(), panel(rig))
    for request in requests:
        carry_out(rig, request.asked)
    rig.session.advance(rig.engine.frame() + 512)
    assert rig.session.state.document.soloed == {"bass", "drums"}


def test_shift_gives_a_second_act_while_it_is_held(player: Player) -> None:
    (asked,) = player.does(note(60), note(36))
    assert isinstance(asked, Command)
    assert asked.name == "regenerate"
    (asked,) = player.does(note(60, 0), note(37))
    assert isinstance(asked, Command)
    assert asked.name == "goto"


def test_what_has_no_second_act_keeps_its_first(player: Player) -> None:
    (asked,) = player.does(note(60), note(61))
    assert asked == Typed("restyle darker")


def test_play_starts_and_stops_by_turns(player: Player) -> None:
    assert player.does(note(62)) == [Typed("stop")]
    player.rig.play_to(3 * player.rig.BAR)
    assert player.does(note(62)) == [Typed("play")]


def test_what_is_mapped_to_nothing_and_what_is_not_mapped_ask_for_nothing(player: Player) -> None:
    odd = [note(63), note(99), cc(99, 127), (0xE0, 1, 2), (0xF8,), (0xF0, 1, 0xF7), (0x90,), ()]
    assert player.does(*odd) == []


def test_a_program_change_is_a_press(player: Player) -> None:
    (asked,) = player.does((0xC3, 2))
    assert isinstance(asked, Command)
    assert asked.arguments["section"] == "hook"


def test_a_pedal_is_down_from_the_middle_on_and_a_knob_presses_once(player: Player) -> None:
    assert player.does(cc(64, 127), cc(64, 0), cc(64, 127)) == [Typed("undo")] * 2
    player.does(cc(64, 0))
    assert player.does(*(cc(64, value) for value in range(128))) == [Typed("undo")]


def test_a_button_that_tells_only_of_being_pressed_is_pressed_each_time(player: Player) -> None:
    assert player.does(cc(64, 127), cc(64, 127)) == [Typed("undo")] * 2


def test_both_ways_of_a_latched_switch_are_a_press(player: Player) -> None:
    assert player.does(cc(65, 127), cc(65, 0)) == [Typed("redo")] * 2


def test_a_fader_holds_nothing_until_it_passes_the_value(player: Player) -> None:
    assert player.does(cc(7, 10), cc(7, 40), cc(7, 80)) == []
    assert player.level() == 0.0
    (asked,) = player.does(cc(7, 100))  # 0 dB is at three quarters, 95
    assert isinstance(asked, Command)
    assert asked.name == "level"
    assert player.level() > 0.0
    player.does(cc(7, 64))
    assert player.level() == pytest.approx(-9.84, abs=0.2)


def test_a_fader_lets_go_when_another_hand_moves_its_value(player: Player) -> None:
    player.does(cc(7, 95), cc(7, 64))
    carry_out(player.rig, Command("level", {"roles": ("bass",), "db": 6.0}))
    assert player.does(cc(7, 63), cc(7, 60)) == []
    assert player.level() == 6.0
    player.does(cc(7, 90), cc(7, 120))
    assert player.level() > 6.0


def test_of_a_fader_that_runs_only_the_newest_place_is_asked_for(player: Player) -> None:
    asked = player.does(cc(7, 95), *(cc(7, value) for value in range(95, 20, -1)), note(61))
    assert [type(one) for one in asked] == [Command, Typed]
    assert position_of(player.level()) == pytest.approx(21 / 127, abs=1e-3)


def test_a_run_of_a_fader_is_one_step_of_undo(player: Player) -> None:
    for value in range(95, 64, -1):
        player.does(cc(7, value))
        player.rig.session.advance()
    assert player.level() < -5.0
    carry_out(player.rig, Command("undo"))
    assert player.level() == 0.0


def test_fourteen_bits_move_a_level_in_finer_steps(player: Player) -> None:
    middle = 0.75 * (128 * 128 - 1)
    coarse, fine = divmod(round(middle), 128)
    assert player.does(cc(8, coarse)) == []  # its low bits follow
    player.does(cc(40, fine))
    player.does(cc(8, coarse), cc(40, fine - 20))
    assert -0.2 < player.level("drums") < 0.0


def test_an_endless_encoder_moves_from_where_the_value_is(player: Player) -> None:
    player.does(cc(9, 127))
    lower = player.level("pad")
    assert lower == pytest.approx(-0.31, abs=0.05)
    player.does(cc(9, 1), cc(9, 1), cc(9, 1))
    assert player.level("pad") > 0.5
    player.does(cc(9, 64), cc(9, 64))
    assert player.level("pad") == -60.0


def test_a_value_that_is_not_shown_is_taken_at_once(player: Player) -> None:
    (asked,) = player.does(cc(10, 127))
    assert asked == Command("reverb_size", {"size": 100.0}, text="reverb size 100")


SHIPPED = [shipped(name) for name in shipped_names()]
BYTES = st.lists(st.integers(0, 255), max_size=4).map(tuple)
VOICES = st.tuples(st.integers(0x80, 0xEF), st.integers(0, 127), st.integers(0, 127))
SET = playing()


@given(st.sampled_from([CONTROLS, *SHIPPED]), st.lists(st.one_of(VOICES, BYTES), max_size=60))
def test_whatever_comes_asks_only_for_what_can_be_carried_out(
    device: Device, messages: list[tuple[int, ...]]
) -> None:
    hands = Hands()
    for some in (messages[:30], messages[30:]):
        hands, requests = read(some, device, hands, panel(SET))
        for request in requests:
            if isinstance(request.asked, Command):
                check(request.asked)
            else:
                assert parse(request.asked.text)


@given(st.integers(0, 127))
def test_encoders_of_either_kind_turn_as_far_to_both_sides(value: int) -> None:
    assert -64 <= steps(value, "twos_complement") <= 63
    assert -64 <= steps(value, "binary_offset") <= 63
    assert steps(64 + value // 2, "binary_offset") == steps(value // 2, "twos_complement")


PLACES = st.integers(0, 127).map(lambda value: value * STEP)


@given(st.lists(PLACES, max_size=40), st.floats(0.0, 1.0))
def test_a_value_never_jumps_to_a_fader(places: list[float], value: float) -> None:
    """It moves on from a place near it, or over which the fader passed; what is held, follows."""
    grip, held = Grip(), False
    for place in places:
        seen, grip = grip.seen, moved(grip, place, value)
        if grip.left is None:
            assert not held
            continue
        passed = seen is not None and min(seen, place) < value < max(seen, place)
        assert held or passed or abs(place - value) <= NEAR + 1e-6
        value, held = grip.left, True


@given(PLACES, PLACES, st.floats(0.0, 1.0))
def test_a_fader_that_holds_goes_on_holding_what_nobody_else_moves(
    place: float, there: float, value: float
) -> None:
    grip = moved(moved(Grip(), value, value), place, value)
    assert grip.left == place
    assert moved(grip, there, place).left == there


@given(PLACES, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_fader_lets_go_of_a_value_that_another_moved(
    place: float, value: float, other: float
) -> None:
    grip = moved(Grip(seen=value, left=value), place, other)
    elsewhere = abs(other - value) > STEP + 1e-6
    reached = abs(place - other) <= NEAR + 1e-6 or (value - other) * (place - other) < 0
    if elsewhere and not reached:
        assert grip.left is None
