"""A pad controller of another maker: a client of JACK with an input and an output for MIDI."""

import time
from collections.abc import Callable
from typing import Any

import rtmidi

PATIENCE_S = 15.0
_MOST = 4096


class Pads:
    """A device with virtual ports on the JACK server of the environment; remembers what it got."""

    def __init__(self, name: str, port: str) -> None:
        self.name = f"{name}:{port}"
        self._got: list[tuple[int, ...]] = []
        self._out: Any = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name=name)
        self._in: Any = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name=name, queue_size_limit=_MOST)
        self._in.ignore_types(sysex=False, timing=False, active_sense=True)
        self._out.open_virtual_port(port)
        self._in.open_virtual_port(port)

    @property
    def got(self) -> list[tuple[int, ...]]:
        """Return what came so far.

        rtmidi keeps it until it is asked for: were JACK's thread to wait for this process's Python,
        it would be late for its block, and what is in that block would be lost.
        """
        while not self._in.is_deleted and (event := self._in.get_message()) is not None:
            self._got.append(tuple(event[0]))
        return self._got

    def play(self, *messages: tuple[int, ...]) -> None:
        """Do what hands would do."""
        for message in messages:
            self._out.send_message(message)

    def lights(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Return how each light stands: channel and value, by kind and number."""
        voices = [message for message in self.got if message[0] < 0xF0]
        return {(m[0] & 0xF0, m[1]): ((m[0] & 0x0F) + 1, m[2]) for m in voices}

    def unplug(self) -> None:
        """Pull the cable."""
        for port in (self._out, self._in):
            port.close_port()
            port.delete()


def wait(true: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    limit = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < limit, f"never: {what}"
        time.sleep(0.005)
