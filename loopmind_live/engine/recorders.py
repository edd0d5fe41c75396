"""All recordings that a performance makes: of the master, and of every track."""

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from loopmind_live.engine.base import EngineEvent
from loopmind_live.engine.recorder import MasterRecorder, Recorder, StemRecorder
from loopmind_live.engine.tap import MasterTap
from loopmind_live.engine.track_tap import TrackTap
from loopmind_live.engine.wav import Encoding

LEFT_BEHIND_S = 10.0


class Recorders:
    """All recordings under way. The tracks are asked of the engine only while one needs them.

    What a performer that died had asked for is kept for another `LEFT_BEHIND_S`, so that its
    recording can be gone on with.
    """

    def __init__(
        self, master: MasterTap, tracks: TrackTap, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._master, self._tracks, self._now = master, tracks, now
        self._running: list[Recorder] = []
        self._needed_until_s = now() + LEFT_BEHIND_S if tracks.asked() else 0.0

    def ask_for_tracks(self) -> None:
        """Let the engine keep the tracks from its next block on, for a recording to come."""
        self._needed_until_s = math.inf
        self._tracks.ask()

    def record_master(
        self,
        path: Path,
        rate_hz: int,
        latency_frames: int,
        start_frame: int,
        stop_frame: int | None,
        encoding: Encoding,
    ) -> MasterRecorder:
        """Record the master to `path`, or a free name beside it."""
        recorder = MasterRecorder(
            self._master, path, rate_hz, latency_frames, start_frame, stop_frame, encoding
        )
        self._running.append(recorder)
        return recorder

    def record_tracks(
        self,
        folder: Path,
        names: Sequence[str],
        rate_hz: int,
        start_frame: int,
        stop_frame: int | None,
        encoding: Encoding,
    ) -> StemRecorder:
        """Record the tracks into `folder`, or one beside it, under their names."""
        self._tracks.ask()
        self._needed_until_s = 0.0
        recorder = StemRecorder(
            self._tracks, folder, names, rate_hz, start_frame, stop_frame, encoding
        )
        self._running.append(recorder)
        return recorder

    def events(self) -> list[EngineEvent]:
        """Return what went wrong with a recording, each once."""
        events: list[EngineEvent] = []
        for recorder in list(self._running):
            ended = not recorder.running
            events += [event for event in recorder.events() if event.kind == "error"]
            if ended:
                self._running.remove(recorder)
        if self._tracks.asked() and not self._needed():
            self._tracks.release()
        return events

    def finish(self) -> None:
        """End all recordings with what has been played, at one frame."""
        played = [recorder.newest() for recorder in self._running]
        begun = [frame for frame in played if frame > 0]
        for recorder in self._running:
            recorder.finish(stop_frame=min(begun, default=None))

    def _needed(self) -> bool:
        if any(isinstance(recorder, StemRecorder) for recorder in self._running):
            return True
        return self._now() < self._needed_until_s
