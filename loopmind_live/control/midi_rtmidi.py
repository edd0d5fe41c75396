"""MIDI ports by python-rtmidi, the one module that knows it."""

import re
import threading
import time
from typing import Any

from loopmind_live.control.midi_messages import Direction
from loopmind_live.control.midi_system import CLIENT, Heard, Place
from loopmind_live.errors import ControlError

_ALSA_NUMBERS = re.compile(r" \d+:\d+$")
_NEVER = ("Midi Through", "RtMidi", CLIENT)
"""Ports of these clients are our own, or give back what is sent there."""


class RtMidiSystem:
    """The ports of one of rtmidi's systems: "alsa", "jack" or "core". See `midi_system`."""

    sends_clock = False

    def __init__(self, name: str, heard: Heard) -> None:
        """Reach the system; ControlError where there is none on this machine."""
        import rtmidi

        apis = {
            "alsa": rtmidi.API_LINUX_ALSA,
            "jack": rtmidi.API_UNIX_JACK,
            "core": rtmidi.API_MACOSX_CORE,
        }
        self._rtmidi, self._api, self._name, self._heard = rtmidi, apis[name], name, heard
        if self._api not in rtmidi.get_compiled_api():
            raise ControlError(f"rtmidi has no {name} here")
        self._open: dict[Place, Any] = {}
        self._sending = threading.Lock()
        self._at: dict[Place, int] = {}
        try:
            self._finders = {
                "in": rtmidi.MidiIn(self._api, name=CLIENT),
                "out": rtmidi.MidiOut(self._api, name=CLIENT),
            }
        except rtmidi.RtMidiError as error:
            raise ControlError(f"no {name}: {error}") from error

    def ports(self) -> frozenset[Place]:
        """Return the ports of others that are there now."""
        self._at = {}
        for direction, finder in self._finders.items():
            try:
                names = stable_names(finder.get_ports())
            except self._rtmidi.RtMidiError as error:
                raise ControlError(f"{self._name}: {error}") from error
            for at, name in enumerate(names):
                if not name.startswith(_NEVER):
                    self._at[_place(direction, name)] = at
        return frozenset(self._at)

    def open(self, place: Place) -> None:
        """Open a port that `ports` has just listed."""
        direction, name = place
        try:
            if direction == "out":
                port = self._rtmidi.MidiOut(self._api, name=CLIENT)
            else:
                port = self._rtmidi.MidiIn(self._api, name=CLIENT)
                port.ignore_types(sysex=False, timing=False, active_sense=True)
                port.set_callback(self._take, name)
            port.open_port(self._at[place], name=name.replace(":", " "))
        except (self._rtmidi.RtMidiError, KeyError) as error:
            raise ControlError(
                f"MIDI {direction}put {name} cannot be opened ({error}): another program may "
                "hold it; plug it in again"
            ) from error
        self._open[place] = port

    def close(self, place: Place) -> None:
        """Let go of a port, which may be gone already."""
        port = self._open.pop(place, None)
        if port is not None:
            port.close_port()
            port.delete()

    def send(self, port: str, data: bytes) -> None:
        """Send a whole message at an output that is open."""
        opened = self._open.get(("out", port))
        if opened is None:
            return  # it went, and who sent it is told so
        try:
            with self._sending:  # lights and clock come from two threads
                opened.send_message(data)
        except self._rtmidi.RtMidiError as error:
            raise ControlError(f"MIDI to {port}: {error}") from error

    def end(self) -> None:
        """Let go of all."""
        for place in tuple(self._open):
            self.close(place)
        for finder in self._finders.values():
            finder.delete()

    def _take(self, event: tuple[list[int], float], name: str) -> None:
        """Take a message in rtmidi's thread."""
        self._heard(name, bytes(event[0]), time.monotonic_ns())


def _place(direction: str, name: str) -> Place:
    known: Direction = "in" if direction == "in" else "out"
    return (known, name)


def stable_names(names: list[str]) -> list[str]:
    """Return names without what changes when a device is plugged in again; twins are numbered.

    >>> stable_names(["Launchpad X:LPX MIDI In 24:1", "Pad:Pad 20:0", "Pad:Pad 28:0"])
    ['Launchpad X:LPX MIDI In', 'Pad:Pad', 'Pad:Pad 2']
    """
    bare = [_ALSA_NUMBERS.sub("", name) for name in names]
    before = [bare[:at].count(name) for at, name in enumerate(bare)]
    return [f"{name} {n + 1}" if n else name for name, n in zip(bare, before, strict=True)]
