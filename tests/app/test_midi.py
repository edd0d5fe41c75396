"""MIDI devices on a performance: found, played, lit, unplugged, taught."""

from pathlib import Path

import pytest

from loopmind_live.app.performance import Answer
from loopmind_live.control.midi_learning import FIRST_LINE
from loopmind_live.control.midi_lights import MOST_AT_ONCE
from loopmind_live.control.midi_messages import MidiNotice, MidiOut
from loopmind_live.session.commands import Command, When
from loopmind_live.session.panel import Panel, panel_of
from tests.app.midi_stage import APC, KORG, LAUNCHPAD, FedPorts, MidiStage
from tests.control.midi_stage import cc, note

KEYS = "Keystation 49:Keystation 49 MIDI 1"
NOTE, CC = 0x90, 0xB0


@pytest.fixture
def ports() -> FedPorts:
    return FedPorts()


@pytest.fixture
def stage(ports: FedPorts, tmp_path: Path) -> MidiStage:
    return MidiStage(ports, tmp_path / "controllers")


def panel(stage: MidiStage) -> Panel:
    engine = stage.rig.engine
    return panel_of(stage.rig.session.state, engine.status(), engine.frame())


def strip_level(stage: MidiStage, role: str) -> float:
    return next(strip.level_db for strip in panel(stage).strips if strip.role == role)


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
    assert panel(stage).pads[0].launch == "stop_queued"
    assert [strip.role for strip in panel(stage).strips if strip.muted] == ["pad"]
    stage.rig.play_to(2 * stage.rig.BAR)
    stage.tick()
    assert panel(stage).section == "hook 1"


def test_a_fader_tells_nothing_but_what_goes_wrong(stage: MidiStage, ports: FedPorts) -> None:
    ports.plug(KORG)
    stage.tick(2)
    stage.told.clear()
    ports.play(KORG, cc(3, 95, 16), cc(3, 60, 16))
    stage.tick(2)
    assert strip_level(stage, "bass") < -9.0
    assert stage.told == []


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


def test_a_control_is_taught_and_what_was_learned_is_kept(
    stage: MidiStage, ports: FedPorts, tmp_path: Path
) -> None:
    ports.plug(KEYS)
    stage.tick()
    assert stage.show.type("learn mute pad").lines == (
        "move the pad or button for: mute pad; learn off: leave it",
    )
    ports.play(KEYS, note(60, 0), (0xF8,), note(60))
    stage.tick()
    file = tmp_path / "controllers" / "keystation-49-keystation-49-midi-1.toml"
    assert stage.told[-1] == f"{KEYS}: note 60 of channel 1 does: mute pad; kept in {file}"
    assert file.read_text(encoding="utf-8").startswith(FIRST_LINE)
    ports.play(KEYS, note(60))
    stage.tick(3)
    assert [strip.role for strip in panel(stage).strips if strip.muted] == ["pad"]
    again = MidiStage(FedPorts(), tmp_path / "controllers")
    assert isinstance(again.midi.ports, FedPorts)
    again.midi.ports.plug(KEYS)
    again.midi.ports.play(KEYS, note(60))
    again.tick(3)
    assert [strip.role for strip in panel(again).strips if strip.muted] == ["pad"]


def test_what_is_taught_of_a_known_device_goes_before_its_shipped_mapping(
    stage: MidiStage, ports: FedPorts
) -> None:
    ports.plug(LAUNCHPAD)
    stage.tick(20)
    stage.show.type("learn solo bass")
    ports.play(LAUNCHPAD, note(83))
    stage.tick(3)
    assert ports.lights(LAUNCHPAD)[NOTE, 83] == (1, 47)
    ports.play(LAUNCHPAD, note(83), note(82))
    stage.tick(3)
    assert "solo bass now" in stage.texts()
    assert "goto verse 1" in stage.texts()


def test_what_was_taught_is_forgotten_for_what_was_there_before(
    stage: MidiStage, ports: FedPorts
) -> None:
    ports.plug(LAUNCHPAD)
    for words in ("learn undo", "learn forget", "learn forget"):
        stage.tick()
        assert stage.show.type(words).ok
        ports.play(LAUNCHPAD, note(83))
    stage.tick()
    assert [line.split(" does: ")[1].split(";")[0] for line in stage.said(" does: ")] == [
        "undo", "pad 3", "nothing",
    ]  # fmt: skip


def test_a_second_act_is_taught_while_shift_is_held(stage: MidiStage, ports: FedPorts) -> None:
    ports.plug(LAUNCHPAD)
    ports.play(LAUNCHPAD, cc(98, 127))
    stage.tick()
    stage.show.type("learn panic")
    ports.play(LAUNCHPAD, note(83))
    stage.tick()
    assert stage.said("note 83 of channel 1 with shift does: panic")


def test_a_fader_is_taught_by_any_move_and_a_pad_is_no_fader(
    stage: MidiStage, ports: FedPorts
) -> None:
    ports.plug(KEYS)
    stage.tick()
    stage.show.type("learn level bass")
    ports.play(KEYS, note(60), cc(7, 95))
    stage.tick()
    assert stage.said("cc 7 of channel 1 does: level bass")
    ports.play(KEYS, cc(7, 95), cc(7, 64))
    stage.tick()
    assert strip_level(stage, "bass") < -9.0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("learn bake a cake", "does 'bake a cake': "),
        ("learn level kazoo", "no part 'kazoo'"),
        ("learn quit", "quit is for the performer's own prompt"),
        ("learn pad 99", "no pad '99'"),
    ],
)
def test_what_means_nothing_is_not_learned(
    stage: MidiStage, ports: FedPorts, words: str, told: str
) -> None:
    answer = stage.show.type(words)
    assert not answer.ok
    assert told in answer.lines[0]
    ports.plug(KEYS)
    ports.play(KEYS, note(60))
    stage.tick()
    assert not stage.said(" does: ")


def test_what_is_taught_may_say_when(stage: MidiStage, ports: FedPorts) -> None:
    ports.plug(KEYS)
    stage.tick()
    assert stage.show.type("learn Regenerate hook in 2 bars").ok
    ports.play(KEYS, note(60))
    stage.tick()
    assert stage.said(" does: Regenerate hook in 2 bars;")
    ports.play(KEYS, note(60))
    stage.tick()
    assert stage.rig.session.state.pending[-1].bar == 2.0


def test_learning_can_be_left(stage: MidiStage, ports: FedPorts) -> None:
    ports.plug(KEYS)
    stage.show.type("learn play")
    assert stage.show.type("learn off").lines == ("nothing more is learned",)
    ports.play(KEYS, note(60))
    stage.tick()
    assert not stage.said(" does: ")


def test_without_midi_nothing_can_be_taught(tmp_path: Path) -> None:
    stage = MidiStage(FedPorts(), tmp_path / "controllers")
    from loopmind_live.app.performance import _no_midi

    stage.show.learn = _no_midi
    assert stage.show.type("learn play").lines == (
        "no MIDI device can be taught: perform with --midi",
    )


def test_a_broken_file_of_ones_own_is_told_and_the_shipped_mapping_plays(
    ports: FedPorts, tmp_path: Path
) -> None:
    own = tmp_path / "controllers"
    own.mkdir()
    (own / "launchpad-x.toml").write_text("extends = 'Launchpad X'\nports = 3\n", encoding="utf-8")
    (own / "odd.toml").write_bytes(b"\xff\xfe")
    (own / "other.toml").write_text("extends = 'Kazoo'\n", encoding="utf-8")
    stage = MidiStage(ports, own)
    assert len(stage.told) == 3
    assert all(line.startswith("MIDI ") and line.endswith(": left out") for line in stage.told)
    ports.plug(LAUNCHPAD)
    ports.play(LAUNCHPAD, note(83))
    stage.tick(3)
    assert "goto hook 1" in stage.texts()


def test_what_cannot_be_kept_is_not_learned(stage: MidiStage, ports: FedPorts) -> None:
    ports.plug(KEYS)
    stage.tick()
    stage.show.type("learn play")
    (Path(stage.midi._learner._mappings._own)).write_text("a file is in its place")
    ports.play(KEYS, note(60))
    stage.tick()
    assert stage.said("not learned: ")
    assert not stage.said(" does: ")


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
