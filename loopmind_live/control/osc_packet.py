"""OSC packets read with bounds: whatever comes, a few messages or one ControlError. Pure.

After the OSC 1.0 specification (Wright 2002) with the types of OSC 1.1 (Freed and Schmeder 2009).
"""

import math
import struct
from dataclasses import dataclass

from loopmind_live.errors import ControlError

MAX_PACKET_BYTES = 16384
MAX_ADDRESS = 256
MAX_ARGUMENTS = 128
MAX_MESSAGES = 512
TYPES = "i f s b h d t c r m T F I N S [ ]"
MAX_DEPTH = 8
"""Bundles in bundles, or arrays in arrays."""
AT_ONCE = 1
"""The time tag of what is not to wait."""
_BUNDLE = b"#bundle\0"

Argument = int | float | str | bytes | bool | None | tuple["Argument", ...]


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `time_tag` is when it is meant for: NTP time in 2^-32 s, or AT_ONCE."""

    address: str
    arguments: tuple[Argument, ...] = ()
    time_tag: int = AT_ONCE


def decode(packet: bytes) -> tuple[Message, ...]:
    r"""Return the messages of a packet, those of bundles in their order with their time.

    Raise ControlError where any of it is not OSC: then none of it counts.

    >>> decode(b"/mix/level\0\0,sf\0bass\0\0\0\0" + struct.pack(">f", -3.0))
    (Message(address='/mix/level', arguments=('bass', -3.0), time_tag=1),)
    """
    if len(packet) > MAX_PACKET_BYTES:
        raise ControlError(f"OSC: {len(packet)} bytes in a packet: send {MAX_PACKET_BYTES} at most")
    if packet.startswith(b"/"):
        return (_message(packet, AT_ONCE),)
    messages: list[Message] = []
    # A stack, not recursion: who sends bundles in bundles decides how deep they lie.
    waiting: list[tuple[bytes, int, int]] = [(packet, AT_ONCE, 0)]
    while waiting:
        data, time_tag, depth = waiting.pop()
        if data.startswith(_BUNDLE):
            if depth == MAX_DEPTH:
                raise ControlError(f"OSC: more than {MAX_DEPTH} bundles in one another")
            own, elements = _bundle(data)
            waiting += [(one, max(own, time_tag), depth + 1) for one in reversed(elements)]
        else:
            messages.append(_message(data, time_tag))
        if len(messages) + len(waiting) > MAX_MESSAGES:
            raise ControlError(f"OSC: more than {MAX_MESSAGES} messages in a packet")
    return tuple(messages)


def _bundle(data: bytes) -> tuple[int, list[bytes]]:
    """Return a bundle's time tag and its elements."""
    (time_tag,) = struct.unpack(">Q", _take(data, 8, 8))
    elements, place = [], 16
    while place < len(data):
        (size,) = struct.unpack(">i", _take(data, place, 4))
        if size <= 0 or size % 4:
            raise ControlError(f"OSC: a bundle's element of {size} bytes")
        elements.append(_take(data, place + 4, size))
        place += 4 + size
    return time_tag, elements


def _message(data: bytes, time_tag: int) -> Message:
    address, place = _string(data, 0)
    if not address.startswith("/") or len(address) > MAX_ADDRESS:
        raise ControlError(f"OSC: an address begins with / and has at most {MAX_ADDRESS} letters")
    if place == len(data):
        return Message(address, (), time_tag)  # an old sender leaves out even the empty types
    types, place = _string(data, place)
    if not types.startswith(","):
        raise ControlError(f"OSC: {address} has arguments without types")
    if len(types) > MAX_ARGUMENTS:
        raise ControlError(f"OSC: {address} has more than {MAX_ARGUMENTS - 1} arguments")
    arguments, place = _arguments(data, types[1:], place)
    if place != len(data):
        raise ControlError(f"OSC: {address} goes on after its arguments")
    return Message(address, arguments, time_tag)


def _arguments(data: bytes, types: str, place: int) -> tuple[tuple[Argument, ...], int]:
    """Return the arguments from `place` on, and where they end."""
    levels: list[list[Argument]] = [[]]
    for kind in types:
        value: Argument
        match kind:
            case "[":
                if len(levels) > MAX_DEPTH:
                    raise ControlError(f"OSC: more than {MAX_DEPTH} arrays in one another")
                levels.append([])
                continue
            case "]":
                if len(levels) == 1:
                    raise ControlError("OSC: an array ends that did not begin")
                value = tuple(levels.pop())
            case "T" | "I":  # an impulse says that something happens
                value = True
            case "F":
                value = False
            case "N":
                value = None
            case "s" | "S":
                value, place = _string(data, place)
            case "b":
                value, place = _blob(data, place)
            case "m":
                value, place = _take(data, place, 4), place + 4
            case _:
                value, place = _number(data, kind, place)
        levels[-1].append(value)
    if len(levels) > 1:
        raise ControlError("OSC: an array does not end")
    return tuple(levels[0]), place


_NUMBERS = {
    "i": struct.Struct(">i"), "f": struct.Struct(">f"), "h": struct.Struct(">q"),
    "d": struct.Struct(">d"), "t": struct.Struct(">Q"), "c": struct.Struct(">i"),
    "r": struct.Struct(">I"),
}  # fmt: skip


def _number(data: bytes, kind: str, place: int) -> tuple[Argument, int]:
    layout = _NUMBERS.get(kind)
    if layout is None:
        raise ControlError(f"OSC: no type {kind!r:.8}: there are {TYPES}")
    (value,) = layout.unpack(_take(data, place, layout.size))
    if kind == "c":
        if not 0 <= value < 128:
            raise ControlError(f"OSC: {value} is no letter")
        value = chr(value)
    return value, place + layout.size


def _string(data: bytes, place: int) -> tuple[str, int]:
    end = data.find(b"\0", place)
    if end < 0:
        raise ControlError("OSC: a text does not end")
    try:
        text = data[place:end].decode()
    except UnicodeDecodeError as error:
        raise ControlError("OSC: a text is not UTF-8") from error
    return text, _padded(data, end + 1)


def _blob(data: bytes, place: int) -> tuple[bytes, int]:
    (size,) = struct.unpack(">i", _take(data, place, 4))
    if size < 0:
        raise ControlError(f"OSC: a blob of {size} bytes")
    return _take(data, place + 4, size), _padded(data, place + 4 + size)


def _padded(data: bytes, end: int) -> int:
    """Return the next place that is a multiple of four, where `data` reaches it."""
    place = (end + 3) & ~3
    if place > len(data):
        raise ControlError("OSC: the packet is cut off")
    return place


def _take(data: bytes, place: int, size: int) -> bytes:
    taken = data[place : place + size]
    if len(taken) < size:
        raise ControlError("OSC: the packet is cut off")
    return taken


def encode(address: str, *arguments: Argument) -> bytes:
    """Return the packet of one message: whole numbers are 32 bits, 64 where they do not fit.

    Floats are 32 bits; whole numbers beyond 64 bits are told as floats.

    >>> decode(encode("/loopmind/pong", 7, 0.5, "hook", True, None, b"ab", (1, 2)))[0].arguments
    (7, 0.5, 'hook', True, None, b'ab', (1, 2))
    """
    types, parts = [","], [b""]
    for argument in arguments:
        _encode_one(argument, types, parts)
    return b"".join((_text(address), _text("".join(types)), *parts))


def _encode_one(argument: Argument, types: list[str], parts: list[bytes]) -> None:
    match argument:
        case bool():
            types.append("T" if argument else "F")
        case None:
            types.append("N")
        case int() if -(2**31) <= argument < 2**31:
            types.append("i")
            parts.append(struct.pack(">i", argument))
        case int() if -(2**63) <= argument < 2**63:
            types.append("h")
            parts.append(struct.pack(">q", argument))
        case int() | float():
            types.append("f")
            parts.append(_float(argument))
        case str():
            types.append("s")
            parts.append(_text(argument))
        case bytes():
            types.append("b")
            parts.append(struct.pack(">i", len(argument)) + argument + bytes(-len(argument) % 4))
        case tuple():
            types.append("[")
            for one in argument:
                _encode_one(one, types, parts)
            types.append("]")


def _float(value: float) -> bytes:
    """Return 32 bits; what is too large for them is infinite.

    >>> struct.unpack(">f", _float(-1e300))
    (-inf,)
    """
    try:
        return struct.pack(">f", value)
    except (OverflowError, struct.error):
        return struct.pack(">f", math.inf if value > 0 else -math.inf)


def _text(text: str) -> bytes:
    r"""Return a text as OSC holds it; it ends before a null letter, which OSC cannot hold.

    >>> _text("abc"), _text("abcd"), _text("a\0b")
    (b'abc\x00', b'abcd\x00\x00\x00\x00', b'a\x00\x00\x00')
    """
    data = text.partition("\0")[0].encode("utf-8", "replace")
    return data + bytes(4 - len(data) % 4)
