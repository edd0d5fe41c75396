"""Perform through a sound device: the prompt, a script, and the clock's tick in one event loop."""

import asyncio
import logging
import signal
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loopmind_live import config
from loopmind_live.app import resume
from loopmind_live.app.ears import ears_for
from loopmind_live.app.files import favorites, library_loops_if_any, timeline
from loopmind_live.app.following import Following, LibraryWatch
from loopmind_live.app.guest_lines import socket_path
from loopmind_live.app.guest_views import drawn_from
from loopmind_live.app.guests import Guests, quits
from loopmind_live.app.journals import begin, journals_folder, new_folder
from loopmind_live.app.memory import NAME, Memory
from loopmind_live.app.names import KnownNames
from loopmind_live.app.offline import Request
from loopmind_live.app.panels import panel_now
from loopmind_live.app.patches import patch_folders
from loopmind_live.app.performance import Performance
from loopmind_live.app.recording import LiveRecorder, Recording
from loopmind_live.app.resume import Resumed
from loopmind_live.app.set_opening import Opening, begun, opening
from loopmind_live.app.set_places import places
from loopmind_live.app.shelf import open_shelf
from loopmind_live.app.stage import KeptEvents, NoEvents, arranger_for, header, live_engine
from loopmind_live.app.surfaces import Surfaces, open_surfaces
from loopmind_live.app.takes import takes_for
from loopmind_live.app.view import view_of
from loopmind_live.arranger.base import Arranger
from loopmind_live.errors import LibraryError, LoopMindError, SessionError
from loopmind_live.repl.asking import LanguageModel, language_model
from loopmind_live.repl.names import Names
from loopmind_live.repl.prompt import PROMPT, Prompt
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.loop import Loop
from loopmind_live.score.script import ScriptLine, read_script
from loopmind_live.session.effects import Opinion
from loopmind_live.session.session import Options, Session
from loopmind_live.workers.niceness import (
    answer_quickly,
    ask_for_small_pages,
    come_first,
    keep_tidy,
)

if TYPE_CHECKING:
    from loopmind_live.engine.client import ProcessEngine

TICK_S = 0.004
GUARD_S = 0.006
log = logging.getLogger(__name__)


class LiveShow:
    """One live performance, from the opened engine to the last bar."""

    def __init__(self, request: Request, resumed: Resumed | None = None) -> None:
        self._request = request
        self._resumed = resumed
        self._goes_on = resumed is not None and resumed.engine is not None
        self._started = self._goes_on
        self._typed = 0 if resumed is None else resumed.typed_lines
        self._guests: Guests | None = None
        self._memory = Memory(
            config.data_folder() / NAME, datetime.now, lambda: favorites(request.library)
        )
        self._surfaces = Surfaces(self._tell)
        self._folders = patch_folders(Path.cwd(), request.set_folder)
        self._names = KnownNames(self._folders, places(Path.cwd(), request.library).names)
        self._prompt = Prompt(
            self._handle,
            lambda: view_of(self._show),
            history_path=config.data_folder() / "history",
            names=self._names_now,
            keep=log.info,
            panel=lambda: panel_now(self._show),
            plain=request.plain,
        )

    def run(self) -> None:
        """Perform until `quit`, --until, or the end of the input. Raises where it cannot begin."""
        request, resumed = self._request, self._resumed
        loops = library_loops_if_any(request.library)
        begins = self._begins_with(loops)
        arrangement, script = begins.arrangement, self._script(begins)
        if not come_first():
            log.info("normal priority for the performer and its workers")
        ask_for_small_pages()
        with ExitStack() as stack:
            held = resumed.held if resumed else new_folder(journals_folder(), datetime.now())
            stack.callback(held.close)
            playing = resumed.engine if resumed else None
            engine, pool = stack.enter_context(live_engine(request.sound, playing))
            self._engine = engine
            events = self._events(engine, arrangement)
            stack.callback(events.close)
            self._journal = begin(
                held, resume.header(request, engine.arena.path.parent, arrangement), self._tell,
                resumed.snapshot if resumed else None, resumed.notes if resumed else None,
            )  # fmt: skip
            stack.callback(self._journal.close)
            session = Session(
                engine, pool, self._arranger(loops, arrangement), events,
                Options(
                    request.seed, request.sound.dry, live=True,
                    guard_frames=engine.block + round(GUARD_S * engine.rate_hz),
                ),
                self._tell, self._journal.keep, self._opine,
            )  # fmt: skip
            ears = ears_for(engine.arena, engine.rate_hz, engine.has_cue, loops)
            session.listen_with(ears)
            self._recorder = LiveRecorder(engine)
            self._takes = takes_for(engine, pool, session, request.library)
            stack.callback(self._takes.close)
            if request.stems is not None and not self._started:
                self._recorder.ask_for_tracks()
            self._library = Following(
                LibraryWatch(request.library, loops, lambda now: self._arranger(now, arrangement)),
                session, ears, loops,
            )  # fmt: skip
            stack.callback(self._library.close)
            self._show = Performance(
                session, self._recorder, Path.cwd(),
                lambda path: timeline(path, self._library.loops), datetime.now,
                self._language_model(stack), self._memory,
            )  # fmt: skip
            own, folders = held.folder, self._folders
            self._shelf = open_shelf(self._show, request.library, folders, own)
            if resumed is not None:
                resume.take_up(resumed, engine, pool, session)
            else:
                begins.open(session, self._folders)
            answer_quickly()
            asyncio.run(self._perform(loops, script, begins))
            session.finish(self._recorder.finish())
            if not session.state.started and request.headless:
                raise SessionError("nothing was played: give a --timeline that can be prepared")

    def _opine(self, opinion: Opinion) -> None:
        """Let the show remember what was said of loops, and choose by it."""
        self._show.opine(opinion)

    def _arranger(self, loops: list[Loop], arrangement: Arrangement | None) -> Arranger:
        """Return an arranger over `loops` that knows the performer's taste."""
        return arranger_for(loops, arrangement, taste=self._memory.taste())

    def _language_model(self, stack: ExitStack) -> LanguageModel | None:
        """Return the model that is asked what the grammar leaves over, None where none is named."""
        if self._request.language_model is None:
            return None
        model = language_model(self._request.language_model)
        stack.callback(model.close)
        return model

    def _begins_with(self, loops: list[Loop]) -> Opening:
        """Return what the performance began, or begins, with."""
        request = self._request
        if self._resumed is not None:
            folder = request.set_folder if self._goes_on else None
            return begun(folder, self._resumed.begun_with, self._tell)
        arrangement = timeline(request.timeline, loops) if request.timeline else None
        if not loops and arrangement is None:
            raise LibraryError(
                f"{request.library}: no loops yet: scan some with loopmind scan FOLDER, "
                "or hear the demo with loopmind demo"
            )
        arranger = self._arranger(loops, arrangement)
        return opening(request.set_folder, arrangement, arranger, request.seed)

    def _script(self, begins: Opening) -> list[ScriptLine]:
        """Return the lines of the script that have not been typed yet."""
        file, beats = self._request.script, begins.beats_per_bar
        try:
            lines = () if file is None else read_script(file, beats)
        except LoopMindError as error:
            if not self._goes_on:
                raise
            self._tell(f"{error}: nothing more is typed by the script")  # the music comes first
            return []
        return begins.script(lines)[self._typed :]

    async def _perform(self, loops: list[Loop], script: list[ScriptLine], begins: Opening) -> None:
        """Run the tick, the script and the prompt until the performance is over."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._quit)
        request, session = self._request, self._show.session
        automatic = request.headless or request.script is not None
        if session.state.arrangement is not None and automatic and not self._goes_on:
            self._show.type("play")
        self._greet(loops)
        self._go_on_recording()
        await self._welcome_guests()
        self._surfaces = open_surfaces(
            request.surfaces, self._show, self._tell, self._engine.link,
            self._engine.arena.path.parent, self._folders,
        )  # fmt: skip
        if self._resumed is None:
            begins.enter(self._show, self._tell)
        else:
            self._shelf.take_up(self._resumed.notes, self._tell)
        tick = asyncio.create_task(self._tick(script))
        tidy = asyncio.create_task(keep_tidy())
        try:
            if request.headless:
                loop.add_signal_handler(signal.SIGINT, self._quit)
                await tick
                return
            reader = asyncio.create_task(self._prompt.run())
            await asyncio.wait((tick, reader), return_when=asyncio.FIRST_COMPLETED)
            self._quit()
            await asyncio.gather(tick, reader)
        finally:
            tidy.cancel()
            self._surfaces.close()
            if self._guests is not None:
                await self._guests.close("the performance ended")

    async def _welcome_guests(self) -> None:
        """Let prompts be attached from now on; where they cannot, the music plays all the same."""
        guests = Guests(
            socket_path(self._engine.arena.path.parent), self._carry_out,
            self._drawn, self._show_here, self._quit,
        )  # fmt: skip
        try:
            await guests.open()
            self._guests = guests
        except SessionError as error:
            self._tell(str(error))

    def _go_on_recording(self) -> None:
        """Record on in another file, from the frame at which the one before was cut off."""
        notes = self._resumed.notes if self._resumed is not None and self._goes_on else {}
        if not notes.get("recording"):
            return
        try:
            cut, first = Recording.read(notes["recording"]), int(notes["from_frame"])
            at = resume.cut_off_at(cut, first, self._engine.frame())
            goes_on = self._recorder.start(cut.file, cut.stems, at)
        except (LoopMindError, KeyError, TypeError, ValueError) as error:
            self._tell(f"the recording does not go on: {error}")
        else:
            self._tell(f"{cut} was cut off: it goes on in {goes_on}")

    async def _tick(self, script: list[ScriptLine]) -> None:
        """Advance the session, type what the script types, and watch for the end."""
        session = self._show.session
        while not self._show.finished:
            try:
                session.advance()
                self._takes.advance()
                self._follow_library()
                self._surfaces.advance()
                self._start_recording()
                self._type_due(script)
                self._note()
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

    def _follow_library(self) -> None:
        """Choose by what the library says now; what plays stays as it is."""
        if (told := self._library.advance()) is not None:
            self._tell(told)

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
            self._typed += 1
            answer = self._show.type(line.text, frame if state.started else None)
            for text in answer.lines:
                self._tell(f"@{line.position} {text}")
            state = self._show.session.state
            tempo = state.tempo

    def _note(self) -> None:
        """Keep in the journal what is no part of the session."""
        recording = self._show.recording
        self._journal.note(
            typed=self._typed,
            code=self._show.kept_code(),
            set=None if self._shelf.current is None else str(self._shelf.current.absolute()),
            recording=None if recording is None else recording.told(),
            from_frame=None if recording is None else self._recorder.from_frame,
        )

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
        typed = self._request.headless and not script and not self._surfaces
        return typed and not state.started and not state.pending

    async def _handle(self, text: str) -> str | None:
        """Carry out a line of this process's own prompt, for guests to see."""
        if quits(text) == "all":
            text = "quit"
        if self._guests is None:
            return self._carry_out(text)
        self._guests.say(PROMPT + text)
        answer = self._carry_out(text)
        if answer is not None:
            self._guests.say(answer)
        return answer

    def _carry_out(self, text: str) -> str | None:
        """Do what a line asks; return the answer."""
        answer = self._show.enter(text)
        self._show.session.advance()  # what lands now does not wait for the next tick
        if self._show.finished:
            self._quit()
        return "\n".join(answer.lines) or None

    def _quit(self) -> None:
        self._show.finished = True
        self._prompt.close()

    def _tell(self, text: str) -> None:
        """Show a message here and to all guests."""
        self._show_here(text)
        if self._guests is not None:
            self._guests.say(text)

    def _show_here(self, text: str) -> None:
        if self._request.headless:
            print(text, flush=True)
        else:
            self._prompt.show(text)

    def _greet(self, loops: list[Loop]) -> None:
        engine = self._engine
        if self._resumed is not None:
            resume.tell_where(self._resumed, self._show.session, self._tell)
            return
        device = f"{engine.backend} at {engine.rate_hz} Hz, {engine.block} frames"
        first, *others = self._shelf.greeting()
        for line in (f"{len(loops)} loops, {device}. {first}", *others):
            self._tell(line)

    def _names_now(self) -> Names:
        state, code = self._show.session.state, self._show.names_of_code()
        return self._names.of(state, self._library.loops, code)

    def _drawn(self) -> dict[str, Any]:
        """Return what guests' screens are drawn from."""
        return drawn_from(view_of(self._show), self._names_now(), panel_now(self._show))

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
                arrangement, self._memory.taste(),
            ),
            self._tell, self._goes_on,
        )  # fmt: skip
