"""Perform through a sound device: the prompt, a script, and the clock's tick in one event loop."""

import asyncio
import logging
import signal
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from loopmind_live import config
from loopmind_live.app.ears import ears_for
from loopmind_live.app.files import library_loops_if_any, timeline
from loopmind_live.app.offline import Request
from loopmind_live.app.performance import Performance
from loopmind_live.app.recording import LiveRecorder
from loopmind_live.app.stage import KeptEvents, NoEvents, arranger_for, header, live_engine
from loopmind_live.app.takes import takes_for
from loopmind_live.app.view import view_of
from loopmind_live.errors import LibraryError, LoopMindError, SessionError
from loopmind_live.repl.prompt import Prompt
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.loop import Loop
from loopmind_live.score.script import ScriptLine, read_script
from loopmind_live.session.session import Options, Session
from loopmind_live.workers.niceness import ask_for_small_pages, come_first

if TYPE_CHECKING:
    from loopmind_live.engine.client import ProcessEngine

TICK_S = 0.004
GUARD_S = 0.006
log = logging.getLogger(__name__)


class LiveShow:
    """One live performance, from the opened engine to the last bar."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._started = False

    def run(self) -> None:
        """Perform until `quit`, --until, or the end of the input. Raises where it cannot begin."""
        request = self._request
        loops = library_loops_if_any(request.library)
        arrangement = timeline(request.timeline, loops) if request.timeline else None
        if not loops and arrangement is None:
            raise LibraryError(
                f"{request.library}: no loops yet: scan some with loopmind scan FOLDER, "
                "or hear the demo with loopmind demo"
            )
        beats = arrangement.beats_per_bar if arrangement is not None else 4
        script = read_script(request.script, beats) if request.script else ()
        if not come_first():
            log.info("normal priority for the performer and its workers")
        ask_for_small_pages()
        with ExitStack() as stack:
            engine, pool = stack.enter_context(live_engine(request.sound))
            events = self._events(engine, arrangement)
            stack.callback(events.close)
            prompt = Prompt(
                self._handle,
                lambda: view_of(self._show),
                history_path=config.data_folder() / "history",
                sections=self._section_names,
                keep=log.info,
            )
            session = Session(
                engine, pool, arranger_for(loops, arrangement), events,
                Options(
                    request.seed, request.sound.dry, live=True,
                    guard_frames=engine.block + round(GUARD_S * engine.rate_hz),
                ),
                self._tell,
            )  # fmt: skip
            self._prompt, self._engine = prompt, engine
            session.ears = ears_for(engine.arena, engine.rate_hz, engine.has_cue, loops)
            self._recorder = LiveRecorder(engine)
            if request.stems is not None:
                self._recorder.ask_for_tracks()
            self._takes = takes_for(engine, pool, session, request.library)
            stack.callback(self._takes.close)
            self._show = Performance(
                session, self._recorder, Path.cwd(),
                lambda path: timeline(path, loops), datetime.now,
            )  # fmt: skip
            if arrangement is not None:
                session.load(arrangement)
            asyncio.run(self._perform(loops, list(script)))
            session.finish(engine.frame())
            if not session.state.started and request.headless:
                raise SessionError("nothing was played: give a --timeline that can be prepared")

    async def _perform(self, loops: list[Loop], script: list[ScriptLine]) -> None:
        """Run the tick, the script and the prompt until the performance is over."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._quit)
        request, session = self._request, self._show.session
        automatic = request.headless or request.script is not None
        if session.state.arrangement is not None and automatic:
            self._show.type("play")
        self._greet(loops)
        tick = asyncio.create_task(self._tick(script))
        if request.headless:
            loop.add_signal_handler(signal.SIGINT, self._quit)
            await tick
            return
        reader = asyncio.create_task(self._prompt.run())
        await asyncio.wait((tick, reader), return_when=asyncio.FIRST_COMPLETED)
        self._quit()
        await asyncio.gather(tick, reader)

    async def _tick(self, script: list[ScriptLine]) -> None:
        """Advance the session, type what the script types, and watch for the end."""
        session = self._show.session
        while not self._show.finished:
            try:
                session.advance()
                self._takes.advance()
                self._start_recording()
                self._type_due(script)
            except LoopMindError as error:
                self._tell(str(error))
            except Exception as error:
                # Whatever went wrong, the engine plays on: say so, keep the trace, go on.
                log.exception("a tick failed")
                self._tell(f"{type(error).__name__}: {error}: this is a fault, see the log")
                await asyncio.sleep(0.1)
            if self._is_over() or self._is_pointless(script):
                self._quit()
            await asyncio.sleep(TICK_S)

    def _type_due(self, script: list[ScriptLine]) -> None:
        state = self._show.session.state
        tempo = state.tempo
        while script:
            bars = script[0].position.to_bars(tempo.beats_per_bar)
            frame = tempo.line(bars)
            if state.started and frame > self._engine.frame():
                return
            if not state.started and bars > 0.0:
                return
            line = script.pop(0)
            answer = self._show.type(line.text, frame if state.started else None)
            for text in answer.lines:
                self._tell(f"@{line.position} {text}")
            state = self._show.session.state
            tempo = state.tempo

    def _start_recording(self) -> None:
        """Begin --record with the set's first frame."""
        state = self._show.session.state
        if self._started or not state.started:
            return
        self._started = True
        request = self._request
        if request.record is not None or request.stems is not None:
            self._recorder.start(request.record, request.stems, state.tempo.line(0))

    def _is_over(self) -> bool:
        until, state = self._request.until_bar, self._show.session.state
        return (
            until is not None
            and state.started
            and self._engine.status().frame >= state.tempo.line(until - 1) + self._engine.block
        )

    def _is_pointless(self, script: list[ScriptLine]) -> bool:
        """Tell whether nothing plays, nothing will, and nobody can type."""
        state = self._show.session.state
        return self._request.headless and not script and not state.started and not state.pending

    async def _handle(self, text: str) -> str | None:
        answer = self._show.type(text)
        self._show.session.advance()  # what lands now does not wait for the next tick
        if self._show.finished:
            self._quit()
        return "\n".join(answer.lines) or None

    def _quit(self) -> None:
        self._show.finished = True
        self._prompt.close()

    def _tell(self, text: str) -> None:
        if self._request.headless:
            print(text, flush=True)
        else:
            self._prompt.show(text)

    def _greet(self, loops: list[Loop]) -> None:
        engine = self._engine
        self._tell(
            f"{len(loops)} loops, {engine.backend} at {engine.rate_hz} Hz, {engine.block} frames. "
            "Describe a set, as in: dark trap 140 bpm. Type help for all commands."
        )

    def _section_names(self) -> list[str]:
        arrangement = self._show.session.state.arrangement
        if arrangement is None:
            return []
        return [arrangement.name(place) for place in range(len(arrangement.sections))]

    def _events(
        self, engine: "ProcessEngine", arrangement: Arrangement | None
    ) -> KeptEvents | NoEvents:
        request = self._request
        if request.events is None:
            return NoEvents()
        return KeptEvents(
            request.events,
            header(
                request.sound, engine.rate_hz, engine.block, engine.latency_frames, request.seed,
                arrangement,
            ),
            self._tell,
        )  # fmt: skip
