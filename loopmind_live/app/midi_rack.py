"""The MIDI devices that are plugged in: which ports belong to which, and what is known of each."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from loopmind_live.app.midi_mappings import Mappings
from loopmind_live.control.midi_device import Device
from loopmind_live.control.midi_lights import Lit
from loopmind_live.control.midi_mapping import Hands
from loopmind_live.control.midi_messages import Direction

MOST_WAITING = 256
"""So many messages of a device may wait; of what comes beyond them, the oldest are left out."""
MOST_NAMED = 4


@dataclass
class Plugged:
    """A device that is there: its ports, what hands do on it, and what is lit on it."""

    device: Device
    ports: dict[Direction, str] = field(default_factory=dict)
    hands: Hands = field(default_factory=Hands)
    heard: deque[tuple[int, ...]] = field(default_factory=lambda: deque(maxlen=MOST_WAITING))
    lit: Lit = field(default_factory=dict)


class Rack:
    """All devices that are there. Of two alike, the first is first in both directions."""

    def __init__(self, mappings: Mappings) -> None:
        self._mappings = mappings
        self._plugged: list[Plugged] = []
        self._unknown: dict[str, bool] = {}
        self._came: list[str] = []

    def __iter__(self) -> Iterator[Plugged]:
        return iter(tuple(self._plugged))

    def __bool__(self) -> bool:
        return bool(self._plugged)

    def at(self, port: str, direction: Direction) -> Plugged | None:
        """Return the device that a port belongs to, None where it is nobody's."""
        return next((one for one in self._plugged if one.ports.get(direction) == port), None)

    def plug(self, port: str, direction: Direction) -> Plugged | None:
        """Take a port in; return its device, None where it is nobody's."""
        device = self._mappings.device_of(port)
        if device is None:
            if direction == "in":
                self._unknown[port] = False
            return None
        alike = (one for one in self._plugged if one.device.name == device.name)
        one = next((one for one in alike if direction not in one.ports), None)
        if one is None:
            one = Plugged(device)
            self._plugged.append(one)
            self._came.append(device.name)
        one.ports[direction] = port
        if direction == "out":
            one.lit = {}
        else:
            one.hands = Hands()  # its faders may stand anywhere by now
        return one

    def unplug(self, port: str, direction: Direction) -> str | None:
        """Let go of a port; return the name of the device that is gone with it."""
        self._unknown.pop(port, None)
        one = self.at(port, direction)
        if one is None:
            return None
        del one.ports[direction]
        one.heard.clear()
        if one.ports:
            return None
        self._plugged.remove(one)
        return one.device.name

    def told(self) -> str | None:
        """Return a line that tells what came since the last call, None where nothing did."""
        new = [port for port, told in self._unknown.items() if not told]
        words = [_listed(self._came)] if self._came else []
        if new:
            words.append(f"no mapping for {_listed(new)}: teach one, as in: learn mute bass")
        self._came, self._unknown = [], dict.fromkeys(self._unknown, True)
        return f"MIDI: {'; '.join(words)}" if words else None

    def described(self) -> list[str]:
        """Return a line for each device, and for each port that is nobody's."""
        known = []
        for one in self._plugged:
            ports = " and ".join(f"{way} {port}" for way, port in one.ports.items())
            known.append(f"{one.device.name}: {ports}, by {one.device.file}")
        return [*known, *(f"{port}: no mapping" for port in self._unknown)]

    def remap(self) -> None:
        """Use the mappings as they are now: a port that was nobody's may be a device's."""
        for one in self._plugged:
            port = next(iter(one.ports.values()))
            one.device = self._mappings.device_of(port) or one.device
        for port in tuple(self._unknown):
            if self._mappings.device_of(port) is not None:
                del self._unknown[port]
                self.plug(port, "in")
        self._came = []


def _listed(names: list[str]) -> str:
    """Return names as words, the first few of many.

    >>> _listed(["a", "b", "c", "d", "e", "f"])
    'a, b, c, d and 2 more'
    """
    more = len(names) - MOST_NAMED
    listed = ", ".join(names[:MOST_NAMED])
    return f"{listed} and {more} more" if more > 0 else listed
