"""Read a command's checked arguments against the set that it speaks of. Pure."""

from collections.abc import Iterable

from loopmind_live.errors import SessionError
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.actions import Document
from loopmind_live.session.commands import Command
from loopmind_live.session.state import State
from loopmind_live.units import spell_key

_DRUM_FAMILY: tuple[Role, ...] = ("kick", "snare", "hats", "perc")


def text(command: Command, name: str) -> str:
    """Return a text argument that must be there."""
    return str(command.arguments[name])


def number(command: Command, name: str) -> float | None:
    """Return a number, or None where it was left out."""
    value = command.arguments.get(name)
    return None if value is None or isinstance(value, str | tuple) else float(value)


def flag(command: Command, name: str, default: bool) -> bool:
    """Return a flag, or its default where it was left out."""
    value = command.arguments.get(name)
    return value if isinstance(value, bool) else default


def names(roles: Iterable[Role]) -> str:
    """Return roles in their order, as words.

    >>> names({"bass", "drums"})
    'drums, bass'
    """
    chosen = set(roles)
    if len(chosen) == len(ROLES):
        return "all"
    return ", ".join(role for role in ROLES if role in chosen)


def known_roles(document: Document, command: Command) -> tuple[Role, ...]:
    """Return the roles a command names, in their order.

    "drums" means kick, snare, hats and perc where the arrangement has no full drum loop.
    """
    value = command.arguments["roles"]
    wanted = set(value) if isinstance(value, tuple) else set()
    if "drums" in wanted and document.arrangement is not None:
        there = {part.role for section in document.arrangement.sections for part in section.parts}
        if "drums" not in there:
            wanted |= there.intersection(_DRUM_FAMILY)
    return tuple(role for role in ROLES if role in wanted)


def places_of(state: State, arrangement: Arrangement, command: Command) -> tuple[int, ...]:
    """Return the places of the sections a command names: all of a label, one, or the current's."""
    section = command.arguments.get("section", "current")
    wanted = number(command, "number")
    if section == "current":
        if state.playhead is None or state.playhead.place >= len(arrangement.sections):
            raise SessionError("no section plays yet: name one, as in: regenerate hook")
        section = arrangement.sections[state.playhead.place].label
        wanted = wanted if wanted is not None else None
    return arrangement.find(str(section), None if wanted is None else int(wanted))


def place_of(state: State, arrangement: Arrangement, command: Command) -> int:
    """Return the place of the one section a command names: the first of a label, or the current."""
    section = command.arguments.get("section", "current")
    if section == "current" and state.playhead is not None:
        return state.playhead.place
    return places_of(state, arrangement, command)[0]


def arrangement_summary(arrangement: Arrangement) -> str:
    """Return one line that tells an arrangement."""
    key = f", {spell_key(arrangement.key)}" if arrangement.key else ""
    order = ", ".join(f"{section.label} {section.bars}" for section in arrangement.sections)
    return f"{arrangement.bpm:g} bpm{key}: {order}; starts"
