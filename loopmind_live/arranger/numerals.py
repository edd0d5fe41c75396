"""Numbers in words, as the table of a language says them. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

Numeral = tuple[str, float]


def numerals(numbers: Mapping[str, Any]) -> Iterator[Numeral]:
    """Yield the number words of a language with their values, up to some hundreds.

    `units` count from 0; `joins` say tens with a unit, `hundred_joins` hundreds with what is below;
    after the tens of `teens_after` come units up to 19. `short_hundreds` and `short_units` are how
    a tempo is said: "one twenty" is 120, "one oh eight" 108.

    >>> tens = {"units": ["no", "one", "two"], "tens": {"20": "twenty"}, "joins": ["{tens} {unit}"]}
    >>> hundreds = {"hundreds": {"100": ["a hundred"]}, "hundred_joins": ["{hundred} and {rest}"]}
    >>> dict(numerals(tens | hundreds))["a hundred and twenty two"]
    122.0
    """
    below = [*_below_hundred(numbers)]
    yield from below
    for value, words in numbers.get("others", {}).items():
        yield from ((word, float(value)) for word in words)
    for hundred, words in numbers.get("hundreds", {}).items():
        for word in words:
            yield word, float(hundred)
            for join in numbers["hundred_joins"]:
                for rest, value in below:
                    if value:
                        yield join.format(hundred=word, rest=rest), float(hundred) + value
    for join in numbers.get("short_hundreds", ()):
        yield from ((join.format(rest=rest), 100.0 + value) for rest, value in below if value > 9)
    for join in numbers.get("short_units", ()):
        yield from (
            (join.format(unit=unit), 100.0 + value)
            for value, unit in enumerate(numbers["units"][1:10], 1)
        )


def _below_hundred(numbers: Mapping[str, Any]) -> Iterator[Numeral]:
    units: list[str] = numbers["units"]
    yield from ((word, float(value)) for value, word in enumerate(units))
    for tens, name in numbers["tens"].items():
        yield name, float(tens)
        most = 20 if int(tens) in numbers.get("teens_after", ()) else 10
        for join in numbers["joins"]:
            for value, unit in enumerate(units[1:most], 1):
                yield join.format(tens=name, unit=unit), float(tens) + value
