"""The newest messages in shared memory: what brings an engine that knows nothing up to date.

Rows and parameters stand in one such file, patches, which seldom change, in another.

The performer writes them, as the messages that it would send. Two slots take turns, so that a
performer that dies while it writes leaves the one before whole.
"""

import struct
from pathlib import Path

from loopmind_live.config import MOST_PATCHES
from loopmind_live.engine import protocol, shared
from loopmind_live.engine.protocol import Decoder, Message
from loopmind_live.errors import EngineError
from loopmind_live.score.patch import MAX_BYTES

FILE_NAME = "newest"
ROOM = protocol.MAX_BYTES + (1 << 16)
"""The most bytes of rows and parameters."""
PATCHES_NAME = "patches"
PATCHES_ROOM = MOST_PATCHES * (MAX_BYTES + (1 << 10))
_TURN = struct.Struct("=Q")
_SIZE = struct.Struct("=Q")
_READS = 100


class Newest:
    """The mapped file, with `room` bytes for messages. One writer, any readers; neither waits."""

    def __init__(self, path: Path, writable: bool, room: int = ROOM) -> None:
        self._map = shared.map_file(path, writable)
        self._room = room

    @classmethod
    def create(cls, path: Path, room: int = ROOM) -> "Newest":
        """Make the file and map it."""
        shared.make_file(path, _TURN.size + 2 * (room + _SIZE.size))
        return cls(path, writable=True, room=room)

    def write(self, messages: bytes) -> None:
        """Replace what stands there by encoded messages; EngineError where they are too long."""
        if len(messages) > self._room:
            raise EngineError(f"{len(messages)} bytes to keep for engines: {self._room} at most")
        turn = self._turn() + 1
        at = self._place(turn)
        _SIZE.pack_into(self._map, at, len(messages))
        self._map[at + _SIZE.size : at + _SIZE.size + len(messages)] = messages
        _TURN.pack_into(self._map, 0, turn)

    def read(self) -> list[Message]:
        """Return the newest messages; none where nothing was ever written."""
        for _ in range(_READS):
            turn = self._turn()
            at = self._place(turn)
            (size,) = _SIZE.unpack_from(self._map, at)
            if size <= self._room:
                messages = self._map[at + _SIZE.size : at + _SIZE.size + size]
                if self._turn() == turn:
                    return Decoder().feed(messages)
        raise EngineError("the newest rows cannot be read: they change too fast")

    def close(self) -> None:
        """Unmap the file."""
        self._map.close()

    def _turn(self) -> int:
        return int(_TURN.unpack_from(self._map, 0)[0])

    def _place(self, turn: int) -> int:
        return _TURN.size + turn % 2 * (self._room + _SIZE.size)
