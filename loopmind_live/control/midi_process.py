"""The MIDI process: holds all ports, and nothing else, so that no one waits for them.

`python -m loopmind_live.control.midi_process DESCRIPTOR [SYSTEM...]`, started by `midi_ports` with
one end of a socket pair. What comes in is told with its time, what is told goes out (`midi_wire`).
It ends when the other end is closed, and at the latest with the process that started it.
"""

import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence

from loopmind_live.control.clock_out import Due
from loopmind_live.control.clock_plan import ClockAnchor, ClockListen, ClockPlan
from loopmind_live.control.clock_thread import ClockThread
from loopmind_live.control.clock_times import FrameTimes
from loopmind_live.control.midi_messages import (
    CLOCK,
    MidiIn,
    MidiNotice,
    MidiOut,
    PortCame,
    PortGone,
    fault_of,
)
from loopmind_live.control.midi_outbox import Outbox
from loopmind_live.control.midi_pace import Pace
from loopmind_live.control.midi_system import MidiSystem
from loopmind_live.control.midi_watch import PortWatch
from loopmind_live.control.midi_wire import Decoder, Wire, encode
from loopmind_live.errors import ControlError
from loopmind_live.workers import realtime

JACK, BY_RTMIDI = "jack", "rtmidi-"
"""JACK is spoken to as it is; `rtmidi-jack` asks for rtmidi all the same."""
_TICK = bytes((CLOCK,))
_TURN_S = 0.5
_FAREWELL_S = 0.05
_READ_BYTES = 65536


class MidiProcess:
    """Passes messages between the ports and the performer until that one closes."""

    def __init__(self, connection: socket.socket, systems: Sequence[str]) -> None:
        self._connection = connection
        self._outbox = Outbox(connection)
        self._decoder = Decoder()
        self._paces: dict[str, Pace] = {}
        self._told: set[str] = set()
        makers: dict[str, Callable[[], MidiSystem]] = {name: self._maker(name) for name in systems}
        self._watch = PortWatch(makers, self._tell)
        self._asked = self._plan = ClockPlan()
        self._anchor: ClockAnchor | None = None
        self._times: FrameTimes | None = None
        self._listen = ClockListen(None)

    def run(self) -> None:
        """Serve until the performer closes its end; let what plays along stop with it."""
        clock = ClockThread(self._clock, self._send_clock)
        self._watch.start()
        realtime.ask_for_priority("jack")  # for all threads but the clock's, which has more
        while self._serve():
            self._send_due()
            if lost := self._outbox.lost():
                self._tell_once(f"MIDI: {lost} messages came too fast to be taken")
        self._plan = ClockPlan(self._plan.tempo, self._plan.turns)
        time.sleep(_FAREWELL_S)
        clock.end()
        self._watch.end()

    def _serve(self) -> bool:
        """Wait for the next thing to do, and take what came; return whether there is more."""
        backlog = [self._connection] if self._outbox.flush() else []
        ready, _, _ = select.select([self._connection], backlog, [], self._rest_s())
        if not ready:
            return True
        try:
            data = self._connection.recv(_READ_BYTES)
        except BlockingIOError:
            return True
        except OSError:
            return False
        for message in self._decoder.feed(data):
            self._take(message)
        return bool(data)

    def _take(self, message: Wire) -> None:
        """Do what the performer asks."""
        match message:
            case MidiOut():
                self._paces.setdefault(message.port, Pace()).put(bytes(message.data))
            case ClockPlan():
                self._asked = message
                self._plan_clock()
            case ClockListen():
                self._listen = message
            case ClockAnchor() if self._asked.tempo is not None:
                if self._times is None:
                    self._times = FrameTimes(self._asked.tempo.rate_hz)
                self._anchor = self._times.add(message)

    def _plan_clock(self) -> None:
        """Plan the clock for those of the outputs asked for that are there."""
        there = self._watch.outputs()
        outputs = tuple(port for port in self._asked.outputs if port in there)
        self._plan = ClockPlan(self._asked.tempo, self._asked.turns, outputs)

    def _clock(self) -> tuple[ClockPlan, ClockAnchor | None]:
        return self._plan, self._anchor

    def _send_clock(self, due: Due) -> None:
        """Send a message of the clock, where the system of its port does not do so itself."""
        for port in due.ports:
            holder = self._watch.holder(port)
            if holder is not None and not holder.sends_clock:
                try:
                    holder.send(port, due.data)
                except ControlError as error:
                    self._tell_once(str(error))

    def _rest_s(self) -> float:
        now_ns = time.monotonic_ns()
        waits = [pace.wait_ns(now_ns) for pace in self._paces.values()]
        return min((wait * 1e-9 for wait in waits if wait is not None), default=_TURN_S)

    def _send_due(self) -> None:
        for port, pace in self._paces.items():
            for data in pace.take(time.monotonic_ns()):
                holder = self._watch.holder(port)
                if holder is None:
                    continue  # it went, and the performer is told so
                try:
                    holder.send(port, data)
                except ControlError as error:
                    self._tell_once(str(error))
            if pace.dropped:
                pace.dropped = 0
                self._tell_once(f"MIDI to {port}: more is sent than it can take")

    def _maker(self, name: str) -> Callable[[], MidiSystem]:
        def make() -> MidiSystem:
            if name == JACK:
                from loopmind_live.control.midi_jack import JackMidi

                return JackMidi(self._heard, self._clock)
            from loopmind_live.control.midi_rtmidi import RtMidiSystem

            return RtMidiSystem(name.removeprefix(BY_RTMIDI), self._heard)

        return make

    def _heard(self, port: str, data: bytes, time_ns: int) -> None:
        """Tell what came in, in the thread of whoever brings it."""
        if data == _TICK and not self._listen.takes(port):
            return
        if (fault := fault_of(data)) is not None:
            self._tell_once(f"MIDI from {port}: {fault}: left out")
            return
        self._outbox.put(encode(MidiIn(port, tuple(data), time_ns)))

    def _tell(self, message: Wire) -> None:
        self._outbox.put(encode(message), needed=True)
        if isinstance(message, PortCame | PortGone):
            self._plan_clock()

    def _tell_once(self, text: str) -> None:
        """Tell a line that would come again and again."""
        if text not in self._told and len(self._told) < 100:
            self._told.add(text)
            self._tell(MidiNotice(text))


def systems_here() -> tuple[str, ...]:
    """Return the systems of ports that are asked for on this machine, first of all its own."""
    return ("core",) if sys.platform == "darwin" else ("alsa", "jack")


def main() -> int:
    """Serve the performer at the other end of the inherited socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    realtime.die_with_parent()
    connection = socket.socket(fileno=int(sys.argv[1]))
    process = MidiProcess(connection, sys.argv[2:] or systems_here())
    realtime.settle()
    process.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
