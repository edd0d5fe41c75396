"""Where a section ends, and how changes land without tearing the one that plays. Pure."""

from dataclasses import replace

from loopmind_live.session.actions import (
    Action,
    DeleteSections,
    Enter,
    InsertSections,
    SetBars,
    SetLooping,
    SetParts,
    SetWishes,
    Together,
)
from loopmind_live.session.document import Document
from loopmind_live.session.sections import place_for
from loopmind_live.session.state import Playhead, State

GONE = "its section is gone"
LAST = "it is the last section left"
_NEAR_BARS = 1e-9


def before_the_end(action: Action) -> bool:
    """Tell whether an action that lands at a section's end decides what follows that section."""
    return isinstance(action, SetLooping | SetBars | InsertSections | DeleteSections)


def reason_against(document: Document, action: Action) -> str | None:
    """Return why `action` can no longer land in `document`, None where it can.

    >>> reason_against(Document(ids=(3, 5)), Enter(4)), reason_against(Document(ids=(3,)), Enter(3))
    ('its section is gone', None)
    """
    if isinstance(action, Together):
        reasons = [reason_against(document, one) for one in action.actions]
        return reasons[0] if reasons and all(reasons) else None
    ids = document.section_ids
    if isinstance(action, DeleteSections) and set(ids) <= set(action.sections):
        return LAST
    if isinstance(action, InsertSections):
        there = any(place_for(document, item) is not None for item in action.items)
        return None if there or not action.items else GONE
    named = _named(action)
    return GONE if named and not named.intersection(ids) else None


def torn_until(state: State, action: Action, bar: float) -> float | None:
    """Return the bar at which `action` may land where at `bar` it would tear what plays, else None.

    A section that plays is not taken out before its end, nor ended in what it has played already.
    """
    if state.end_bar is None or state.playhead is None:
        return None
    here = state.document.section_ids[state.playhead.place]
    if isinstance(action, DeleteSections) and here in action.sections:
        return state.end_bar
    if isinstance(action, SetBars):
        bars = dict(action.bars).get(here)
        if bars is not None and state.playhead.start_bar + bars < bar - _NEAR_BARS:
            return state.end_bar
    return None


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
