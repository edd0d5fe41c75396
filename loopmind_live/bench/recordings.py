"""Recordings of any length, read by frames."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Frames = Callable[[int, int], NDArray[np.float64]]
"""Frames `start` to `stop` as float64 [frames, 2]; fewer where the recording ends."""


@contextmanager
def wav_frames(path: Path) -> Iterator[Frames]:
    """Open a recording of any length for reading by frames."""
    import soundfile

    with soundfile.SoundFile(path) as file:

        def read(start: int, stop: int) -> NDArray[np.float64]:
            start, stop = max(0, start), min(stop, file.frames)
            if start >= stop:
                return np.zeros((0, 2))
            file.seek(start)
            audio: NDArray[np.float64] = file.read(stop - start, dtype="float64", always_2d=True)
            return audio

        yield read


def array_frames(audio: NDArray[np.float32], first: int = 0) -> Frames:
    """Read an array (or memory map) [frames, 2] whose frame `first` is frame 0 of the set."""

    def read(start: int, stop: int) -> NDArray[np.float64]:
        return audio[max(0, first + start) : max(0, first + stop)].astype(np.float64)

    return read
