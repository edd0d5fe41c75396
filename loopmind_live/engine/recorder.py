"""Record from a ring, in the performer: what fails here never reaches the music."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from loopmind_live.engine.base import EngineEvent
from loopmind_live.engine.ring import Audio
from loopmind_live.engine.stem_files import StemFiles
from loopmind_live.engine.tap import MasterTap
from loopmind_live.engine.track_tap import TrackTap
from loopmind_live.engine.wav import Encoding, WavWriter, free_path
from loopmind_live.errors import EngineError

_PIECE_FRAMES = 1 << 13
_WAIT_S = 0.05
_STEMS_WAIT_S = 0.15
"""Many files are written less often: a call for each, and one for its header."""


class Source(Protocol):
    """A ring that an engine writes."""

    def written(self) -> int:
        """Return the first frame that has not been written yet."""
        ...

    def read(self, frame: int, until: int) -> tuple[Audio, int]:
        """Return a copy of frame..until, and how many of them are lost and silent."""
        ...


class Sink(Protocol):
    """Files of the audio that a source has, valid after every block."""

    path: Path
    frames: int

    def write(self, audio: Audio) -> None:
        """Append a block; EngineError where the disk is full."""
        ...

    def close(self) -> None:
        """Close what is open. May be called twice."""
        ...


class Recorder:
    """A thread that writes the music's frames `start_frame`..`stop_frame` to files.

    The source's frames are later than the music's by `latency_frames`, which is taken out. Frames
    that were lost (an engine started again, a disk slower than the ring is long) are silence: the
    rest keeps its place. The files are valid, and hold all but the newest `wait_s`, at any moment.
    """

    def __init__(
        self,
        source: Source,
        sink: Sink,
        start_frame: int,
        stop_frame: int | None = None,
        latency_frames: int = 0,
        wait_s: float = _WAIT_S,
    ) -> None:
        self.path = sink.path
        self.lost_frames = 0
        self._source, self._sink = source, sink
        self._latency_frames, self._wait_s = latency_frames, wait_s
        self._next = start_frame + latency_frames
        self._stop = None if stop_frame is None else stop_frame + latency_frames
        self._start_frame = start_frame
        self._events: list[EngineEvent] = []
        self._changed = threading.Condition()
        self._done = False
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @property
    def frames(self) -> int:
        """Return how many frames are in the files."""
        return self._sink.frames

    @property
    def running(self) -> bool:
        """Tell whether the recorder still writes."""
        return not self._done

    def newest(self) -> int:
        """Return the first frame of the music that the engine has not played yet."""
        return self._source.written() - self._latency_frames

    def stop(self, stop_frame: int) -> None:
        """End the files at `stop_frame`, at once where that has passed already."""
        with self._changed:
            self._stop = stop_frame + self._latency_frames
            self._changed.notify()

    def wait(self, timeout_s: float) -> None:
        """Wait until the files have ended at the stop frame that was set, at most so long."""
        self._thread.join(timeout_s)

    def finish(self, timeout_s: float = 5.0, stop_frame: int | None = None) -> None:
        """Write what has been played, up to the stop frame where one is set, and close the files.

        A `stop_frame` that is given here ends them where the one that was set comes later.
        """
        with self._changed:
            ends = [self._source.written(), self._stop]
            ends.append(None if stop_frame is None else stop_frame + self._latency_frames)
            self._stop = min(end for end in ends if end is not None)
            self._changed.notify()
        self._thread.join(timeout_s)

    def events(self) -> list[EngineEvent]:
        """Return "error" (it stopped, and why) and "recorded" (its end), each once."""
        with self._changed:
            events, self._events = self._events, []
            return events

    def _run(self) -> None:
        try:
            while self._advance():
                with self._changed:
                    self._changed.wait(self._wait_s)
            self._tell("recorded", f"{self.path}: {self._sink.frames} frames")
        except EngineError as error:
            self._tell("error", str(error))
        finally:
            self._sink.close()
            self._done = True

    def _advance(self) -> bool:
        """Write what is new; return whether more is to come."""
        written = self._source.written()
        stop = self._stop
        until = written if stop is None else min(written, stop)
        while self._next < until:
            piece = min(until, self._next + _PIECE_FRAMES)
            audio, lost = self._source.read(self._next, piece)
            self.lost_frames += lost
            self._sink.write(audio)
            self._next = piece
        return stop is None or self._next < stop

    def _tell(self, kind: str, text: str) -> None:
        with self._changed:
            self._events.append(EngineEvent(kind, self._start_frame, text))


class MasterRecorder(Recorder):
    """Records the master to a new WAV file: `path`, or a free name beside it."""

    def __init__(
        self,
        tap: MasterTap,
        path: Path,
        rate_hz: int,
        latency_frames: int,
        start_frame: int,
        stop_frame: int | None = None,
        encoding: Encoding = "pcm24",
    ) -> None:
        sink = WavWriter(free_path(path), rate_hz, encoding)
        super().__init__(tap, sink, start_frame, stop_frame, latency_frames)


class StemRecorder(Recorder):
    """Records every track that sounds to a file in `folder`, or in a new one beside it."""

    def __init__(
        self,
        tap: TrackTap,
        folder: Path,
        names: Sequence[str],
        rate_hz: int,
        start_frame: int,
        stop_frame: int | None = None,
        encoding: Encoding = "pcm24",
    ) -> None:
        sink = StemFiles(folder, names, rate_hz, encoding)
        super().__init__(tap, sink, start_frame, stop_frame, wait_s=_STEMS_WAIT_S)
