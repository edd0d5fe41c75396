"""When a typed command is to land: "now", "in 4 bars", "after this section". Pure."""

from collections.abc import Sequence
from itertools import product

from loopmind_live.errors import SessionError
from loopmind_live.repl.lexicon import NUMBERS
from loopmind_live.repl.words import Token, texts
from loopmind_live.session.commands import When

EXAMPLES = ("now", "next bar", "in 4 bars", "after this section")


def _every(*choices: str) -> list[tuple[str, ...]]:
    """Return the phrases made of one of each comma-separated list of choices."""
    return [
        tuple(" ".join(words).split())
        for words in product(*(choice.split(",") for choice in choices))
    ]


_NOW = [
    ("now",), ("right", "now"), ("immediately",), ("instantly",), ("right", "away"),
    ("straight", "away"), ("at", "once"), ("asap",),
]  # fmt: skip
_BAR = [
    *_every(",on,at,from,by,with", "next", "bar,measure,bar line,downbeat"),
    *_every("on,at", "bar,bar line,downbeat,one"),
]
_SECTION = [
    *_every(",on,at,in,from,with", "next", "section,part"),
    *_every("after", "this,current,this current,,it", "section,part,one"),
    *_every("at,on,by", "end", ",of this,of,of current,of it", ",section,part,one"),
    *_every("when,once,after", "this,it", ",section,part", "ends,is over,finishes,is done"),
    ("after", "this"),
]
PHRASES: dict[tuple[str, ...], When] = {
    **dict.fromkeys(_NOW, When("now")),
    **dict.fromkeys(_BAR, When("bar")),
    **dict.fromkeys(_SECTION, When("section")),
}
_LONGEST = max(map(len, PHRASES))
_STARTS = frozenset(phrase[0] for phrase in PHRASES)
_BARS = frozenset({"bar", "bars", "measure", "measures"})
_PARTS = frozenset({"section", "sections"})


def take_when(
    tokens: tuple[Token, ...], anywhere: bool = True
) -> tuple[When | None, tuple[Token, ...]]:
    """Return when the command is to land, and the tokens without those words.

    Without `anywhere` only the beginning and the end are searched: what lies between is a file's
    name or a description. Raises SessionError where it is said twice or not in whole bars.
    """
    found: When | None = None
    place = 0
    while place < len(tokens):
        when, count = _read(tokens, place)
        if when is None or not (anywhere or place == 0 or place + count == len(tokens)):
            place += 1
            continue
        if found is not None and found != when:
            raise SessionError("said twice when to land: choose one, as in: goto hook in 4 bars")
        found = when
        tokens = tokens[:place] + tokens[place + count :]
    return found, tokens


def _read(tokens: Sequence[Token], place: int) -> tuple[When | None, int]:
    """Return the `When` said at `place` and how many tokens say it."""
    first = tokens[place]
    if first.kind == "quoted":
        return None, 0
    if first.text in _STARTS:
        words = texts(tokens, place, _LONGEST)
        for count in range(len(words), 0, -1):
            if words[:count] in PHRASES:
                return PHRASES[words[:count]], count
    counted = place > 0 and tokens[place - 1].text == "count"  # "count in 2 bars": how long
    if first.text in ("in", "after") and not counted:
        when, count = _read_count(tokens, place + 1, first.text == "in")
        return when, count + 1
    if first.kind == "number" or first.text in NUMBERS:
        after = texts(tokens, place + 1, 3)
        if after[:1] and after[0] in _BARS and after[1:] in (("from", "now"), ("later",)):
            return _read_count(tokens, place, False)[0], 1 + len(after)
    return None, 0


def _read_count(tokens: Sequence[Token], place: int, bare: bool) -> tuple[When | None, int]:
    """Return the `When` of a number of bars or sections; a `bare` number must come last."""
    words = texts(tokens, place, 2)
    if not words:
        return None, 0
    value = tokens[place].number
    if value is None:
        value = 1.0 if words[0] in ("a", "an") else NUMBERS.get(words[0])
    if value is None:
        return None, 0
    unit = words[1] if len(words) == 2 else ""
    last = bare and place + 1 == len(tokens) and words[0] not in ("a", "an")
    if unit not in _BARS | _PARTS and not last:
        return None, 0
    if value != int(value) or value < 1:
        raise SessionError(f"in {value:g} bars: write a whole number of bars, from 1")
    return When("section" if unit in _PARTS else "bar", int(value)), 1 if last else 2
