"""Record the master from the tap, in the performer: what fails here never reaches the music."""

import threading
from pathlib import Path

from loopmind_live.engine.base import EngineEvent
from loopmind_live.engine.tap import MasterTap
from loopmind_live.engine.wav import Encoding, WavWriter, free_path
from loopmind_live.errors import EngineError

_PIECE_FRAMES = 1 << 13
_WAIT_S = 0.05


class MasterRecorder:
    """A thread that writes the music's frames `start_frame`..`stop_frame` to a new WAV file.

    Output frames are later than the music's by `latency_frames`, which is taken out. `path` is
    never overwritten: a number is added; `self.path` is the file's. Frames that were lost (an
    engine started again, a disk too slow for 20 s) are silence: the rest keeps its place.
    """

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
        self.path = free_path(path)
        self.lost_frames = 0
        self._writer = WavWriter(self.path, rate_hz, encoding)
        self._tap, self._latency_frames = tap, latency_frames
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
        """Return how many frames are in the file."""
        return self._writer.frames

    @property
    def running(self) -> bool:
        """Tell whether the recorder still writes."""
        return not self._done

    def stop(self, stop_frame: int) -> None:
        """End the file at `stop_frame`, at once where that has passed already."""
        with self._changed:
            self._stop = stop_frame + self._latency_frames
            self._changed.notify()

    def finish(self, timeout_s: float = 5.0) -> None:
        """Write what has been played, up to the stop frame where one is set, and close the file."""
        with self._changed:
            newest = self._tap.written()
            self._stop = newest if self._stop is None else min(self._stop, newest)
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
                    self._changed.wait(_WAIT_S)
            self._tell("recorded", f"{self.path}: {self._writer.frames} frames")
        except EngineError as error:
            self._tell("error", str(error))
        finally:
            self._writer.close()
            self._done = True

    def _advance(self) -> bool:
        """Write what is new; return whether more is to come."""
        written = self._tap.written()
        stop = self._stop
        until = written if stop is None else min(written, stop)
        while self._next < until:
            piece = min(until, self._next + _PIECE_FRAMES)
            audio, lost = self._tap.read(self._next, piece)
            self.lost_frames += lost
            self._writer.write(audio)
            self._next = piece
        return stop is None or self._next < stop

    def _tell(self, kind: str, text: str) -> None:
        with self._changed:
            self._events.append(EngineEvent(kind, self._start_frame, text))
