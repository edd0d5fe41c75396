"""Takes of the live input: recorded from line to line, laid into the arena, kept in the library.

While a take is recorded its clip is filled in the arena, so that it plays from the very line at
which it ends, though the sound of its last moment is still on its way in.
"""

from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy.typing as npt
from numpy import float32

from loopmind_live import config
from loopmind_live.app.latency import remembered_latency
from loopmind_live.engine.base import EngineStatus
from loopmind_live.engine.capture import Capture, InputRing, take_path
from loopmind_live.errors import ConfigError, LoopMindError
from loopmind_live.library.takes import add_take, warm_up
from loopmind_live.prepare.pool import ClipPool
from loopmind_live.score.clip import Clip, ClipRecipe, body_frames, recipe_for
from loopmind_live.score.loop import Loop, Role
from loopmind_live.session.actions import PlayTake
from loopmind_live.session.landing import Landing, projected
from loopmind_live.session.session import Session
from loopmind_live.session.state import Change, cancel
from loopmind_live.session.takes import landed, waiting, with_loop
from loopmind_live.workers import WorkerPool

if TYPE_CHECKING:
    from loopmind_live.engine.client import ProcessEngine

FOLDER_NAME = "recordings"
GIVEN_S = 0.5
"""So long before its line a take is handed over, most of it recorded."""
GONE = "what was played is gone: record it again"
SAFE_S = 1.0
"""What is so near to being overwritten in the ring cannot be recorded any more."""
SILENCE = 1e-4
"""What is not louder than -80 dBFS is no take, but a cable that is not plugged in."""
_LIBRARY_S = 20.0
_LAST_S = 5.0
"""How long the end of a performance waits for the library."""

Audio = npt.NDArray[float32]


class Arena(Protocol):
    """The memory that voices read."""

    def write(self, offset: int, audio: Audio) -> None:
        """Copy stereo `audio` to `offset`."""
        ...


class Engine(Protocol):
    """What takes need of an engine that sounds."""

    @property
    def arena(self) -> Arena:
        """Return the memory of its clips."""
        ...

    @property
    def input(self) -> InputRing:
        """Return the ring of its input."""
        ...

    @property
    def rate_hz(self) -> int:
        """Return the sample rate."""
        ...

    @property
    def latency_frames(self) -> int:
        """Return by how much the master comes after the music's frames."""
        ...

    def frame(self) -> int:
        """Return the first frame that has not been computed yet."""
        ...

    def status(self) -> EngineStatus:
        """Return the newest status."""
        ...


class Pool(Protocol):
    """What takes need of the pool of clips."""

    def lay(self, recipe: ClipRecipe) -> Clip | None:
        """Return a place for a clip that is filled while it plays already; None without room."""
        ...

    def let_go(self, recipe: ClipRecipe) -> None:
        """Say that a clip is filled."""
        ...

    def remake(self, recipe: ClipRecipe) -> "Future[Audio]":
        """Return the body of a clip as its file makes it."""
        ...


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where takes go: their folder, the library that they are added to, and the day of today."""

    folder: Path
    library: Path
    today: Callable[[], date]


@dataclass(slots=True)
class _Take:
    """A take under way: `clip` is where it is laid, None where it must be retimed first."""

    change: Change
    role: Role
    lines: tuple[int, int]
    shift: int
    loop: Loop
    recipe: ClipRecipe
    capture: Capture
    clip: Clip | None
    given: bool = False
    body: "Future[Audio] | None" = None
    added: "Future[Loop] | None" = None


class Takes:
    """Follows the session's takes. One task calls it, once a tick."""

    def __init__(
        self, engine: Engine, pool: Pool, session: Session, shelf: Shelf, nudge_ms: float = 0.0
    ) -> None:
        """`nudge_ms` is what the input is later than the device says."""
        self._engine, self._pool, self._session, self._shelf = engine, pool, session, shelf
        self._nudge_frames = round(nudge_ms * engine.rate_hz / 1000.0)
        self._takes: dict[int, _Take] = {}
        self._workers: WorkerPool | None = None

    def no_input(self) -> str | None:
        """Return why nothing can be recorded, None where it can."""
        facts = self._engine.input.facts()
        if not self._engine.status().running:
            return "the engine does not play at this moment: try again"
        if not facts.channels:
            return "there is no live input: perform through JACK, or with --input"
        if not facts.links:
            return (
                "nothing is connected to the live input: connect a source, as with "
                "jack_connect system:capture_1 loopmind:input_1"
            )
        return None

    def shift_frames(self) -> int:
        """Return how much later than the music's frame its answer comes in.

        On the way are the master's limiter, the device's output, the air, and the device's input.
        """
        reported = self._engine.input.facts().latency_frames
        return self._engine.latency_frames + reported + self._nudge_frames

    def advance(self) -> None:
        """Begin what is due, follow what is recorded, and hand over what is there."""
        frame = self._engine.frame()
        for change, action in list(waiting(self._session.state)):
            if change.number in self._takes or action.part is not None:
                continue
            if not self._session.state.started:
                self._drop(change, GONE)  # a set that is taken up anew begins at its first bar
            elif self._lines(action)[0] <= frame:
                try:
                    self._begin(change, action, frame)
                except LoopMindError as error:
                    self._drop(change, str(error))
        for number, take in list(self._takes.items()):
            if not self._follow(take, frame):
                self._pool.let_go(take.recipe)
                del self._takes[number]

    def close(self) -> None:
        """End what is recorded, keeping it, and wait for the library."""
        for take in self._takes.values():
            take.capture.end(kept=True)
            if take.added is not None:
                wait([take.added], _LAST_S)
        self._takes.clear()
        if self._workers is not None:
            self._workers.close()

    def _lines(self, action: PlayTake) -> tuple[int, int]:
        tempo = self._session.state.tempo
        return tempo.line(action.start_bar), tempo.line(action.start_bar + action.bars)

    def _begin(self, change: Change, action: PlayTake, frame: int) -> None:
        """Open the file and the place of a take whose first line has come."""
        state, engine = self._session.state, self._engine
        begin, end = self._lines(action)
        arrangement = state.arrangement
        shift = self.shift_frames()
        oldest = frame - engine.input.capacity + round(SAFE_S * engine.rate_hz)
        if arrangement is None or begin + shift < oldest:
            self._drop(change, GONE)
            return
        if not self._is_steady(action):
            self._drop(change, "the tempo changes in these bars: record where it is steady")
            return
        bpm, beats_per_bar = arrangement.bpm * state.document.pace, arrangement.beats_per_bar
        path = take_path(self._shelf.folder, action.role, self._shelf.today().isoformat())
        loop = Loop(
            path, "", duration_s=(end - begin) / engine.rate_hz, rate_hz=engine.rate_hz,
            channels=2, bpm=bpm, bpm_confidence=1.0,
            beats=round(action.bars * beats_per_bar / state.document.time),
            beats_per_bar=beats_per_bar, role=action.role,
        )  # fmt: skip
        dry = self._session.options.dry
        recipe = recipe_for(loop, arrangement.bpm, 0, engine.rate_hz, beats_per_bar, dry)
        if self._workers is None:
            self._workers = WorkerPool(1, initializer=warm_up, eager=True)
        clip = self._pool.lay(recipe) if bpm == arrangement.bpm else None
        try:
            capture = Capture(
                engine.input, path, engine.rate_hz, begin + shift, end + shift,
                self._layer(clip, end - begin), 0 if clip is None else clip.body_frames,
            )  # fmt: skip
        except BaseException:
            self._pool.let_go(recipe)
            raise
        self._takes[change.number] = _Take(
            change, action.role, (begin, end), shift, loop, recipe, capture, clip
        )

    def _is_steady(self, action: PlayTake) -> bool:
        tempo, end = self._session.state.tempo, action.start_bar + action.bars
        segment = tempo.segment_at_bar(action.start_bar)
        others = [one for one in tempo.segments if action.start_bar < one.bar < end]
        return segment.slope == 0.0 and all(one.bpm == segment.bpm for one in others)

    def _layer(self, clip: Clip | None, frames: int) -> Callable[[int, Audio], None]:
        """Return what lays a piece of a take, by its place from the start, into the arena."""

        def lay(at: int, audio: Audio) -> None:
            if clip is None:
                return
            room = clip.body_frames - at
            self._engine.arena.write(clip.offset + at, audio[:room])
            spare = clip.body_frames - frames - at
            if spare > 0 and at < frames:  # the body runs into its own start
                self._engine.arena.write(clip.offset + frames + at, audio[:spare])

        return lay

    def _follow(self, take: _Take, frame: int) -> bool:
        """Do what is next for a take; return whether anything is left to do."""
        state, number = self._session.state, take.change.number
        pending = next((one for one, _ in waiting(state) if one.number == number), None)
        if pending is None and not landed(state, take.change) and not take.capture.done:
            take.capture.end(kept=False)  # canceled
            return False
        if pending is not None and isinstance(pending.action, PlayTake):
            reason = self._fault(take, pending.action)
            if reason is not None:
                take.capture.end(kept=True)
                self._drop(pending, f"{reason}: what was recorded is in {take.capture.path}")
                return False
            if not take.given and self._is_due(take, frame):
                take.given = True
                self._session.revise(with_loop(state, number, take.loop))
        return not take.capture.done or not self._finish(take)

    def _fault(self, take: _Take, action: PlayTake) -> str | None:
        """Return why a take cannot be played."""
        capture = take.capture
        if capture.failure is not None:
            return capture.failure
        if self._lines(action) != take.lines:
            return "the tempo changed while it was recorded"
        if capture.lost_frames:
            return f"{1000 * capture.lost_frames / self._engine.rate_hz:.0f} ms of it were lost"
        if capture.done and capture.peak <= SILENCE:
            return "nothing came in that is louder than -80 dBFS"
        return None

    def _is_due(self, take: _Take, frame: int) -> bool:
        """Tell whether a take may be handed over: nearly done, or whole where it is retimed."""
        if take.capture.done:
            return True
        begin, end = take.lines
        lead = min(round(GIVEN_S * self._engine.rate_hz), (end - begin) // 2)
        state = self._session.state
        bar = take.change.bar
        then = projected(state, self._session.arranger.refit, Landing(bar)).arrangement
        as_recorded = then is not None and then.bpm == take.recipe.bpm
        heard = take.capture.peak > SILENCE
        return take.clip is not None and frame >= end - lead and as_recorded and heard

    def _finish(self, take: _Take) -> bool:
        """Put a take that is whole into the library; return whether all is done."""
        assert self._workers is not None
        if take.added is None:
            loop = take.loop
            take.added = self._workers.submit(
                add_take, self._shelf.library, loop, timeout_s=_LIBRARY_S
            )
            if take.clip is not None:
                take.body = self._pool.remake(take.recipe)
        if take.body is not None and take.body.done():
            body, take.body = take.body, None
            self._settle(take, body)
        if take.body is not None or not take.added.done():
            return False
        error = take.added.exception()
        fault = "" if error is None else f", not in the library: {error}"
        begin, end = take.lines
        self._session.note(
            "result", f"{take.role}: recorded {take.capture.path}{fault}", track=take.role,
            file=str(take.capture.path), start_frame=begin, stop_frame=end,
            latency_frames=take.shift,
        )  # fmt: skip
        return True

    def _settle(self, take: _Take, body: "Future[Audio]") -> None:
        """Lay the clip as its file makes it, so that a replay is the same: its seam is closed."""
        error = body.exception()
        if error is not None:
            self._session.note("error", f"{take.role}: its loop's seam is left as it is: {error}")
            return
        audio, clip = body.result(), take.clip
        assert clip is not None
        if len(audio) == body_frames(take.recipe.pass_frames):
            piece = 1 << 13
            for at in range(0, len(audio), piece):
                self._engine.arena.write(clip.offset + at, audio[at : at + piece])

    def _drop(self, change: Change, reason: str) -> None:
        self._session.revise(cancel(self._session.state, change))
        action = change.action
        role = action.role if isinstance(action, PlayTake) else change.text
        self._session.note("error", f"{role}: not recorded: {reason}")


def takes_for(engine: "ProcessEngine", pool: ClipPool, session: Session, library: Path) -> Takes:
    """Return what records the takes of a live performance, and let the session ask for them.

    Raises ConfigError where their folder cannot be made.
    """
    folder = config.data_folder() / FOLDER_NAME
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be made ({error.strerror})") from error
    nudge_ms = remembered_latency(config.data_folder())
    takes = Takes(engine, pool, session, Shelf(folder, library, date.today), nudge_ms)
    session.no_input = takes.no_input
    return takes
