"""A performance: takes commands, lands them on their lines, and keeps the engine's rows true."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from loopmind_live.arranger.base import Arranger
from loopmind_live.config import DEFAULT_BPM
from loopmind_live.engine.base import Engine, Row
from loopmind_live.engine.schedule import first_difference, last_frame, splice
from loopmind_live.errors import LoopMindError
from loopmind_live.prepare.base import Preparer
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.session.actions import Enter, SetArrangement
from loopmind_live.session.chronicle import Chronicle, EventSink
from loopmind_live.session.commands import Command
from loopmind_live.session.desk import NO_INPUT, Desk
from loopmind_live.session.effects import Effect, Say, SetParameter
from loopmind_live.session.landing import Now, cancel, margin_frames
from loopmind_live.session.plan import Moment, Stage, landing_frame, plan_rows, walk, walk_to
from loopmind_live.session.readiness import Readiness
from loopmind_live.session.reducer import queue_arrangement, reduce
from loopmind_live.session.state import Change, State, differs_by_faders_alone
from loopmind_live.session.tempo_rules import heard_bpm
from loopmind_live.timing.tempo_map import TempoMap, TempoSegment


@dataclass(frozen=True, slots=True)
class Options:
    """How a performance runs. `guard_frames`: how near a frame the engine can still be told."""

    seed: int = 0
    dry: bool = False
    live: bool = True
    guard_frames: int = 0
    bpm: float = DEFAULT_BPM
    beats_per_bar: int = 4


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a command: lines to read, and what the program is to do beside them."""

    lines: tuple[str, ...]
    ok: bool = True
    effects: tuple[Effect, ...] = ()


class Session:
    """The performance's one owner of state. Not thread-safe: one task calls it."""

    def __init__(
        self,
        engine: Engine,
        preparer: Preparer,
        arranger: Arranger,
        events: EventSink,
        options: Options,
        tell: Callable[[str], None],
    ) -> None:
        rate_hz = engine.rate_hz
        self.engine = engine
        self.arranger = arranger
        self.options = options
        self.state = State(
            TempoMap.constant(options.bpm, rate_hz, options.beats_per_bar), seed=options.seed
        )
        self._readiness = Readiness(preparer, rate_hz, options.dry, patient=not options.live)
        self._stage = Stage(
            self._readiness.clip, self._readiness.clip_id, self._readiness.not_before,
            rate_hz, options.dry,
        )  # fmt: skip
        self._chronicle = Chronicle(events, self._readiness)
        self._tell = tell
        self._rows: tuple[Row, ...] = ()
        self._ready: frozenset[int] = frozenset()
        self._ready_for: tuple[Change, ...] | None = None
        self._told_bpm = DEFAULT_BPM  # the engine's own, until it is told
        self._dirty = True
        self._to_prefetch: list[str] = []
        self._moved: set[int] = set()
        self._unplayable: set[Path] = set()
        self.no_input: Callable[[], str | None] = lambda: NO_INPUT

    def load(self, arrangement: Arrangement) -> None:
        """Take an arrangement before anything plays; it waits for `play`."""
        document = replace(self.state.document, arrangement=arrangement)
        tempo = TempoMap.constant(arrangement.bpm, self.engine.rate_hz, arrangement.beats_per_bar)
        self.state = replace(self.state, document=document, tempo=tempo)
        self._dirty = True
        self._request()

    def submit(self, command: Command, frame: int | None = None) -> Reply:
        """Carry out `command`, typed at `frame` (the engine's own where None), and answer."""
        now = self._now(frame)
        return self._answer(
            command,
            now,
            lambda: reduce(self.state, command, Desk(now, self.arranger, self.no_input)),
        )

    def submit_arrangement(
        self, command: Command, arrangement: Arrangement, frame: int | None = None
    ) -> Reply:
        """Play an arrangement that was read from a file, as `command` asks."""
        now = self._now(frame)
        desk = Desk(now, self.arranger)
        return self._answer(
            command, now, lambda: queue_arrangement(self.state, command, arrangement, desk)
        )

    def refuse(self, text: str, error: LoopMindError, frame: int | None = None) -> Reply:
        """Answer words that are no command, and write that down."""
        now = self._now(frame)
        self._write("command", now.frame, text=text)
        self._write("error", now.frame, text=str(error))
        return Reply((str(error),), ok=False)

    def _answer(
        self, command: Command, now: Now, rule: Callable[[], tuple[State, tuple[Effect, ...]]]
    ) -> Reply:
        self._write("command", now.frame, text=command.text or command.name, name=command.name)
        before = self.state
        try:
            self.state, effects = rule()
        except LoopMindError as error:
            self._write("error", now.frame, text=str(error))
            return Reply((str(error),), ok=False)
        if not differs_by_faders_alone(before, self.state):  # faders come by the hundred
            self._dirty = True
            self._readiness.forget_failures()
            self._request()
        for effect in effects:
            if isinstance(effect, SetParameter):
                self._set_parameter(effect)
        said = [effect for effect in effects if isinstance(effect, Say)]
        for say in said:
            line = None if say.bar is None else int(say.bar) + 1
            self._write("reply", now.frame, text=say.text, lands_bar=line)
        others = tuple(effect for effect in effects if not isinstance(effect, Say | SetParameter))
        return Reply(tuple(say.text for say in said), effects=others)

    def advance(self, frame: int | None = None) -> None:
        """Let all land that is due by `frame`, and tell the engine what changed. Call often."""
        frame = self.engine.frame() if frame is None else frame
        self._collect(frame)
        if not self.state.started:
            self._start(frame)
        if self.state.started:
            self._postpone(frame)
            for moment in walk_to(self.state, frame, self.arranger.refit, self._counts):
                self._land(moment)
            self._follow_tempo(frame)
            if self._dirty:
                self._write_swaps(frame - 1)  # before rows that have ended are forgotten
                self._send(frame)
            self._write_swaps(frame)
        self._hear_engine()
        if self._to_prefetch and self.options.live:
            self._readiness.prefetch(self.state, self._to_prefetch.pop(), self.arranger)

    def revise(self, state: State) -> None:
        """Go on with `state`, in which something pending was worked on beside the commands."""
        self.state = state
        self._dirty = True
        self._request()

    def note(self, kind: str, text: str, **fields: object) -> None:
        """Write down, and tell, what happened beside the commands."""
        self._write(kind, self.engine.frame(), text=text, **fields)
        self._tell(text)

    def finish(self, frame: int) -> None:
        """Write down that the set ended at `frame`, and what landed before it."""
        self._write_swaps(frame - 1)
        self._write("result", frame, text="end")

    def ends_by(self, frame: int) -> int | None:
        """Return where the last section ends with nothing to follow, if by `frame`.

        None, too, while the last section is asked to repeat.
        """
        state = self.state
        for moment in walk(state, self.arranger.refit, self._counts):
            if moment.frame > frame:
                return None
            if state.end_bar == moment.bar and _was_last(state) and not _leads_on(moment):
                return moment.frame
            state = moment.state
        if state.playing or not state.started:
            return None
        rung_out = max((last_frame(row) for row in self._rows), default=frame)
        return rung_out if rung_out <= frame else None

    def _now(self, frame: int | None) -> Now:
        free = self.engine.frame()
        if self.options.live:
            return Now(free if frame is None else frame, free + self.options.guard_frames)
        at = free if frame is None else frame
        block = self.engine.block
        return Now(at, max(free, -(-at // block) * block))

    def _collect(self, frame: int) -> None:
        came, failed = self._readiness.collect(frame + margin_frames(self.engine.rate_hz))
        if came:
            self._dirty = True
            self._ready_for = None
        for failure in failed:
            if failure.recipe.path not in self._unplayable:
                self._unplayable.add(failure.recipe.path)
                self._say_error(f"{failure.recipe.path.name} cannot be played: {failure.reason}")
        if failed:
            self._refuse_failed()

    def _refuse_failed(self) -> None:
        """Drop pending changes whose clips cannot be made: what plays goes on."""
        refit = self.arranger.refit
        reasons = self._readiness.refusals(self.state, refit)
        for change in self.state.pending:
            if change.number in reasons:
                self.state = cancel(self.state, change)
                self._say_error(f"{change.text} refused: {reasons[change.number]}")

    def _counts(self, change: Change) -> bool:
        """Tell whether a pending change is ready to land."""
        if self._ready_for is not self.state.pending:
            self._ready_for = self.state.pending
            self._ready = self._readiness.ready(self.state, self.arranger.refit)
        return change.number in self._ready

    def _start(self, frame: int) -> None:
        """Start the clock once there is something to play and its first clips are there."""
        wants = any(isinstance(c.action, Enter | SetArrangement) for c in self.state.pending)
        if not wants or not all(self._counts(change) for change in self.state.pending):
            return
        live = self.options.live
        first = frame + (2 * margin_frames(self.engine.rate_hz) if live else 0)
        bpm = self.state.tempo.bpm_at(0.0)
        tempo = replace(self.state.tempo, segments=(TempoSegment(0.0, float(first), bpm),))
        self.state = replace(self.state, tempo=tempo, started=True)
        self._dirty = True
        self._write("tempo", first, bpm=bpm, beats_per_bar=tempo.beats_per_bar)

    def _postpone(self, frame: int) -> None:
        """Move what is not ready to the first line that can still be reached, and say so."""
        guard = self.options.guard_frames
        for change in self.state.pending:
            due = landing_frame(self.state, change)
            if due >= frame + guard or self._counts(change):
                continue
            bar = self.state.tempo.next_line(frame, margin_frames(self.engine.rate_hz))
            moved = replace(change, bar=bar, frame=None)
            pending = tuple(moved if c.number == change.number else c for c in self.state.pending)
            self.state = replace(self.state, pending=pending)
            self._dirty = True
            self._write("late", due, text=change.text, target_frame=due, moved_to_bar=bar + 1)
            if change.number not in self._moved:
                self._moved.add(change.number)
                self._tell(f"{change.text}: its clips are not ready, moves to bar {bar + 1}")

    def _land(self, moment: Moment) -> None:
        before = self.state
        self._write_swaps(moment.frame - 1)
        self.state = moment.state
        if moment.state.playhead != before.playhead:
            self._chronicle.write_carried(self.state, self._rows, moment.frame)
        self._dirty = True
        arrangement = moment.state.arrangement
        if arrangement is not None and arrangement is not before.arrangement:
            labels = {section.label for section in arrangement.sections}
            self._to_prefetch = sorted(labels)
        for change in moment.landed:
            self._write("result", moment.frame, text=change.text, change=change.number)
            if change.number in self._moved:
                self._tell(f"{change.text}: landed at bar {int(moment.bar) + 1}")
        self._tell_missing(moment)
        bpm = moment.state.tempo.bpm_at(moment.bar)
        if bpm != before.tempo.bpm_at(moment.bar):
            self._write("tempo", moment.frame, bpm=bpm)
        self._request()

    def _follow_tempo(self, frame: int) -> None:
        """Tell the engine the tempo, for its delay."""
        bpm = heard_bpm(self.state.tempo, frame, self._told_bpm)
        if bpm != self._told_bpm:
            self._told_bpm = bpm
            self._set_parameter(SetParameter("tempo", bpm))

    def _tell_missing(self, moment: Moment) -> None:
        """Say which parts of a section that begins are not prepared: they enter when they are."""
        state = moment.state
        section, arrangement = state.section, state.arrangement
        if not state.playing or section is None or arrangement is None:
            return
        recipes = self._readiness.of_section(arrangement, section)
        missing = [
            part.role
            for part, recipe in zip(section.parts, recipes, strict=True)
            if self._readiness.clip(recipe) is None and recipe not in self._readiness.failures
        ]
        if missing:
            self._write("late", moment.frame, section=section.label, tracks=missing)
            self._tell(f"{section.label}: {', '.join(missing)} not ready, enters at a later line")

    def _send(self, frame: int) -> None:
        """Tell the engine the rows from the first frame on at which they differ."""
        self._dirty = False
        free = max(frame, self.engine.frame())
        rows = plan_rows(self.state, free, self.arranger.refit, self._counts, self._stage)
        wanted = splice(self._rows, free, rows, free)
        change = first_difference(self._rows, wanted, free)
        if change is None:
            return
        if change < self.engine.frame():
            # Nobody may have been listening for a while: reach the next line instead.
            line = self.state.tempo.next_line(free, margin_frames(self.engine.rate_hz))
            self._write("late", change, target_frame=change, moved_to_bar=line + 1)
            change = self.state.tempo.line(line)
        self.engine.splice(change, rows)
        self._rows = splice(self._rows, change, rows, self._chronicle.told_frame)

    def _set_parameter(self, parameter: SetParameter) -> None:
        frame = self.engine.set_parameter(parameter.name, parameter.value)
        self._write("param", frame, name=parameter.name, value=parameter.value)

    def _hear_engine(self) -> None:
        for event in self.engine.events():
            kind = event.kind if event.kind in ("xrun", "late") else "error"
            self._write(kind, event.frame, engine=event.kind, text=event.text)
            if event.kind == "late":
                self._rows = ()
                self._dirty = True
            if event.kind != "xrun":
                self._tell(f"engine: {event.text or event.kind}")

    def _request(self) -> None:
        sounding = {row.clip_id for row in self._rows}
        self._readiness.request(self.state, self.arranger.refit, sounding)

    def _say_error(self, text: str) -> None:
        self._write("error", self.engine.frame(), text=text)
        self._tell(text)

    def _write(self, kind: str, frame: int, **fields: object) -> None:
        self._chronicle.write(self.state, kind, frame, **fields)

    def _write_swaps(self, frame: int) -> None:
        self._chronicle.write_swaps(self.state, self._rows, frame)


def _leads_on(moment: Moment) -> bool:
    return any(isinstance(change.action, Enter | SetArrangement) for change in moment.landed)


def _was_last(state: State) -> bool:
    arrangement, playhead = state.arrangement, state.playhead
    if arrangement is None or playhead is None or state.document.looping == playhead.place:
        return False
    return playhead.place == len(arrangement.sections) - 1
