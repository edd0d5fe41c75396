"""What a performer's own doing says of loops: choices kept or taken back, parts swapped, locked."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from loopmind_live.score.arrangement import Part, Section
from loopmind_live.score.loop import Loop, Role
from loopmind_live.session.actions import SetParts, parts_set
from loopmind_live.session.effects import Opinion
from loopmind_live.session.state import Change, State
from loopmind_live.session.walking import Moment

SOON_BARS = 8.0
"""What is undone so soon after it landed was not liked."""
KEPT_BARS = 16.0
"""What still plays so long after it landed was."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """Loops that came with a step, at `bar`: nothing has been said of them yet.

    They came in the place of those that `left`, which was said of them as it landed.
    """

    number: int
    bar: float
    loops: tuple[Loop, ...]
    left: tuple[Loop, ...] = ()


class Opinions:
    """Watches what lands, and hands each opinion to `tell`."""

    def __init__(self, tell: Callable[[Opinion], None]) -> None:
        self._tell = tell
        self._choices: tuple[_Choice, ...] = ()

    def landed(self, before: State, moment: Moment) -> None:
        """Judge by what landed in `moment`, and begin to watch what came."""
        for change in moment.landed:
            number = change.step.number if change.step is not None else 0
            if change.mode == "undo":
                self._undone(number, moment.bar)
            elif change.mode != "back" and number:
                self._changed(before, moment, change, number)

    def played(self, state: State, bar: float) -> None:
        """Judge by what has been playing until `bar`: call now and then."""
        section = state.section
        if not self._choices or section is None or not state.playing:
            return
        playing = _loops(section.parts)
        due = [one for one in self._choices if bar - one.bar >= KEPT_BARS]
        for choice in due:
            heard = tuple(loop for loop in choice.loops if loop in playing)
            if heard:
                beside = tuple(loop for loop in playing if loop not in heard)
                self._tell(Opinion("kept", heard, beside))
        told = {one.number for one in due if playing & set(one.loops)}
        gone = {one.number for one in due if not _anywhere(state) & set(one.loops)}
        self._choices = tuple(one for one in self._choices if one.number not in told | gone)

    def _undone(self, number: int, bar: float) -> None:
        for choice in self._choices:
            if choice.number == number and bar - choice.bar <= SOON_BARS:
                self._tell(Opinion("undone", choice.loops))
                if choice.left:
                    self._tell(Opinion("brought back", choice.left))
        self._choices = tuple(one for one in self._choices if one.number != number)

    def _changed(self, before: State, moment: Moment, change: Change, number: int) -> None:
        came: dict[Loop, None] = {}
        left: dict[Loop, None] = {}
        for action in parts_set(change.action):
            was, now = _loops_set(before, action), _loops_set(moment.state, action)
            came |= dict.fromkeys(loop for loop in now if loop not in was)
            if action.roles is not None:  # a part was changed, not a section tried anew
                left |= dict.fromkeys(loop for loop in was if loop not in now)
        if left and came:
            self._tell(Opinion("swapped", tuple(left)))
        if came:
            choice = _Choice(number, moment.bar, tuple(came), tuple(left))
            self._choices = (*self._choices, choice)


def _loops_set(state: State, action: SetParts) -> list[Loop]:
    """Return the loops of the parts that `action` is about, each once, as they are in `state`."""
    arrangement, document = state.arrangement, state.document
    if arrangement is None:
        return []
    places = (document.place_of(section) for section, _ in action.parts)
    sections = (arrangement.sections[place] for place in places if place is not None)
    return _loops_of(sections, action.roles)


def _loops(parts: Collection[Part]) -> set[Loop]:
    return {part.loop for part in parts}


def _loops_of(sections: Iterable[Section], roles: Collection[Role] | None = None) -> list[Loop]:
    """Return the loops that sections play, in `roles` or in all, each once, in order."""
    parts = (part for section in sections for part in section.parts)
    return list(dict.fromkeys(one.loop for one in parts if roles is None or one.role in roles))


def _anywhere(state: State) -> set[Loop]:
    return set() if state.arrangement is None else set(_loops_of(state.arrangement.sections))
