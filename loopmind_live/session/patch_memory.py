"""How many versions of patches are known at once, and which one goes for a new one. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from loopmind_live.config import FIRST_PATCH, MOST_PATCHES
from loopmind_live.score.patch import Patch, to_json
from loopmind_live.session.actions import Action, SetArrangement, SetMixer, Together
from loopmind_live.session.document import INSERT_CONTROLS, Mixer
from loopmind_live.session.patches import KnownPatch, newest, next_number
from loopmind_live.session.state import State


def learned(state: State, patch: Patch) -> tuple[State, int | None]:
    """Return the state with `patch` known as the newest, and the number forgotten for it, if any.

    What is mounted is never forgotten; then the newest version of each name is kept longest, then
    what is pending, or undo and redo may bring back. Of what is left the oldest goes first.
    """
    made = KnownPatch(next_number(state.patches), patch.name, to_json(patch))
    known = (*state.patches, made)
    if len(known) <= MOST_PATCHES:
        return replace(state, patches=known), None
    mounted = _mounted((state.document.mixer,)) | {made.number}
    pending = [change.action for change in state.pending]
    steps = [
        edit
        for step in (*state.done, *state.undone)
        for edit in (step.action, step.inverse)
        if edit is not None
    ]
    to_come = _mounted(_mixers((*pending, *steps)))

    def worth(one: KnownPatch) -> tuple[bool, bool, bool, int]:
        is_newest = newest(known, one.name) is one
        return one.number in mounted, is_newest, one.number in to_come, one.number

    gone = min(known, key=worth)
    return replace(state, patches=tuple(one for one in known if one is not gone)), gone.number


def _mixers(actions: Iterable[Action]) -> list[Mixer]:
    """Return all settings of mixers that actions may bring."""
    found: list[Mixer] = []
    for action in actions:
        match action:
            case SetMixer():
                found.append(action.settings)
            case SetArrangement() if action.document is not None:
                found.append(action.document.mixer)
            case Together():
                found += _mixers(action.actions)
    return found


def _mounted(mixers: Iterable[Mixer]) -> set[int]:
    """Return the numbers of the patches that settings of mixers mount."""
    return {
        int(value)
        for mixer in mixers
        for (_, control), value in mixer
        if control in INSERT_CONTROLS and value >= FIRST_PATCH
    }
