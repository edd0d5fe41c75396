"""What lands in whichever block the engine computes next: told at once, placed by its answer. Pure.

A mute or a stop makes the same rows whether it lands in this block or the next one, but for where
they begin or end. So it is sent without a guess at how long the way takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from loopmind_live.engine.base import Row
from loopmind_live.session.actions import SetRoles, Stop
from loopmind_live.session.state import Change, State

NEAR_BARS = 2
"""What lands at once is planned so far; the rest of the horizon follows when nobody waits."""
REST_S = 0.25


@dataclass(frozen=True, slots=True)
class Flight:
    """Changes on their way to the engine: meant for `frame`, where `rows` were in force before."""

    frame: int
    numbers: frozenset[int]
    rows: tuple[Row, ...]


def flies(change: Change) -> bool:
    """Tell whether a change lands in the engine's next block, whichever that is."""
    if change.frame is None or change.fixed:
        return False
    action = change.action
    return isinstance(action, SetRoles) or (isinstance(action, Stop) and not action.fade_bars)


def flies_alone(before: State, after: State) -> bool:
    """Tell whether only changes that fly came in between: they need no other clips."""
    came = after.pending[len(before.pending) :]
    return (
        after.pending[: len(before.pending)] == before.pending
        and after.document is before.document
        and after.cue is before.cue
        and all(map(flies, came))
    )


def numbers_of(changes: Sequence[Change]) -> frozenset[int]:
    """Return the numbers of those `changes` that fly."""
    return frozenset(change.number for change in changes if flies(change))


def turns_at(rows: Sequence[Row], frame: int) -> bool:
    """Tell whether any row begins or ends at `frame`: then it cannot be told from what lands."""
    return any(frame in (row.start, row.stop) for row in rows)


def landing_at(state: State, numbers: frozenset[int], frame: int) -> State:
    """Return the state with the pending changes of these `numbers` landing at `frame`."""
    bar = state.tempo.bar(frame)
    return replace(
        state,
        pending=tuple(
            replace(change, bar=bar, frame=frame) if change.number in numbers else change
            for change in state.pending
        ),
    )
