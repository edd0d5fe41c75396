"""Perform without a sound card: the clock waits for preparation, so that all lands as it should."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from loopmind_live.app.ears import ears_for
from loopmind_live.app.files import library_loops_if_any, timeline
from loopmind_live.app.livecode import Livecode
from loopmind_live.app.patches import patch_folders, rehearse_now
from loopmind_live.app.performance import Performance
from loopmind_live.app.recording import OfflineRecorder
from loopmind_live.app.set_opening import opening
from loopmind_live.app.shelf import open_shelf
from loopmind_live.app.stage import (
    KeptEvents,
    NoEvents,
    Sound,
    arranger_for,
    header,
    offline_engine,
)
from loopmind_live.app.surface_options import ALL_OFF, SurfaceOptions
from loopmind_live.errors import EngineError, SessionError
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.script import ScriptLine, read_script
from loopmind_live.session.commands import Command
from loopmind_live.session.session import Options, Session

if TYPE_CHECKING:
    from loopmind_live.engine.offline import OfflineEngine

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What `loopmind perform` was asked for. Bars count from 1."""

    library: Path
    sound: Sound
    timeline: Path | None = None
    script: Path | None = None
    record: Path | None = None
    events: Path | None = None
    until_bar: int | None = None
    seed: int = 0
    headless: bool = False
    stems: Path | None = None
    surfaces: SurfaceOptions = ALL_OFF
    language_model: str | None = None
    plain: bool = False
    set_folder: Path | None = None


class OfflineShow:
    """One performance offline: a script, a session, an engine, and the file it makes."""

    def __init__(self, request: Request, tell: Callable[[str], None]) -> None:
        self._request = request
        self._tell = tell

    def run(self, progress: Progress | None = None) -> None:
        """Play the script to its end. Raises LoopMindError where it cannot begin."""
        request = self._request
        loops = library_loops_if_any(request.library)
        arrangement = timeline(request.timeline, loops) if request.timeline else None
        begins = opening(
            request.set_folder, arrangement, arranger_for(loops, arrangement), request.seed
        )
        arrangement, beats = begins.arrangement, begins.beats_per_bar
        script = begins.script(read_script(request.script, beats) if request.script else ())
        if arrangement is None and not (script or begins.enters):
            raise SessionError(
                "nothing to play offline: give --timeline FILE, or --script FILE with a prompt"
            )
        with offline_engine(request.sound) as (engine, pool):
            events = _events(request, engine, arrangement)
            code: Livecode | None = None
            try:
                session = Session(
                    engine, pool, arranger_for(loops, arrangement), events,
                    Options(request.seed, request.sound.dry, live=False), self._tell,
                )  # fmt: skip
                session.listen_with(ears_for(engine.arena, engine.rate_hz, False, loops))
                recorder = OfflineRecorder(engine, request.sound.dry)
                show = Performance(
                    session, recorder, Path.cwd(), lambda path: timeline(path, loops), datetime.now
                )
                folders = patch_folders(Path.cwd(), request.set_folder)
                show.rehearse = rehearse_now(show, folders)
                code = Livecode(show, self._tell)
                open_shelf(show, request.library, folders)
                if request.record is not None or request.stems is not None:
                    recorder.start(request.record, request.stems)
                begins.open(session, folders)
                begins.enter(show, self._tell, 0)
                if arrangement is not None:
                    session.submit(Command("play", text="play"), 0)
                session.advance(0)
                code.settle()
                self._play(engine, show, code, recorder, script, progress)
            finally:
                if code is not None:
                    code.close()
                events.close()
            failure = recorder.failure or events.failure
            if failure is not None:
                raise EngineError(failure)

    def _play(
        self,
        engine: "OfflineEngine",
        show: Performance,
        code: Livecode,
        recorder: OfflineRecorder,
        script: list[ScriptLine],
        progress: Progress | None,
    ) -> None:
        """Type each line at its frame, block by block, until the set ends."""
        session, block = show.session, engine.block
        end: int | None = None
        while not show.finished:
            now = engine.frame()
            while script and self._typed_at(session, script[0]) < now + block:
                line = script.pop(0)
                frame = self._typed_at(session, line)
                session.advance(frame)
                answer = show.type(line.text, frame)
                for text in answer.lines:
                    self._tell(f"@{line.position} {text}")
                session.advance(frame)
            if not session.state.started and not session.state.pending:
                raise SessionError("the script never starts the set: begin with a prompt or play")
            end = self._end(session, script, now + block)
            if end is not None:
                session.advance(end)
                break
            session.advance(now)
            if code.settle():
                session.advance(now)
            recorder.take(engine.render())
            if progress is not None:
                progress(now, self._length(session))
        last = engine.frame() if end is None else end
        session.finish(last)
        recorder.stop(last)  # what is recorded ends with the set
        while recorder.open:
            recorder.take(engine.render())

    def _typed_at(self, session: Session, line: ScriptLine) -> int:
        """Return the frame at which a line is typed, by the tempo in force."""
        tempo = session.state.tempo
        return tempo.line(line.position.to_bars(tempo.beats_per_bar))

    def _end(self, session: Session, script: list[ScriptLine], before: int) -> int | None:
        """Return the frame at which the set ends, where that is before `before`."""
        until = self._request.until_bar
        if until is not None:
            frame = session.state.tempo.line(until - 1)
            return frame if frame <= before else None
        if script:
            return None
        return session.ends_by(before)

    def _length(self, session: Session) -> int:
        until = self._request.until_bar
        arrangement = session.state.arrangement
        bars = until - 1 if until is not None else arrangement.bars if arrangement else 1
        return session.state.tempo.line(bars)


def _events(
    request: Request, engine: "OfflineEngine", arrangement: Arrangement | None
) -> KeptEvents | NoEvents:
    if request.events is None:
        return NoEvents()
    return KeptEvents(
        request.events,
        header(
            request.sound, engine.rate_hz, engine.block, engine.latency_frames, request.seed,
            arrangement,
        ),
        lambda _: None,  # it is told at the end, with the exit status
    )  # fmt: skip
