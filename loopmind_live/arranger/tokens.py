"""Typed text as words, numbers and signs, each with its place in the text. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from loopmind_live.score.labels import fold

_TOKEN = re.compile(
    r"""
    [wW]/(?:o|out)(?!\w)
    | (?<!\d)\d+:\d{2}(?!\d) | \d+/\d+ | (?:(?<![\w.])[+-])?\d+(?:[.,]\d+)?(?=[^\d]|$)
    | [^\W\d_]+(?:['’][^\W\d_]+)*(?:[#♯♭](?![^\W\d_]{4})[^\W\d_]*)?
    | \s[-–—]\s | [#%,;:.!?()\[\]/+&>→|\n"]
    """,
    re.VERBOSE,
)
_NEGATED = re.compile(r"(?i)(.+)n['’]t$")
_SIGNS = {"&": "and", "+": "and"}
_DROPPED = frozenset({"the", "teh", "hte", ""})
_IS_AFTER = frozenset(
    {
        "section",
        "part",
        "bit",
        "one",
        "it",
        "this",
        "that",
        "song",
        "track",
        "loop",
        "thing",
        "what",
    }
)
"""Words after which "'s" is said for "is"."""


@dataclass(frozen=True, slots=True)
class Token:
    """A folded word, number or sign; `raw` is as typed at [start, end) of the text."""

    word: str
    raw: str
    start: int
    end: int

    @property
    def number(self) -> float | None:
        """Return the value of written digits, else None."""
        digits = self.word.lstrip("+-")
        if not digits[:1].isdigit() or not digits.replace(".", "", 1).isdecimal():
            return None
        return float(self.word)


def tokens_of(text: str) -> tuple[Token, ...]:
    """Return the tokens of `text` without "the"; "don't" is two words, "l'intro" too.

    >>> [token.word for token in tokens_of("Don't mute the hi-hats, l’intro 82bpm")]
    ['do', 'not', 'mute', 'hi', 'hats', ',', 'l', 'intro', '82', 'bpm']
    """
    return tuple(token for token in _each(text) if token.word not in _DROPPED)


def _each(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        raw, start, end = match.group(), match.start(), match.end()
        if raw[0].isdigit() or (raw[0] in "+-" and len(raw) > 1):
            yield Token(raw.replace(",", "."), raw, start, end)
        elif not raw[0].isalpha():
            sign = raw.strip() or ("-" if raw != "\n" else ";")
            yield Token(_SIGNS.get(sign, sign), raw, start, end)
        else:
            negated = _NEGATED.match(raw)
            words = [negated.group(1), "not"] if negated else re.split("['’]", raw)
            if negated and fold(words[0]) in ("ca", "wo"):
                words[0] = {"ca": "can", "wo": "will"}[fold(words[0])]
            if len(words) == 2 and words[1] == "s" and fold(words[0]) in _IS_AFTER:
                words[1] = "is"
            for word in words:
                yield Token(fold(word), word, start, end)
