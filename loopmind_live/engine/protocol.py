"""The messages between performer and engine: small, bounded, versioned, binary, never pickled.

A message is a header (magic, version, kind, sequence, size), then `size` bytes. The performer
numbers what it sends; answers carry the number that they answer, or 0.

    performer                            engine
       | <- HELLO rate, block, frame, cue  |   at each connection
       | -> TABLE based_on, frame, latest, |   installed whole, unless `latest` has passed (LATE) or
       |          rows                     |   the table it is `based_on` is not in force (STALE);
       | <- ACK frame | LATE | STALE       |   what begins or ends at `frame` does so no sooner than
       |                                   |   in the block that comes next, whose frame ACK tells
       | -> PATCH number, instead_of,      |   may be mounted by its number from then on; what has
       |          graph as JSON            |   the number `instead_of`, 0 for none, is forgotten
       | -> PARAMETER frame, name, value.. |
       | <- MOVED frame                    |   where the parameter has a number
       | <- EVENT kind, frame, text        |
       | -> SHUTDOWN                       |
"""

import socket
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from loopmind_live.engine.base import EngineEvent
from loopmind_live.engine.rows import ROW_DTYPE, Rows
from loopmind_live.errors import EngineError, ScoreError
from loopmind_live.score.patch import Patch, from_json, to_json

MAGIC = b"LMLV"
VERSION = 5
MAX_BYTES = 256 * 1024
ANY_TIME = -(1 << 62)
"""The frame of a table that is installed however late it comes (after a restart)."""
_HEADER = struct.Struct("=4sHHII")
_HELLO = struct.Struct("=IIIqBB16s")
_TABLE = struct.Struct("=Iqq")
_ACK = struct.Struct("=q")
_PARAMETER = struct.Struct("=qdd")
_PATCH = struct.Struct("=II")
_EVENT = struct.Struct("=q16s")
_MAX_NAME_BYTES = 64
_MAX_TEXT_BYTES = 1024


class Kind(IntEnum):
    """The kinds of messages."""

    HELLO = 1
    TABLE = 2
    ACK = 3
    LATE = 4
    STALE = 5
    PARAMETER = 6
    EVENT = 7
    SHUTDOWN = 8
    MOVED = 9
    PATCH = 10


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it travels."""

    kind: Kind
    sequence: int = 0
    body: bytes = b""

    def encode(self) -> bytes:
        """Return the message's bytes."""
        if len(self.body) > MAX_BYTES:
            raise EngineError(f"a message of {len(self.body)} bytes: at most {MAX_BYTES}")
        header = _HEADER.pack(MAGIC, VERSION, self.kind, self.sequence & 0xFFFFFFFF, len(self.body))
        return header + self.body


@dataclass(frozen=True, slots=True)
class Hello:
    """What an engine is: its device's rate and block, not those that were asked for."""

    rate_hz: int
    block: int
    latency_frames: int
    frame: int
    dry: bool
    backend: str
    has_cue: bool = False


class Decoder:
    """Cut a stream of bytes into messages.

    >>> decoder = Decoder()
    >>> decoder.feed(Message(Kind.SHUTDOWN, 7).encode()[:5])
    []
    >>> decoder.feed(Message(Kind.SHUTDOWN, 7).encode()[5:])
    [Message(kind=<Kind.SHUTDOWN: 8>, sequence=7, body=b'')]
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Message]:
        """Return the messages that `data` completes; EngineError where it is no such stream."""
        self._rest += data
        messages = []
        while len(self._rest) >= _HEADER.size:
            magic, version, kind, sequence, size = _HEADER.unpack_from(self._rest)
            if magic != MAGIC:
                raise EngineError(f"the engine's socket brought {magic!r}: not its protocol")
            if version != VERSION:
                raise EngineError(
                    f"engine protocol {version}, this is {VERSION}: end the older LoopMind first"
                )
            if size > MAX_BYTES:
                raise EngineError(f"a message of {size} bytes: at most {MAX_BYTES}")
            if kind not in Kind._value2member_map_:
                raise EngineError(f"a message of kind {kind}: unknown to this version")
            end = _HEADER.size + size
            if len(self._rest) < end:
                break
            messages.append(Message(Kind(kind), sequence, self._rest[_HEADER.size : end]))
            self._rest = self._rest[end:]
        return messages


def receive(connection: socket.socket, decoder: Decoder) -> list[Message] | None:
    """Return what the next bytes complete, or None where the other side is gone."""
    try:
        data = connection.recv(65536)
    except OSError:
        return None
    return decoder.feed(data) if data else None


def hello(facts: Hello) -> Message:
    """Return the message of `facts`."""
    body = _HELLO.pack(
        facts.rate_hz, facts.block, facts.latency_frames, facts.frame, facts.dry,
        facts.has_cue, facts.backend.encode(),
    )  # fmt: skip
    return Message(Kind.HELLO, body=body)


def read_hello(message: Message) -> Hello:
    """Return the facts of a HELLO."""
    rate_hz, block, latency, frame, dry, has_cue, backend = _unpack(_HELLO, message)
    name = _text(backend.rstrip(b"\0"))
    return Hello(rate_hz, block, latency, frame, bool(dry), name, bool(has_cue))


def table(
    sequence: int, based_on: int, frame: int, rows: Rows, latest: int | None = None
) -> Message:
    """Return the message that installs `rows` if `latest` (`frame` where None) is still ahead."""
    last = frame if latest is None else latest
    return Message(Kind.TABLE, sequence, _TABLE.pack(based_on, frame, last) + rows.tobytes())


def read_table(message: Message) -> tuple[int, int, int, Rows]:
    """Return (based_on, frame, latest, rows) of a TABLE; the rows are not checked yet."""
    based_on, frame, latest = _unpack(_TABLE, message, more=True)
    data = message.body[_TABLE.size :]
    if len(data) % ROW_DTYPE.itemsize:
        raise EngineError(f"a table of {len(data)} bytes: rows take {ROW_DTYPE.itemsize}")
    return based_on, frame, latest, np.frombuffer(data, ROW_DTYPE).copy()


def answer(kind: Kind, sequence: int, frame: int) -> Message:
    """Return an ACK, LATE, STALE or MOVED for the message `sequence`; `frame`: see above."""
    return Message(kind, sequence, _ACK.pack(frame))


def read_answer(message: Message) -> int:
    """Return the frame of an ACK, LATE, STALE or MOVED."""
    return int(_unpack(_ACK, message)[0])


def parameter(frame: int, name: str, value: float, ramp_s: float, sequence: int = 0) -> Message:
    """Return the message that moves a live parameter in the first block from `frame` on.

    With a `sequence` other than 0 it is answered with the frame of that block.
    """
    data = name.encode()
    if len(data) > _MAX_NAME_BYTES:
        raise EngineError(f"{name[:20]!r}...: parameter names have at most {_MAX_NAME_BYTES} bytes")
    return Message(Kind.PARAMETER, sequence, _PARAMETER.pack(frame, value, ramp_s) + data)


def read_parameter(message: Message) -> tuple[int, str, float, float]:
    """Return (frame, name, value, ramp_s) of a PARAMETER, not checked yet."""
    frame, value, ramp_s = _unpack(_PARAMETER, message, more=True)
    data = message.body[_PARAMETER.size :]
    if len(data) > _MAX_NAME_BYTES:
        raise EngineError(f"a parameter name of {len(data)} bytes: at most {_MAX_NAME_BYTES}")
    return frame, _text(data), value, ramp_s


def patch(number: int, graph: Patch, instead_of: int | None = None) -> Message:
    """Return the message that lets `graph` be mounted by its number, and forgets another one."""
    body = _PATCH.pack(number, instead_of or 0) + to_json(graph).encode()
    return Message(Kind.PATCH, body=body)


def read_patch(message: Message) -> tuple[int, Patch, int | None]:
    """Return (number, graph, instead_of) of a PATCH, whose objects are not checked yet."""
    number, instead_of = _unpack(_PATCH, message, more=True)
    try:
        return number, from_json(message.body[_PATCH.size :]), instead_of or None
    except ScoreError as error:
        raise EngineError(str(error)) from error


def event(sent: EngineEvent) -> Message:
    """Return the message of an event; a text that is too long is cut."""
    text = sent.text.encode()[:_MAX_TEXT_BYTES].decode(errors="ignore").encode()
    return Message(Kind.EVENT, body=_EVENT.pack(sent.frame, sent.kind.encode()) + text)


def read_event(message: Message) -> EngineEvent:
    """Return the event of an EVENT."""
    frame, kind = _unpack(_EVENT, message, more=True)
    return EngineEvent(_text(kind.rstrip(b"\0")), frame, _text(message.body[_EVENT.size :]))


def _unpack(layout: struct.Struct, message: Message, more: bool = False) -> tuple[Any, ...]:
    size = len(message.body)
    if size < layout.size or (size > layout.size and not more):
        raise EngineError(f"a {message.kind.name} of {size} bytes: it takes {layout.size}")
    return layout.unpack_from(message.body)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise EngineError(f"a message with bytes that are no text: {data[:16]!r}") from error
