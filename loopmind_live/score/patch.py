"""A patch: its declared parameters, and the graph that its code made. Data only.

What a patch file builds is never run beside the sound. It is written down as a graph: objects of
known classes, the constants they are made of, and what feeds them. The graph alone goes on, as
JSON, and whoever takes it checks it anew.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loopmind_live.errors import ScoreError
from loopmind_live.score.melody import melody_of

MAX_OBJECTS = 128
MAX_PARAMETERS = 8
MAX_BYTES = 64 * 1024
MAX_SMOOTHING_S = 10.0
SIDES = 2


@dataclass(frozen=True, slots=True)
class Parameter:
    """A knob of a patch: where it stands at first, its range and unit.

    It glides to a new value over `smoothing_s`.
    """

    default: float
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    smoothing_s: float = 0.02

    def __post_init__(self) -> None:
        """Raise ScoreError where a number makes no sense."""
        numbers = (self.default, self.low, self.high, self.smoothing_s)
        if not all(isinstance(one, int | float) and math.isfinite(one) for one in numbers):
            raise ScoreError(f"a parameter of {numbers}: give finite numbers")
        if not self.low < self.high or not self.low <= self.default <= self.high:
            raise ScoreError(
                f"a parameter at {self.default:g}, {self.low:g} to {self.high:g}: choose a range, "
                "and a default within it"
            )
        if not 0.0 <= self.smoothing_s <= MAX_SMOOTHING_S:
            raise ScoreError(
                f"smoothing over {self.smoothing_s:g} s: choose 0 to {MAX_SMOOTHING_S:g} s"
            )


@dataclass(frozen=True, slots=True)
class Made:
    """The signal of the object at that place."""

    place: int


@dataclass(frozen=True, slots=True)
class Side:
    """What comes in: 0 left, 1 right."""

    number: int


@dataclass(frozen=True, slots=True)
class Knob:
    """The signal of a parameter, or of the clock's (`CLOCK`)."""

    name: str


CLOCK = ("beat_s", "bar_s", "beat", "bar", "phrase")
"""Signals that every patch has: how long beat and bar are, and how far each has come.

The latter three rise from 0 to 1 as each beat, bar, and phrase of `PHRASE_BARS` goes by.
"""
PHRASE_BARS = 8
NOTES = ("trigger", "gate", "hz", "age")
"""Signals of an instrument's notes: 1 on the frame on which one begins, else 0; 1 while it is held;
its pitch; and how many seconds ago it began."""
Signal = Made | Side | Knob
Value = Signal | float | int | str | bool | tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Object:
    """One object: its class, its arguments by name, and the line of the file that made it."""

    kind: str
    arguments: tuple[tuple[str, Value], ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Patch:
    """What a patch file makes. Objects stand in the order in which they are computed.

    `sides` are what goes out, left and right. An instrument has a `pattern` (see `score.melody`),
    which it plays until it is given another, and takes the place of what comes in.
    """

    name: str
    help: str
    parameters: Mapping[str, Parameter]
    objects: tuple[Object, ...]
    sides: tuple[Signal, Signal]
    pattern: str = ""


def to_json(patch: Patch) -> str:
    """Return a patch as JSON text.

    >>> through = Patch("through", "", {}, (), (Side(0), Side(1)))
    >>> from_json(to_json(through)) == through
    True
    """
    text = json.dumps(
        {
            "name": patch.name,
            "help": patch.help,
            "parameters": {
                name: [one.default, one.low, one.high, one.unit, one.smoothing_s]
                for name, one in patch.parameters.items()
            },
            "objects": [
                [one.kind, {name: _told(value) for name, value in one.arguments}, one.line]
                for one in patch.objects
            ],
            "sides": [_told(side) for side in patch.sides],
            "pattern": patch.pattern,
        },
        separators=(",", ":"), allow_nan=False,
    )  # fmt: skip
    if len(text.encode()) > MAX_BYTES:
        raise ScoreError(f"patch {patch.name}: {len(text)} bytes: {MAX_BYTES} at most")
    return text


def from_json(text: str | bytes) -> Patch:
    """Return the patch of a JSON text; ScoreError where it is none."""
    if len(text) > MAX_BYTES:
        raise ScoreError(f"a patch of {len(text)} bytes: {MAX_BYTES} at most")
    try:
        read = json.loads(text)
        patch = Patch(
            str(read["name"]),
            str(read["help"]),
            {str(name): Parameter(*fields) for name, fields in read["parameters"].items()},
            tuple(
                Object(
                    str(kind),
                    tuple((str(name), _value(value)) for name, value in arguments.items()),
                    int(line),
                )
                for kind, arguments, line in read["objects"]
            ),
            _sides(read["sides"]),
            str(read.get("pattern", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ScoreError(f"no patch: {error!r:.200}") from error
    check_connections(patch)
    return patch


def check_connections(patch: Patch) -> None:
    """Raise ScoreError where a signal comes from nowhere, or from what is computed later.

    SessionError where its pattern is none.
    """
    if len(patch.objects) > MAX_OBJECTS:
        raise ScoreError(f"patch {patch.name}: {len(patch.objects)} objects: {MAX_OBJECTS} at most")
    if len(patch.parameters) > MAX_PARAMETERS:
        raise ScoreError(
            f"patch {patch.name}: {len(patch.parameters)} parameters: {MAX_PARAMETERS} at most"
        )
    if patch.pattern:
        melody_of(patch.pattern)
    for place, one in enumerate(patch.objects):
        for name, value in one.arguments:
            _check(patch, f"{one.kind}'s {name}", value, place)
    for side in patch.sides:
        _check(patch, "its output", side, len(patch.objects))


def _check(patch: Patch, what: str, value: Value, made: int) -> None:
    match value:
        case Made() if not 0 <= value.place < made:
            raise ScoreError(f"patch {patch.name}: {what} is fed by what comes after it")
        case Side() if not 0 <= value.number < SIDES:
            raise ScoreError(f"patch {patch.name}: {what} takes side {value.number}: there are 2")
        case Knob() if value.name not in (*patch.parameters, *CLOCK, *_notes(patch)):
            raise ScoreError(f"patch {patch.name}: {what}: no parameter {value.name!r}")
        case float() if not math.isfinite(value):
            raise ScoreError(f"patch {patch.name}: {what} is {value}: give a finite number")
        case tuple():
            for one in value:
                _check(patch, what, one, made)


def _notes(patch: Patch) -> tuple[str, ...]:
    return NOTES if patch.pattern else ()


def _told(value: Value) -> Any:
    match value:
        case Made():
            return {"made": value.place}
        case Side():
            return {"side": value.number}
        case Knob():
            return {"knob": value.name}
        case tuple():
            return [_told(one) for one in value]
    return value


def _value(read: Any) -> Value:
    if isinstance(read, dict):
        ((kind, what),) = read.items()
        if kind == "knob":
            return Knob(str(what))
        if kind == "side":
            return Side(int(what))
        if kind == "made":
            return Made(int(what))
        raise ScoreError(f"no signal of a patch: {kind!r:.40}")
    if isinstance(read, list):
        return tuple(_value(one) for one in read)
    if isinstance(read, str | bool | int | float):
        return read
    raise ScoreError(f"no value of a patch: {read!r:.40}")


def _sides(read: Any) -> tuple[Signal, Signal]:
    left, right = (_value(side) for side in read)
    for side in (left, right):
        if not isinstance(side, Signal):
            raise ScoreError(f"no signal: {side!r:.40}")
    return left, right  # type: ignore[return-value]
