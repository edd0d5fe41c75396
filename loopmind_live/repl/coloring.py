"""What the words of a line are, while it is typed: for the prompt to color. Pure."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from loopmind_live.errors import SessionError
from loopmind_live.repl.lexicon import ROLE_PHRASES, SECTIONS, UNITS, Phrase
from loopmind_live.repl.styled import Fragment, Line, Style
from loopmind_live.repl.verbs import headed
from loopmind_live.repl.words import Token, split_at, texts, tokenize

_LONGEST = 3
"""Words in the longest phrase that is looked for."""
_CODE = (">>>", "```")
_TIMES: frozenset[Phrase] = frozenset({("now",), ("next", "bar"), ("next", "section")})


@lru_cache(maxsize=64)
def colored(text: str) -> Line:
    """Return all of `text` in order, each piece with what it is; code is left as it is.

    >>> [piece for piece in colored("mute drums in hook 2") if piece[0]]
    [('verb', 'mute'), ('part', 'drums'), ('section', 'hook 2')]
    """
    if text.lstrip().startswith(_CODE):
        return (("", text),)
    try:
        tokens = tokenize(text)
    except SessionError:
        return (("", text),)
    pieces: list[tuple[int, int, Style]] = []
    for clause in split_at(tokens, ";", "then"):
        pieces.extend(_pieces(clause))
    line: list[Fragment] = []
    place = 0
    for start, end, style in sorted(pieces):
        if start > place:
            line.append(("", text[place:start]))
        line.append((style, text[start:end]))
        place = end
    if place < len(text):
        line.append(("", text[place:]))
    return tuple(line)


def _pieces(clause: Sequence[Token]) -> list[tuple[int, int, Style]]:
    """Return [start, end) and style of what is known in one command."""
    patterns = headed(clause)
    place = len(patterns[0].head) if patterns else 0
    found: list[tuple[int, int, Style]] = []
    if place:
        found.append((clause[0].start, clause[place - 1].end, "verb"))
    while place < len(clause):
        style, count = _known(clause, place)
        if style:
            found.append((clause[place].start, clause[place + count - 1].end, style))
        place += count
    return found


def _known(clause: Sequence[Token], place: int) -> tuple[Style, int]:
    """Return what stands at `place`, and how many tokens it takes; "" for one unknown word."""
    token = clause[place]
    if token.kind == "quoted":
        return "quoted", 1
    if token.kind == "number":
        return "number", 1 + _unit(clause, place + 1)
    for count in range(min(_LONGEST, len(clause) - place), 0, -1):
        phrase = texts(clause, place, count)
        if phrase in _TIMES:
            return "time", count
        if _has(ROLE_PHRASES, phrase):
            return "part", count
        if _has(SECTIONS, phrase):
            numbered = place + count < len(clause) and clause[place + count].kind == "number"
            return "section", count + (1 if numbered else 0)
    return "", 1


def _unit(clause: Sequence[Token], place: int) -> int:
    """Return how many tokens the unit at `place` takes."""
    counts = (2, 1)
    return next((n for n in counts if _has(UNITS, texts(clause, place, n), n)), 0)


def _has(table: Mapping[Phrase, object], phrase: Phrase, count: int | None = None) -> bool:
    return phrase in table and (count is None or len(phrase) == count)
