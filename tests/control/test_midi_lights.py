"""What a device shows: a light for each thing that a panel shows, and only what changed is sent."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.control.midi_lights import Message, Place, changes, expected, put_out, wanted
from loopmind_live.control.midi_mapping import Hands, read
from loopmind_live.control.midi_messages import fault_of
from loopmind_live.session.commands import Command, When
from tests.control.midi_stage import carry_out, cc, note, panel, playing, shipped, shipped_names
from tests.session.stage import Rig

LIT = ["launchpad-mini-mk3", "launchpad-x", "apc-mini-mk2", "nanokontrol2"]
EMPTY = Rig(loaded=False)


def lights(rig: Rig, name: str, hands: Hands | None = None) -> dict[Place, Message]:
    return wanted(shipped(name), hands or Hands(), panel(rig))


def queue(rig: Rig) -> None:
    rig.session.submit(Command("goto", {"section": "hook", "number": 1}))


def test_launchpad_pads_flash_while_queued_and_pulse_while_playing() -> None:
    rig = playing()
    queue(rig)
    lit = lights(rig, "launchpad-x")
    assert lit["note", 81] == note(81, 5, channel=2)  # the intro is about to stop
    assert lit["note", 82] == note(82, 1, channel=1)
    assert lit["note", 83] == note(83, 21, channel=2)  # the hook is about to play
    assert lit["note", 77] == note(77, 0, channel=1)  # no such section
    rig.play_to(2 * rig.BAR)
    lit = lights(rig, "launchpad-x")
    assert (lit["note", 81], lit["note", 83]) == (note(81, 1), note(83, 21, channel=3))


def test_apc_pads_blink_while_queued_and_pulse_while_playing() -> None:
    rig = playing()
    queue(rig)
    lit = lights(rig, "apc-mini-mk2")
    assert (lit["note", 56], lit["note", 58]) == (note(56, 5, 15), note(58, 21, 15))
    rig.play_to(2 * rig.BAR)
    assert lights(rig, "apc-mini-mk2")["note", 58] == note(58, 21, 10)


def test_a_device_that_cannot_blink_is_blinked_by_the_beat() -> None:
    rig = playing()
    queue(rig)
    values = []
    for beat in range(4):
        rig.engine.play_to(rig.BAR + beat * rig.BAR // 4 + 4800)
        values.append(lights(rig, "nanokontrol2")["cc", 66][2])
    assert values == [127, 0, 127, 0]
    assert lights(rig, "nanokontrol2")["cc", 66][0] == 0xBF


def test_switches_show_mute_and_solo() -> None:
    rig = playing()
    rig.session.submit(Command("mute", {"roles": ("pad",)}, When("now")))
    rig.session.submit(Command("solo", {"roles": ("bass",)}, When("now")))
    rig.session.advance(rig.engine.frame() + 512)
    lit = lights(rig, "nanokontrol2")
    assert [number for (_, number), message in lit.items() if message[2]] == [35, 54, 64, 41]
    assert lights(rig, "apc-mini-mk2")["note", 106] == note(106, 1)


def test_parts_that_the_set_has_not_are_dark() -> None:
    lit = lights(playing(), "launchpad-x")
    assert lit["note", 48] == note(48, 0)  # no vocal here
    assert lit["note", 41] != note(41, 0)


def test_shift_lights_what_controls_do_while_it_is_held() -> None:
    rig, device = playing(), shipped("launchpad-x")
    plain = lights(rig, "launchpad-x")
    hands, _ = read([cc(98, 127)], device, Hands(), panel(rig))
    shifted = lights(rig, "launchpad-x", hands)
    assert shifted["note", 81] == note(81, 55)  # there are other loops to be had
    assert shifted["note", 77] == note(77, 0)
    assert shifted["cc", 98] == cc(98, 3) != plain["cc", 98]
    assert shifted["note", 31 + 5] == plain["note", 31 + 5]


@pytest.mark.parametrize("name", shipped_names())
def test_every_light_is_one_whole_message_in_any_state(name: str) -> None:
    rig = playing()
    queue(rig)
    for one in (rig, EMPTY):
        lit = lights(one, name)
        assert all(fault_of(message) is None for message in lit.values())
        assert set(lit) == set(lights(EMPTY, name))
    assert bool(lit) == (name in LIT)


@pytest.mark.parametrize("name", LIT)
def test_all_lights_are_put_out_at_the_end(name: str) -> None:
    device = shipped(name)
    lit = lights(playing(), name)
    out = put_out(device, lit)
    assert {message[1:] for message in out} == {(number, 0) for _, number in lit}
    steady = {message[0] & 0x0F for message in out}
    assert steady == ({15} if name == "nanokontrol2" else {0} if "launch" in name else steady)


MOVES = [note(56 + number % 6) for number in range(6)] + [note(100), note(103), note(106), note(8)]


@given(st.lists(st.sampled_from(MOVES), max_size=6))
def test_what_is_expected_of_what_hands_do_is_what_comes_of_it(
    moves: list[tuple[int, ...]],
) -> None:
    device, rig, hands = shipped("apc-mini-mk2"), playing(), Hands()
    for move in moves:
        before = panel(rig)
        hands, requests = read([move], device, hands, before)
        awaited = wanted(device, hands, expected(before, requests))
        for request in requests:
            carry_out(rig, request.asked)
        assert awaited == wanted(device, hands, panel(rig))


PLACES = st.tuples(st.sampled_from(["note", "cc"]), st.integers(0, 20))
LITS = st.dictionaries(PLACES, st.tuples(st.just(0x90), st.integers(0, 20), st.integers(0, 3)))


@given(LITS, LITS, st.integers(1, 8))
def test_each_turn_sends_what_changed_a_light_once_and_not_too_much(
    lit: Mapping[Place, Message], now: dict[Place, Message], most: int
) -> None:
    shown = dict(lit)
    for _ in range(len(now) // most + 1):
        after, sent = changes(shown, now, most)
        assert len(sent) <= most
        assert len(sent) == sum(after[place] != shown.get(place) for place in after)
        shown = after
    assert changes(shown, now) == ({**shown}, ())
    assert {**lit, **now} == shown
