"""What the MIDI process knows of a system of MIDI ports: ALSA's, JACK's, macOS's."""

from collections.abc import Callable
from typing import Protocol

from loopmind_live.control.midi_messages import Direction

CLIENT = "LoopMind MIDI"
"""The name under which other programs see this one's ports."""
Heard = Callable[[str, bytes, int], None]
"""Called with port, whole message and time.monotonic_ns of its arrival, in any thread."""
Place = tuple[Direction, str]
"""A port: its direction, and a name that stays the same when it is plugged in again."""


class MidiSystem(Protocol):
    """Ports that can be listed, opened and closed. Raises ControlError where one cannot be.

    `sends_clock` tells whether it sends the clock itself, each tick at its frame.
    """

    sends_clock: bool

    def ports(self) -> frozenset[Place]:
        """Return the ports of others that are there now."""
        ...

    def open(self, place: Place) -> None:
        """Open a port: what comes in is heard from now on, what is sent goes out."""
        ...

    def close(self, place: Place) -> None:
        """Let go of a port, which may be gone already."""
        ...

    def send(self, port: str, data: bytes) -> None:
        """Send a whole message at an output that is open."""
        ...

    def end(self) -> None:
        """Let go of all."""
        ...
