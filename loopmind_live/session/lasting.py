"""What lasts for some bars alone: its way back, and what ends it before that. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from loopmind_live.session.actions import Edit, SetArrangement, SetRoles, SetTime, Together
from loopmind_live.session.state import Change, State, Step


def way_back(step: Step, back: Edit, number: int, bar: float, beats_per_bar: int) -> Change:
    """Return the change, of that `number`, that takes back what landed at `bar` as `step`."""
    until = _line_after(bar, step.back_bars, beats_per_bar)
    return Change(number, f"{step.text}: over", back, until, until, None, "back", step)


def takes_back(change: Change, step_number: int) -> bool:
    """Tell whether a change ends what the step of that number does for some bars."""
    return change.mode == "back" and change.step is not None and change.step.number == step_number


def outlasted(
    pending: Iterable[Change], action: Edit, back: Edit
) -> tuple[tuple[Change, ...], Edit]:
    """Return what stays pending once `action` has landed, and what takes it back: `back` or more.

    A part that was muted for some bars, and is now muted for good, comes back no more by itself;
    it does where that is undone.
    """
    if not isinstance(action, SetRoles) or not isinstance(back, SetRoles):
        return tuple(pending), back
    roles, pairs = action.add | action.remove, action.add_in | action.remove_in
    kept = []
    for change in pending:
        other = change.action
        if change.mode != "back" or not isinstance(other, SetRoles) or other.name != action.name:
            kept.append(change)
            continue
        rest = SetRoles(
            other.name, other.add - roles, other.remove - roles,
            other.add_in - pairs, other.remove_in - pairs,
        )  # fmt: skip
        back = SetRoles(
            back.name,
            (back.add - other.remove) | (other.add & roles),
            (back.remove - other.add) | (other.remove & roles),
            (back.add_in - other.remove_in) | (other.add_in & pairs),
            (back.remove_in - other.add_in) | (other.remove_in & pairs),
        )  # fmt: skip
        if rest != SetRoles(other.name):
            kept.append(replace(change, action=rest))
    return tuple(kept), back


def gone_for_good(state: State, step: Step, back: Edit) -> State:
    """Return the state in which no undo brings back what `step` did, now that `back` took it back.

    What landed since would be taken back to where the step still counted: it takes that back, too.
    """
    if isinstance(back, SetTime | SetArrangement):
        return state  # relative, or about sections of another set
    above = False
    done = []
    for one in state.done:
        since = one.inverse is not None and (above or one.frame > step.frame)
        done.append(_taking_back(one, back) if since else one)
        above = above or one.number == step.number
    pending = []
    for change in state.pending:
        undone = change.step if change.mode == "undo" else None
        if undone is not None and undone.inverse is not None and undone.frame > step.frame:
            undone = _taking_back(undone, back)
            assert undone.inverse is not None
            change = replace(change, action=undone.inverse, step=undone)  # noqa: PLW2901
        pending.append(change)
    return replace(state, done=tuple(done), pending=tuple(pending))


def _taking_back(step: Step, back: Edit) -> Step:
    assert step.inverse is not None
    return replace(step, inverse=Together((step.inverse, back)))


def _line_after(bar: float, bars: float, beats_per_bar: int) -> float:
    """Return the line, a bar's or a beat's, on which what lasts `bars` from `bar` on is over.

    >>> _line_after(3.0, 4.0, 4), _line_after(3.4, 4.0, 4), _line_after(3.9, 0.5, 4)
    (7.0, 7.0, 4.5)
    """
    grid = 1.0 if bars == int(bars) else 1.0 / beats_per_bar
    line = round((bar + bars) / grid) * grid
    return line if line > bar else line + grid
