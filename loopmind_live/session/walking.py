"""What will happen when, as far as is known: the state walked forward, moment by moment. Pure."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from loopmind_live.engine.base import FOREVER
from loopmind_live.session.actions import (
    Action,
    Chances,
    Edit,
    Enter,
    Faders,
    Follow,
    Nudge,
    PlayTake,
    SetArrangement,
    SetFit,
    SetParts,
    SetTime,
    Stop,
    parts_set,
)
from loopmind_live.session.document import Document, Refit
from loopmind_live.session.editing import apply, inverse
from loopmind_live.session.gestures import with_gesture
from loopmind_live.session.lasting import gone_for_good, outlasted, takes_back, way_back
from loopmind_live.session.seams import (
    before_the_end,
    not_over_before,
    playing_on,
    reason_against,
    torn_until,
)
from loopmind_live.session.state import Change, Playhead, State, Step, cancel
from loopmind_live.session.takes import placed
from loopmind_live.timing.tempo_map import TempoMap

NUDGE_SHARE = 0.02
"""A nudge changes the tempo by about this share at most."""
_HEARD = 12
_STEP_BARS = 0.25
"""A set that follows is brought into step within so much of a bar, where that is gentle."""
_KEPT_BARS = 512
"""No clip, and nothing that is told late, began longer ago."""
Counts = Callable[[Change], bool]


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame at which something changes, the state from there on, and what landed.

    `moved` would have torn the section that plays: it lands at that section's end. `dropped` makes
    no sense any more, with the reason.
    """

    frame: int
    bar: float
    state: State
    landed: tuple[Change, ...] = ()
    moved: tuple[Change, ...] = ()
    dropped: tuple[tuple[Change, str], ...] = ()


def landing_frame(state: State, change: Change) -> int:
    """Return the frame at which `change` lands by the tempo map in force."""
    return change.frame if change.frame is not None else state.tempo.line(change.bar)


def walk(state: State, refit: Refit, counts: Counts = lambda _change: True) -> Iterator[Moment]:
    """Yield what happens next, in order: section ends and the pending changes that `counts` takes.

    Endless while the set plays, as its last section loops.
    """
    while (moment := _step(state, refit, counts)) is not None:
        state = moment.state
        yield moment


def walk_to(state: State, frame: int, refit: Refit, counts: Counts) -> Iterator[Moment]:
    """Yield what happens by `frame`, without working out what comes after it."""
    while _next_frame(state, counts) <= frame:
        moment = _step(state, refit, counts)
        if moment is None:
            return
        state = moment.state
        yield moment


def when_landed(state: State, refit: Refit) -> State:
    """Return the state once all that is pending has landed."""
    for moment in walk(state, refit) if state.pending else ():
        state = moment.state
        if not state.pending:
            break
    return state


def _next_frame(state: State, counts: Counts) -> int:
    end_bar = state.end_bar
    end = state.tempo.line(end_bar) if end_bar is not None else FOREVER
    return min([end, *(landing_frame(state, one) for one in state.pending if counts(one))])


def _step(state: State, refit: Refit, counts: Counts) -> Moment | None:
    due = {
        change.number: landing_frame(state, change) for change in state.pending if counts(change)
    }
    end_bar = state.end_bar
    end = state.tempo.line(end_bar) if end_bar is not None else FOREVER
    frame = min([end, *due.values()])
    if frame == FOREVER:
        return None
    ready = tuple(change for change in state.pending if due.get(change.number) == frame)
    bar = next(
        (change.bar for change in ready),
        end_bar if end_bar is not None and frame == end else state.tempo.bar(frame),
    )
    moment = Moment(frame, bar, state)
    if frame == end:
        assert end_bar is not None
        ended = _playing_id(state)
        first = [change for change in ready if before_the_end(change.action)]
        moment = _land_all(moment, first, refit, at_end=True)
        moment = replace(moment, state=playing_on(moment.state, ended, end_bar))
        ready = tuple(change for change in ready if change not in first)
    return _land_all(moment, ready, refit, at_end=False)


def _playing_id(state: State) -> int:
    assert state.playhead is not None
    return state.document.section_ids[state.playhead.place]


def _land_all(
    moment: Moment, changes: tuple[Change, ...] | list[Change], refit: Refit, at_end: bool
) -> Moment:
    """Return the moment with `changes` landed in it, moved or dropped, in their order."""
    for change in changes:
        state = moment.state
        reason = reason_against(state.document, change)
        until = None if at_end else torn_until(state, change.action, moment.bar)
        if reason is not None:
            dropped = (*moment.dropped, (change, reason))
            moment = replace(moment, state=cancel(state, change), dropped=dropped)
        elif until is not None:
            later = replace(change, bar=until, frame=None)
            pending = tuple(later if c.number == change.number else c for c in state.pending)
            state = replace(state, pending=pending)
            moment = replace(moment, state=state, moved=(*moment.moved, later))
        else:
            pending = tuple(c for c in state.pending if c.number != change.number)
            state = _land(replace(state, pending=pending), change, moment.bar, refit)
            moment = replace(moment, state=state, landed=(*moment.landed, change))
    return moment


def _land(state: State, change: Change, bar: float, refit: Refit) -> State:
    """Return the state after `change` has landed, with its step's inverse filled in."""
    action = change.action
    if isinstance(action, Enter):
        # Landing "now" inside a bar keeps the grid: the section counts from that bar's line.
        place = state.document.place_of(action.section)
        assert place is not None
        playhead = Playhead.at(place, math.floor(bar))
        return replace(state, playhead=playhead, playing=True, fade_bars=0.0)
    if isinstance(action, Stop):
        return replace(state, playing=False, fade_bars=action.fade_bars)
    if isinstance(action, Nudge):
        return replace(state, tempo=nudged(state.tempo, bar, action.ahead_s))
    if isinstance(action, Follow):
        return followed(state, action, bar, landing_frame(state, change))
    if isinstance(action, PlayTake):
        action = placed(action, state)
    for one in parts_set(action):
        state = _remember(state, one)
    before = state.document
    document = apply(before, action, refit)
    back = inverse(before, action, refit)
    if isinstance(action, SetArrangement) and action.chances is not None:
        assert isinstance(back, SetArrangement)
        back = replace(back, chances=Chances(state.seed, state.tries))
        state = replace(state, seed=action.chances.seed, tries=action.chances.tries)
    state = _with_step(state, change, action, back, bar)
    tempo = _tempo_after(state, document, action, bar)
    state = _following(replace(state, tempo=tempo), document)
    if isinstance(action, SetTime) and state.playhead is not None:
        state = replace(state, playhead=state.playhead.in_time(bar, action.factor))
        state = not_over_before(state, bar)
    if isinstance(action, SetArrangement):
        plays = document.arrangement is not None
        start = Playhead.at(action.place, math.floor(bar)) if plays else None
        state = replace(state, playhead=start, playing=plays, fade_bars=0.0, heard=())
    return state


def _with_step(state: State, change: Change, action: Edit, back: Edit, bar: float) -> State:
    """Return the state whose undo stack knows that `change` landed, and how to take it back.

    What lasts for some bars is pending again from here on: its way back.
    """
    step = change.step
    if step is None:
        return state
    if change.mode == "back":
        state = gone_for_good(state, step, action)
        return replace(state, done=tuple(one for one in state.done if one.number != step.number))
    pending = tuple(one for one in state.pending if not takes_back(one, step.number))
    pending, back = outlasted(pending, action, back)
    if change.mode == "undo":
        return gone_for_good(replace(state, pending=pending), step, action)
    frame = landing_frame(state, change)
    landed = replace(step, action=action, inverse=back, frame=frame)
    done = _with_landed(state.done, landed)
    if change.fixed and change.mode == "do" and isinstance(action, Faders):
        done = _as_gesture(done, landed, state.tempo.rate_hz)
    if step.back_bars:
        again = way_back(landed, back, state.next_number, bar, state.tempo.beats_per_bar)
        return replace(
            state, done=done, pending=(*pending, again), next_number=state.next_number + 1
        )
    return replace(state, done=done, pending=pending)


def _with_landed(done: tuple[Step, ...], landed: Step) -> tuple[Step, ...]:
    """Return the undo stack with a step that has landed: above all that landed before it.

    So that each is taken back from what it made; what is still pending keeps its place.
    """
    if all(one.number != landed.number for one in done):
        return done
    place = next(i for i, one in enumerate(done) if one.number == landed.number)
    above = [i for i in range(place + 1, len(done)) if done[i].inverse is not None]
    last = above[-1] if above else place
    return (*done[:place], *done[place + 1 : last + 1], landed, *done[last + 1 :])


def _as_gesture(done: tuple[Step, ...], landed: Step, rate_hz: float) -> tuple[Step, ...]:
    """Return the undo stack with a fader's move, told ahead of its time, in its gesture."""
    place = next((i for i, one in enumerate(done) if one.number == landed.number), None)
    if place is None or landed.back_bars:
        return done
    return (*with_gesture(done[:place], landed, rate_hz), *done[place + 1 :])


def _following(state: State, document: Document) -> State:
    """Return the state with `document`, its playhead where it was: sections may have moved.

    Where the section under it is gone it stands on the one that followed, or on the last.
    """
    playhead, old = state.playhead, state.document
    if playhead is None or document.arrangement is None or old.section_ids == document.section_ids:
        return replace(state, document=document)
    later = (document.place_of(one) for one in old.section_ids[playhead.place :])
    place = next((place for place in later if place is not None), len(document.section_ids) - 1)
    return replace(state, document=document, playhead=replace(playhead, place=place))


def _tempo_after(state: State, document: Document, action: Action, bar: float) -> TempoMap:
    if document.bpm is None or document.bpm == state.document.bpm:
        return state.tempo
    if isinstance(action, SetFit) and action.ramp_bars:
        return state.tempo.with_ramp(bar, action.ramp_bars, document.bpm)
    recount = action.factor if isinstance(action, SetTime) else 1.0
    return state.tempo.with_tempo(bar, document.bpm, recount=recount)


def nudged(tempo: TempoMap, bar: float, ahead_s: float, least_bars: float = 1.0) -> TempoMap:
    """Return the map with all after `bar` brought forward by `ahead_s`, over a bar or a few.

    Where `least_bars` is less than a bar, over no more than it takes.

    >>> tempo = TempoMap.constant(120.0, 48000)
    >>> round(tempo.frame(9.0) - nudged(tempo, 1.0, 0.01).frame(9.0))
    480
    """
    bpm = tempo.bpm_at(bar)
    bar_s = tempo.frames_per_bar(bpm) / tempo.rate_hz
    bars = abs(ahead_s) / (NUDGE_SHARE * bar_s)
    bars = max(least_bars, bars if least_bars < 1.0 else math.ceil(bars))
    faster = bars * bar_s / (bars * bar_s - ahead_s)
    passing = tempo.with_tempo(bar, bpm * faster, passing=True)
    return passing.with_tempo(bar + bars, bpm, passing=True)


def followed(state: State, action: Follow, bar: float, frame: int) -> State:
    """Return the state that goes on from `bar`, at `frame`, as a clock outside does.

    What the map knows of long ago is forgotten: a set may follow all night.
    """
    tempo, document = state.tempo.forgetting(bar - _KEPT_BARS), state.document
    if action.from_line:
        tempo = tempo.with_line(math.ceil(bar), frame, action.bpm)
    elif action.ahead_s:
        tempo = nudged(
            tempo.with_tempo(bar, action.bpm, passing=True), bar, action.ahead_s, _STEP_BARS
        )
    else:
        tempo = tempo.with_tempo(bar, action.bpm, passing=True)
    if document.arrangement is not None:
        pace = action.bpm / (document.arrangement.bpm * document.time)
        document = replace(document, pace=pace)
    return replace(state, tempo=tempo, document=document)


def _remember(state: State, action: SetParts) -> State:
    """Return the state that knows what sections played before `action`."""
    arrangement, document = state.arrangement, state.document
    if arrangement is None:
        return state
    old = tuple(
        (section, arrangement.sections[place].parts)
        for section, _ in action.parts
        if (place := document.place_of(section)) is not None
    )
    return replace(state, heard=(*state.heard, *old)[-_HEARD * len(arrangement.sections) :])
