"""OSC address patterns, matched in time that grows evenly with their length. Pure.

``?`` is any letter, ``*`` any letters, ``[a-c]`` and ``[!a-c]`` one of or none of some, ``{a,b}``
either text; none of them reaches over a ``/``. A regular expression would take exponential time
for some patterns, and who sends them is not us.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from loopmind_live.errors import ControlError

MAX_WILD = 32
"""Wildcards in one pattern."""
_WILD = frozenset("?*[]{}")


@dataclass(frozen=True, slots=True)
class _Token:
    """Part of a pattern: it stands for one of `texts`, for a letter in `letters`, or for any."""

    texts: tuple[str, ...] = ()
    letters: frozenset[str] | None = None
    inverted: bool = False
    repeats: bool = False

    def ends(self, text: str, starts: set[int]) -> set[int]:
        """Return where in `text` this may end if it begins at any of `starts`."""
        if self.texts:
            found = ((at, one) for at in starts for one in self.texts if text.startswith(one, at))
            return {at + len(one) for at, one in found}
        if self.repeats:
            return set(range(min(starts), len(text) + 1)) if starts else set()
        return {at + 1 for at in starts if at < len(text) and self._takes(text[at])}

    def _takes(self, letter: str) -> bool:
        return self.letters is None or (letter in self.letters) != self.inverted


class Pattern:
    """One pattern. It raises ControlError where it is none, or too wild.

    >>> Pattern("/track/{bass,drums}/*").matching(["/track/bass/mute", "/track/pad/mute"])
    ['/track/bass/mute']
    """

    def __init__(self, pattern: str) -> None:
        if sum(letter in "?*[{" for letter in pattern) > MAX_WILD:
            raise ControlError(f"OSC: a pattern with more than {MAX_WILD} wildcards")
        self._parts = [_tokens(part) for part in pattern.split("/")]

    def matches(self, address: str) -> bool:
        """Tell whether all of `address` is what this stands for."""
        parts = address.split("/")
        return len(parts) == len(self._parts) and all(
            _matches(tokens, part) for tokens, part in zip(self._parts, parts, strict=True)
        )

    def matching(self, addresses: Iterable[str]) -> list[str]:
        """Return those of `addresses` that this stands for, in their order."""
        return [address for address in addresses if self.matches(address)]


def is_pattern(address: str) -> bool:
    """Tell whether an address stands for many.

    >>> is_pattern("/track/*/mute"), is_pattern("/track/bass/mute")
    (True, False)
    """
    return not _WILD.isdisjoint(address)


def _matches(tokens: list[_Token], text: str) -> bool:
    ends = {0}
    for token in tokens:
        ends = token.ends(text, ends)
        if not ends:
            return False
    return len(text) in ends


def _tokens(part: str) -> list[_Token]:
    """Return the tokens of the pattern between two slashes."""
    tokens: list[_Token] = []
    place = 0
    while place < len(part):
        match part[place]:
            case "?":
                tokens.append(_Token())
            case "*":
                tokens.append(_Token(repeats=True))
            case "[":
                end = _end(part, place, "]")
                tokens.append(_class_of(part[place + 1 : end]))
                place = end
            case "{":
                end = _end(part, place, "}")
                tokens.append(_Token(texts=tuple(part[place + 1 : end].split(","))))
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
