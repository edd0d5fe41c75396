"""Which MIDI ports this machine has, and the mapping that each would take."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from loopmind_live.app.finding import Finding
from loopmind_live.app.midi_mappings import Mappings, own_folder
from loopmind_live.control.midi_device import Device
from loopmind_live.control.midi_messages import MidiNotice, PortCame
from loopmind_live.control.midi_ports import MidiPorts
from loopmind_live.engine.devices import NoAnswer

ASK_S = 5.0
LOOK_S = 2.5
"""How long ports are looked for: the process that holds them has to start first."""
_SETTLED_S = 0.6
_TURN_S = 0.02
_CHECK = "midi"


@dataclass(frozen=True, slots=True)
class MidiFound:
    """The ports that are there, and what was told beside them."""

    ports: tuple[PortCame, ...]
    notices: tuple[str, ...] = ()


def ask_midi(clock: Callable[[], float] = time.monotonic) -> MidiFound:
    """Look for ports, in a process of their own, until no more come."""
    ports = MidiPorts(clock)
    found: list[PortCame] = []
    notices: list[str] = []
    last_s = end_s = clock() + LOOK_S
    try:
        while clock() < min(end_s, last_s):
            for event in ports.advance():
                if isinstance(event, PortCame | MidiNotice):
                    last_s = clock() + _SETTLED_S
                if isinstance(event, PortCame):
                    found.append(event)
                elif isinstance(event, MidiNotice):
                    notices.append(event.text)
            time.sleep(_TURN_S)
    finally:
        ports.close()
    return MidiFound(tuple(found), tuple(dict.fromkeys(notices)))


def check_midi(found: MidiFound | NoAnswer | Exception, mappings: Mappings) -> list[Finding]:
    """Return a line for each device that is there, and for each file that cannot be read."""
    broken = [
        Finding(_CHECK, "warn", fault, "mend the file, or take it out of the folder")
        for fault in mappings.faults
    ]
    if not isinstance(found, MidiFound):
        reason = found.reason if isinstance(found, NoAnswer) else str(found)
        return [Finding(_CHECK, "warn", f"no ports: {reason}", "perform without --midi"), *broken]
    if not found.ports:
        told = "; ".join(found.notices) or "no device is plugged in"
        return [Finding(_CHECK, "ok", f"{told} (your own mappings: {own_folder()})"), *broken]
    return [*_devices(found.ports, mappings), *broken]


def _devices(ports: Iterable[PortCame], mappings: Mappings) -> list[Finding]:
    ways: dict[str, list[str]] = {}
    for port in sorted(ports, key=lambda port: (port.port, port.direction)):
        ways.setdefault(port.port, []).append(port.direction)
    return [
        Finding(_CHECK, "ok", f"{name} ({' and '.join(way)}): {_mapping(mappings.device_of(name))}")
        for name, way in ways.items()
    ]


def _mapping(device: Device | None) -> str:
    if device is None:
        return "no mapping: learn gives it one, as in: learn mute bass"
    return f"{device.name}, {device.file}"
