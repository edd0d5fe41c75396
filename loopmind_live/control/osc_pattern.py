"""OSC address patterns, matched in a number of steps that their length bounds. Pure.

``?`` is any letter, ``*`` any letters, ``[a-c]`` and ``[!a-c]`` one of or none of some, ``{a,b}``
either text; none of them reaches over a ``/``. A regular expression would take exponential time
for some patterns, and who sends them is not us. Here all places that a pattern may have reached in
a word are bits of one number, which each letter of the pattern moves at once: a step (Baeza-Yates
and Gonnet 1992, "A new approach to text searching").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from loopmind_live.errors import ControlError

MAX_WILD = 32
"""Wildcards in one pattern."""
MAX_STEPS = 20_000
"""One that takes more to match is refused; each is some 0.15 us, and none we know takes 5,000."""
_WILD = frozenset("?*[]{}")
_WORDS = 4096


@dataclass(frozen=True, slots=True)
class _Word:
    """One part of an address: bit i of `places[letter]` is set where its i-th letter is that.

    `all` has a bit for each place that a pattern may have reached, the end included.
    """

    all: int
    places: Mapping[str, int]


@lru_cache(_WORDS)
def _word(text: str) -> _Word:
    places: dict[str, int] = {}
    for place, letter in enumerate(text):
        places[letter] = places.get(letter, 0) | 1 << place
    return _Word((2 << len(text)) - 1, places)


@dataclass(frozen=True, slots=True)
class _Token:
    """Part of a pattern: it stands for one of `texts`, for a letter in `letters`, or for any."""

    texts: tuple[str, ...] = ()
    letters: frozenset[str] | None = None
    inverted: bool = False
    repeats: bool = False

    def ends(self, word: _Word, starts: int) -> tuple[int, int]:
        """Return where in a word this may end if it begins at any of `starts`, and its steps."""
        if self.texts:
            ends = steps = 0
            for text in self.texts:
                at = starts
                for letter in text:
                    at = (at & word.places.get(letter, 0)) << 1
                    steps += 1
                    if not at:
                        break
                ends |= at
            return ends, steps
        if self.repeats:
            return word.all & -(starts & -starts), 1
        if self.letters is None:
            return starts << 1 & word.all, 1
        named = 0
        for letter, places in word.places.items():
            if (letter in self.letters) != self.inverted:
                named |= places
        return (starts & named) << 1, 1 + len(word.places)


class Pattern:
    """One pattern. It, and matching it, raise ControlError where it is none, or too wild.

    >>> Pattern("/track/{bass,drums}/*").matching(["/track/bass/mute", "/track/pad/mute"])
    ['/track/bass/mute']
    """

    def __init__(self, pattern: str) -> None:
        if sum(letter in "?*[{" for letter in pattern) > MAX_WILD:
            raise ControlError(f"OSC: a pattern with more than {MAX_WILD} wildcards")
        self._parts = [_tokens(part) for part in pattern.split("/")]
        self._known: list[dict[str, bool]] = [{} for _ in self._parts]
        self.steps = 0
        """How many steps matching took so far."""

    def matches(self, address: str) -> bool:
        """Tell whether all of `address` is what this stands for."""
        parts = address.split("/")
        return len(parts) == len(self._parts) and all(
            self._part_matches(number, part) for number, part in enumerate(parts)
        )

    def matching(self, addresses: Iterable[str]) -> list[str]:
        """Return those of `addresses` that this stands for, in their order."""
        return [address for address in addresses if self.matches(address)]

    def _part_matches(self, number: int, text: str) -> bool:
        """Tell whether a part of an address is what that of the pattern stands for; each once."""
        known = self._known[number]
        if text not in known:
            known[text] = self._match(self._parts[number], _word(text))
        return known[text]

    def _match(self, tokens: list[_Token], word: _Word) -> bool:
        reached = 1
        for token in tokens:
            reached, steps = token.ends(word, reached)
            self.steps += steps
            if self.steps > MAX_STEPS:
                raise ControlError("OSC: a pattern that is too wild: name less with it")
            if not reached:
                return False
        return reached > word.all >> 1  # the end is the highest bit


def is_pattern(address: str) -> bool:
    """Tell whether an address stands for many.

    >>> is_pattern("/track/*/mute"), is_pattern("/track/bass/mute")
    (True, False)
    """
    return not _WILD.isdisjoint(address)


def _tokens(part: str) -> list[_Token]:
    """Return the tokens of the pattern between two slashes."""
    tokens: list[_Token] = []
    place = 0
    while place < len(part):
        match part[place]:
            case "?":
                tokens.append(_Token())
            case "*":
                if not (tokens and tokens[-1].repeats):  # two say no more than one
                    tokens.append(_Token(repeats=True))
            case "[":
                end = _end(part, place, "]")
                tokens.append(_class_of(part[place + 1 : end]))
                place = end
            case "{":
                end = _end(part, place, "}")
                either = dict.fromkeys(part[place + 1 : end].split(","))
                tokens.append(_Token(texts=tuple(either)))
                place = end
            case letter:
                tokens.append(_Token(texts=(letter,)))
        place += 1
    return tokens


def _end(part: str, place: int, closing: str) -> int:
    end = part.find(closing, place)
    if end < 0:
        raise ControlError(f"OSC: a pattern's {part[place]} has no {closing}")
    return end


def _class_of(inside: str) -> _Token:
    """Return the token of what stands between brackets."""
    inverted = inside.startswith("!")
    inside = inside[inverted:]
    letters: set[str] = set()
    place = 0
    while place < len(inside):
        first = inside[place]
        if place + 2 < len(inside) and inside[place + 1] == "-":
            low, high = sorted((ord(first), min(127, ord(inside[place + 2]))))
            letters.update(map(chr, range(low, high + 1)))
            place += 3
        else:
            letters.add(first)
            place += 1
    return _Token(letters=frozenset(letters), inverted=inverted)
