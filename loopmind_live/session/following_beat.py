"""How a set follows a beat outside: an Ableton Link session, a MIDI clock. Pure.

A clock outside is told as a beat at one of our frames, and a tempo. A set in step with it plays
what was prepared, sample for sample. A new tempo is taken up at once, by varispeed; a small step
aside is made up for by a gentle change of pace; a larger one by beginning the next bar where the
other's begins. Clips that play too fast or too slow are prepared anew and enter at a bar line.
"""

import math
from dataclasses import dataclass, replace

from loopmind_live.config import MAX_BPM, MIN_BPM
from loopmind_live.session.actions import Action, Follow, SetArrangement, SetFit, SetPace, SetTime
from loopmind_live.session.document import Refit
from loopmind_live.session.landing import margin_frames, projected
from loopmind_live.session.state import Change, State, cancel
from loopmind_live.session.tempo_rules import VARISPEED_SHARE
from loopmind_live.session.walking import landing_frame
from loopmind_live.timing.tempo_map import TempoMap

STILL_S = 0.00025
"""So far beside the beat a set plays on untouched."""
GENTLE_S = 0.05
"""So far beside it, it is brought back by a change of pace; further, bars are begun together."""
SOON_S = 0.12
"""A bar of theirs that begins within so long is taken: longer than a busy machine looks away."""
IN_STEP_S = 0.001
"""A set no further beside the beat is in step with it, for ears."""
STEADY_S = 1.0
"""A tempo that has stood so long is worth preparing clips for."""
FITTED = "fitted to the clock outside"
"""The words of a change that prepares clips for the tempo they play at already."""
_SAME = 5e-6
"""Tempos this near are one: Link tells the length of a beat in whole microseconds."""


@dataclass(frozen=True, slots=True)
class OutsideBeat:
    """Where a clock outside is: at `beat` by our frame `frame`, at `bpm` from there on.

    Beat 0 begins a bar, and so does every `quantum` beats after it.
    """

    frame: int
    beat: float
    bpm: float
    quantum: float = 4.0

    def beat_at(self, frame: float, rate_hz: int) -> float:
        """Return the beat at `frame`.

        >>> OutsideBeat(48000, 3.0, 120.0).beat_at(72000, 48000)
        4.0
        """
        return self.beat + (frame - self.frame) * self.bpm / (60.0 * rate_hz)

    def next_line(self, frame: float, rate_hz: int) -> float:
        """Return the first frame, not rounded, from `frame` on at which a bar of its begins.

        >>> round(OutsideBeat(0, 3.0, 120.0).next_line(100.0, 48000))
        24000
        """
        beat = self.beat_at(frame, rate_hz)
        ahead = -beat % self.quantum
        return frame + ahead * 60.0 * rate_hz / self.bpm


def multiple_within(bpm: float, multiple: float = 1.0) -> float:
    """Return by what to take a tempo outside, near `multiple`, so that a set can play at it.

    >>> multiple_within(130.0), multiple_within(20.0), multiple_within(999.0)
    (1.0, 2.0, 0.125)
    >>> multiple_within(100.0, 0.5), multiple_within(70.0, 0.5)
    (0.5, 1.0)
    """
    while bpm * multiple > MAX_BPM:
        multiple /= 2.0
    while bpm * multiple < MIN_BPM:
        multiple *= 2.0
    return multiple


def nearest_multiple(bpm: float, outside_bpm: float) -> float:
    """Return the power of two by which a tempo outside comes nearest to `bpm`.

    >>> nearest_multiple(65.0, 130.0), nearest_multiple(124.9, 999.0), nearest_multiple(120.0, 90.0)
    (0.5, 0.125, 1.0)
    """
    return float(2.0 ** round(math.log2(bpm / outside_bpm)))


def plain_bpm(bpm: float) -> float:
    """Return the tempo with two digits that `bpm` is but for rounding, else `bpm` itself.

    >>> plain_bpm(60e6 / 461538), plain_bpm(60e6 / 461500)
    (130.0, 130.01083423618635)
    """
    plain = round(bpm, 2)
    return plain if math.isclose(plain, bpm, rel_tol=_SAME) else bpm


def ahead_bars(tempo: TempoMap, outside: OutsideBeat, multiple: float, frame: int) -> float:
    """Return by how many bars the clock outside is ahead of the set at `frame`, the nearest way.

    Bars are begun with its bars; where ours are `multiple` times shorter or longer, with any.

    >>> tempo = TempoMap.constant(120.0, 48000)
    >>> ahead_bars(tempo, OutsideBeat(96000, 4.02, 120.0), 1.0, 96000)
    0.005
    """
    beats = outside.beat_at(frame, tempo.rate_hz)
    apart = beats / outside.quantum * multiple - tempo.bar(frame)
    every = min(1.0, multiple)
    return round(apart - every * round(apart / every), 12)


def next_step(
    state: State, outside: OutsideBeat, multiple: float, free_frame: int
) -> tuple[Follow, int] | None:
    """Return what brings a started set into step, and the frame at which it lands; None for naught.

    Nothing may change before `free_frame`.
    """
    tempo, bpm = state.tempo, plain_bpm(outside.bpm * multiple)
    if any(_stays(state, change, bpm, free_frame) for change in state.pending):
        return None
    last = tempo.segments[-1]
    if free_frame <= tempo.segments[0].frame or _changes_by(state, free_frame):
        return None  # it has not begun, and begins in step
    if last.frame > free_frame and _glides(tempo, free_frame):
        return None
    ahead = ahead_bars(tempo, outside, multiple, free_frame)
    ahead_s = ahead * tempo.frames_per_bar(bpm) / tempo.rate_hz
    far = abs(ahead_s) > GENTLE_S
    if not math.isclose(last.bpm, bpm, rel_tol=_SAME):
        return Follow(bpm, 0.0 if far else ahead_s), free_frame
    if last.frame > free_frame or abs(ahead_s) < STILL_S:
        return None
    if far:
        bar = replace(outside, quantum=outside.quantum / max(1.0, multiple))
        line = bar.next_line(free_frame, tempo.rate_hz)
        soon = line < free_frame + SOON_S * tempo.rate_hz
        return (Follow(bpm, from_line=True), round(line)) if soon else None
    return Follow(bpm, ahead_s), free_frame


def is_in_step(state: State, outside: OutsideBeat, multiple: float) -> bool:
    """Tell whether a started set goes as the clock outside does, and nothing is left to make up.

    However it came there: by a change of pace, or by bars that begin together.
    """
    tempo, frame = state.tempo, outside.frame
    last, bpm = tempo.segments[-1], outside.bpm * multiple
    on_its_way = any(isinstance(change.action, Follow) for change in state.pending)
    if on_its_way or last.frame > frame or not math.isclose(last.bpm, bpm, rel_tol=_SAME):
        return False
    beside = ahead_bars(tempo, outside, multiple, frame) * tempo.frames_per_bar(bpm)
    return abs(beside) <= IN_STEP_S * tempo.rate_hz


def _stays(state: State, change: Change, bpm: float, free_frame: int) -> bool:
    """Tell whether `change` brings the set into step at the tempo `bpm`, or is too near to cancel.

    What waits for a bar of theirs, at a tempo that is no more, gives way.
    """
    action = change.action
    if not isinstance(action, Follow):
        return False
    near = landing_frame(state, change) < free_frame
    return near or not action.from_line or math.isclose(action.bpm, bpm, rel_tol=_SAME)


def _changes_by(state: State, frame: int) -> bool:
    """Tell whether something lands by `frame` that sets the tempo: it is looked at after that."""
    return any(
        landing_frame(state, change) <= frame
        for change in state.pending
        if sets_tempo(change.action) or isinstance(change.action, SetArrangement)
    )


def _glides(tempo: TempoMap, frame: int) -> bool:
    """Tell whether the tempo glides at `frame`, or is going to."""
    return any(
        one.slope and after.frame > frame
        for one, after in zip(tempo.segments, tempo.segments[1:], strict=False)
    )


def with_step(state: State, step: Follow, frame: int) -> State:
    """Return the state in which `step` lands at `frame`.

    Clips that were being prepared for a tempo that is no more are not waited for, nor a bar of
    theirs.
    """
    for change in state.pending:
        if isinstance(change.action, Follow):
            state = cancel(state, change)
    if not math.isclose(step.bpm, state.tempo.segments[-1].bpm, rel_tol=_SAME):
        for change in state.pending:
            if change.text == FITTED:
                state = cancel(state, change)
    words = f"follow {step.bpm:.6g} bpm"
    if step.from_line:
        words += ", bars begin together"
    elif step.ahead_s:
        words += f", {1000.0 * step.ahead_s:+.2f} ms"
    return _queued(state, words, step, state.tempo.bar(frame), frame)


def refitted(state: State, margin: int, frame: int) -> State:
    """Return the state in which clips that play at another pace are prepared for their tempo."""
    document, arrangement = state.document, state.document.arrangement
    if arrangement is None or abs(document.pace - 1.0) <= VARISPEED_SHARE:
        return state
    if any(sets_tempo(change.action) or change.text == FITTED for change in state.pending):
        return state
    assert document.bpm is not None
    line = state.tempo.next_line(frame, margin)
    return _queued(state, FITTED, SetFit(document.bpm, arrangement.key), line)


def holding(state: State, bpm: float, refit: Refit) -> State:
    """Return the state in which nothing that is pending leaves the tempo `bpm`.

    An arrangement that comes in comes in at that tempo; what waits for the start begins at it.
    """
    bpm = plain_bpm(bpm)
    pending = state.pending
    for place, change in enumerate(pending):
        if not isinstance(change.action, SetArrangement) or change.action.arrangement is None:
            continue
        after = pending[place + 1 :]
        held = any(sets_tempo(one.action) and one.bar == change.bar for one in after)
        arrangement = change.action.arrangement
        if not held and not math.isclose(arrangement.bpm, bpm, rel_tol=_SAME):
            action = SetFit(bpm, arrangement.key)
            state = _queued(state, FITTED, action, change.bar, change.frame)
    if state.started:
        return state
    document = projected(state, refit)
    if document.arrangement is None or document.bpm is None:
        return state
    if not math.isclose(document.bpm, bpm, rel_tol=_SAME):
        for change in state.pending:
            if change.text == FITTED:
                state = cancel(state, change)
        state = _queued(state, FITTED, SetFit(bpm, document.arrangement.key), 0.0)
    return state


def in_step(
    state: State, outside: OutsideBeat, multiple: float, free_frame: int, steady: bool, refit: Refit
) -> State:
    """Return the state that goes on as the clock outside does, `state` itself where it does so.

    Nothing may change before `free_frame`; for a `steady` tempo clips are prepared.
    """
    wanted = holding(state, outside.bpm * multiple, refit)
    if not state.started:
        return wanted
    step = next_step(wanted, outside, multiple, free_frame)
    if step is not None:
        return with_step(wanted, *step)
    return refitted(wanted, margin_frames(state.tempo.rate_hz), free_frame) if steady else wanted


def sets_tempo(action: Action) -> bool:
    """Tell whether an action sets the tempo, by clips or by pace."""
    return isinstance(action, SetFit | SetPace | SetTime)


def _queued(
    state: State, words: str, action: Action, bar: float, frame: int | None = None
) -> State:
    change = Change(state.next_number, words, action, bar, bar, frame)
    return replace(state, pending=(*state.pending, change), next_number=state.next_number + 1)
