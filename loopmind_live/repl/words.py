"""Typed text as tokens, and lines as clauses. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loopmind_live.errors import SessionError

MAX_TEXT = 4096
MAX_COMMANDS = 32
_TOKEN = re.compile(
    r"""
    (?P<quoted>(?<!\S)"[^"\n]*" | (?<!\S)'[^'\n]*'(?!\w))
    | (?P<number>(?:(?<!\w)[+-])?(?<![0-9])[0-9]{1,9}(?:\.[0-9]{1,6})?(?![0-9]))
    | (?P<word>[^\W\d]+(?:['’][^\W\d]+)*)
    | (?P<line>[\r\n]+)
    | [0-9]+ | \S
    """,
    re.VERBOSE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_STOPS = frozenset(",.!?:")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number, quoted name or sign, in lower case, at [start, end) of the typed text."""

    text: str
    start: int
    end: int
    kind: str

    @property
    def number(self) -> float | None:
        """Return the value of a written number, else None."""
        return float(self.text) if self.kind == "number" else None


def tokenize(text: str) -> tuple[Token, ...]:
    """Return the tokens of `text` without "the" and hyphens; line ends become ";".

    >>> [token.text for token in tokenize("Mute the hi-hats, -3dB")]
    ['mute', 'hi', 'hats', ',', '-3', 'db']
    """
    if len(text) > MAX_TEXT:
        raise SessionError(f"a line of {len(text)} characters: write at most {MAX_TEXT}")
    control = _CONTROL.search(text)
    if control is not None:
        raise SessionError(f"control character {control.group()!r} in the line: leave it out")
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "sign"
        if match.group() in "-‐–" and _within_word(text, match.start()):
            continue
        word = ";" if kind == "line" else match.group().lower().replace("’", "'")
        if word != "the":
            tokens.append(Token(word, match.start(), match.end(), kind))
    return tuple(tokens)


def _within_word(text: str, place: int) -> bool:
    """Tell whether the hyphen at `place` joins two words: "hi-hats"."""
    return text[max(0, place - 1) : place].isalnum() and text[place + 1 : place + 2].isalpha()


def split_at(tokens: Iterable[Token], *words: str) -> list[tuple[Token, ...]]:
    """Return the runs of tokens between `words`; empty runs are left out.

    >>> [[t.text for t in run] for run in split_at(tokenize("undo; then play"), ";", "then")]
    [['undo'], ['play']]
    """
    runs: list[list[Token]] = [[]]
    for token in tokens:
        if token.text in words and token.kind != "quoted":
            runs.append([])
        else:
            runs[-1].append(token)
    trimmed = (trim(tuple(run)) for run in runs)
    return [run for run in trimmed if run]


def trim(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Return `tokens` without a joining "and" or sign at either end.

    >>> [token.text for token in trim(tokenize("and stop, please!"))]
    ['stop', ',', 'please']
    """
    start, end = 0, len(tokens)
    while start < end and tokens[start].text in {",", ".", "!", "and", ":"}:
        start += 1
    while end > start and (tokens[end - 1].text == "and" or tokens[end - 1].text in _STOPS):
        if tokens[end - 1].text == "?" and end - 1 == start:
            break
        end -= 1
    return tuple(tokens[start:end])


def texts(tokens: Sequence[Token], start: int, count: int) -> tuple[str, ...]:
    """Return up to `count` words from place `start`; quoted names never match a word."""
    return tuple(
        "" if token.kind == "quoted" else token.text for token in tokens[start : start + count]
    )


def as_typed(tokens: Sequence[Token], source: str) -> str:
    """Return the typed text from the first to the last of `tokens`."""
    return source[tokens[0].start : tokens[-1].end] if tokens else ""
