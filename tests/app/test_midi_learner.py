"""What is taught to MIDI devices on stage, and what is kept of it."""

from pathlib import Path

import pytest

from loopmind_live.control.midi_learning import FIRST_LINE
from tests.app.midi_stage import KEYS, LAUNCHPAD, FedPorts, MidiStage
from tests.control.midi_stage import cc, note

NOTE, CC = 0x90, 0xB0


@pytest.fixture
def ports() -> FedPorts:
    return FedPorts()


@pytest.fixture
def stage(ports: FedPorts, tmp_path: Path) -> MidiStage:
    return MidiStage(ports, tmp_path / "controllers")


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
    assert [strip.role for strip in stage.panel().strips if strip.muted] == ["pad"]
    again = MidiStage(FedPorts(), tmp_path / "controllers")
    assert isinstance(again.midi.ports, FedPorts)
    again.midi.ports.plug(KEYS)
    again.midi.ports.play(KEYS, note(60))
    again.tick(3)
    assert [strip.role for strip in again.panel().strips if strip.muted] == ["pad"]


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
    assert stage.level("bass") < -9.0


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
