"""MIDI devices on a performance: found, played, lit, unplugged, taught."""

import asyncio
import socket
from pathlib import Path

import pytest

from loopmind_live.app.midi import MidiSurface
from loopmind_live.app.performance import Answer
from loopmind_live.control.midi_lights import MOST_AT_ONCE
from loopmind_live.control.midi_messages import MidiNotice, MidiOut
from loopmind_live.control.midi_shown import meant_on
from loopmind_live.score.patch import Parameter
from loopmind_live.session.commands import Command, When
from tests.app.midi_stage import APC, KEYS, KORG, LAUNCHPAD, FedPorts, MidiStage
from tests.control.midi_stage import cc, note, shipped
from tests.session.test_patches import patch

NOTE, CC = 0x90, 0xB0


@pytest.fixture
def ports() -> FedPorts:
    return FedPorts()


@pytest.fixture
def stage(ports: FedPorts, tmp_path: Path) -> MidiStage:
    return MidiStage(ports, tmp_path / "controllers")


def test_what_was_found_is_told_in_one_line(stage: MidiStage, ports: FedPorts) -> None:
    ports.plug(LAUNCHPAD)
    ports.plug(KORG)
    ports.plug(KEYS)
    stage.tick(5)
    assert stage.told == [
        "MIDI: Launchpad X, nanoKONTROL2; no mapping for Keystation 49:Keystation 49 MIDI 1: "
        "teach one, as in: learn mute bass"
    ]


def test_a_device_is_set_up_and_then_lit_a_little_at_a_time(
    stage: MidiStage, ports: FedPorts
) -> None:
    ports.plug(LAUNCHPAD)
    stage.tick()
    programmer = MidiOut(LAUNCHPAD, (0xF0, 0x00, 0x20, 0x29, 0x02, 0x0C, 0x0E, 0x01, 0xF7))
    assert ports.sent[0] == programmer
    assert len(ports.sent) == 1 + MOST_AT_ONCE
    stage.tick(15)
    assert len(ports.sent) == 1 + 80
    assert ports.lights(LAUNCHPAD)[NOTE, 81] == (3, 21)  # the intro plays
    ports.sent.clear()
    stage.tick(100)
    assert ports.sent == []  # nothing changed


def test_a_pad_is_lit_in_the_turn_in_which_it_was_pressed(
    stage: MidiStage, ports: FedPorts
) -> None:
    ports.plug(LAUNCHPAD)
    stage.tick(20)
    ports.play(LAUNCHPAD, note(83))
    ports.sent.clear()
    stage.midi.advance()
    assert MidiOut(LAUNCHPAD, note(83, 21, channel=2)) in ports.sent
    assert stage.said("Launchpad X: ")
    assert "goto hook 1" in stage.texts()


def test_a_pad_that_is_pressed_again_is_lit_again(stage: MidiStage, ports: FedPorts) -> None:
    ports.plug(LAUNCHPAD)
    stage.tick(30)
    ports.play(LAUNCHPAD, note(83))
    stage.tick()
    queued = ports.lights(LAUNCHPAD)[NOTE, 83]
    ports.sent.clear()
    ports.play(LAUNCHPAD, note(83, 0), note(83))
    stage.tick()
    assert ports.lights(LAUNCHPAD) == {(NOTE, 83): queued}, "the light may have got lost"


def test_a_mute_is_lit_in_the_turn_in_which_it_was_pressed(
    stage: MidiStage, ports: FedPorts
) -> None:
    ports.plug(APC)
    stage.tick(20)
    ports.play(APC, note(106))
    stage.midi.advance()
    assert ports.lights(APC)[NOTE, 106] == (1, 1)


def test_a_light_that_was_expected_and_refused_is_put_right_in_the_same_turn(
    stage: MidiStage, ports: FedPorts
) -> None:
    ports.plug(APC)
    stage.tick(20)
    before = ports.lights(APC)
    stage.show.carry_out = lambda _commands: Answer(("not now",), ok=False)  # type: ignore[method-assign]
    ports.sent.clear()
    ports.play(APC, note(58))
    stage.midi.advance()
    assert MidiOut(APC, note(58, 21, channel=15)) in ports.sent
    stage.tick(2)
    assert {**before, **ports.lights(APC)} == before
    assert stage.said("APC mini mk2: not now")


def test_a_mute_lands_at_once_and_a_launch_on_the_line(stage: MidiStage, ports: FedPorts) -> None:
    ports.plug(APC)
    ports.play(APC, note(58), note(58, 0), note(106))
    stage.tick(3)
    assert stage.panel().pads[0].launch == "stop_queued"
    assert [strip.role for strip in stage.panel().strips if strip.muted] == ["pad"]
    stage.rig.play_to(2 * stage.rig.BAR)
    stage.tick()
    assert stage.panel().section == "hook 1"


def test_a_fader_tells_nothing_but_what_goes_wrong(stage: MidiStage, ports: FedPorts) -> None:
    ports.plug(KORG)
    stage.tick(2)
    stage.told.clear()
    ports.play(KORG, cc(3, 95, 16), cc(3, 60, 16))
    stage.tick(2)
    assert stage.level("bass") < -9.0
    assert stage.told == []


def test_a_fader_that_is_refused_says_so_but_not_at_every_step(
    stage: MidiStage, ports: FedPorts
) -> None:
    ports.plug(KORG)
    stage.tick(2)
    stage.told.clear()
    stage.show.carry_out = lambda _commands: Answer(("too much",), ok=False)  # type: ignore[method-assign]
    for value in range(95, 55, -1):
        ports.play(KORG, cc(3, value, 16), cc(3, 95, 16))
        stage.tick()
    assert 1 <= len(stage.said("nanoKONTROL2: too much")) <= 30


def test_two_devices_on_one_control_agree(stage: MidiStage, ports: FedPorts) -> None:
    ports.plug(KORG)
    ports.plug(APC)
    stage.tick(20)
    ports.play(KORG, cc(51, 127, 16))
    stage.tick(5)
    assert ports.lights(KORG)[CC, 51] == (16, 127)
    assert ports.lights(APC)[NOTE, 103] == (1, 1)
    ports.play(APC, note(103))
    stage.tick(5)
    assert ports.lights(KORG)[CC, 51] == (16, 0)
    assert ports.lights(APC)[NOTE, 103] == (1, 0)


def test_a_fader_learns_a_knob_of_a_patch_and_turns_it(stage: MidiStage, ports: FedPorts) -> None:
    stage.rig.session.learn(patch(feedback=Parameter(0.5, 0.0, 0.95)))
    stage.show.type("patch drums gate now")
    ports.plug(KORG)
    stage.tick(20)
    answer = stage.show.type("learn knob drums feedback")
    assert answer.lines == ("move the fader or knob for: knob drums feedback; learn off: leave it",)
    for value in (64, 60, 127):  # the first one is learned; then it passes where the knob stands
        ports.play(KORG, cc(20, value, 16))
        stage.tick(2)
    stage.tick(5)
    assert stage.texts()[-1] == "knob drums feedback 0.95"
    drums = next(strip for strip in stage.panel().strips if strip.role == "drums")
    assert [knob.value for knob in drums.knobs] == [0.95]


def test_what_is_done_elsewhere_is_lit_too(stage: MidiStage, ports: FedPorts) -> None:
    ports.plug(APC)
    stage.tick(20)
    stage.show.carry_out([Command("mute", {"roles": ("bass",)}, When("now"))])
    stage.tick(5)
    assert ports.lights(APC)[NOTE, 103] == (1, 1)


def test_a_device_that_went_and_came_back_is_lit_anew(stage: MidiStage, ports: FedPorts) -> None:
    ports.plug(LAUNCHPAD)
    stage.tick(20)
    before = ports.lights(LAUNCHPAD)
    ports.unplug(LAUNCHPAD)
    stage.tick(20)
    ports.sent.clear()
    ports.play(LAUNCHPAD, note(83))  # of a port that is gone
    stage.tick()
    assert ports.sent == []
    ports.plug(LAUNCHPAD)
    stage.tick(20)
    assert ports.lights(LAUNCHPAD) == before
    assert [line for line in stage.told if "MIDI:" in line] == [
        "MIDI: Launchpad X",
        "MIDI: Launchpad X is gone, the music plays on",
        "MIDI: Launchpad X",
    ]


def test_two_devices_alike_have_lights_and_shift_of_their_own(
    stage: MidiStage, ports: FedPorts
) -> None:
    ports.plug(LAUNCHPAD)
    ports.plug(f"{LAUNCHPAD} 2")
    stage.tick(30)
    ports.play(f"{LAUNCHPAD} 2", cc(98, 127))
    stage.tick(15)
    assert ports.lights(LAUNCHPAD)[CC, 98] == (1, 1)
    assert ports.lights(f"{LAUNCHPAD} 2")[CC, 98] == (1, 3)


def test_all_lights_go_out_and_the_device_is_its_own_again_at_the_end(
    stage: MidiStage, ports: FedPorts
) -> None:
    ports.plug(LAUNCHPAD)
    stage.tick(20)
    stage.midi.close()
    assert {value for _, value in ports.lights(LAUNCHPAD).values()} == {0}
    assert ports.sent[-1].data[-3:] == (0x0E, 0x00, 0xF7)
    assert ports.closed


def test_what_the_ports_have_to_say_is_told_and_listeners_hear_all(
    stage: MidiStage, ports: FedPorts
) -> None:
    heard: list[object] = []
    stage.midi.listeners.append(heard.append)
    ports.plug(LAUNCHPAD)
    ports.events.append(MidiNotice("no MIDI here: the music plays on without it"))
    ports.play(KEYS, (0xF8,))
    stage.tick()
    assert len(heard) == 4
    assert stage.said("no MIDI here")
    assert stage.midi.clocked() == (LAUNCHPAD,)


def test_a_burst_of_launches_is_spread_over_turns_and_all_are_done(
    stage: MidiStage, ports: FedPorts
) -> None:
    ports.plug(APC)
    ports.play(APC, *(note(100 + number % 8) for number in range(64)))
    stage.tick(200)
    assert len([text for text in stage.texts() if "mute" in text]) == 64


def test_whoever_looks_on_sees_what_comes_and_what_it_stands_for(
    stage: MidiStage, ports: FedPorts
) -> None:
    ports.plug(LAUNCHPAD)
    ports.play(LAUNCHPAD, note(83))
    stage.tick()
    assert stage.monitor.take() == []  # nobody looks
    stage.monitor.watched = True
    ports.plug(KEYS)
    ports.play(LAUNCHPAD, note(82), (0xF8,), (0xFE,))
    ports.play(KEYS, cc(7, 64))
    stage.tick()
    assert [(one.source, one.came, one.meant) for one in stage.monitor.take()] == [
        (f"MIDI {LAUNCHPAD}", "note 82 on, velocity 100, channel 1", "pad 2"),
        (f"MIDI {KEYS}", "controller 7 at 64, channel 1", "nothing: no mapping is for this port"),
    ]


def test_what_is_plugged_in_is_described(stage: MidiStage, ports: FedPorts) -> None:
    assert stage.midi.described() == ["MIDI: no device is there"]
    ports.plug(LAUNCHPAD)
    ports.plug(KEYS)
    stage.tick()
    device, unknown = stage.midi.described()
    assert device.startswith(f"MIDI Launchpad X: in {LAUNCHPAD} and out {LAUNCHPAD}, by ")
    assert unknown == f"MIDI {KEYS}: no mapping"


def test_what_happens_at_the_ports_is_taken_at_once_also_after_they_were_opened_anew(
    ports: FedPorts, tmp_path: Path
) -> None:
    turns: list[MidiSurface] = []

    async def wait_for_turns(count: int) -> None:
        async with asyncio.timeout(10):
            while len(turns) < count:
                await asyncio.sleep(0.005)

    async def perform() -> None:
        ours, theirs = socket.socketpair()
        ports.descriptor, ports.pid = ours.fileno(), 1
        stage = MidiStage(ports, tmp_path / "controllers", turns.append)
        theirs.send(b"a")
        await wait_for_turns(1)
        number = ours.fileno()
        ours.close()
        theirs.close()
        ours, theirs = socket.socketpair()
        assert number in (ours.fileno(), theirs.fileno())  # given anew
        if ours.fileno() != number:
            ours, theirs = theirs, ours
        ports.pid = 2
        stage.tick()
        turns.clear()
        theirs.send(b"a")
        await wait_for_turns(1)
        stage.midi.close()
        assert not asyncio.get_running_loop().remove_reader(ours)  # nobody is called any more
        ours.close()
        theirs.close()

    asyncio.run(perform())


@pytest.mark.parametrize(
    ("name", "message", "words"),
    [
        ("launchpad-mini-mk3", note(81), "pad 1"),
        ("launchpad-x", note(58), "pad 32"),
        ("launchpad-x", note(44), "mute bass"),
        ("launchpad-x", cc(19, 127), "stop"),
        ("apc-mini-mk2", note(56), "pad 1"),
        ("apc-mini-mk2", note(23), "pad 48"),
        ("apc-mini-mk2", note(103), "mute bass"),
        ("apc-mini-mk2", note(112), "play"),
        ("apc-mini-mk2", cc(51, 64), "level bass"),
        ("apc-mini-mk2", cc(56, 64), "filter all"),
        ("nanokontrol2", cc(3, 64, 16), "level bass"),
        ("nanokontrol2", cc(19, 64, 16), "filter bass"),
        ("nanokontrol2", cc(35, 127, 16), "solo bass"),
        ("nanokontrol2", cc(51, 127, 16), "mute bass"),
        ("nanokontrol2", cc(64, 127, 16), "pad 1"),
        ("nanokontrol2", cc(41, 127, 16), "play"),
        ("mpd218", note(36, 100, 10), "pad 1"),
        ("mpd218", note(68, 100, 10), "mute drums"),
        ("mpd218", cc(12, 64), "level bass"),
        ("keyboard", note(36), "pad 1"),
        ("footswitch", cc(64, 127), "regenerate current"),
        ("footswitch", (0xC0, 2), "pad 3"),
    ],
)
def test_what_is_where_on_the_shipped_devices(
    name: str, message: tuple[int, ...], words: str
) -> None:
    assert meant_on(message, shipped(name)) == words
