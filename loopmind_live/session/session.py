"""A performance: takes commands, lands them on their lines, and keeps the engine's rows true."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from loopmind_live.arranger.base import Arranger
from loopmind_live.config import DEFAULT_BPM
from loopmind_live.engine.base import Engine, Row
from loopmind_live.errors import LoopMindError
from loopmind_live.prepare.base import Preparer
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.patch import Patch, from_json
from loopmind_live.session.actions import Enter, SetArrangement
from loopmind_live.session.at_once import flies, flies_alone
from loopmind_live.session.chronicle import Chronicle, EventSink
from loopmind_live.session.commands import Command
from loopmind_live.session.cue import Ears
from loopmind_live.session.cue_plan import count_in_frames, recipes_of
from loopmind_live.session.desk import NO_INPUT, Desk
from loopmind_live.session.document import Document
from loopmind_live.session.effects import Effect, Opinion, Say, SetParameter
from loopmind_live.session.engine_faders import EngineFaders
from loopmind_live.session.engine_rows import EngineRows
from loopmind_live.session.landing import Now, margin_frames
from loopmind_live.session.loading import Loaded
from loopmind_live.session.look_ahead import LookAhead
from loopmind_live.session.options import Options, Reply
from loopmind_live.session.patch_memory import learned
from loopmind_live.session.patch_rules import renewed
from loopmind_live.session.plan import Stage, ends_by
from loopmind_live.session.readiness import Readiness
from loopmind_live.session.reducer import queue_arrangement, reduce
from loopmind_live.session.refusal import refuse_more
from loopmind_live.session.report import Report
from loopmind_live.session.sections import opened
from loopmind_live.session.snapshot import Keeper, Snapshot
from loopmind_live.session.state import Change, State, cancel, differs_by_faders_alone, postponed
from loopmind_live.session.walking import Moment, landing_frame, walk_to
from loopmind_live.timing.tempo_map import TempoMap

__all__ = ["Options", "Reply", "Session"]


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
        keep: Callable[[Snapshot], None] = lambda _snapshot: None,
        opine: Callable[[Opinion], None] = lambda _opinion: None,
    ) -> None:
        rate_hz = engine.rate_hz
        self.engine, self.arranger, self.options = engine, arranger, options
        self.state = State(
            TempoMap.constant(options.bpm, rate_hz, options.beats_per_bar), seed=options.seed
        )
        self._readiness = Readiness(preparer, rate_hz, options.dry, patient=not options.live)
        stage = Stage(
            self._readiness.clip, self._readiness.clip_id, self._readiness.not_before,
            rate_hz, options.dry, self._readiness.opened,
        )  # fmt: skip
        self._engine_rows = EngineRows(engine, stage, options, self._refit, self.counts)
        self._chronicle = Chronicle(events, self._readiness)
        self.tell, self._report = tell, Report(self._chronicle, tell, opine)
        self._keeper = Keeper(keep, rate_hz)
        self._dirty, self._taken_up = True, False
        self._ready: frozenset[int] = frozenset()
        self._ready_for: tuple[Change, ...] | None = None
        self._look_ahead = LookAhead(self._readiness, arranger, rate_hz)
        self._faders = EngineFaders(engine, self._write, DEFAULT_BPM, options.live)
        self.no_input: Callable[[], str | None] = lambda: NO_INPUT
        self.first_line: Callable[[int], int] = lambda frame: frame
        self.landed: Callable[[State, Moment], None] = lambda _before, _moment: None

    def listen_with(self, ears: Ears) -> None:
        """Use the cue bus, for which `ears` has all that it takes."""
        self._engine_rows.ears = ears

    def _refit(self, arrangement: Arrangement, bpm: float, key: str | None) -> Arrangement:
        return self.arranger.refit(arrangement, bpm, key)

    def choose_by(self, arranger: Arranger) -> None:
        """Choose loops by another arranger from now on: it knows other loops, or another taste."""
        self.arranger = arranger
        self._look_ahead.choose_by(arranger)

    def load(self, arrangement: Arrangement) -> None:
        """Take an arrangement before anything plays; it waits for `play`."""
        self.open(opened(self.state.document, arrangement))

    def open(self, document: Document, tries: tuple[tuple[str, int], ...] = ()) -> None:
        """Take a set before anything plays, its faders where they were; it waits for `play`."""
        self.state = self.state.begun_with(document, tries)
        self._faders.stand(document, {})
        self._dirty = True
        self._keep_state()
        self._request()

    def take_up(
        self, snapshot: Snapshot, rows: Sequence[Row], faders: Mapping[str, float], told_frame: int
    ) -> None:
        """Go on where another process was: the engine plays `rows`, and its `faders` stand there.

        The clips of `snapshot` must lie in the arena. Events are written up to `told_frame`.
        """
        self.state = snapshot.state
        self._engine_rows.take_up(self.state, rows)
        self._faders.told_bpm = snapshot.told_bpm or self._faders.told_bpm
        for patch in self.state.patches:
            self.engine.learn(patch.number, from_json(patch.graph))
        self._readiness.recall(snapshot)
        self._chronicle.told_frame = told_frame
        self._report.recall(self.state)
        self._dirty = self._taken_up = True
        self._ready_for = None
        self._keep_state()
        self._faders.stand(self.state.document, faders)
        if self.state.started:
            self._postpone(self.engine.frame())  # before clips come for which nothing waited
        self._request()

    def submit(
        self, command: Command, frame: int | None = None, due_frame: int | None = None
    ) -> Reply:
        """Carry out `command`, typed at `frame` (the engine's own where None), and answer.

        Where its sender named a `due_frame`, it lands there, or on the first line from there on.
        """
        now = self._now(frame, due_frame)
        desk = Desk(now, self.arranger, self.no_input, self._engine_rows.ears)
        return self._answer(command, now, lambda: reduce(self.state, command, desk))

    def submit_arrangement(
        self,
        command: Command,
        arrangement: Arrangement,
        frame: int | None = None,
        due_frame: int | None = None,
        loaded: Loaded | None = None,
    ) -> Reply:
        """Play an arrangement from a file, as `command` asks, with all that is `loaded` with it."""
        now = self._now(frame, due_frame)
        desk = Desk(now, self.arranger)
        rule = partial(queue_arrangement, self.state, command, arrangement, desk, loaded)
        return self._answer(command, now, rule)

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
            state, effects = rule()
            refuse_more(before, state, self.engine.status(), self.arranger.refit)
            self.state = state
        except LoopMindError as error:
            self._write("error", now.frame, text=str(error))
            return Reply((str(error),), ok=False)
        flown = self.options.live and flies_alone(before, self.state)  # pads are waited for
        other = not (flown or differs_by_faders_alone(before, self.state))  # by the hundred
        self._look_ahead.typed(now.frame, other)
        if other:
            self._dirty = True
            self._readiness.forget_failures()
            self._keep_state()
            self._request()
        for effect in (one for one in effects if isinstance(one, SetParameter)):
            self._faders.set(effect)
        said = [effect for effect in effects if isinstance(effect, Say)]
        for say in said:
            line = None if say.bar is None else int(say.bar) + 1
            self._write("reply", now.frame, text=say.text, lands_bar=line)
        others = tuple(effect for effect in effects if not isinstance(effect, Say | SetParameter))
        return Reply(tuple(say.text for say in said), effects=others)

    def advance(self, frame: int | None = None) -> None:
        """Let all land that is due by `frame`, and tell the engine what changed. Call often."""
        self._hear_engine()
        frame = self.engine.frame() if frame is None else frame
        self._collect(frame)
        if not self.state.started:
            self._start(frame)
        if self.state.started:
            self._postpone(frame)
            if not self._engine_rows.under_way:
                self._go_on(max(frame, self._engine_rows.down_frame))
        elif self._dirty and self._engine_rows.ears is not None:
            self._send(frame)
        self._hear_engine()
        self._keep_state(frame)
        if self.options.live:
            self._look_ahead.go_on(self.state, frame)
        self._report.go_on()

    def learn(self, patch: Patch, renews: bool = True) -> Reply:
        """Know a rehearsed patch; where it `renews`, it takes the place of older versions."""
        self.state, gone = learned(self.state, patch)
        known, now = self.state.patches[-1], self._now(None)
        self.engine.learn(known.number, patch, gone)
        self._write("patch", now.frame, number=known.number, name=known.name, graph=known.graph)
        if not renews:
            return Reply(())
        command, desk = Command("patch", text=f"patch {known.name}"), Desk(now, self.arranger)
        return self._answer(command, now, lambda: renewed(self.state, known, desk))

    def after_landing(self, then: Callable[[Change], None]) -> None:
        """Have `then` called with each change, once all that is due with it has landed."""
        self._report.then = then

    def revise(self, state: State) -> None:
        """Go on with `state`, in which something pending was worked on beside the commands."""
        self.state = state
        self._dirty = True
        self._request()

    def note(self, kind: str, text: str, **fields: object) -> None:
        """Write down, and tell, what happened beside the commands."""
        self._write(kind, self.engine.frame(), text=text, **fields)
        self._report.tell(text)

    def _go_on(self, frame: int) -> None:
        """Land what is due by `frame`, and send what is new."""
        self._faders.look_ahead(self.state, frame, self._refit)
        if self.options.live:
            frame = min(frame, self.engine.status().frame)  # what comes after may still change
        for moment in walk_to(self.state, frame, self.arranger.refit, self._engine_rows.is_down):
            self._land(moment)
        self._faders.follow(self.state, frame, self._refit)
        silent = self._readiness.ran_out(self.state, frame)
        what = "not ready beyond its first bars, enters at a later line"
        self._report.late(self.state, frame, silent, what)
        self._dirty = self._engine_rows.rest_is_due(frame) or self._dirty
        self._write_swaps(frame - 1)  # before rows that have ended are forgotten
        if self.options.live and any(map(flies, self.state.pending)):
            state = self._engine_rows.take_off(self.state, self._chronicle.told_frame)
            if state is not None:
                self.state, self._dirty = state, False
        elif self._dirty:
            self._send(frame)
        if not self.options.live:
            self._write_swaps(frame)

    def finish(self, frame: int) -> None:
        """Write down that the set ended at `frame`, and what landed before it."""
        self._keep_state()
        self._write_swaps(frame - 1)
        self._report.ended(self.state, frame)
        self._write("result", frame, text="end")

    def ends_by(self, frame: int) -> int | None:
        """Return where the last section ends with nothing to follow, if by `frame`.

        None, too, while the last section is asked to repeat.
        """
        return ends_by(self.state, self._engine_rows.rows, frame, self.arranger.refit, self.counts)

    def _now(self, frame: int | None, due_frame: int | None = None) -> Now:
        free, options = self.engine.frame(), self.options
        if options.live:
            return Now.live(frame, due_frame, free, options.guard_frames)
        return Now.offline(frame, due_frame, free, self.engine.block)

    def _collect(self, frame: int) -> None:
        came, failed = self._readiness.collect(frame + margin_frames(self.engine.rate_hz))
        if came:
            self._dirty = True
            self._ready_for = None
        self._report.failed(self.state, self.engine.frame(), failed)
        if failed:
            self._refuse_failed()

    def _refuse_failed(self) -> None:
        """Drop pending changes whose clips cannot be made: what plays goes on."""
        refit = self.arranger.refit
        reasons = self._readiness.refusals(self.state, refit)
        for change in self.state.pending:
            if change.number in reasons:
                self.state = cancel(self.state, change)
                self.note("error", f"{change.text} refused: {reasons[change.number]}")

    def counts(self, change: Change) -> bool:
        """Tell whether a pending change is ready to land."""
        if self._ready_for is not self.state.pending:
            self._ready_for = self.state.pending
            self._ready = self._readiness.ready(self.state, self.arranger.refit)
        return change.number in self._ready

    def _start(self, frame: int) -> None:
        """Start the clock once there is something to play and its first clips are there."""
        wants = any(isinstance(c.action, Enter | SetArrangement) for c in self.state.pending)
        if not wants or not all(self.counts(change) for change in self.state.pending):
            return
        first = frame + (2 * margin_frames(self.engine.rate_hz) if self.options.live else 0)
        first = self.first_line(first + count_in_frames(self.state))
        self.state = self.state.started_at(first)
        self._dirty, tempo = True, self.state.tempo
        self._write("tempo", first, bpm=tempo.bpm_at(0.0), beats_per_bar=tempo.beats_per_bar)

    def _postpone(self, frame: int) -> None:
        """Move what is not ready to the first line that can still be reached, and say so."""
        guard = self.options.guard_frames
        for change in self.state.pending:
            due = landing_frame(self.state, change)
            if due >= frame + guard or self.counts(change):
                continue
            bar = self.state.tempo.next_line(frame, margin_frames(self.engine.rate_hz))
            self.state = postponed(self.state, change, bar)
            self._dirty = True
            self._report.postponed(self.state, change, due, bar)

    def _land(self, moment: Moment) -> None:
        before = self.state
        self._write_swaps(moment.frame - 1)
        self.state = moment.state
        if moment.state.playhead != before.playhead:
            self._chronicle.write_carried(self.state, self._engine_rows.rows, moment.frame)
        sent = moment.state.playhead == before.playhead and all(map(flies, moment.landed))
        self._dirty = self._dirty or not sent
        arrangement = moment.state.arrangement
        if arrangement is not None and arrangement is not before.arrangement:
            self._look_ahead.changed(moment.state)
        for change in moment.landed:
            self._faders.land(change, before.document)
        self._report.landed(before, moment)
        missing = self._readiness.missing(moment)
        self._report.late(self.state, moment.frame, missing, "not ready, enters at a later line")
        bpm = moment.state.tempo.bpm_at(moment.bar)
        if bpm != before.tempo.bpm_at(moment.bar):
            self._write("tempo", moment.frame, bpm=bpm)
        if not sent:
            self._request()
        self.landed(before, moment)

    def _send(self, frame: int) -> None:
        """Tell the engine the rows from the first frame on at which they differ."""
        self._dirty, taken_up, self._taken_up = False, self._taken_up, False
        free = max(frame, self.engine.frame())
        rows, change = self._engine_rows.news(self.state, free)
        if change is None:
            return
        if change < self.engine.frame() or (taken_up and change <= free):
            # Nobody may have been listening for a while: reach the next line instead.
            line = self.state.tempo.next_line(free, margin_frames(self.engine.rate_hz))
            self._write("late", change, target_frame=change, moved_to_bar=line + 1)
            change = self.state.tempo.line(line)
        self._keep_state()  # first: who takes over must know of every clip in the engine's rows
        self._engine_rows.send(rows, change, self._chronicle.told_frame)

    def _hear_engine(self) -> None:
        for event in self.engine.events():
            if event.kind == "param":
                self._write("param", event.frame, name=event.text, value=event.value)
                continue
            if event.kind == "landed":
                self.state = self._engine_rows.touch_down(self.state, event.frame)
                continue
            if event.kind == "late" and self._engine_rows.meant_for(event.frame):
                again = self.engine.frame() + self.options.guard_frames
                self.state = self._engine_rows.touch_down(self.state, again, missed=True)
                continue
            kind = event.kind if event.kind in ("xrun", "late") else "error"
            self._write(kind, event.frame, engine=event.kind, text=event.text)
            if event.kind == "late":
                self._engine_rows.rows = ()
                self._dirty = True
            if event.kind != "xrun":
                self._report.tell(f"engine: {event.text or event.kind}")

    def _keep_state(self, frame: int | None = None) -> None:
        """Have the journal written where anything is new."""
        recipes, placed = self._readiness.recipes, self._readiness.placed
        self._keeper.offer(Snapshot(self.state, recipes, placed, self._faders.told_bpm), frame)

    def _request(self) -> None:
        sounding = {row.clip_id for row in self._engine_rows.rows}
        refit = self.arranger.refit
        heard = recipes_of(self.state, refit, self.engine.rate_hz, self.options.dry)
        self._readiness.request(self.state, refit, sounding, heard)

    def _write(self, kind: str, frame: int, **fields: object) -> None:
        self._chronicle.write(self.state, kind, frame, **fields)

    def _write_swaps(self, frame: int) -> None:
        self._chronicle.write_swaps(self.state, self._engine_rows.rows, frame)
