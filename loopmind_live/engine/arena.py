"""The clip arena: one fixed piece of shared memory from which every voice reads."""

import mmap
import os
import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt

from loopmind_live.config import PIECE_BYTES
from loopmind_live.engine import shared
from loopmind_live.engine.places import Places
from loopmind_live.errors import EngineError

FRAME_BYTES = 8
_PIECE_FRAMES = PIECE_BYTES // FRAME_BYTES
"""Stereo float32."""
BESIDE_BYTES = 64 << 20
"""What an engine that sounds keeps in the arena's folder besides: rings of audio, its status."""
FILE_NAME = "arena"


class Arena:
    """Stereo float32 frames in a file that other processes map too.

    `view` is the memory itself, float32 [frames, 2]. The process that makes clips asks for a place,
    has it written (by workers, that open the same `path`), and frees it once no row can reach it.
    """

    def __init__(self, path: Path, writable: bool) -> None:
        """Map an arena that exists. Only its owner allocates."""
        self.path = path
        self._owned: tuple[Path, int] | None = None
        self._map: mmap.mmap | None = shared.map_file(path, writable)
        self.frames = len(self._map) // FRAME_BYTES
        self.view: npt.NDArray[np.float32] = np.frombuffer(
            self._map, np.float32, self.frames * 2
        ).reshape(self.frames, 2)
        self.places = Places(self.frames)

    @classmethod
    def create(cls, frames: int, parent: Path | None = None) -> "Arena":
        """Make an arena in a folder of its own, which goes when it is closed.

        In /dev/shm where there is room, else in the temp folder, unless `parent` is given. Folders
        of dead processes are removed first. Raises EngineError where there is no room.
        """
        if frames <= 0:
            raise EngineError(f"an arena of {frames} frames: it must have at least one")
        size = frames * FRAME_BYTES
        for place in {parent} if parent else {Path("/dev/shm"), shared.temp_folder()}:
            shared.remove_orphans(place)
        folder, lock = shared.make_folder(parent or shared.room(size + BESIDE_BYTES))
        try:
            shared.make_file(folder / FILE_NAME, size)
            arena = cls(folder / FILE_NAME, writable=True)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
            raise
        arena._owned = (folder, lock)
        return arena

    @classmethod
    def adopt(cls, folder: Path) -> "Arena":
        """Own the arena of a process that died, in `folder`; all places count as free."""
        lock = shared.hold(folder)
        try:
            arena = cls(folder / FILE_NAME, writable=True)
        except BaseException:
            os.close(lock)
            raise
        arena._owned = (folder, lock)
        return arena

    def allocate(self, frames: int) -> int | None:
        """Return the first frame of a free place of `frames`, now taken; None where it is full."""
        return self.places.allocate(frames)

    def hold(self, offset: int, frames: int, sounding: bool) -> bool:
        """Take a place where another process laid a clip; return whether it could be taken.

        The parts of a `sounding` clip that rows reach may count as taken already.
        """
        take = self.places.widen if sounding else self.places.reserve
        try:
            take(offset, frames)
        except EngineError:
            return False
        return True

    def read(self, offset: int, frames: int) -> npt.NDArray[np.float32]:
        """Return what lies at `offset`, float32 [frames, 2]: the memory itself."""
        return self.view[offset : offset + frames]

    def free(self, offset: int) -> None:
        """Give the place that begins at `offset` back."""
        self.places.free(offset)

    def write(self, offset: int, audio: npt.NDArray[np.float32]) -> None:
        """Copy `audio`, float32 [frames, 2], to `offset`; numbers that are not finite raise.

        It goes piece by piece: a set of many hours takes no large memory again and again.
        """
        if audio.ndim != 2 or audio.shape[1] != 2:
            raise EngineError(f"a clip of shape {audio.shape}: it must be [frames, 2]")
        if offset < 0 or offset + len(audio) > self.frames:
            raise EngineError(
                f"frames {offset}..{offset + len(audio)}: the arena has {self.frames}"
            )
        for begin in range(0, len(audio), _PIECE_FRAMES):
            piece = audio[begin : begin + _PIECE_FRAMES]
            if not np.isfinite(piece).all():
                raise EngineError("a clip holds numbers that are not finite: prepare it again")
            self.view[offset + begin : offset + begin + len(piece)] = piece

    def close(self) -> None:
        """Let the memory go, and the file where this process made it. May be called twice."""
        if self._map is None:
            return
        self.view = np.zeros((0, 2), np.float32)
        try:
            self._map.close()
        except BufferError:
            self._map = None  # another array still looks at it: it goes with that array
        self._map = None
        if self._owned is not None:
            folder, lock = self._owned
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
            self._owned = None
