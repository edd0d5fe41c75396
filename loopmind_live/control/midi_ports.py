"""The MIDI ports as the performer has them: a process of their own, started again where it ends."""

import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from loopmind_live.control.clock_plan import ClockAnchor, ClockListen, ClockPlan
from loopmind_live.control.midi_messages import (
    MidiIn,
    MidiNotice,
    MidiOut,
    PortCame,
    PortGone,
)
from loopmind_live.control.midi_wire import Decoder, encode
from loopmind_live.errors import ControlError

MidiEvent = MidiIn | PortCame | PortGone | MidiNotice
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
STEADY_S = 10.0
"""A process that lived this long is started again soon."""
_END_S = 1.0
MOST_BYTES = 256 * 1024
"""So much waits for the process."""
_READ_BYTES = 65536
_READS = 8
_MODULE = "loopmind_live.control.midi_process"


class MidiPorts:
    """All ports of the machine, hot-plugged. Not thread-safe: one task calls it.

    `clock` tells seconds, as time.monotonic. What the process prints goes to the file `log`, or
    nowhere. `systems` are those asked for (all that there are where it is empty).
    """

    def __init__(
        self, clock: Callable[[], float], log: Path | None = None, systems: Sequence[str] = ()
    ) -> None:
        self._clock, self._log, self._systems = clock, log, tuple(systems)
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None
        self._decoder = Decoder()
        self._open: set[PortCame] = set()
        self._waiting = bytearray()
        self._plan: ClockPlan | None = None
        self._listen = ClockListen(None)
        self._pause_s = FIRST_PAUSE_S
        self._started_s = self._next_s = clock()
        self._start()

    @property
    def pid(self) -> int | None:
        """Return the process's id, None between two of them."""
        return None if self._process is None else self._process.pid

    @property
    def descriptor(self) -> int | None:
        """Return what can be read where something happened, None between two processes."""
        return None if self._connection is None else self._connection.fileno()

    @property
    def ports(self) -> frozenset[PortCame]:
        """Return the ports that are open."""
        return frozenset(self._open)

    def advance(self) -> list[MidiEvent]:
        """Return what happened since the last call, oldest first. Never waits."""
        if self._connection is None:
            if self._clock() < self._next_s:
                return []
            self._start()
        self._flush()
        events, fault = self._read()
        for event in events:
            if isinstance(event, PortCame):
                self._open.add(event)
            elif isinstance(event, PortGone):
                self._open.discard(PortCame(event.port, event.direction))
        return events if fault is None else events + self._ended(fault)

    def send(self, message: MidiOut) -> None:
        """Send a message at its port; nothing happens where that is not open."""
        self._say(message)

    def plan_clock(self, plan: ClockPlan) -> None:
        """Send a clock by `plan` from now on, also from a process that is started again."""
        self._plan = plan
        self._say(plan)

    def listen_clock(self, listen: ClockListen) -> None:
        """Hear the ticks of a clock from now on, also from a process that is started again."""
        self._listen = listen
        self._say(listen)

    def anchor_clock(self, anchor: ClockAnchor) -> None:
        """Tell where the engine is; twenty times a second is enough."""
        self._say(anchor)

    def close(self) -> None:
        """Close all ports, and end the process."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        process, self._process = self._process, None
        if process is not None:
            try:
                process.wait(_END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _say(self, message: MidiOut | ClockPlan | ClockAnchor | ClockListen) -> None:
        if self._connection is None or len(self._waiting) > MOST_BYTES:
            return  # between two processes, or one that stands still: lights are told anew
        self._waiting += encode(message)
        self._flush()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        command = [sys.executable, "-m", _MODULE, str(theirs.fileno()), *self._systems]
        with theirs, (self._log or Path("/dev/null")).open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                pass_fds=(theirs.fileno(),), start_new_session=True,
            )  # fmt: skip
        self._connection = ours
        self._decoder, self._waiting = Decoder(), bytearray()
        self._started_s = self._clock()
        self._say(self._listen)
        if self._plan is not None:
            self._say(self._plan)

    def _ended(self, reason: str) -> list[MidiEvent]:
        """Let go of a process that ended or cannot be understood; another is started soon."""
        if self._process is not None:
            self._process.kill()  # nobody waits here for what may hang
        self.close()
        now_s = self._clock()
        if now_s - self._started_s > STEADY_S:
            self._pause_s = FIRST_PAUSE_S
        self._next_s = now_s + self._pause_s
        self._pause_s = min(LONGEST_PAUSE_S, 2.0 * self._pause_s)
        gone = [PortGone(port.port, port.direction) for port in self._open]
        self._open.clear()
        return [MidiNotice(f"{reason}: it is started again, the music plays on"), *gone]

    def _read(self) -> tuple[list[MidiEvent], str | None]:
        """Return what was told, and why nothing more will come, None where more will."""
        events: list[MidiEvent] = []
        for _ in range(_READS):
            try:
                data = self._connection.recv(_READ_BYTES) if self._connection else b""
            except BlockingIOError:
                break
            except OSError:
                data = b""
            if not data:
                return events, "the MIDI process ended"
            try:
                messages = self._decoder.feed(data)
            except ControlError as error:
                return events, str(error)
            events += [message for message in messages if isinstance(message, MidiEvent)]
            if len(data) < _READ_BYTES:
                break
        return events, None

    def _flush(self) -> None:
        if not self._waiting or self._connection is None:
            return
        try:
            sent = self._connection.send(self._waiting)
        except BlockingIOError:
            return
        except OSError:
            self._waiting.clear()  # `advance` sees the same end, and tells of it
            return
        del self._waiting[:sent]
