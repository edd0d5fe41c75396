"""Takes of the live input as changes that wait for their loop. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from loopmind_live.score.arrangement import Part
from loopmind_live.score.loop import Loop
from loopmind_live.session.actions import PlayTake, SetParts
from loopmind_live.session.state import Change, State


def placed(action: PlayTake, state: State) -> SetParts:
    """Return what a take that lands in `state` does: it plays in the section there, where it is.

    All occurrences of the section share it, each with the bars where they were recorded: what was
    played in its third bar is heard in its third bar.
    """
    arrangement, playhead = state.arrangement, state.playhead
    if arrangement is None or playhead is None or action.part is None:
        return SetParts((), _fit(state), frozenset({action.role}))
    label, ids = arrangement.sections[playhead.place].label, state.document.section_ids
    bars_before = playhead.origin_bar - action.start_bar
    beats = round(bars_before * arrangement.beats_per_bar / state.document.time)
    part = replace(action.part, phase_beats=beats % (action.part.loop.beats or 1))
    return SetParts(
        tuple((ids[place], (part,)) for place in arrangement.find(label)),
        _fit(state),
        frozenset({action.role}),
    )


def _fit(state: State) -> tuple[float, str | None]:
    """Return the tempo and key in force: a take was played in them."""
    arrangement = state.arrangement
    return (0.0, None) if arrangement is None else (arrangement.bpm, arrangement.key)


def waiting(state: State) -> Iterator[tuple[Change, PlayTake]]:
    """Yield the pending changes that play takes."""
    for change in state.pending:
        if isinstance(change.action, PlayTake):
            yield change, change.action


def landed(state: State, change: Change) -> bool:
    """Tell whether the take of `change` has landed, and has not been undone."""
    number = change.number if change.step is None else change.step.number
    return any(step.number == number and step.inverse is not None for step in state.done)


def with_loop(state: State, number: int, loop: Loop) -> State:
    """Return the state with `loop` given to the take of change `number`."""

    def given(change: Change) -> Change:
        action, step = change.action, change.step
        if change.number != number or not isinstance(action, PlayTake):
            return change
        action = replace(action, part=Part(action.role, loop))
        return replace(change, action=action, step=step and replace(step, action=action))

    pending = tuple(given(change) for change in state.pending)
    steps = {change.step.number: change.step for change in pending if change.step is not None}
    done = tuple(steps.get(step.number, step) for step in state.done)
    return replace(state, pending=pending, done=done)
