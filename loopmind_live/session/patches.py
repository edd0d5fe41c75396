"""The patches that a performance knows: what was rehearsed, by the number that the engine has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from loopmind_live.config import FIRST_PATCH, INSERTS
from loopmind_live.score.patch import Parameter, Patch, from_json


@dataclass(frozen=True, slots=True, weakref_slot=True)
class KnownPatch:
    """One version of a patch file. `graph` is its `score.patch.Patch`, as JSON."""

    number: int
    name: str
    graph: str

    @property
    def knobs(self) -> Mapping[str, Parameter]:
        """Return its parameters, by name."""
        return _patch(self.graph).parameters

    @property
    def pattern(self) -> str:
        """Return what it plays until it is given another pattern; "" for what is no instrument."""
        return _patch(self.graph).pattern


@lru_cache(maxsize=128)
def _patch(graph: str) -> Patch:
    return from_json(graph)


def next_number(known: Sequence[KnownPatch]) -> int:
    """Return the number of the patch that comes next.

    >>> next_number(()), next_number((KnownPatch(40, "gate", ""),))
    (16, 41)
    """
    return max((patch.number for patch in known), default=FIRST_PATCH - 1) + 1


def newest(known: Sequence[KnownPatch], name: str) -> KnownPatch | None:
    """Return the newest version of the patch of that name, None where none is known."""
    return next((patch for patch in reversed(known) if patch.name == name), None)


def numbered(known: Sequence[KnownPatch], number: float) -> KnownPatch | None:
    """Return the patch of that number, None where it is none."""
    return next((patch for patch in known if patch.number == int(number)), None)


def insert_name(known: Sequence[KnownPatch], number: float) -> str:
    """Return what the insert of a number is called, "" for 0.

    >>> insert_name((KnownPatch(16, "gate", ""),), 16), insert_name((), 1), insert_name((), 0)
    ('gate', 'crush', '')
    """
    if number >= FIRST_PATCH:
        patch = numbered(known, number)
        return f"patch {int(number)}" if patch is None else patch.name
    return INSERTS[int(number) - 1] if number else ""
