"""MIDI messages in words, for who watches what comes in. Pure."""

from loopmind_live.control.midi_device import Device
from loopmind_live.control.midi_mapping import move_of
from loopmind_live.control.midi_messages import CLOCK, CONTINUE, SONG_POSITION, START, STOP, SYSEX

_SYSTEM = {
    CLOCK: "clock", START: "start", CONTINUE: "continue", STOP: "stop",
    SONG_POSITION: "song position", 0xFE: "active sensing", 0xFF: "reset",
}  # fmt: skip
_VOICE = {0xA: "pressure of a key", 0xD: "pressure", 0xE: "pitch bend"}


def meant_on(data: tuple[int, ...], device: Device | None, shifted: bool = False) -> str:
    """Return in words what a message stands for on a device."""
    if device is None:
        return "nothing: no mapping is for this port"
    move = move_of(data)
    control = device.find(move.trigger, shifted) if move is not None else None
    if move is None or control is None:
        return "nothing"
    if move.value == 0 and control.target.act not in ("fader", "shift"):
        return "nothing: a button that is let go"
    return control.target.words


def shown(data: tuple[int, ...]) -> str:
    """Return a message in words.

    >>> shown((0x99, 36, 100)), shown((0xF8,)), shown((0xF0, 0x7E, 0xF7))
    ('note 36 on, velocity 100, channel 10', 'clock', 'SysEx of 3 bytes: F0 7E F7')
    """
    move = move_of(data)
    if move is not None:
        kind, number, channel = move.trigger.kind, move.trigger.number, move.trigger.channel
        if kind == "note":
            how = f"on, velocity {move.value}" if move.value else "off"
            return f"note {number} {how}, channel {channel}"
        if kind == "program":
            return f"program {number}, channel {channel}"
        return f"controller {number} at {move.value}, channel {channel}"
    if data and data[0] == SYSEX:
        told = " ".join(f"{byte:02X}" for byte in data[:12])
        more = " ..." if len(data) > 12 else ""
        return f"SysEx of {len(data)} bytes: {told}{more}"
    if data and data[0] in _SYSTEM:
        return _SYSTEM[data[0]]
    if data and data[0] >> 4 in _VOICE:
        return f"{_VOICE[data[0] >> 4]}, channel {(data[0] & 0x0F) + 1}"
    return "bytes " + " ".join(f"{byte:02X}" for byte in data[:12])
