"""MIDI clock on a performance: sent to devices that blink or play along, and followed from one."""

import math
from collections.abc import Callable
from typing import Protocol

from loopmind_live.app.clock_follower import ClockFollower
from loopmind_live.app.performance import Performance
from loopmind_live.control.clock_ahead import ahead, turns_from
from loopmind_live.control.clock_plan import ClockAnchor, ClockPlan
from loopmind_live.control.clock_times import FrameTimes
from loopmind_live.control.midi_messages import CLOCK, CONTINUE, SONG_POSITION, START, STOP, MidiIn
from loopmind_live.control.midi_ports import MidiEvent, MidiPorts
from loopmind_live.errors import SessionError
from loopmind_live.session.effects import SetClock
from loopmind_live.session.state import State

TOLD_S, ANCHOR_S, FOLLOW_S = 0.1, 0.05, 0.05
"""How often the ports' process is told what comes, and where the engine is; and a clock is read."""
_OF_CLOCKS = frozenset({CLOCK, START, CONTINUE, STOP, SONG_POSITION})


class Ports(Protocol):
    """What a clock takes of MIDI on a performance: see `app.midi.MidiSurface`."""

    listeners: list[Callable[[MidiEvent], None]]

    def clocked(self) -> tuple[str, ...]:
        """Return the ports whose devices blink to a clock."""
        ...


class ClockSender:
    """Has the MIDI process send a clock by the set's tempo map."""

    def __init__(self, show: Performance, ports: MidiPorts, clock: Callable[[], float]) -> None:
        self._show, self._ports, self._clock = show, ports, clock
        self._off, self._all = False, False
        self._named: list[str] = []
        self._plan = ClockPlan()
        self._drawn: State | None = None
        self._told_s = self._anchored_s = -math.inf
        self.offset_ns = 0

    def ask(self, wanted: SetClock, there: tuple[str, ...]) -> str:
        """Send, or send no more, at the port asked for; return what to answer."""
        self._drawn = None
        if not wanted.on:
            self._off, self._all, self._named = True, False, []
            return "MIDI clock: sent nowhere"
        self._off = False
        if not wanted.port:
            self._all = True
            return f"MIDI clock to {', '.join(there) or 'all that is plugged in from now on'}"
        found = [port for port in there if wanted.port.casefold() in port.casefold()]
        if not found:
            ports = ", ".join(there) or "none"
            raise SessionError(f"no MIDI output has {wanted.port!r} in its name: there are {ports}")
        self._named += found
        return f"MIDI clock to {', '.join(found)}"

    def outputs(self, blinking: tuple[str, ...], there: tuple[str, ...]) -> tuple[str, ...]:
        """Return where the clock goes, of the outputs that are `there`."""
        if self._off:
            return ()
        wanted = {*blinking, *self._named}
        return tuple(port for port in there if self._all or port in wanted)

    def advance(self, outputs: tuple[str, ...], anchor: ClockAnchor) -> None:
        """Tell the process what changed."""
        now_s, session = self._clock(), self._show.session
        state, frame = session.state, session.engine.status().frame
        if self._drawn is not state or now_s - self._told_s >= TOLD_S:
            self._drawn, self._told_s = state, now_s
            coming = ahead(state, session.arranger.refit, frame)
            plan = ClockPlan(outputs=outputs)
            if coming is not None:
                tempo, soon = coming
                turns = turns_from(self._plan.turns, soon, tempo, state.playing, frame)
                plan = ClockPlan(tempo, turns, outputs)
            if plan != self._plan:
                self._plan = plan
                self._ports.plan_clock(plan)
        if outputs and now_s - self._anchored_s >= ANCHOR_S:
            self._anchored_s = now_s
            self._ports.anchor_clock(anchor)


class MidiClock:
    """MIDI clock, out and in, as a surface. `clock` tells seconds, as time.monotonic."""

    def __init__(
        self,
        show: Performance,
        midi: Ports,
        ports: MidiPorts,
        tell: Callable[[str], None],
        clock: Callable[[], float],
        others_lead: Callable[[], bool],
    ) -> None:
        self._show, self._midi, self._ports, self._tell = show, midi, ports, tell
        self._clock = clock
        self._others_lead = others_lead
        self._sender = ClockSender(show, ports, clock)
        self._follower = ClockFollower(show, tell)
        self._times = FrameTimes(show.session.engine.rate_hz)
        self._offset_ns = 0
        self._anchor_s = self._followed_s = -math.inf
        self._anchor = self._look()
        self._before = show.session.first_line
        show.session.first_line = self._first_line
        show.clock = self.ask
        show.told_beside.append(self._follower.told)
        midi.listeners.append(self._hear)

    def ask(self, wanted: SetClock) -> list[str]:
        """Do what was typed; return what to answer."""
        if wanted.way == "offset":
            self._offset_ns = round(wanted.offset_ms * 1e6)
            return [f"MIDI clock offset {wanted.offset_ms:+g} ms"]
        if wanted.way == "out":
            return [self._sender.ask(wanted, self._there())]
        if wanted.on and self._others_lead():
            raise SessionError("clock in: Link leads already: leave it first with: link off")
        self._follower.ask(wanted.port if wanted.on else None)
        self._ports.listen_clock(self._follower.listen)
        return [self._follower.told() or "MIDI clock in: off"]

    def advance(self) -> None:
        """Tell what is to be sent, and follow what came."""
        now_s = self._clock()
        if now_s - self._anchor_s >= ANCHOR_S:
            self._anchor_s, self._anchor = now_s, self._look()
        self._sender.advance(
            self._sender.outputs(self._midi.clocked(), self._there()), self._anchor
        )
        if self._follower.listen.port is None or now_s - self._followed_s < FOLLOW_S:
            return
        self._followed_s = now_s
        if self._others_lead():
            self._follower.ask(None)
            self._ports.listen_clock(self._follower.listen)
            self._tell("MIDI clock in: off, as Link leads now")
            return
        self._follower.advance(now_s, self._anchor)

    def close(self) -> None:
        """Send no more; whose clock it was is told to stop by the process, as it ends."""
        self._ports.plan_clock(ClockPlan())

    def _hear(self, event: MidiEvent) -> None:
        if isinstance(event, MidiIn) and event.data[0] in _OF_CLOCKS:
            self._follower.take(event, self._clock())

    def _there(self) -> tuple[str, ...]:
        return tuple(sorted(one.port for one in self._ports.ports if one.direction == "out"))

    def _first_line(self, frame: int) -> int:
        if self._others_lead():
            return self._before(frame)
        return self._follower.first_line(frame, self._anchor)

    def _look(self) -> ClockAnchor:
        """Return where the engine is."""
        engine = self._show.session.engine
        status = engine.status()
        return self._times.add(
            ClockAnchor(
                status.frame - engine.block, round(status.time_s * 1e9), status.device_frame,
                engine.latency_frames, self._offset_ns,
            )
        )  # fmt: skip
