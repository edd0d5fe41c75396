"""The newest rows and parameters in shared memory: what brings an engine that knows nothing there.

The performer writes them, as the messages that it would send. Two slots take turns, so that a
performer that dies while it writes leaves the one before whole.
"""

import struct
from pathlib import Path

from loopmind_live.engine import protocol, shared
from loopmind_live.engine.protocol import Decoder, Message
from loopmind_live.errors import EngineError

FILE_NAME = "newest"
_SLOT_BYTES = protocol.MAX_BYTES + (1 << 16)
_TURN = struct.Struct("=Q")
_SIZE = struct.Struct("=Q")
_READS = 100


class Newest:
    """The mapped file. One writer, any readers; neither waits."""

    def __init__(self, path: Path, writable: bool) -> None:
        self._map = shared.map_file(path, writable)

    @classmethod
    def create(cls, folder: Path) -> "Newest":
        """Make the file in `folder` and map it."""
        shared.make_file(folder / FILE_NAME, _TURN.size + 2 * _SLOT_BYTES)
        return cls(folder / FILE_NAME, writable=True)

    def write(self, messages: bytes) -> None:
        """Replace what stands there by encoded messages; EngineError where they are too long."""
        if len(messages) > _SLOT_BYTES - _SIZE.size:
            raise EngineError(f"{len(messages)} bytes of rows and parameters: too many to keep")
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
            if size <= _SLOT_BYTES - _SIZE.size:
                messages = self._map[at + _SIZE.size : at + _SIZE.size + size]
                if self._turn() == turn:
                    return Decoder().feed(messages)
        raise EngineError("the newest rows cannot be read: they change too fast")

    def close(self) -> None:
        """Unmap the file."""
        self._map.close()

    def _turn(self) -> int:
        return int(_TURN.unpack_from(self._map, 0)[0])

    @staticmethod
    def _place(turn: int) -> int:
        return _TURN.size + turn % 2 * _SLOT_BYTES
