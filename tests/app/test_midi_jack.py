"""Devices with real ports, through JACK and the process that holds them; a foreign player, too."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopmind_live.control.midi_ports import MidiPorts
from tests.app.midi_pads import Pads, wait
from tests.app.midi_stage import MidiStage
from tests.control.midi_stage import note
from tests.jack.harness import jack_server, missing

pytestmark = pytest.mark.live

NOTE = 0x90
PROGRAMMER = (0xF0, 0x00, 0x20, 0x29, 0x02, 0x0C, 0x0E, 0x01, 0xF7)
LIVE = (0xF0, 0x00, 0x20, 0x29, 0x02, 0x0C, 0x0E, 0x00, 0xF7)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MidiStage]:
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    with jack_server(tmp_path, block=128) as (environment, _):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        ports = MidiPorts(time.monotonic, tmp_path / "midi.log", ["jack"])
        on = MidiStage(ports, tmp_path / "controllers")
        try:
            yield on
        finally:
            ports.close()


def test_a_launchpad_is_found_played_lit_pulled_and_plugged_in_again(stage: MidiStage) -> None:
    pads = Pads("Launchpad X", "LPX MIDI")
    stage.until(lambda: pads.lights().get((NOTE, 81)) == (3, 21), "the intro's pad")
    assert pads.got[0] == PROGRAMMER
    pads.play(note(83), note(83, 0))
    stage.until(lambda: pads.lights()[NOTE, 83] == (2, 21), "the hook's pad, queued")
    assert pads.lights()[NOTE, 81] == (2, 5)
    assert stage.texts()[-1] == "goto hook 1"
    pads.unplug()
    stage.until(lambda: bool(stage.said("Launchpad X is gone")), "gone")
    back = Pads("Launchpad X", "LPX MIDI")
    stage.until(lambda: (NOTE, 83) in back.lights(), "the lights are back")
    assert back.got[0] == PROGRAMMER
    stage.until(lambda: len(back.lights()) == 80, "all lights are back")
    stage.midi.close()
    wait(lambda: back.got[-1] == LIVE, "the device is its own again")
    assert {value for _, value in back.lights().values()} == {0}
    back.unplug()


def test_where_the_process_of_the_ports_is_killed_all_comes_back(stage: MidiStage) -> None:
    pads = Pads("Launchpad X", "LPX MIDI")
    stage.until(lambda: len(pads.lights()) == 80, "all lights")
    assert isinstance(stage.midi.ports, MidiPorts)
    assert stage.midi.ports.pid is not None
    pads.got.clear()
    os.kill(stage.midi.ports.pid, signal.SIGKILL)
    stage.until(lambda: bool(stage.said("the music plays on")), "told")
    stage.until(lambda: len(pads.lights()) == 80, "all lights are back")
    pads.play(note(83))
    stage.until(lambda: pads.lights()[NOTE, 83] == (2, 21), "the hook's pad, queued")
    pads.unplug()


def test_a_foreign_player_drives_pads(stage: MidiStage) -> None:
    """jack_midiseq plays two keys again and again: a keyboard that was taught what they do."""
    if shutil.which("jack_midiseq") is None:
        pytest.skip("program: jack_midiseq is not installed")
    half_s = "24000"
    player = subprocess.Popen(
        ["jack_midiseq", "Foreign Pads", "48000", "0", "60", half_s, half_s, "62", "1000"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        stage.until(lambda: bool(stage.said("no mapping for Foreign Pads")), "the player is found")
        stage.show.type("learn mute pad")
        stage.until(lambda: bool(stage.said(" does: mute pad")), "one key is learned")
        stage.until(lambda: "mute pad now" in stage.texts(), "it is played again")
        stage.until(lambda: "unmute pad now" in stage.texts(), "and again")
    finally:
        player.terminate()
        player.wait(10)
    stage.until(lambda: bool(stage.rig.session.state.started), "the music plays on")
