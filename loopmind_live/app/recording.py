"""What a performance records: its master, and every track beside it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from loopmind_live.engine.stem_files import StemFiles
from loopmind_live.engine.wav import Encoding, WavWriter, free_path
from loopmind_live.errors import EngineError
from loopmind_live.score.loop import ROLES

if TYPE_CHECKING:
    from loopmind_live.engine.client import ProcessEngine
    from loopmind_live.engine.offline import OfflineEngine
    from loopmind_live.engine.recorder import Recorder

FINISH_S = 0.5
"""An engine that computes gives what is missing within some blocks; one that hangs never does."""
_LEAD_BLOCKS = 2
"""The engine is surely asked for its tracks before so many blocks have passed."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Where a recording goes: the master's file, the folder of the tracks' files, or both."""

    file: Path | None
    stems: Path | None = None

    def __str__(self) -> str:
        """Return what is told of it.

        >>> str(Recording(Path("a.wav"), Path("a stems")))
        'a.wav, stems in a stems'
        """
        stems = f"stems in {self.stems}" if self.stems is not None else ""
        return ", ".join(part for part in (str(self.file or ""), stems) if part)

    def files(self) -> list[Path]:
        """Return the files that there are by now."""
        stems = sorted(self.stems.glob("*.wav")) if self.stems is not None else []
        return stems if self.file is None else [self.file, *stems]

    def told(self) -> dict[str, str | None]:
        """Return what a journal keeps of it."""
        paths = {"file": self.file, "stems": self.stems}
        return {
            name: None if path is None else str(path.absolute()) for name, path in paths.items()
        }

    @classmethod
    def read(cls, told: Mapping[str, str | None]) -> "Recording":
        """Return the recording of which a journal keeps `told`; KeyError, TypeError for others."""
        file, stems = told["file"], told["stems"]
        return cls(None if file is None else Path(file), None if stems is None else Path(stems))


class LiveRecorder:
    """Records what an engine that sounds plays, through its rings."""

    def __init__(self, engine: "ProcessEngine") -> None:
        self.from_frame = 0
        self._engine = engine
        self._recording: Recording | None = None
        self._recorders: list[Recorder] = []

    @property
    def current(self) -> Recording | None:
        """Return the recording under way, or None where there is none or all of it has failed."""
        if not any(recorder.running for recorder in self._recorders):
            self._recording = None
        return self._recording

    def ask_for_tracks(self) -> None:
        """Let a recording of the tracks begin a few seconds before it is started."""
        self._engine.ask_for_tracks()

    def start(
        self, file: Path | None, stems: Path | None = None, frame: int | None = None
    ) -> Recording:
        """Record from `frame` on (about now where None), to free names beside those given."""
        engine = self._engine
        at = engine.frame() if frame is None else frame
        self._recorders = []
        self.from_frame = at
        if stems is not None:
            if frame is None:
                engine.ask_for_tracks()
                at = self.from_frame = engine.frame() + _LEAD_BLOCKS * engine.block
            self._recorders.append(engine.record_tracks(stems, ROLES, at))
            stems = self._recorders[0].path
        if file is not None:
            try:
                self._recorders.append(engine.record(file, at))
            except EngineError:
                self.stop()
                raise
            file = self._recorders[-1].path
        self._recording = Recording(file, stems)
        return self._recording

    def stop(self) -> Recording | None:
        """End the recording and return it, or None where there was none."""
        recording, self._recording = self.current, None
        at = self._engine.frame()
        for recorder in self._recorders:
            recorder.stop(at)
        return recording

    def finish(self) -> int:
        """End the recording with the set: return that frame, once it is in the files.

        What is computed is written only after the way through the mix; an engine that has stopped
        is not waited for longer than FINISH_S.
        """
        at = self._engine.frame()
        under_way = [recorder for recorder in self._recorders if recorder.running]
        if self._recording is not None:
            for recorder in under_way:
                recorder.stop(at)
        end_s = time.monotonic() + FINISH_S
        for recorder in under_way:
            recorder.wait(max(0.0, end_s - time.monotonic()))
        return at


@dataclass(slots=True)
class _Part:
    """Files under way: they skip what is late, and end after `left` more frames."""

    sink: WavWriter | StemFiles
    skip: int
    left: int | None = None


@dataclass(slots=True)
class _Running:
    recording: Recording
    start_frame: int
    parts: list[_Part]


class OfflineRecorder:
    """Records what an engine renders: a file holds exactly the music's frames that it is meant to.

    A disk that is full ends the file, and `failure` says so; the music goes on.
    """

    def __init__(self, engine: "OfflineEngine", dry: bool) -> None:
        self._engine = engine
        self._encoding: Encoding = "float32" if dry else "pcm24"
        self._running: list[_Running] = []
        self._current: _Running | None = None
        self.failure: str | None = None

    @property
    def open(self) -> bool:
        """Tell whether any file still waits for frames."""
        return bool(self._running)

    @property
    def current(self) -> Recording | None:
        """Return the recording under way, or None where there is none or all of it has failed."""
        if self._current is None or not self._current.parts:
            return None
        return self._current.recording

    def start(self, file: Path | None, stems: Path | None = None) -> Recording:
        """Record from the next block on, to free names beside those given."""
        engine, parts = self._engine, []
        if stems is not None:
            files = StemFiles(stems, ROLES, engine.rate_hz, self._encoding)
            parts.append(_Part(files, 0))
            stems = files.path
        if file is not None:
            writer = WavWriter(free_path(file), engine.rate_hz, self._encoding)
            parts.append(_Part(writer, engine.latency_frames))
            file = writer.path
        self._current = _Running(Recording(file, stems), engine.frame(), parts)
        self._running.append(self._current)
        self._share()
        return self._current.recording

    def stop(self, frame: int | None = None) -> Recording | None:
        """End the recording at `frame` (now where None) and return it, or None without one."""
        recording, running, self._current = self.current, self._current, None
        if running is not None:
            at = self._engine.frame() if frame is None else frame
            for part in running.parts:
                part.left = max(0, at - running.start_frame - part.sink.frames)
        return recording

    def take(self, block: npt.NDArray[np.float32]) -> None:
        """Give the files a block that was just computed."""
        for running in list(self._running):
            for part in list(running.parts):
                self._give(part, block)
                if part.left == 0:
                    part.sink.close()
                    running.parts.remove(part)
            if not running.parts:
                self._running.remove(running)
        self._share()

    def _give(self, part: _Part, block: npt.NDArray[np.float32]) -> None:
        audio = self._engine.shares() if isinstance(part.sink, StemFiles) else block
        skipped = min(part.skip, len(block))
        part.skip -= skipped
        audio = audio[..., skipped:, :]
        if part.left is not None:
            audio = audio[..., : part.left, :]
            part.left -= audio.shape[-2]
        try:
            part.sink.write(audio)
        except EngineError as error:
            self.failure = "; ".join(filter(None, (self.failure, str(error))))
            part.left = 0

    def _share(self) -> None:
        """Let the engine hand out its tracks' shares where they are recorded."""
        parts: Sequence[_Part] = [part for running in self._running for part in running.parts]
        self._engine.sharing = any(isinstance(part.sink, StemFiles) for part in parts)
