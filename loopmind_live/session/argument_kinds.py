"""The kinds of arguments that commands take, and what is one of them. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from loopmind_live.arranger.directions import MOOD_DIRECTIONS
from loopmind_live.errors import SessionError
from loopmind_live.score import melody, rhythm
from loopmind_live.score.arrangement import LABELS, LAST
from loopmind_live.score.loop import ROLES
from loopmind_live.units import parse_key

Kind = Literal[
    "text",
    "section",
    "roles",
    "number",
    "integer",
    "key",
    "path",
    "flag",
    "word",
    "choice",
    "moods",
    "name",
    "rhythm",
    "notes",
]
NAME = re.compile(r"[a-z_][a-z0-9_]{0,63}")
Value = str | float | int | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: its kind, range and unit. Kinds decide parsing, completion and checks.

    text: any words · section: a label or "current" · roles: one or more roles · number, integer:
    in [minimum, maximum] · key: as in "F#:min" · path: a file · flag: on or off · word: a command's
    name · choice: one of `choices` · moods: one or more words of mood · rhythm, notes: as in
    `score.rhythm` and `score.melody`, or "off". `last`: may be LAST, too.
    """

    name: str
    kind: Kind
    optional: bool = False
    minimum: float = 0.0
    maximum: float = 0.0
    unit: str = ""
    choices: tuple[str, ...] = ()
    last: bool = False


def check_value(name: str, argument: Argument, value: Value) -> None:
    """Raise SessionError where `value` is not of its argument's kind or out of its range."""
    match argument.kind:
        case "number" | "integer":
            _check_number(name, argument, value)
        case "roles":
            _check_words(name, "part", value, ROLES)
        case "moods":
            _check_words(name, "mood", value, tuple(MOOD_DIRECTIONS))
        case "section":
            if value not in LABELS and value != "current":
                raise SessionError(f"{name}: no section {value!r}: labels are {', '.join(LABELS)}")
        case "key":
            if not isinstance(value, str) or parse_key(value) is None:
                raise SessionError(f"{name}: {value!r} is no key: write one as in F# minor")
        case "choice":
            if value not in argument.choices:
                there = " or ".join(argument.choices)
                raise SessionError(f"{name}: {argument.name} {value!r}: choose {there}")
        case "name" | "rhythm" | "notes":
            _check_sign(name, argument, value)
        case "flag":
            if not isinstance(value, bool):
                raise SessionError(f"{name}: {argument.name} is on or off, not {value!r}")
        case _:
            if not isinstance(value, str) or not value or len(value) > 4096:
                raise SessionError(f"{name}: {argument.name} must be 1 to 4096 characters of text")


def _check_sign(name: str, argument: Argument, value: Value) -> None:
    """Raise SessionError where `value` is no name, no rhythm, or no notes."""
    if argument.kind == "name" and not (isinstance(value, str) and NAME.fullmatch(value)):
        raise SessionError(f"{name}: {value!r:.40} is no name: letters, digits and _")
    example = melody.EXAMPLE if argument.kind == "notes" else rhythm.EXAMPLE
    if not isinstance(value, str):
        raise SessionError(f"{name}: {value!r:.40} is no rhythm: {example}")
    if argument.kind == "rhythm" and value != "off":
        rhythm.rhythm_of(value)
    if argument.kind == "notes" and value != "off":
        melody.melody_of(value)


def _check_number(name: str, argument: Argument, value: Value) -> None:
    whole = argument.kind == "integer"
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        raise SessionError(f"{name}: {argument.name} {value!r} is not a number")
    if argument.last and value == LAST:
        return
    # As it is: a whole number may be too large for a float.
    if not argument.minimum <= value <= argument.maximum:
        shown = f"{value:g}" if isinstance(value, float) else f"{value}"
        raise SessionError(
            f"{name}: {argument.name} {shown:.20} is out of range: choose "
            f"{argument.minimum:g} to {argument.maximum:g} {argument.unit}".rstrip()
        )


def _check_words(name: str, noun: str, value: Value, known: Sequence[str]) -> None:
    words = value if isinstance(value, tuple) else ()
    unknown = [word for word in words if word not in known]
    if unknown or not words:
        wrong = ", ".join(map(str, unknown)) or repr(value)
        raise SessionError(f"{name}: no {noun} {wrong:.80}: {noun}s are {', '.join(known)}")
