"""What a command is: its row in the table, and one as a surface sends it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from loopmind_live.config import MAX_BARS_AHEAD
from loopmind_live.session.argument_kinds import Argument, Value

Lands = Literal["now", "bar", "section"]
Unit = Literal["now", "beat", "bar", "section"]


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One verb. `lands` is None where nothing sounds different; `osc` is its address.

    `phrases` are examples of what one would type, the first the shortest; "lands" may be
    overridden by a `When` only where it is not None.
    """

    name: str
    arguments: tuple[Argument, ...]
    lands: Lands | None
    help: str
    osc: str
    phrases: tuple[str, ...]
    undoable: bool = False


@dataclass(frozen=True, slots=True)
class When:
    """When a command is asked to land: now, on the n-th line of a beat or bar, or section's end."""

    unit: Unit
    n: int = 1


@dataclass(frozen=True, slots=True)
class Command:
    """A command with its arguments, as a surface sends it. `text` is what the performer typed.

    What code asks for again and again, in a routine, is no step to undo.
    """

    name: str
    arguments: Mapping[str, Value] = field(default_factory=dict)
    when: When | None = None
    text: str = ""
    by_routine: bool = False


SECTION = Argument("section", "section")
SECTION_OR_CURRENT = Argument("section", "section", optional=True)
NUMBER = Argument("number", "integer", True, 1, 64, last=True)
"""Which section of its label: from 1, or the last."""
ROLES = Argument("roles", "roles")
ROLES_OR_ALL = Argument("roles", "roles", optional=True)
FOR_BARS = Argument("bars", "number", True, 0.25, MAX_BARS_AHEAD, "bars")
"""How long a change lasts, before all is again as it was; it stays where left out."""
UNTIL = Argument("until", "section", optional=True)
"""The section at whose beginning all is again as it was."""
PREFIX = "/loopmind"
