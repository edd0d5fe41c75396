"""MIDI devices on a performance: what hands do there is carried out, and what plays is lit."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from loopmind_live import config
from loopmind_live.app.midi_learner import Learner
from loopmind_live.app.midi_mappings import Mappings, all_mappings
from loopmind_live.app.midi_rack import Plugged, Rack
from loopmind_live.app.monitor import Monitor
from loopmind_live.app.panels import panel_now
from loopmind_live.app.performance import Performance
from loopmind_live.control.midi_lights import changes, expected, put_out, wanted, without_pressed
from loopmind_live.control.midi_mapping import Request, read
from loopmind_live.control.midi_messages import (
    CLOCK,
    MidiIn,
    MidiNotice,
    MidiOut,
    PortCame,
    PortGone,
)
from loopmind_live.control.midi_ports import MidiEvent, MidiPorts
from loopmind_live.control.midi_shown import meant_on, shown
from loopmind_live.control.osc_addresses import Typed
from loopmind_live.errors import ConfigError, LoopMindError
from loopmind_live.session.effects import Learn
from loopmind_live.session.panel import Panel
from loopmind_live.session.state import State

TURN_S = 0.002
"""So much of a tick may go into what was asked for; the rest of it waits for the next."""
LOG_NAME = "midi.log"
_TIMING = (CLOCK, 0xFE)
"""What comes all the time: clock and active sensing."""
log = logging.getLogger(__name__)


class Ports(Protocol):
    """All MIDI ports of the machine. See `control.midi_ports`."""

    @property
    def pid(self) -> int | None:
        """Return the id of the process that holds the ports, None where there is none now."""
        ...

    @property
    def descriptor(self) -> int | None:
        """Return what can be read where something happened, None where nothing can."""
        ...

    def advance(self) -> list[MidiEvent]:
        """Return what happened since the last call, oldest first."""
        ...

    def send(self, message: MidiOut) -> None:
        """Send a message at its port, if that is open."""
        ...

    def close(self) -> None:
        """Close all ports."""
        ...


class MidiSurface:
    """All devices on a performance. `clock` tells seconds.

    `turn` is called with this as soon as something happens at the ports, and is to `advance` it;
    without it, that waits for the next tick. `listeners` are told of everything that happens at
    the ports, in its order.
    """

    def __init__(
        self,
        show: Performance,
        tell: Callable[[str], None],
        ports: Ports,
        mappings: Mappings,
        clock: Callable[[], float],
        turn: "Callable[[MidiSurface], None] | None" = None,
        monitor: Monitor | None = None,
    ) -> None:
        self._show, self._tell, self._clock, self._turn = show, tell, clock, turn
        self._monitor = monitor or Monitor()
        self.ports = ports
        self.listeners: list[Callable[[MidiEvent], None]] = []
        self._rack = Rack(mappings)
        self._learner = Learner(mappings)
        self._requests: deque[tuple[str, Request]] = deque()
        self._refused = ("", 0)
        self._watched: int | None = None
        self._watched_pid: int | None = None
        self._drawn_state: State | None = None
        self._drawn: tuple[bool, int] | None = None
        show.learn = self._learn
        show.mapping_files, show.use_mappings = mappings.files, self._use
        self._mappings = mappings
        for fault in mappings.faults:
            tell(f"MIDI {fault}: left out")

    def advance(self) -> None:
        """Carry out what hands did, as far as a turn reaches, and light what changed."""
        self._watch()
        for event in self.ports.advance():
            for listener in self.listeners:
                listener(event)
            self._take(event)
        if (told := self._rack.told()) is not None:
            self._tell(told)
        self._carry_out()
        self._light()

    def close(self) -> None:
        """Put all lights out, and let go of the devices."""
        for one in self._rack:
            self._send(one, (*put_out(one.device, one.lit), *one.device.goodbye))
        if self._watched is not None:
            asyncio.get_running_loop().remove_reader(self._watched)
            self._watched = None
        self.ports.close()

    def clocked(self) -> tuple[str, ...]:
        """Return the ports whose devices flash to MIDI clock."""
        return tuple(
            one.ports["out"] for one in self._rack if one.device.clock and "out" in one.ports
        )

    def described(self) -> list[str]:
        """Return a line for each device, and for each port that is nobody's."""
        return [f"MIDI {line}" for line in self._rack.described()] or ["MIDI: no device is there"]

    def _watch(self) -> None:
        """Be called where something happens, sooner than at the next tick."""
        descriptor, pid = self.ports.descriptor, self.ports.pid
        if self._turn is None or (descriptor, pid) == (self._watched, self._watched_pid):
            return  # a number alone is given anew to the next process's
        loop = asyncio.get_running_loop()
        if self._watched is not None:
            loop.remove_reader(self._watched)
        if descriptor is not None:
            loop.add_reader(descriptor, self._turn, self)
        self._watched, self._watched_pid = descriptor, pid

    def _take(self, event: MidiEvent) -> None:
        match event:
            case MidiIn():
                self._hear(event)
            case PortCame():
                one = self._rack.plug(event.port, event.direction)
                if one is not None and event.direction == "out":
                    self._send(one, one.device.setup)
                self._drawn = None
            case PortGone():
                if (gone := self._rack.unplug(event.port, event.direction)) is not None:
                    self._tell(f"MIDI: {gone} is gone, the music plays on")
            case MidiNotice():
                self._tell(event.text)

    def _hear(self, message: MidiIn) -> None:
        one = self._rack.at(message.port, "in")
        shifted = one is not None and one.hands.shifted
        if self._monitor.watched and message.data[0] not in _TIMING:
            device = None if one is None else one.device
            meant = meant_on(message.data, device, shifted)
            self._monitor.note(f"MIDI {message.port}", shown(message.data), meant)
        told = self._learner.heard(message.port, message.data, shifted)
        if told is not None:
            self._tell(told)
            self._rack.remap()
            self._drawn = None
        elif one is not None:
            one.heard.append(message.data)

    def _carry_out(self) -> None:
        """Do what hands asked for; what does not fit into this turn, in the next."""
        end = self._clock() + TURN_S
        if not self._requests:
            self._read()
        while self._requests:
            name, request = self._requests.popleft()
            self._do(name, request)
            if self._clock() >= end:
                return

    def _read(self) -> None:
        """Find out what was asked for since the last turn."""
        heard = [one for one in self._rack if one.heard]
        if not heard:
            return
        panel = panel_now(self._show)
        for one in heard:
            one.hands, requests = read(one.heard, one.device, one.hands, panel)
            one.lit = without_pressed(one.lit, one.heard)
            one.heard.clear()
            self._requests += ((one.device.name, request) for request in requests)
            panel = expected(panel, requests)  # what the next device adds to
            self._show_lights(one, panel)
        self._drawn = None

    def _do(self, name: str, request: Request) -> None:
        asked = request.asked
        try:
            if isinstance(asked, Typed):
                answer = self._show.type(asked.text)
            else:
                answer = self._show.carry_out([asked])
            ok, lines = answer.ok, answer.lines
        except LoopMindError as error:
            ok, lines = False, (str(error),)
        except Exception as error:
            # Whatever went wrong, the music plays on: say so, keep the trace, go on.
            log.exception("%s failed on %s", request.target.words, name)
            ok, lines = False, (f"{type(error).__name__}: {error}: this is a fault, see the log",)
        told = f"{name}: " + "\n".join(lines)
        if request.target.act == "fader":
            # A fader that runs says nothing, and what is wrong with it once a second.
            if ok or self._refused == (told, int(self._clock())):
                return
            self._refused = (told, int(self._clock()))
        if lines:
            self._tell(told)

    def _light(self) -> None:
        """Send what changed of the lights, a little at a time."""
        if not self._rack:
            return
        session = self._show.session
        tempo = session.state.tempo
        beat = int(tempo.bar(session.engine.frame()) * tempo.beats_per_bar)
        drawn = (self._show.recording is not None, beat)
        if self._drawn == drawn and self._drawn_state is session.state:
            return
        panel = panel_now(self._show)
        done = [self._show_lights(one, panel) for one in self._rack]
        self._drawn, self._drawn_state = drawn if all(done) else None, session.state

    def _show_lights(self, one: Plugged, panel: Panel) -> bool:
        """Send some of what is not lit as `panel` has it; tell whether that was all."""
        if "out" not in one.ports:
            return True
        now = wanted(one.device, one.hands, panel)
        one.lit, messages = changes(one.lit, now)
        self._send(one, messages)
        return one.lit == now

    def _send(self, one: Plugged, messages: Iterable[tuple[int, ...]]) -> None:
        if (port := one.ports.get("out")) is not None:
            for data in messages:
                self.ports.send(MidiOut(port, data))

    def _use(self, folder: Path | None) -> None:
        """Use the mappings of a set, in `folder`, before all others; those of no set where None."""
        before = self._mappings.faults
        self._mappings.use(folder)
        for fault in self._mappings.faults:
            if fault not in before:
                self._tell(f"MIDI {fault}: left out")
        self._rack.remap()
        self._drawn = None

    def _learn(self, wanted: Learn) -> list[str]:
        return self._learner.ask(wanted.what)


def ports_here() -> MidiPorts:
    """Open the MIDI ports of this machine."""
    return MidiPorts(time.monotonic, config.log_folder() / LOG_NAME)


def open_midi(
    show: Performance,
    tell: Callable[[str], None],
    ports: MidiPorts,
    turn: Callable[[MidiSurface], None],
    monitor: Monitor,
) -> MidiSurface:
    """Plug all MIDI devices of this machine into a performance."""
    try:
        mappings = all_mappings()
    except ConfigError:
        ports.close()
        raise
    return MidiSurface(show, tell, ports, mappings, time.perf_counter, turn, monitor)
