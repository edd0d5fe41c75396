"""A performance without sound, with MIDI devices on it."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from loopmind_live.app.midi import MidiSurface, Ports
from loopmind_live.app.midi_mappings import FOLDER, Mappings, understood
from loopmind_live.app.monitor import Monitor
from loopmind_live.app.performance import Performance
from loopmind_live.app.recording import LiveRecorder
from loopmind_live.config import shipped_folder
from loopmind_live.control.midi_messages import MidiIn, MidiOut, PortCame, PortGone
from loopmind_live.control.midi_ports import MidiEvent
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.session.panel import Panel, panel_of
from tests.session.stage import Rig

PATIENCE_S = 20.0
TICK_S = 0.002
KEYS = "Keystation 49:Keystation 49 MIDI 1"
LAUNCHPAD = "Launchpad X:LPX MIDI"
KORG = "nanoKONTROL2:nanoKONTROL2 CTRL"
APC = "APC mini mk2:APC mini mk2 Control"


class FedPorts:
    """Ports of no machine: the test plugs them in, plays them, and reads what is sent to them."""

    def __init__(self) -> None:
        self.descriptor: int | None = None
        self.pid: int | None = 1
        self.events: list[MidiEvent] = []
        self.sent: list[MidiOut] = []
        self.closed = False

    def advance(self) -> list[MidiEvent]:
        events, self.events = self.events, []
        return events

    def send(self, message: MidiOut) -> None:
        self.sent.append(message)

    def close(self) -> None:
        self.closed = True

    def plug(self, port: str) -> None:
        self.events += [PortCame(port, "in"), PortCame(port, "out")]

    def unplug(self, port: str) -> None:
        self.events += [PortGone(port, "in"), PortGone(port, "out")]

    def play(self, port: str, *messages: tuple[int, ...]) -> None:
        self.events += [MidiIn(port, data, 0) for data in messages]

    def lights(self, port: str) -> dict[tuple[int, int], tuple[int, int]]:
        """Return how each light of a port stands: channel and value by kind and number."""
        out: dict[tuple[int, int], tuple[int, int]] = {}
        for message in self.sent:
            if message.port == port and message.data[0] < 0xF0:
                status, number, value = message.data
                out[status & 0xF0, number] = ((status & 0x0F) + 1, value)
        return out


class MidiStage:
    """A performance that plays its intro, and MIDI on it."""

    def __init__(
        self, ports: Ports, own: Path, turn: Callable[[MidiSurface], None] | None = None
    ) -> None:
        self.rig = Rig(live=True)
        self.told: list[str] = []
        self.show = Performance(
            self.rig.session, LiveRecorder(self.rig.engine), own.parent,  # type: ignore[arg-type]
            _no_timeline, lambda: datetime(2030, 1, 2),
        )  # fmt: skip
        self.show.type("play")
        mappings = Mappings(own, shipped_folder(FOLDER), understood)
        self.monitor = Monitor(lambda: 0.0)
        self.midi = MidiSurface(
            self.show, self.told.append, ports, mappings, time.perf_counter, turn, self.monitor
        )
        self.tick(40)

    def tick(self, times: int = 1) -> None:
        """Let some ticks go by, and some music."""
        for _ in range(times):
            self.rig.play_to(self.rig.engine.frame() + 256)
            self.midi.advance()

    def until(self, true: Callable[[], bool], what: str = "it") -> None:
        """Go on until something is so."""
        limit = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < limit, f"{what} never was: {self.told}"
            self.tick()
            time.sleep(TICK_S)

    def panel(self) -> Panel:
        """Return what is seen of the performance now."""
        engine = self.rig.engine
        return panel_of(self.rig.session.state, engine.status(), engine.frame())

    def level(self, role: str) -> float:
        """Return where a part's fader stands, in decibels."""
        return next(strip.level_db for strip in self.panel().strips if strip.role == role)

    def said(self, words: str) -> list[str]:
        """Return the lines told in which `words` stand."""
        return [line for line in self.told if words in line]

    def texts(self) -> list[str]:
        """Return the commands that were carried out, as they were typed."""
        return [str(entry["text"]) for entry in self.rig.diary.of("command")]


def _no_timeline(path: Path) -> Arrangement:
    return _missing(path)


def _missing(path: Path) -> NoReturn:
    raise AssertionError(f"{path} was asked for")
