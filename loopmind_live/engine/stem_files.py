"""The files of one recording of the tracks: a WAV for each that sounds, all of one length."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from loopmind_live.engine.wav import Encoding, WavWriter, new_folder
from loopmind_live.errors import EngineError


class StemFiles:
    """Append blocks of all tracks to files in a folder of their own.

    A track's file is made when it first sounds, silent up to there; a track that never does has
    none. Its name is the track's in `names`, or its number from 1.
    """

    def __init__(
        self, folder: Path, names: Sequence[str], rate_hz: int, encoding: Encoding
    ) -> None:
        """Make the folder, or one beside it where it has files; EngineError where it cannot be."""
        self.path = new_folder(folder)
        self.frames = 0
        self._names = names
        self._rate_hz, self._encoding = rate_hz, encoding
        self._writers: dict[int, WavWriter] = {}

    def write(self, audio: npt.NDArray[np.float32]) -> None:
        """Append a block, float32 [tracks, frames, 2]. EngineError where the disk is full."""
        for track, block in enumerate(audio):
            sounds = bool(block.any())
            if sounds and track not in self._writers:
                self._writers[track] = self._begin(track)
            if track in self._writers:
                if sounds:
                    self._writers[track].write(block)
                else:
                    self._writers[track].write_silence(len(block))
        self.frames += audio.shape[1]

    def close(self) -> None:
        """Close the files. May be called twice."""
        for writer in self._writers.values():
            writer.close()

    def _begin(self, track: int) -> WavWriter:
        name = self._names[track] if track < len(self._names) else f"track {track + 1}"
        try:
            writer = WavWriter(self.path / f"{name}.wav", self._rate_hz, self._encoding)
        except EngineError as error:
            after_s = self.frames / self._rate_hz
            raise EngineError(
                f"{self.path}: recording stopped after {after_s:.1f} s: {error}"
            ) from error
        writer.write_silence(self.frames)
        return writer
