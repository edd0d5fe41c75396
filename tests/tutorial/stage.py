"""A performance in this process, over real loops, that goes on as fast as it is asked to.

What a performance through a sound device has is there: patches, code, MIDI and OSC. The clock
waits for clips and for code, so that the same input gives the same performance on any machine.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from loopmind_live.app.files import library_loops_if_any, timeline
from loopmind_live.app.livecode import Livecode
from loopmind_live.app.midi import MidiSurface
from loopmind_live.app.midi_mappings import all_mappings
from loopmind_live.app.monitor import Monitor
from loopmind_live.app.offline import Request
from loopmind_live.app.osc import OscSurface
from loopmind_live.app.osc_feedback import OscFeedback
from loopmind_live.app.patches import Patches, patch_folders, rehearse_now
from loopmind_live.app.performance import Performance
from loopmind_live.app.recording import OfflineRecorder
from loopmind_live.app.set_opening import opening
from loopmind_live.app.set_request import request_with
from loopmind_live.app.shelf import open_shelf
from loopmind_live.app.stage import KeptEvents, NoEvents, arranger_for, header, offline_engine
from loopmind_live.app.surfaces import Surface
from loopmind_live.control.access import THIS_MACHINE
from loopmind_live.engine.offline import OfflineEngine
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.script import ScriptLine
from loopmind_live.session.session import Options, Session
from tests.app.midi_stage import FedPorts

PATIENCE_S = 60.0
REST_S = 0.002
BLOCKS = 4


class Stage:
    """A performance under way. `told` is all that was told, oldest first."""

    def __init__(
        self,
        engine: OfflineEngine,
        show: Performance,
        recorder: OfflineRecorder,
        told: list[str],
        folders: Sequence[Path],
        osc: bool = False,
        waits: bool = True,
    ) -> None:
        self.engine, self.show, self.told, self._recorder = engine, show, told, recorder
        self.code = Livecode(show, told.append)
        patches = Patches(show, folders, told.append)
        if waits:
            show.rehearse = rehearse_now(show, folders)
        self.pads = FedPorts()
        midi = MidiSurface(
            show, told.append, self.pads, all_mappings(), time.perf_counter,
            None, Monitor(),
        )  # fmt: skip
        self._surfaces: list[Surface] = [self.code, patches, midi]
        self.port = 0
        if osc:
            surface = OscSurface(0, show, told.append, time.perf_counter, THIS_MACHINE)
            self.port = surface.server.port
            self._surfaces += [surface, OscFeedback(surface, show, told.append, time.monotonic)]

    @property
    def bar(self) -> float:
        """Return how many bars have gone by; 0 before the first."""
        state = self.show.session.state
        return state.tempo.bar(self.engine.frame()) if state.started else 0.0

    def enter(self, text: str) -> None:
        """Enter a line, as at the prompt."""
        self.told += self.show.enter(text).lines
        self.tick(0)

    def tick(self, blocks: int = BLOCKS) -> None:
        """Let some music go by; none of it while code runs."""
        for surface in self._surfaces:
            surface.advance()
        session = self.show.session
        session.advance(self.engine.frame())
        if not self.code.is_idle:
            time.sleep(REST_S)
            return
        if session.state.started or session.state.pending:
            for _ in range(blocks):
                session.advance(self.engine.frame())
                self._recorder.take(self.engine.render())

    def until(self, true: Callable[[], bool], seconds: float = PATIENCE_S) -> bool:
        """Go on until something is so, a few times as fast as it sounds; tell whether it is."""
        limit = time.monotonic() + seconds
        while not true():
            if time.monotonic() > limit:
                return False
            self.tick()
            time.sleep(REST_S)
        return True

    def play_to(self, bar: float) -> None:
        """Go on to a bar, counted from 0, as fast as can be; not where nothing plays."""
        while self.bar < bar and self._goes_on:
            self.tick()

    @property
    def _goes_on(self) -> bool:
        state = self.show.session.state
        return not self.show.finished and (state.playing or bool(state.pending))

    def perform(self, script: Sequence[ScriptLine]) -> None:
        """Type each line of a script at its place."""
        for line in script:
            beats = self.show.session.state.tempo.beats_per_bar
            self.play_to(line.position.to_bars(beats))
            before = len(self.told)
            self.enter(line.text)
            self.told[before:] = [f"@{line.position} {told}" for told in self.told[before:]]

    def play_to_the_end(self) -> None:
        """Go on until the set stops, or its arrangement has ended."""
        session = self.show.session
        while session.ends_by(self.engine.frame() + self.engine.block) is None:
            self.tick(1)

    def close(self) -> None:
        """End the performance, and what it records."""
        session, last = self.show.session, self.engine.frame()
        session.finish(last)
        self._recorder.stop(last)
        while self._recorder.open:
            self._recorder.take(self.engine.render())
        for surface in self._surfaces:
            surface.close()


@contextmanager
def stage(request: Request, osc: bool = False, waits: bool = True) -> Iterator[Stage]:
    """Open the performance that is asked for, offline; a set has entered its start.txt then.

    `waits` says that the music waits for patches that are rehearsed.
    """
    if request.set_folder is not None:
        request = request_with(request, request.set_folder)
    told: list[str] = []
    loops = library_loops_if_any(request.library)
    arranger = arranger_for(loops, None)
    arrangement = timeline(request.timeline, loops) if request.timeline is not None else None
    begins = opening(request.set_folder, arrangement, arranger, request.seed)
    folders = patch_folders(Path.cwd(), request.set_folder)
    with ExitStack() as held:
        engine, pool = held.enter_context(offline_engine(request.sound))
        log = _events(request, engine, begins.arrangement, told.append)
        held.callback(log.close)
        session = Session(
            engine, pool, arranger, log, Options(request.seed, live=False), told.append
        )
        recorder = OfflineRecorder(engine, dry=False)
        show = Performance(
            session, recorder, Path.cwd(), lambda path: timeline(path, loops), datetime.now
        )
        if request.record is not None:
            recorder.start(request.record)
        open_shelf(show, request.library, folders)
        begins.open(session, folders)
        on = Stage(engine, show, recorder, told, folders, osc, waits)
        begins.enter(show, told.append)
        on.until(lambda: on.code.is_idle)
        try:
            yield on
        finally:
            on.close()


def _events(
    request: Request, engine: OfflineEngine, begun: Arrangement | None, tell: Callable[[str], None]
) -> KeptEvents | NoEvents:
    if request.events is None:
        return NoEvents()
    facts = header(
        request.sound, engine.rate_hz, engine.block, engine.latency_frames, request.seed, begun
    )
    return KeptEvents(request.events, facts, tell)
