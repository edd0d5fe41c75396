"""What the pieces of typed code are, for the prompt to color. Pure.

No parser: half a line will do.
"""

import keyword
import re
from functools import lru_cache

from loopmind_live.repl.livecode.typed import CODE, FENCE
from loopmind_live.repl.styled import Fragment, Line, Style

WORDS = ("live", "loop", "every", "at", "after", "end", "steps", "euclid")
"""What code begins with (see `words`)."""
_PIECE = re.compile(
    r"""
    (?P<mark>^[ \t]*(?:>>>|\.\.\.(?=[ \t]|$)|```\w*))
    | (?P<comment>\#[^\n]*)
    | (?P<text>(?i:\b[rbfu]{1,2})?(?:'{3}.*?(?:'{3}|\Z)|"{3}.*?(?:"{3}|\Z)
        |'(?:\\.|[^'\\\n])*'?|"(?:\\.|[^"\\\n])*"?))
    | (?P<number>\b(?:0[xXbBoO][0-9a-fA-F_]+|[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9]+)?)\b
        |\.[0-9]+\b)
    | (?P<made>(?<=\bdef[ ])[^\W\d]\w*|(?<=\bclass[ ])[^\W\d]\w*|@[ ]*[^\W\d]\w*)
    | (?P<name>[^\W\d]\w*)
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_STYLES: dict[str, Style] = {
    "mark": "faint", "comment": "faint", "text": "quoted", "number": "number", "made": "title",
}  # fmt: skip


@lru_cache(maxsize=64)
def colored_code(code: str) -> tuple[Line, ...]:
    r"""Return the lines of a code's text, each whole, in pieces with what they are.

    >>> colored_code("@loop\nif 1: pass")[1]
    (('verb', 'if'), ('', ' '), ('number', '1'), ('', ': '), ('verb', 'pass'))
    """
    lines: list[list[Fragment]] = [[]]

    def add(style: Style, text: str) -> None:
        first, *others = text.split("\n")
        if first:
            lines[-1].append((style, first))
        for other in others:
            lines.append([(style, other)] if other else [])

    place = 0
    for match in _PIECE.finditer(code):
        style = _style(match)
        if not style:
            continue
        add("", code[place : match.start()])
        add(style, match.group())
        place = match.end()
    add("", code[place:])
    return tuple(map(tuple, lines))


def code_lines(text: str) -> tuple[bool, ...]:
    r"""Return which lines of a typed text are code: after >>> up to an empty line, or fenced.

    >>> code_lines("mute bass\n>>> x = 1\ny = 2\n\nplay")
    (False, True, True, True, False)
    """
    found: list[bool] = []
    within = ""
    for line in text.split("\n"):
        mark = next((one for one in (FENCE, CODE) if line.lstrip().startswith(one)), "")
        found.append(bool(within or mark))
        if within == FENCE:
            within = "" if mark == FENCE else FENCE
        elif within == CODE:
            within = CODE if line.strip() else ""
        else:
            within = mark
    return tuple(found)


def _style(match: re.Match[str]) -> Style:
    kind = match.lastgroup or ""
    if kind != "name":
        return _STYLES[kind]
    name = match.group()
    if keyword.iskeyword(name):
        return "verb"
    after_dot = match.string[: match.start()].endswith(".")
    return "part" if name in WORDS and not after_dot else ""
