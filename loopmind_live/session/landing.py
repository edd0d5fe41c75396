"""Where a command lands, and the queue of what has not landed yet. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from loopmind_live.config import LINE_MARGIN_S
from loopmind_live.errors import SessionError
from loopmind_live.session.actions import (
    Action,
    SetArrangement,
    Transport,
)
from loopmind_live.session.commands import Command, CommandSpec, Lands, When
from loopmind_live.session.document import Document, Refit
from loopmind_live.session.editing import apply, inverse
from loopmind_live.session.gestures import with_gesture
from loopmind_live.session.state import MOST_STEPS, Change, Mode, State, Step
from loopmind_live.session.walking import Moment, landing_frame, walk


@dataclass(frozen=True, slots=True)
class Now:
    """The clock as a command meets it: the frame it was typed at, and the first that may change.

    `due_frame`, never before `free_frame`, is the one that it is meant for, where its sender said.
    """

    frame: int
    free_frame: int
    due_frame: int | None = None

    @classmethod
    def live(cls, frame: int | None, due_frame: int | None, free: int, guard_frames: int) -> "Now":
        """Return the clock of an engine whose next frame is `free`.

        What is meant for a frame that can be reached no more is for now.

        >>> Now.live(None, 1500, 1000, 400).due_frame, Now.live(None, 1200, 1000, 400).due_frame
        (1500, None)
        """
        due = due_frame if due_frame is not None and due_frame >= free + guard_frames else None
        return cls(free if frame is None else frame, free + guard_frames, due)

    @classmethod
    def offline(cls, frame: int | None, due_frame: int | None, free: int, block: int) -> "Now":
        """Return the clock of an engine that computes a block at a time when it is told to.

        >>> Now.offline(500, 600, 0, 256)
        Now(frame=500, free_frame=512, due_frame=600)
        """
        at = free if frame is None else frame
        first = max(free, -(-at // block) * block)
        return cls(at, first, due_frame if due_frame is not None and due_frame >= first else None)


@dataclass(frozen=True, slots=True)
class Landing:
    """The bar a command lands at, its frame where that is no line, and the beat, from 1.

    The frame is `fixed` where whoever sent it named that very one.
    """

    bar: float
    frame: int | None = None
    beat: int = 1
    fixed: bool = False

    def __str__(self) -> str:
        if self.fixed:
            return f"in bar {int(self.bar) + 1}, on its time"
        if self.frame is not None:
            return "now"
        return f"at bar {int(self.bar) + 1}" + (f" beat {self.beat}" if self.beat > 1 else "")


def margin_frames(rate_hz: int) -> int:
    """Return how near a line may be and still be reached, in frames."""
    return round(LINE_MARGIN_S * rate_hz)


def landing(state: State, when: When | None, lands: Lands, now: Now, refit: Refit) -> Landing:
    """Return where a command lands that was typed at `now`."""
    unit, n = (when.unit, when.n) if when is not None else (lands, 1)
    if not state.started:
        return Landing(0.0)
    if unit == "now" and now.due_frame is not None:
        return Landing(state.tempo.bar(now.due_frame), now.due_frame, fixed=True)
    if unit == "now":
        return Landing(state.tempo.bar(now.free_frame), now.free_frame)
    earliest = max(now.frame + margin_frames(state.tempo.rate_hz), now.due_frame or 0)
    if unit == "section" and state.playing:
        ends = 0
        for moment in walk(state, refit):
            before, after = _began(state), _began(moment.state)
            if after != before and moment.frame >= earliest:
                ends += 1
                if ends == n or not moment.state.playing:
                    return Landing(moment.bar)
            state = moment.state
    if unit == "beat":
        bar = state.tempo.next_beat(earliest, 0, n)
        return Landing(bar, beat=1 + round(bar % 1.0 * state.tempo.beats_per_bar))
    return Landing(state.tempo.next_line(earliest, 0) + n - 1)


def _began(state: State) -> float | None:
    return None if state.playhead is None else state.playhead.start_bar


def settled(state: State, refit: Refit) -> tuple[State, Landing]:
    """Return the state, and where what was queued last really lands: no sooner than it may.

    Raise SessionError where it never will.
    """
    change = state.pending[-1]
    for moment in walk(state, refit):
        for dropped, reason in moment.dropped:
            if dropped.number == change.number:
                raise SessionError(f"{change.text}: {reason}")
        moved = next((one for one in moment.moved if one.number == change.number), None)
        if moved is not None:
            change = replace(moved, promised_bar=moved.bar)
        if any(one.number == change.number for one in moment.landed):
            break
    return (
        replace(state, pending=(*state.pending[:-1], change)),
        Landing(change.bar, change.frame, fixed=change.fixed),
    )


def entered(state: State, sections: Collection[int], place: Landing, refit: Refit) -> Landing:
    """Return where one of `sections`, by id, plays first from `place` on, or begins.

    Raise SessionError where none of them comes.
    """

    def plays(state: State) -> bool:
        here = state.playhead
        return (
            state.playing and here is not None
            and state.document.section_ids[here.place] in sections
        )  # fmt: skip

    for before, moment in _to_come(state, place, refit):
        if moment.bar > place.bar and plays(before):
            return place
        if moment.bar >= place.bar and plays(moment.state):
            return Landing(moment.bar)
    raise SessionError("that section does not come again: goto it, or leave out for how many bars")


def bars_until(state: State, label: str, place: Landing, refit: Refit) -> float:
    """Return for how many bars it is from `place` to the next beginning of a section of `label`.

    Raise SessionError where none comes.
    """
    if not state.started and state.arrangement is not None:
        starts = state.arrangement.start_bars()
        there = [starts[at] for at in state.arrangement.find(label) if starts[at]]
        if there:
            return float(there[0])
    for before, moment in _to_come(state, place, refit):
        now = moment.state
        if moment.bar <= place.bar or not now.playing or _began(now) == _began(before):
            continue
        here = None if now.playhead is None else now.playhead.place
        if now.arrangement is not None and here in now.arrangement.find(label):
            return moment.bar - place.bar
    raise SessionError(f"no {label} comes from here on: say for how many bars, as in: for 4 bars")


def _to_come(state: State, place: Landing, refit: Refit) -> Iterator[tuple[State, Moment]]:
    """Yield what happens, each with the state before it, until all goes round after `place`."""
    passed = set[tuple[int, int]]()
    for moment in walk(state, refit):
        yield state, moment
        state = moment.state
        here = (state.playhead.place if state.playhead else 0, len(state.pending))
        if moment.bar > place.bar and here in passed:
            return  # round in a circle
        passed.add(here)


def projected(state: State, refit: Refit, at: Landing | None = None) -> Document:
    """Return the document when all that lands by `at` (ever, where None) has landed."""
    document = state.document
    for change in sorted(state.pending, key=lambda one: (landing_frame(state, one), one.number)):
        if at is not None and change.bar > at.bar:
            continue
        if not isinstance(change.action, Transport):
            document = apply(document, change.action, refit)
    return document


def queue(
    state: State,
    command: Command,
    spec: CommandSpec,
    action: Action,
    place: Landing,
    mode: Mode = "do",
    step: Step | None = None,
    back_bars: float = 0.0,
) -> State:
    """Return the state with `action` pending, and its step on the undo stack where it has one.

    Once it has landed it lasts for `back_bars`, or until it is undone where 0. What a routine asks
    for is no step, but where its way back needs one.
    """
    number = state.next_number
    state = replace(state, next_number=number + 1)
    steps = spec.undoable and (bool(back_bars) or not command.by_routine)
    if steps and mode == "do" and not isinstance(action, Transport):
        step = Step(number, command.text or command.name, action, spec.lands, back_bars=back_bars)
        state = replace(state, done=(*state.done, step)[-MOST_STEPS:], undone=())
    change = Change(
        number,
        command.text or command.name,
        action,
        place.bar,
        place.bar,
        place.frame,
        mode,
        step,
        place.fixed,
        command.by_routine,
    )
    return replace(state, pending=(*state.pending, change))


def apply_at_once(
    state: State, command: Command, spec: CommandSpec, action: Action, refit: Refit, frame: int
) -> State:
    """Return the state after an edit at `frame` that nobody has to wait for: a lock or a fader."""
    assert not isinstance(action, Transport | SetArrangement)
    before = state.document
    if command.by_routine:
        after = apply(before, action, refit)
        return replace(state, document=after, next_number=state.next_number + 1)
    step = Step(
        state.next_number, command.text or command.name, action, spec.lands,
        inverse(before, action, refit), frame,
    )  # fmt: skip
    return replace(
        state,
        document=apply(before, action, refit),
        next_number=state.next_number + 1,
        done=with_gesture(state.done, step, state.tempo.rate_hz, bool(state.undone))[-MOST_STEPS:],
        undone=(),
    )
