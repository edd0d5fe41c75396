"""Which phrases mean which command. Built on the command table; the synonyms are the additions.

A command is known by its name, and by its name without "set"; `synonyms` adds what people say
besides.
"""

from collections.abc import Mapping, Sequence

from loopmind_live.repl.readers import read_amount
from loopmind_live.repl.synonyms import SYNONYMS, Pattern, ways
from loopmind_live.repl.words import Token, texts
from loopmind_live.session.commands import COMMANDS, CommandSpec


def display_name(spec: CommandSpec) -> str:
    """Return the name that people type: "tempo" for set_tempo.

    >>> [display_name(spec) for spec in COMMANDS if spec.name.startswith("set")]
    ['tempo', 'key']
    """
    return spec.name.removeprefix("set_")


def _names(spec: CommandSpec) -> str:
    """Return the phrases by which a row is known without any synonym."""
    plain = spec.name.replace("_", " ")
    names = dict.fromkeys((display_name(spec), spec.name, plain))
    if plain.startswith("set "):
        names["change " + display_name(spec)] = None
    return ",".join(names)


PATTERNS: tuple[Pattern, ...] = (
    *(pattern for spec in COMMANDS for pattern in ways(spec.name, _names(spec))),
    *SYNONYMS,
)

_BY_HEAD: Mapping[tuple[str, ...], tuple[Pattern, ...]] = {
    head: tuple(pattern for pattern in PATTERNS if pattern.head == head)
    for head in dict.fromkeys(pattern.head for pattern in PATTERNS)
}
_LONGEST = max(map(len, _BY_HEAD))
_SPOKEN = tuple(
    dict.fromkeys(
        " ".join(pattern.head)
        for pattern in PATTERNS
        if pattern.head and not pattern.needs and not pattern.tail
    )
)


def headed(tokens: Sequence[Token]) -> list[Pattern]:
    """Return the patterns whose first words open `tokens`, longest first.

    Where a number of bars follows, only those that need it, if any does.
    """
    words = texts(tokens, 0, _LONGEST)
    found: list[Pattern] = []
    for count in range(len(words), 0, -1):
        found.extend(_BY_HEAD.get(words[:count], ()))
    bars = [one for one in found if one.needs == "bars" and _counts_bars(tokens, len(one.head))]
    return bars or [one for one in found if one.needs != "bars"]


def _counts_bars(tokens: Sequence[Token], place: int) -> bool:
    amount, _ = read_amount(tokens, place) if place < len(tokens) else (None, 0)
    return amount is not None and amount.unit == "bars"


def headless() -> tuple[Pattern, ...]:
    """Return the patterns that open with what they are about: "drums up"."""
    return _BY_HEAD[()]


def spoken_heads() -> tuple[str, ...]:
    """Return the openings that typing errors are compared with, the table's names first."""
    return _SPOKEN


def also(name: str) -> tuple[str, ...]:
    """Return what people say besides the name, for help: "kill", "turn * off"."""
    said = dict.fromkeys(
        " ".join((*pattern.head, *(("...", *pattern.tail) if pattern.tail else ()))).strip()
        for pattern in SYNONYMS
        if pattern.command == name and not pattern.needs
    )
    return tuple(said)
