"""Read sections, parts, amounts and keys from tokens. Pure.

A reader takes the tokens and a place and returns what stands there and how many tokens it takes;
0 tokens where it is something else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from loopmind_live.repl.lexicon import (
    EVERYTHING,
    EXCEPT,
    MOODS,
    NUMBERS,
    ORDINAL_ENDS,
    ORDINALS,
    PARTS_NOUNS,
    ROLE_PHRASES,
    SECTIONS,
    UNITS,
)
from loopmind_live.repl.words import Token, texts
from loopmind_live.score.loop import ROLES
from loopmind_live.units import parse_key

_LONGEST = 3
_JOINS = frozenset({"and", ",", "&", "+", "/", "plus", "or"})
_ARTICLES = frozenset({"some", "a", "my", "your", "our", "those", "that"})
_ROLE_STARTS = frozenset(phrase[0] for phrase in ROLE_PHRASES)
_MOOD_STARTS = frozenset(phrase[0] for phrase in MOODS)
_SECTION_STARTS = frozenset(phrase[0] for phrase in SECTIONS)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit ("" where none is said); `signed` where a sign is written."""

    value: float
    unit: str
    signed: bool


def read_section(tokens: Sequence[Token], place: int) -> tuple[str, int | None, int]:
    """Return (label, number or None, tokens taken) of the section named at `place`.

    "verse 2", "2nd verse" and "second verse" are number 2; "all hooks" is every hook.
    """
    words = texts(tokens, place, _LONGEST + 2)
    number: int | None = None
    skipped = 0
    if words[:1] and words[0] in ORDINALS:
        number, skipped = ORDINALS[words[0]], 1
    elif len(words) > 1 and words[1] in ORDINAL_ENDS and tokens[place].kind == "number":
        number, skipped = _whole(tokens[place]), 2
    elif words[:1] and words[0] in ("all", "every", "both", "each"):
        skipped = 1
    label, count = _longest(tokens, place + skipped, SECTIONS, _SECTION_STARTS)
    if label is None:
        return "", None, 0
    taken = skipped + count
    if skipped == 0 and label != "current":
        number, more = _read_number(tokens, place + taken)
        taken += more
    return label, number, taken


def read_roles(
    tokens: Sequence[Token], place: int, exceptions: bool = True
) -> tuple[tuple[str, ...], int]:
    """Return the parts named at `place`, each once, in order, and the tokens taken.

    "all" is every part; with `exceptions`, "everything but the drums" leaves some out.
    """
    start = place
    roles: dict[str, None] = {}
    while True:
        found, count = _read_role(tokens, place)
        if not count:
            break
        roles.update(dict.fromkeys(found))
        place += count
        if exceptions and len(found) == len(ROLES):
            left_out, count = _read_exceptions(tokens, place)
            roles = {role: None for role in roles if role not in left_out}
            place += count
        joins = 0
        while texts(tokens, place + joins, 1) and tokens[place + joins].text in _JOINS:
            joins += 1
        if not joins or not _read_role(tokens, place + joins)[1]:
            break
        place += joins
    return tuple(roles), place - start


def read_amount(tokens: Sequence[Token], place: int) -> tuple[Amount | None, int]:
    """Return the number and unit at `place` and the tokens taken; "3/4 beat" is one number."""
    words = texts(tokens, place, 6)
    sign, skipped, signed = 1.0, 0, False
    if words[:1] and words[0] in ("plus", "minus", "+", "-"):
        sign, skipped, signed = (-1.0 if words[0] in ("minus", "-") else 1.0), 1, True
    if skipped >= len(words):
        return None, 0
    value = tokens[place + skipped].number
    named = words[skipped]
    if value is not None:
        signed = signed or named[0] in "+-"
    else:
        value = 1.0 if named in ("a", "an") else NUMBERS.get(named)
    if value is None:
        return None, 0
    if words[skipped + 1 : skipped + 2] == ("/",) and len(words) > skipped + 2:
        below = tokens[place + skipped + 2].number
        if below:
            value, skipped = value / below, skipped + 2
    for count in (2, 1):
        unit = UNITS.get(words[skipped + 1 : skipped + 1 + count])
        if unit is not None:
            return Amount(sign * value * unit[1], unit[0], signed), skipped + 1 + count
    if named in ("a", "an"):
        return None, 0
    return Amount(sign * value, "", signed), skipped + 1


def read_moods(tokens: Sequence[Token], place: int) -> tuple[tuple[str, ...], int]:
    """Return the moods named at `place`, each once, in order, and the tokens taken."""
    start, moods = place, dict[str, None]()
    while True:
        mood, count = _longest(tokens, place, MOODS, _MOOD_STARTS)
        if mood is None:
            break
        moods[mood] = None
        place += count
        joins = 1 if texts(tokens, place, 1) and tokens[place].text in _JOINS else 0
        if _longest(tokens, place + joins, MOODS, _MOOD_STARTS)[0] is None:
            break
        place += joins
    return tuple(moods), place - start


def read_key(tokens: Sequence[Token], place: int, source: str) -> tuple[str, int]:
    """Return the key written at `place`, in the project's spelling, and the tokens taken."""
    for count in (4, 3, 2, 1):
        run = tokens[place : place + count]
        if len(run) == count and run[-1].end - run[0].start <= 24:
            written = source[run[0].start : run[-1].end]
            key = parse_key(written) or parse_key(written.lower())
            if key is not None:
                return key, count
    return "", 0


def _longest(
    tokens: Sequence[Token], place: int, phrases: dict[tuple[str, ...], str], starts: frozenset[str]
) -> tuple[str | None, int]:
    """Return the name and length of the longest phrase at `place`."""
    if place >= len(tokens) or tokens[place].text not in starts:
        return None, 0
    words = texts(tokens, place, _LONGEST)
    for count in range(len(words), 0, -1):
        if words[:count] in phrases:
            return phrases[words[:count]], count
    return None, 0


def _read_number(tokens: Sequence[Token], place: int) -> tuple[int | None, int]:
    """Return the occurrence written after a label ("2", "#2", "number two") and tokens taken."""
    words = texts(tokens, place, 2)
    skipped = 1 if words[:1] and words[0] in ("#", "number", "no") else 0
    if skipped >= len(words):
        return None, 0
    number = _whole(tokens[place + skipped])
    unit = texts(tokens, place + skipped + 1, 1)
    if number is None or (unit and (*unit,) in UNITS):
        return None, 0
    return number, skipped + 1


def _whole(token: Token) -> int | None:
    """Return a token's whole number, unsigned, else None."""
    value = token.number if token.kind == "number" else NUMBERS.get(token.text)
    if value is None or value != int(value) or token.text[0] in "+-":
        return None
    return int(value)


def _read_role(tokens: Sequence[Token], place: int) -> tuple[tuple[str, ...], int]:
    """Return the part, or all parts, named at `place` and the tokens taken."""
    words = texts(tokens, place, 3)
    if not words:
        return (), 0
    if words[0] in EVERYTHING or words[0] in ("every", "both"):
        role, count = _longest(tokens, place + 1, ROLE_PHRASES, _ROLE_STARTS)
        if role is not None:
            return (role,), count + 1
        if words[0] not in EVERYTHING:
            return (), 0
        return ROLES, 2 if words[1:2] and words[1] in PARTS_NOUNS | {"else"} else 1
    for skipped in (0, 1) if words[0] in _ARTICLES else (0,):
        role, count = _longest(tokens, place + skipped, ROLE_PHRASES, _ROLE_STARTS)
        if role is not None:
            return (role,), count + skipped
    return (), 0


def _read_exceptions(tokens: Sequence[Token], place: int) -> tuple[frozenset[str], int]:
    """Return the parts left out of "everything" at `place`, and the tokens taken."""
    words = texts(tokens, place, 2)
    if not words or words[0] not in EXCEPT:
        return frozenset(), 0
    skipped = 2 if words[1:] == ("for",) else 1
    roles, count = read_roles(tokens, place + skipped, exceptions=False)
    return (frozenset(roles), skipped + count) if count else (frozenset(), 0)
