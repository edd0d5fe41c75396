"""Read a command's checked arguments against the set that it speaks of. Pure."""

from collections.abc import Iterable, Sequence

from loopmind_live.errors import SessionError
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.commands import Command
from loopmind_live.session.document import Document
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

    >>> names({"bass", "drums"}), names(ROLES)
    ('drums, bass', 'all parts')
    """
    chosen = set(roles)
    if len(chosen) == len(ROLES):
        return "all parts"
    return ", ".join(role for role in ROLES if role in chosen)


def told_levels(levels_db: Sequence[tuple[Role, float]]) -> str:
    """Return where faders stand, as words: parts that stand alike are told together.

    >>> told_levels((("drums", 3.0), ("bass", 3.0), ("pad", -1.5)))
    'drums, bass +3.0 dB, pad -1.5 dB'
    >>> told_levels([(role, 6.0 if role == "pad" else 3.0) for role in ROLES])
    'pad +6.0 dB, the others +3.0 dB'
    """
    alike: dict[str, list[Role]] = {}
    for role, db in levels_db:
        alike.setdefault(f"{db:+.1f} dB", []).append(role)
    rest = max(alike, key=lambda level: len(alike[level])) if len(levels_db) == len(ROLES) else ""
    words = [f"{names(roles)} {level}" for level, roles in alike.items() if level != rest]
    if rest:
        words.append(f"the others {rest}" if words else f"{names(alike[rest])} {rest}")
    return ", ".join(words)


def known_roles(document: Document, command: Command, name: str = "roles") -> tuple[Role, ...]:
    """Return the roles a command names, in their order; none where it names none.

    "drums" means kick, snare, hats and perc where the arrangement has no full drum loop.
    """
    value = command.arguments.get(name)
    wanted = set(value) if isinstance(value, tuple) else set()
    if "drums" in wanted and document.arrangement is not None:
        there = {part.role for section in document.arrangement.sections for part in section.parts}
        if "drums" not in there:
            wanted |= there.intersection(_DRUM_FAMILY)
    return tuple(role for role in ROLES if role in wanted)


def moods(command: Command, name: str) -> tuple[str, ...]:
    """Return the moods a command names; none where it names none."""
    value = command.arguments.get(name)
    return value if isinstance(value, tuple) else ()


def current_place(state: State, document: Document) -> int:
    """Return the place in `document` of the section that plays now; SessionError where none is."""
    playhead = state.playhead
    if playhead is None or playhead.place >= len(state.document.section_ids):
        raise SessionError("no section plays yet: name one, as in: regenerate hook")
    place = document.place_of(state.document.section_ids[playhead.place])
    if place is None:
        raise SessionError("the section that plays is about to go: name another one")
    return place


def places_of(state: State, document: Document, command: Command) -> tuple[int, ...]:
    """Return the places of the sections a command names: all of a label, one, or the current's."""
    arrangement = arrangement_of(document)
    section = command.arguments.get("section", "current")
    wanted = number(command, "number")
    if section == "current":
        section = arrangement.sections[current_place(state, document)].label
    return arrangement.find(str(section), None if wanted is None else int(wanted))


def place_of(state: State, document: Document, command: Command) -> int:
    """Return the place of the one section a command names: the first of a label, or the current."""
    section = command.arguments.get("section", "current")
    if section == "current" and state.playhead is not None:
        return current_place(state, document)
    return places_of(state, document, command)[0]


def places_alone(state: State, document: Document, command: Command) -> tuple[int, ...]:
    """Return the places of the sections a command names; "this section" is the one that plays."""
    if command.arguments.get("section", "current") == "current":
        return (current_place(state, document),)
    return places_of(state, document, command)


def told_places(arrangement: Arrangement, places: Sequence[int]) -> str:
    """Return sections as words: the label where all of its occurrences are meant."""
    label = arrangement.sections[places[0]].label
    if arrangement.find(label) == tuple(places):
        return label
    return " and ".join(arrangement.name(place) for place in places)


def arrangement_of(document: Document) -> Arrangement:
    """Return the arrangement, or raise SessionError where there is none yet."""
    if document.arrangement is None:
        raise SessionError(
            "nothing is arranged yet: describe what to play, as in: dark trap 140 bpm"
        )
    return document.arrangement


def arrangement_summary(arrangement: Arrangement) -> str:
    """Return one line that tells an arrangement."""
    key = f", {spell_key(arrangement.key)}" if arrangement.key else ""
    order = ", ".join(f"{section.label} {section.bars}" for section in arrangement.sections)
    return f"{arrangement.bpm:g} bpm{key}: {order}; starts"
