"""A session's values as JSON and back: nouns, tuples, sets and paths.

A noun (a frozen dataclass) that many others hold is written once, with a number, and then referred
to: an undo stack of a thousand steps costs what is new in each. Equal values come back equal.
"""

import dataclasses
import typing
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any

from loopmind_live.errors import SessionError
from loopmind_live.score.arrangement import Arrangement, Part, Section
from loopmind_live.score.clip import ClipRecipe
from loopmind_live.score.loop import Loop
from loopmind_live.session.home import Home
from loopmind_live.session.patches import KnownPatch
from loopmind_live.session.state import Step

_BY_VALUE = (Loop, ClipRecipe)
"""These come as equal objects over and over."""
_SHARED = (*_BY_VALUE, Part, Section, Arrangement, Step, KnownPatch, Home)
SEE, NOUN, SET, PATH = "see", "noun", "set", "path"
Define = Callable[[int, Any], None]
"""Takes a noun, as JSON, and the number by which what comes after it calls it."""


class Encoder:
    """Turns values into JSON; remembers what was written already, for as long as it lives.

    A set of many hours makes arrangements without end: what nothing holds any more is forgotten.
    """

    def __init__(self) -> None:
        self._by_value: dict[object, int] = {}
        self._by_identity: dict[int, tuple[weakref.ref[object], int]] = {}
        self._numbers = 0

    def forget(self) -> None:
        """Begin anew: nothing was written."""
        self._by_value.clear()
        self._by_identity.clear()
        self._numbers = 0

    def encode(self, value: object, define: Define) -> Any:
        """Return `value` as JSON. What must be written before it is handed to `define`."""
        if isinstance(value, _SHARED):
            return {SEE: self._number(value, define)}
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._fields(value, define)
        if isinstance(value, tuple):
            return [self.encode(item, define) for item in value]
        if isinstance(value, frozenset):
            return {SET: sorted(self.encode(item, define) for item in value)}
        if isinstance(value, Path):
            return {PATH: str(value)}
        if value is None or isinstance(value, bool | int | float | str):
            return value
        raise SessionError(f"a {type(value).__name__} cannot stand in a journal")

    def _number(self, value: object, define: Define) -> int:
        by_value = isinstance(value, _BY_VALUE)
        known = self._by_value.get(value) if by_value else None
        if not by_value and id(value) in self._by_identity:
            known = self._by_identity[id(value)][1]
        if known is not None:
            return known
        fields = self._fields(value, define)
        self._numbers += 1
        if by_value:
            self._by_value[value] = self._numbers
        else:
            self._remember(value)
        define(self._numbers, fields)
        return self._numbers

    def _remember(self, value: object) -> None:
        """Know `value` by its last number until it is gone and its identity may be another's."""
        place, known = id(value), self._by_identity
        known[place] = weakref.ref(value, lambda _: known.pop(place, None)), self._numbers

    def _fields(self, value: Any, define: Define) -> dict[str, Any]:
        fields = {
            field.name: self.encode(getattr(value, field.name), define)
            for field in dataclasses.fields(value)
            if field.compare  # the rest is no part of what it is, and can be found again
        }
        return {NOUN: type(value).__name__, **fields}


class Decoder:
    """Turns JSON back into values. What it cannot take raises SessionError in one line."""

    def __init__(self, nouns: Mapping[str, type]) -> None:
        self._nouns = nouns
        self._known: dict[int, object] = {}

    def define(self, number: int, fields: Any) -> None:
        """Remember the noun that later values call by `number`."""
        self._known[number] = self.decode(fields)

    def decode(self, data: Any) -> Any:
        """Return the value that was encoded as `data`."""
        if isinstance(data, list):
            return tuple(self.decode(item) for item in data)
        if not isinstance(data, dict):
            return data
        if NOUN not in data:  # first: a noun may have a field of any name
            return self._plain(data)
        kind = self._nouns.get(str(data.get(NOUN)))
        if kind is None:
            raise SessionError(f"noun {data.get(NOUN)!r} is not known here")
        fields = {name: self.decode(item) for name, item in data.items() if name != NOUN}
        try:
            return kind(**fields)
        except TypeError as error:
            raise SessionError(f"{data[NOUN]} does not fit: {error}") from error

    def _plain(self, data: dict[str, Any]) -> Any:
        if SEE in data:
            if data[SEE] not in self._known:
                raise SessionError(f"noun {data[SEE]!r} was never written")
            return self._known[data[SEE]]
        if SET in data:
            return frozenset(self.decode(item) for item in data[SET])
        if PATH in data:
            return Path(data[PATH])
        raise SessionError("an object that is no noun")


def pack(value: object) -> dict[str, Any]:
    """Return `value`, with the nouns it holds, as one JSON object."""
    new: list[tuple[int, Any]] = []
    data = Encoder().encode(value, lambda number, fields: new.append((number, fields)))
    return {"nouns": [list(one) for one in new], "value": data}


def unpack(data: Mapping[str, Any], *roots: type) -> Any:
    """Return the value that `pack` packed, of nouns that stand in `roots`.

    >>> from loopmind_live.score.arrangement import Part
    >>> part = Part("bass", Loop(Path("a.wav"), "a"))
    >>> unpack(pack(part), Part) == part
    True
    """
    decoder = Decoder(nouns_of(*roots))
    try:
        for number, fields in data["nouns"]:
            decoder.define(number, fields)
        return decoder.decode(data["value"])
    except (KeyError, TypeError, ValueError) as error:
        raise SessionError(f"a value cannot be read: {error!r}") from error


def nouns_of(*roots: type) -> dict[str, type]:
    """Return every dataclass that can stand in one of `roots`, these too, by its name."""
    found: dict[str, type] = {}
    waiting = list(roots)
    while waiting:
        noun = waiting.pop()
        if found.get(noun.__name__) is noun:
            continue
        found[noun.__name__] = noun
        for hint in typing.get_type_hints(noun).values():
            waiting += _nouns_in(hint)
    return found


def _nouns_in(hint: object) -> Iterator[type]:
    origin = typing.get_origin(hint)
    if origin is None:
        if isinstance(hint, type) and dataclasses.is_dataclass(hint):
            yield hint
    elif origin is not typing.Literal and origin in (tuple, frozenset, typing.Union, UnionType):
        for argument in typing.get_args(hint):
            yield from _nouns_in(argument)
