r"""What the performer and the process that runs its code tell each other: one JSON object a line.

    performer                              code process
       | -> Enter                             |   run a cell now, with what is seen
       | -> Recall                            |   be what an earlier process was, without a sound
       | -> Go                                |   take all turns that are due
       | <- Begun                             |   a cell or a routine runs: it is watched
       | <- Ask                               |   a command, meant for a bar
       | <- Said, Fault                       |   what it printed; what went wrong, by name and line
       | <- Resting                           |   done: the routines there are, and the next bar

Each Enter, Recall and Go is answered by one Resting. A line is bounded; what is longer is no line
of ours.
"""

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from loopmind_live.errors import SessionError

MAX_LINE_BYTES = 1 << 20
MAX_SOURCE = 64 * 1024
"""Characters of a cell."""
MAX_TEXT = 500
"""Characters of a printed line or a fault."""


@dataclass(frozen=True, slots=True)
class Enter:
    """A cell: Python source, entered at `bar` (from the set's start; None before the clock runs).

    `seen` is the panel, as a mapping.
    """

    cell: int
    source: str
    bar: float | None
    beats_per_bar: int
    seen: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recall:
    """Cells that ran in an earlier process, oldest first; of their routines these are `kept`."""

    cells: tuple[tuple[int, str], ...]
    kept: tuple[str, ...]
    bar: float | None
    beats_per_bar: int
    seen: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Go:
    """Take all turns before `until`. It is `now`; what lies before was missed, or `paused`.

    Where a section ends before `until`, its name ("hook 1"), label and end.
    """

    now: float
    until: float
    beats_per_bar: int
    seen: Mapping[str, Any]
    paused: bool = False
    ends: str = ""
    label: str = ""
    ends_bar: float = 0.0


@dataclass(frozen=True, slots=True)
class Begun:
    """The cell or routine of that name runs from now on."""

    name: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A command of the table, or a phrase where `command` is empty, asked for by `name`.

    It is meant for `bar` (None: as if typed); where that is over, for the next multiple of `grid`.
    """

    name: str
    command: str
    arguments: Mapping[str, Any]
    phrase: str = ""
    bar: float | None = None
    grid: float = 1.0


@dataclass(frozen=True, slots=True)
class Said:
    """A line that code printed."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong in a cell or routine, at a line of it (0 where none is known).

    `then` says what became of it. A `fatal` one ends the process.
    """

    name: str
    text: str
    line: int = 0
    then: str = ""
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Resting:
    """All that was asked is done. `next_bar` is the next turn's, None where none is known.

    `routines` are the names of those there are; some wait for a section where `waits`.
    """

    next_bar: float | None
    routines: tuple[str, ...] = ()
    waits: bool = False


ToCode = Enter | Recall | Go
FromCode = Begun | Ask | Said | Fault | Resting
Wire = ToCode | FromCode
_KINDS: Mapping[str, type] = {one.__name__.lower(): one for one in get_args(Wire)}


def encode(message: Wire) -> bytes:
    r"""Return the line of a message; SessionError where it is too long.

    >>> encode(Begun("hats"))
    b'{"begun": {"name": "hats"}}\n'
    """
    facts = {field.name: getattr(message, field.name) for field in dataclasses.fields(message)}
    line = json.dumps({type(message).__name__.lower(): facts}).encode() + b"\n"
    if len(line) > MAX_LINE_BYTES:
        raise SessionError(f"code: {len(line)} bytes at once: {MAX_LINE_BYTES} at most")
    return line


class Decoder:
    """Cut a stream of bytes into messages."""

    def __init__(self) -> None:
        self._left = bytearray()

    def feed(self, data: bytes) -> list[Wire]:
        """Return the messages that `data` completes; SessionError where it is none of ours."""
        self._left += data
        *lines, left = self._left.split(b"\n")
        self._left = left
        if len(left) > MAX_LINE_BYTES:
            raise SessionError("code: its process sends lines without end")
        return [_read(line) for line in lines]


def _read(line: bytearray) -> Wire:
    try:
        ((kind, facts),) = json.loads(line).items()
        form = _KINDS[kind]
        for field in dataclasses.fields(form):
            if field.name in facts:
                facts[field.name] = _checked(field.name, facts[field.name], field.type)
        message: Wire = form(**facts)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SessionError(f"code: a broken message: {bytes(line[:80])!r}") from error
    return message


_PLAIN: Mapping[object, tuple[type, ...]] = {
    str: (str,),
    int: (int,),
    float: (int, float),
    float | None: (int, float, type(None)),
    bool: (bool,),
}


def _checked(name: str, value: Any, form: object) -> Any:
    """Return a field's value as its class has it; TypeError where it is of another kind."""
    if get_origin(form) is Mapping:
        if not isinstance(value, dict):
            raise TypeError(name)
        return {key: tuple(one) if isinstance(one, list) else one for key, one in value.items()}
    if get_origin(form) is tuple:
        return tuple(tuple(one) if isinstance(one, list) else one for one in value)
    kinds = _PLAIN[form]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise TypeError(name)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(name)
    return value
