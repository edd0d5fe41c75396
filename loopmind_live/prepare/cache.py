"""The disk cache of prepared clips: one .npy file a clip, which any numpy can read.

After the array come the clip's sizes and a checksum, so that a file that was cut short or altered
is found out and made again. Several processes may use one folder at a time.
"""

import io
import os
import struct
import tempfile
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from loopmind_live.config import PIECE_BYTES
from loopmind_live.dsp.seams import Audio
from loopmind_live.errors import PrepareError
from loopmind_live.prepare.clip_audio import ClipAudio

DEFAULT_BYTES = 4 << 30
_TRAILER = struct.Struct("<QQ4sI")
"""The frames of lead-in and tail, a mark, and a checksum of all that comes before the mark."""
_CHECKED_BYTES = 16
_MAGIC = b"LMC1"


class ClipCache:
    """Clips by key, in a folder whose files together take at most `max_bytes`."""

    def __init__(self, folder: Path, max_bytes: int = DEFAULT_BYTES) -> None:
        self.folder = folder
        self.max_bytes = max_bytes

    def load(self, key: str) -> ClipAudio | None:
        """Return a clip, mapped from its file, or None where there is none that is whole.

        Using it makes it the newest. A damaged file is removed.
        """
        path = self._path(key)
        try:
            clip = _read(path)
            os.utime(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            path.unlink(missing_ok=True)
            return None
        return clip

    def store(self, key: str, clip: ClipAudio) -> None:
        """Keep a clip, whole or not at all; the clips unused longest make room for it.

        Raises PrepareError where the folder cannot be written.
        """
        audio = np.concatenate([clip.lead, clip.body, clip.tail]).astype(np.float32, copy=False)
        header = io.BytesIO()
        npy.write_array_header_1_0(header, npy.header_data_from_array_1_0(audio))
        trailer = _trailer(header.getvalue(), audio, len(clip.lead), len(clip.tail))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # Room first: two files never stand where one fits.
            self._make_room(audio.nbytes, spared=self._path(key))
            with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".tmp", delete=False) as file:
                temporary = Path(file.name)
                try:
                    file.write(header.getvalue())
                    samples = audio.data.cast("B")
                    for begin in range(0, len(samples), PIECE_BYTES):
                        file.write(samples[begin : begin + PIECE_BYTES])
                    file.write(trailer)
                    file.close()
                    temporary.replace(self._path(key))
                except BaseException:
                    temporary.unlink(missing_ok=True)
                    raise
        except OSError as error:
            raise PrepareError(
                f"{self.folder}: a clip cannot be kept there ({error.strerror or error}): "
                "free some disk space, or set LOOPMIND_HOME to another folder"
            ) from error

    def remove(self, key: str) -> None:
        """Let go of what is kept under `key`; where that cannot be, it goes as the oldest."""
        with suppress(OSError):
            self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.npy"

    def _make_room(self, wanted: int, spared: Path) -> None:
        """Remove the files used longest ago, left-overs of killed writers among them."""
        files: list[tuple[float, int, Path]] = []
        for pattern in ("*.npy", "*.tmp"):
            for path in self.folder.glob(pattern):
                try:
                    facts = path.stat()
                except FileNotFoundError:
                    continue  # another process removed it first
                if path != spared:
                    files.append((facts.st_mtime, facts.st_size, path))
        total = wanted + sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self.max_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size


def _read(path: Path) -> ClipAudio:
    """Return the clip in a file; ValueError where it is not whole."""
    data = np.memmap(path, np.uint8, mode="r")
    if len(data) <= _TRAILER.size:
        raise ValueError(f"{path}: too short")
    lead, tail, magic, checksum = _TRAILER.unpack(data[-_TRAILER.size :].tobytes())
    checked = data[: len(data) - _TRAILER.size + _CHECKED_BYTES]
    if magic != _MAGIC or zlib.crc32(checked.data) != checksum:
        raise ValueError(f"{path}: not whole")
    audio: Audio = npy.open_memmap(path, mode="r")
    body_end = len(audio) - tail
    if audio.dtype != np.float32 or audio.ndim != 2 or audio.shape[1] != 2 or body_end <= lead:
        raise ValueError(f"{path}: not a clip")
    return ClipAudio(audio[:lead], audio[lead:body_end], audio[body_end:])


def _trailer(header: bytes, audio: Audio, lead: int, tail: int) -> bytes:
    sizes = _TRAILER.pack(lead, tail, _MAGIC, 0)[:_CHECKED_BYTES]
    checksum = zlib.crc32(sizes, zlib.crc32(audio.data, zlib.crc32(header)))
    return _TRAILER.pack(lead, tail, _MAGIC, checksum)
