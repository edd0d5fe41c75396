"""MIDI messages as they pass between the ports' process and the performer: whole and timed."""

from dataclasses import dataclass
from typing import Literal

from loopmind_live.errors import ControlError

MAX_BYTES = 1024
"""The longest message that is taken or sent: SysEx beyond it is refused."""
CLOCK, START, CONTINUE, STOP = 0xF8, 0xFA, 0xFB, 0xFC
SONG_POSITION = 0xF2
SYSEX, SYSEX_END = 0xF0, 0xF7
_VOICE_BYTES = (3, 3, 3, 3, 2, 2, 3)
"""Bytes of a channel message, by the high half of its status from 0x8: status byte included."""
_SYSTEM_BYTES = {0xF1: 2, 0xF2: 3, 0xF3: 2, 0xF6: 1} | dict.fromkeys(range(0xF8, 0x100), 1)


@dataclass(frozen=True, slots=True)
class MidiIn:
    """A whole message that came in at `port`. `time_ns` is its arrival, by time.monotonic_ns."""

    port: str
    data: tuple[int, ...]
    time_ns: int


@dataclass(frozen=True, slots=True)
class MidiOut:
    """A whole message to send at `port`. Raises ControlError where `data` is no such message."""

    port: str
    data: tuple[int, ...]

    def __post_init__(self) -> None:
        if (fault := fault_of(self.data)) is not None:
            raise ControlError(f"MIDI to {self.port}: {fault}")


Direction = Literal["in", "out"]
"""Of a port as this program uses it: messages come in at one, and go out at another."""


@dataclass(frozen=True, slots=True)
class PortCame:
    """A port that is there now, and open."""

    port: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class PortGone:
    """A port that is there no more."""

    port: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class MidiNotice:
    """A line for the performer: what is wrong with MIDI, and what to do."""

    text: str


def fault_of(data: tuple[int, ...] | bytes) -> str | None:
    """Return what keeps `data` from being one whole message, None where nothing does.

    Running status is never whole: each message carries its status byte. Source of the lengths: MIDI
    1.0 Detailed Specification 4.2.

    >>> fault_of((0x90, 60, 100)), fault_of((0xF8,)), fault_of(bytes((0xF0, 0x7E, 0xF7)))
    (None, None, None)
    >>> fault_of((60, 100))
    '3C 64 begins with no status byte'
    >>> fault_of((0x90, 60))
    '90 3C has 2 bytes: this kind of message has 3'
    """
    if not data:
        return "a message without bytes"
    if len(data) > MAX_BYTES:
        return f"a message of {len(data)} bytes: at most {MAX_BYTES} are sent at once"
    if not all(isinstance(byte, int) and 0 <= byte <= 0xFF for byte in data):
        return f"{list(data[:8])}: bytes are whole numbers from 0 to 255"
    status, told = data[0], " ".join(f"{byte:02X}" for byte in data[:8])
    if status < 0x80:
        return f"{told} begins with no status byte"
    if status == SYSEX:
        if len(data) < 2 or data[-1] != SYSEX_END:
            return f"{told}: SysEx ends with F7"
        body = data[1:-1]
    else:
        size = _VOICE_BYTES[(status >> 4) - 8] if status < 0xF0 else _SYSTEM_BYTES.get(status)
        if size is None:
            return f"{told} begins with a status byte that has no meaning"
        if len(data) != size:
            return f"{told} has {len(data)} bytes: this kind of message has {size}"
        body = data[1:]
    if any(byte >= 0x80 for byte in body):
        return f"{told}: data bytes are from 00 to 7F"
    return None


def song_position(sixteenths: int) -> tuple[int, ...]:
    """Return the message that names a place, in sixteenths from the song's start.

    What lies beyond the last place that it can name (16383) is counted on from 0.

    >>> song_position(16), song_position(16384 + 130)
    ((242, 16, 0), (242, 2, 1))
    """
    return (SONG_POSITION, sixteenths & 0x7F, (sixteenths >> 7) & 0x7F)


def sixteenths_of(data: tuple[int, ...]) -> int:
    """Return the place that a song position message names, in sixteenths.

    >>> sixteenths_of((242, 2, 1))
    130
    """
    return data[1] | data[2] << 7
