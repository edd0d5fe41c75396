"""A tablet over OSC and a controller over MIDI: each shows what the other did."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from loopmind_live.app.midi import MidiSurface
from loopmind_live.app.midi_mappings import FOLDER, Mappings, understood
from loopmind_live.config import shipped_folder
from tests.app.midi_stage import KORG, FedPorts
from tests.app.osc_stage import OscStage, Tablet
from tests.control.midi_stage import cc

CC = 0xB0
MUTE, LEVEL = "/loopmind/track/bass/mute", "/loopmind/track/bass/level"
MUTE_LIGHT = (CC, 51)


class Both(OscStage):
    """A performance with a tablet and a nanoKONTROL2."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        mappings = Mappings(folder / "controllers", shipped_folder(FOLDER), understood)
        self.ports = FedPorts()
        self.midi = MidiSurface(
            self.show, self.told.append, self.ports, mappings, time.perf_counter
        )
        self.ports.plug(KORG)
        self.tablet = Tablet(self.port)
        self.tablet.send("/loopmind/start_listen")
        self.until(lambda: self.tablet.shows(LEVEL) is not None, "told all")

    def tick(self) -> None:
        super().tick()
        if hasattr(self, "midi"):
            self.midi.advance()

    def close(self) -> None:
        self.tablet.close()
        self.midi.close()
        super().close()


@pytest.fixture
def both(tmp_path: Path) -> "Callable[[], Both]":
    return lambda: Both(tmp_path)


def test_a_mute_of_one_is_shown_by_the_other(both: "Callable[[], Both]") -> None:
    stage = both()
    try:
        stage.tablet.send(MUTE, 1)
        stage.until(lambda: stage.ports.lights(KORG).get(MUTE_LIGHT) == (16, 127), "lit")
        stage.ports.play(KORG, cc(51, 127, 16))
        stage.until(lambda: stage.tablet.shows(MUTE) == (0,), "told")
        stage.until(lambda: stage.ports.lights(KORG)[MUTE_LIGHT] == (16, 0), "dark")
    finally:
        stage.close()


def test_a_fader_lets_go_of_what_a_tablet_moved_and_the_tablet_is_told_where_it_went(
    both: "Callable[[], Both]",
) -> None:
    stage = both()
    try:
        stage.ports.play(KORG, cc(3, 95, 16), cc(3, 64, 16))
        stage.until(lambda: (stage.tablet.shows(LEVEL) or (1.0,))[0] < 0.6, "told")
        stage.tablet.send(LEVEL, 0.9)
        stage.until(lambda: _moved(stage), "moved")
        stage.ports.play(KORG, cc(3, 62, 16))
        stage.until(lambda: not stage.ports.events, "taken")
        assert _moved(stage), "it is far below"
        stage.ports.play(KORG, cc(3, 120, 16))
        stage.until(lambda: (stage.tablet.shows(LEVEL) or (0.0,))[0] > 0.93, "picked up")
    finally:
        stage.close()


def _moved(stage: Both) -> bool:
    return dict(stage.rig.session.state.document.levels_db).get("bass", 0.0) > 5.0
