"""What lasts for some bars alone: its way back, and what ends it before that. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from loopmind_live.session.actions import Edit, SetRoles
from loopmind_live.session.state import Change, Step


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
            back.name, back.add | (other.add & roles), back.remove | (other.remove & roles),
            back.add_in | (other.add_in & pairs), back.remove_in | (other.remove_in & pairs),
        )  # fmt: skip
        if rest != SetRoles(other.name):
            kept.append(replace(change, action=rest))
    return tuple(kept), back


def _line_after(bar: float, bars: float, beats_per_bar: int) -> float:
    """Return the line, a bar's or a beat's, on which what lasts `bars` from `bar` on is over.

    >>> _line_after(3.0, 4.0, 4), _line_after(3.4, 4.0, 4), _line_after(3.9, 0.5, 4)
    (7.0, 7.0, 4.5)
    """
    grid = 1.0 if bars == int(bars) else 1.0 / beats_per_bar
    line = round((bar + bars) / grid) * grid
    return line if line > bar else line + grid
