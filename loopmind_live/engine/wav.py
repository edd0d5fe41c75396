"""Write WAV files that stay playable whatever happens: 24-bit or float32, of any length."""

import os
import struct
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

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
        data = self._encode(audio)
        try:
            written = self._file.write(data)
            while written < len(data):
                written += self._file.write(data[written:])
            self.frames += len(audio)
            self._patch()
        except OSError as error:
            self._shorten()
            raise EngineError(
                f"{self.path}: recording stopped after {self.frames / self._rate_hz:.1f} s "
                f"({error.strerror}): make room and record again"
            ) from error

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
        frame_bytes = self._channels * _WIDTH[self._encoding]
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

    def _patch(self) -> None:
        os.pwrite(self._file.fileno(), self._header(), 0)

    def _shorten(self) -> None:
        """Cut what was written of a block that did not fit."""
        size = self.frames * self._channels * _WIDTH[self._encoding]
        self._file.truncate(_HEADER_BYTES + size)
        self._patch()


def free_path(path: Path) -> Path:
    """Return `path`, or the first of "name 2", "name 3", ... where files exist already."""
    candidate, number = path, 2
    while candidate.exists():
        candidate = path.with_name(f"{path.stem} {number}{path.suffix}")
        number += 1
    return candidate
