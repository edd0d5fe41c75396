"""What a clause asks for, as rows of the table and their arguments: what all rules share. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from loopmind_live.arranger.items import Item
from loopmind_live.repl.clauses import Clause, Place
from loopmind_live.repl.timings import lasting_bars
from loopmind_live.session.argument_kinds import Value

Arguments = dict[str, Value]
Asked = tuple[str, Arguments]
_LASTING = ("mute", "unmute", "solo", "add")
"""Commands on parts that end by themselves where it is said for how long."""
OUT = ("mute", "remove", "keep_out")
SOUNDING = ("play", "go", "add", "return")
"""Verbs that make parts sound: not to do so is to keep them out."""


@dataclass(frozen=True, slots=True)
class Before:
    """What the command before was about: "them" are those parts, "the bass in 8" is muted, too."""

    verb: Item | None = None
    roles: tuple[str, ...] = ()
    place: Place | None = None
    sections: int = 0
    """After how many sections from now it goes somewhere, 0 where it does not."""


Rule = Callable[[Clause, Before], list[Asked]]


def at_place(place: Place | None) -> Arguments:
    """Return the arguments that name a section."""
    if place is None:
        return {}
    said: Arguments = {"section": place.label}
    if place.number is not None and place.label != "current":
        said["number"] = place.number
    return said


def on_sections(clause: Clause, name: str, more: Arguments | None = None) -> list[Asked]:
    """Return the command for each section named."""
    return [(name, at_place(place) | (more or {})) for place in clause.targets]


def on_roles(clause: Clause, name: str, roles: tuple[str, ...]) -> list[Asked]:
    """Return a command on `roles`, in the section named, for as long as is said."""
    place = clause.targets[0] if clause.targets else None
    if place is not None and place.label == "current":
        place = None
    said: Arguments = {"roles": roles} | at_place(place)
    bars = lasting_bars(clause)
    lasting = clause.first("lasting")
    until = clause.until
    if until is not None:
        if name not in _LASTING or lasting is not None or until.number is not None:
            return []
        return [(name, said | {"until": until.label})]
    if lasting is not None and lasting.name == "section" and name in _LASTING:
        if lasting.number != 1 or place is not None:
            return []
        said["section"] = "current"
    elif bars is not None and name in _LASTING:
        said["bars"] = bars
    elif clause.counts or clause.has("bars", "beats", "percent", "bpm", "duration"):
        return []
    return [(name, said)]


def roles_of(clause: Clause, before: Before) -> tuple[str, ...]:
    """Return the parts that a clause is about: "beat" is the drums where no other is named."""
    if clause.roles:
        return clause.roles
    if clause.has("them"):
        return before.roles
    beat = any(
        item.kind in ("it", "unit") and item.text in ("beat", "beats") for item in clause.items
    )
    return ("drums",) if beat else ()
