"""Write WAV files that stay playable whatever happens: 24-bit or float32, of any length."""

import os
import struct
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from loopmind_live.config import PIECE_BYTES
from loopmind_live.errors import EngineError

Encoding = Literal["pcm24", "float32"]
_WIDTH = {"pcm24": 3, "float32": 4}
_HEADER_BYTES = 12 + 36 + 24 + 8
_RIFF_LIMIT = (1 << 32) - 1


class WavWriter:
    """Append blocks to a new file; its header is right after every block.

    Beyond 4 GiB the file becomes RF64 (EBU Tech 3306), for which its header keeps room.
    """

    def __init__(self, path: Path, rate_hz: int, encoding: Encoding, channels: int = 2) -> None:
        """Make the file; EngineError where it exists or cannot be made."""
        self.path = path
        self.frames = 0
        self._rate_hz, self._encoding, self._channels = rate_hz, encoding, channels
        try:
            self._file = path.open("xb", buffering=0)
            self._file.write(self._header())
        except OSError as error:
            raise EngineError(f"{path}: cannot be written ({error.strerror})") from error

    def write(self, audio: npt.NDArray[np.float32]) -> None:
        """Append audio, float32 [frames, channels]. pcm24 clips beyond full scale.

        EngineError where the disk is full; what was written before stays playable.
        """
        rest = memoryview(self._encode(audio))
        try:
            while rest:
                rest = rest[self._file.write(rest[:PIECE_BYTES]) :]
            self._grow(len(audio))
        except OSError as error:
            raise self._stopped(error) from error

    def write_silence(self, frames: int) -> None:
        """Append silence, which takes no room where the disk's files may have holes.

        EngineError where the disk is full; what was written before stays playable.
        """
        try:
            while frames > 0:
                piece = min(frames, PIECE_BYTES // self._frame_bytes)
                end = _HEADER_BYTES + (self.frames + piece) * self._frame_bytes
                self._file.truncate(end)
                self._file.seek(end)
                self._grow(piece)
                frames -= piece
        except OSError as error:
            raise self._stopped(error) from error

    def close(self) -> None:
        """Close the file. May be called twice."""
        self._file.close()

    def _encode(self, audio: npt.NDArray[np.float32]) -> bytes:
        if self._encoding == "float32":
            return audio.astype("<f4").tobytes()
        scaled = np.rint(audio.astype(np.float64) * (1 << 23))
        whole = np.clip(scaled, -(1 << 23), (1 << 23) - 1).astype("<i4")
        return np.ascontiguousarray(whole).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()

    def _header(self) -> bytes:
        frame_bytes = self._frame_bytes
        size = self.frames * frame_bytes
        whole = size + _HEADER_BYTES - 8
        big = whole > _RIFF_LIMIT
        name = b"RF64" if big else b"RIFF"
        sizes = (_RIFF_LIMIT, _RIFF_LIMIT) if big else (whole, size)
        room = b"ds64" if big else b"JUNK"
        long_sizes = (whole, size, self.frames) if big else (0, 0, 0)
        code = 3 if self._encoding == "float32" else 1
        return (
            struct.pack("<4sI4s", name, sizes[0], b"WAVE")
            + struct.pack("<4sIQQQI", room, 28, *long_sizes, 0)
            + struct.pack(
                "<4sIHHIIHH", b"fmt ", 16, code, self._channels, self._rate_hz,
                self._rate_hz * frame_bytes, frame_bytes, 8 * _WIDTH[self._encoding],
            )
            + struct.pack("<4sI", b"data", sizes[1])
        )  # fmt: skip

    @property
    def _frame_bytes(self) -> int:
        return self._channels * _WIDTH[self._encoding]

    def _grow(self, frames: int) -> None:
        """Count frames that were written. The header never tells of more than there are."""
        self.frames += frames
        self._patch()

    def _patch(self) -> None:
        os.pwrite(self._file.fileno(), self._header(), 0)

    def _stopped(self, error: OSError) -> EngineError:
        """Cut what was written of a block that did not fit; return what to tell."""
        told = f"{self.path}: recording stopped after {self.frames / self._rate_hz:.1f} s"
        try:
            self._file.truncate(_HEADER_BYTES + self.frames * self._frame_bytes)
            self._patch()
        except OSError as worse:
            told += f", its last block torn ({worse.strerror})"
        return EngineError(f"{told} ({error.strerror}): make room and record again")


def free_path(path: Path) -> Path:
    """Return `path`, or the first of "name 2", "name 3", ... where files exist already."""
    candidate, number = path, 2
    while os.path.lexists(candidate):
        candidate = path.with_name(f"{path.stem} {number}{path.suffix}")
        number += 1
    return candidate


def new_folder(path: Path) -> Path:
    """Make the folder `path`, or the first of "path 2", "path 3", ... where it has files already.

    EngineError where it cannot be made.
    """
    candidate, number = path, 2
    while os.path.lexists(candidate) and not _is_empty_folder(candidate):
        candidate = path.with_name(f"{path.name} {number}")
        number += 1
    try:
        candidate.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EngineError(f"{candidate}: cannot be made ({error.strerror})") from error
    return candidate


def _is_empty_folder(path: Path) -> bool:
    try:
        return path.is_dir() and next(path.iterdir(), None) is None
    except OSError:
        return False  # not ours to look into: not ours to write into
