"""MIDI ports by JACK itself: each message at its frame, in and out, under one client's name.

rtmidi puts all that is sent at the start of a block and stamps what comes with the block's time:
a clock would be off by up to a block either way. Here the block's callback reads and writes the
ports at the frames of the events; where a buffer is full, what is left waits for the next block.
"""

import ctypes
import itertools
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from loopmind_live.control import jack_functions
from loopmind_live.control.clock_out import ClockOut, Due
from loopmind_live.control.clock_plan import ClockAnchor, ClockPlan
from loopmind_live.control.clock_thread import heard_at
from loopmind_live.control.cycle_times import CycleTimes
from loopmind_live.control.jack_functions import EXACT_NAME, IS_INPUT, IS_OUTPUT, NO_START_SERVER
from loopmind_live.control.midi_system import CLIENT, Heard, Place
from loopmind_live.errors import ControlError

_GONE_S = 0.1
_WAITING = 4096
_BLOCK_BYTES = 1024
"""So much goes out at a port in one block: the clock's ticks still have room."""
_WRAP = 1 << 32


@dataclass(eq=False)
class _Port:
    """One of our ports, and what waits to go out there."""

    name: str
    handle: int
    waiting: deque[bytes] = field(default_factory=lambda: deque(maxlen=_WAITING))


class JackMidi:
    """JACK's ports. See `midi_system`. `plan` gives what clock is sent by, once a block."""

    sends_clock = True

    def __init__(
        self, heard: Heard, plan: Callable[[], tuple[ClockPlan, ClockAnchor | None]]
    ) -> None:
        """Join the server that runs; ControlError where none does. Never starts one."""
        self._library, self._within = jack_functions.load()
        self._heard, self._plan = heard, plan
        options = NO_START_SERVER | EXACT_NAME
        client = self._library.jack_client_open(CLIENT.encode(), options, None)
        if not client:  # another performance has the name, or there is no server
            client = self._library.jack_client_open(CLIENT.encode(), NO_START_SERVER, None)
        if not client:
            raise ControlError("no JACK server runs")
        self._client = client
        self._rate_hz = int(self._library.jack_get_sample_rate(client))
        self._times, self._began_ns = CycleTimes(self._rate_hz), 0
        self._inputs: tuple[_Port, ...] = ()
        self._outputs: tuple[_Port, ...] = ()
        self._clock = ClockOut()
        self._cycles = 0
        self._over = False
        self.fault: str | None = None
        self._event = jack_functions.MidiEvent()
        # JACK calls these for as long as the client is open: they must not be collected.
        self._callbacks = (
            jack_functions.PROCESS(self._process), jack_functions.SHUTDOWN(self._ended)
        )  # fmt: skip
        self._library.jack_set_process_callback(client, self._callbacks[0], None)
        self._library.jack_on_shutdown(client, self._callbacks[1], None)
        self._library.jack_activate(client)

    def ports(self) -> frozenset[Place]:
        """Return the ports of others that are there now."""
        if self._over:
            raise ControlError("the JACK server ended: MIDI through it comes back with it")
        if self.fault is not None:
            raise ControlError(f"MIDI through JACK: {self.fault}")
        ins = jack_functions.port_names(self._library, self._client, IS_OUTPUT)
        outs = jack_functions.port_names(self._library, self._client, IS_INPUT)
        places: itertools.chain[Place] = itertools.chain(
            (("in", name) for name in ins), (("out", name) for name in outs)
        )
        return frozenset(place for place in places if not place[1].startswith(CLIENT))

    def open(self, place: Place) -> None:
        """Make a port of our own for another one, and connect the two."""
        direction, name = place
        flags, word = (IS_INPUT, "from") if direction == "in" else (IS_OUTPUT, "to")
        own = f"{word} {name.replace(':', ' ')}".encode()
        handle = self._library.jack_port_register(
            self._client, own, jack_functions.MIDI_TYPE, flags, 0
        )
        if not handle:
            raise ControlError(f"MIDI {direction}put {name} cannot be opened: JACK takes no more")
        ours, theirs = self._library.jack_port_name(handle), name.encode()
        ends = (theirs, ours) if direction == "in" else (ours, theirs)
        if self._library.jack_connect(self._client, *ends) != 0:
            self._library.jack_port_unregister(self._client, handle)
            raise ControlError(f"MIDI {direction}put {name} cannot be opened: plug it in again")
        if direction == "in":
            self._inputs = (*self._inputs, _Port(name, handle))
        else:
            self._outputs = (*self._outputs, _Port(name, handle))

    def close(self, place: Place) -> None:
        """Let go of a port of ours, whose other end may be gone already."""
        direction, name = place
        ports = self._inputs if direction == "in" else self._outputs
        gone = [port for port in ports if port.name == name]
        kept = tuple(port for port in ports if port.name != name)
        if direction == "in":
            self._inputs = kept
        else:
            self._outputs = kept
        self._wait_for_cycles()
        for port in gone:
            if not self._over:
                self._library.jack_port_unregister(self._client, port.handle)

    def send(self, port: str, data: bytes) -> None:
        """Send a whole message with the next block."""
        for each in self._outputs:
            if each.name == port:
                each.waiting.append(data)

    def end(self) -> None:
        """Let go of all, once what was asked for last has gone out."""
        self._wait_for_cycles()
        self._library.jack_client_close(self._client)

    def _wait_for_cycles(self) -> None:
        """Wait until no callback still holds the ports of before."""
        until, gone = time.monotonic() + _GONE_S, self._cycles + 2
        while self._cycles < gone and not self._over and time.monotonic() < until:
            time.sleep(0.001)

    def _ended(self, _: object) -> None:
        self._over = True

    def _process(self, frames: int, _: object) -> int:
        """Read and write all ports, in JACK's thread."""
        try:
            self._began_ns = self._times.began_ns(frames, time.monotonic_ns())
            for port in self._inputs:
                self._read(port, frames)
            self._write(frames)
        except Exception as error:  # noqa: BLE001 -- told by `ports`; JACK takes no exceptions
            self.fault = f"{type(error).__name__}: {error}"
        self._cycles += 1
        return 0

    def _read(self, port: _Port, frames: int) -> None:
        within, event = self._within, self._event
        buffer = within.jack_port_get_buffer(port.handle, frames)
        for number in range(within.jack_midi_get_event_count(buffer)):
            if within.jack_midi_event_get(ctypes.byref(event), buffer, number) == 0:
                data = ctypes.string_at(event.buffer, event.size)
                after_ns = event.time * 1_000_000_000 // self._rate_hz
                self._heard(port.name, data, self._began_ns + after_ns)

    def _write(self, frames: int) -> None:
        ticks = self._ticks(frames)
        for port in self._outputs:
            buffer = self._within.jack_port_get_buffer(port.handle, frames)
            self._within.jack_midi_clear_buffer(buffer)
            room = _BLOCK_BYTES
            while port.waiting and room > 0:
                if not self._put(buffer, 0, port.waiting[0]):
                    break
                room -= len(port.waiting.popleft())
            for offset, due in ticks:
                if port.name in due.ports:
                    self._put(buffer, offset, due.data)

    def _put(self, buffer: int, offset: int, data: bytes) -> bool:
        return bool(self._within.jack_midi_event_write(buffer, offset, data, len(data)) == 0)

    def _ticks(self, frames: int) -> list[tuple[int, Due]]:
        """Return what of the clock is due in this block, and at which of its frames."""
        plan, anchor = self._plan()
        if anchor is None:
            return []
        device_frame = int(self._within.jack_last_frame_time(self._client))
        first = frame_at_cycle(anchor, device_frame, self._began_ns, self._rate_hz)
        dues = self._clock.take(plan, first, first + frames)
        last = frames - 1
        return [(min(last, max(0, round(due.frame - first))), due) for due in dues]


def frame_at_cycle(anchor: ClockAnchor, device_frame: int, time_ns: int, rate_hz: int) -> float:
    """Return the frame of the set that is heard at the start of the block at `device_frame`.

    Where the engine is no client of JACK's, the clock says it.

    >>> frame_at_cycle(ClockAnchor(1000, 0, device_frame=2**32 - 28), 100, 0, 48000)
    1128.0
    >>> frame_at_cycle(ClockAnchor(1000, 0, delay_frames=240), 100, 10_000_000, 48000)
    1240.0
    """
    if anchor.device_frame >= 0:
        passed = (device_frame - anchor.device_frame) % _WRAP
        passed -= _WRAP if passed > _WRAP // 2 else 0
        late = anchor.heard_after_ns * rate_hz / 1e9
        return anchor.frame + passed - anchor.delay_frames - late
    return heard_at(anchor, time_ns, rate_hz)
