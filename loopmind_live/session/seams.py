"""Where a section ends, and how changes land without tearing the one that plays. Pure."""

import math
from dataclasses import replace

from loopmind_live.config import MAX_BPM, MIN_BPM
from loopmind_live.session.actions import (
    Action,
    DeleteSections,
    Enter,
    InsertSections,
    SetBars,
    SetLooping,
    SetParts,
    SetTime,
    SetWishes,
    Together,
)
from loopmind_live.session.document import Document
from loopmind_live.session.sections import place_for
from loopmind_live.session.state import Change, Playhead, State

GONE = "its section is gone"
LAST = "it is the last section left"
_NEAR_BARS = 1e-9


def before_the_end(action: Action) -> bool:
    """Tell whether an action that lands at a section's end decides what follows that section."""
    if isinstance(action, Together):
        return any(map(before_the_end, action.actions))
    return isinstance(action, SetLooping | SetBars | InsertSections | DeleteSections)


def reason_against(document: Document, change: Change) -> str | None:
    """Return why `change` can no longer land in `document`, None where it can.

    What is taken back, or done again, may be about a section that is gone: that one is changed
    where it waits.
    """
    action = change.action
    if isinstance(action, DeleteSections) and set(document.section_ids) <= set(action.sections):
        return LAST
    if isinstance(action, SetTime) and document.bpm is not None:
        bpm = document.bpm * action.factor
        if not MIN_BPM <= bpm <= MAX_BPM:
            return f"{bpm:g} bpm is out of range, {MIN_BPM:g} to {MAX_BPM:g}"
    return None if change.mode != "do" or _is_there(document, action) else GONE


def _is_there(document: Document, action: Action) -> bool:
    """Tell whether any section that `action` is about is there.

    >>> [_is_there(Document(ids=(3, 5)), Enter(section)) for section in (3, 4)]
    [True, False]
    """
    if isinstance(action, Together):
        return not action.actions or any(_is_there(document, one) for one in action.actions)
    if isinstance(action, InsertSections):
        return any(place_for(document, item) is not None for item in action.items)
    named = _named(action)
    return not named or bool(named.intersection(document.section_ids))


def torn_until(state: State, action: Action, bar: float) -> float | None:
    """Return the bar at which `action` may land where at `bar` it would tear what plays, else None.

    A section that plays is not taken out before its end, nor ended in what it has played already.
    """
    if state.end_bar is None or state.playhead is None:
        return None
    if isinstance(action, Together):
        torn = (torn_until(state, one, bar) for one in action.actions)
        return next((until for until in torn if until is not None), None)
    here = state.document.section_ids[state.playhead.place]
    if isinstance(action, DeleteSections) and here in action.sections:
        return state.end_bar
    if isinstance(action, SetBars):
        bars = dict(action.bars).get(here)
        if bars is not None and state.playhead.start_bar + bars < bar - _NEAR_BARS:
            return state.end_bar
    return None


def not_over_before(state: State, bar: float) -> State:
    """Return the state whose section ends at the line of `bar`, or the next, where it ended before.

    Counted twice as fast it may have played more bars than it has.
    """
    line = math.ceil(bar - _NEAR_BARS)
    if state.end_bar is None or state.section is None or state.playhead is None:
        return state
    if state.end_bar >= line:
        return state
    playhead = replace(state.playhead, start_bar=line - state.section.bars)
    return replace(state, playhead=playhead)


def playing_on(state: State, ended: int, bar: float) -> State:
    """Return the state after the section `ended` came to its end at `bar`.

    It goes on where it was made longer; else the one that follows begins.
    """
    playhead = state.playhead
    assert playhead is not None and state.end_bar is not None
    place = playhead.place  # where it was taken out, that of the one that followed
    if state.document.section_ids[place] == ended:
        if state.end_bar > bar + _NEAR_BARS:
            return state
        place = next_place(state)
    return replace(state, playhead=Playhead.at(place, bar))


def next_place(state: State) -> int:
    """Return the place that plays once the section that plays has ended; the last one loops."""
    assert state.arrangement is not None and state.playhead is not None
    place = state.playhead.place
    looping = state.document.place_of(state.document.looping)
    if place == looping or place + 1 >= len(state.arrangement.sections):
        return place
    return place + 1


def _named(action: Action) -> set[int]:
    """Return the ids of the sections that an action is about; none where it is about all."""
    match action:
        case SetParts():
            return {section for section, _ in action.parts}
        case SetBars():
            return {section for section, _ in action.bars}
        case SetWishes():
            return {section for section, _, _ in action.wishes}
        case DeleteSections():
            return set(action.sections)
        case Enter():
            return {action.section}
        case SetLooping():
            return set() if action.section is None else {action.section}
    return set()
