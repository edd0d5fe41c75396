"""Lines of styled text, before any terminal: what to show and what it is. Pure."""

from typing import Literal

from loopmind_live.repl.view import columns, fit

Style = Literal[
    "", "verb", "part", "section", "number", "time", "quoted", "title", "playing", "next", "muted",
    "solo", "meter", "hot", "faint", "error",
]  # fmt: skip
"""What a piece of text is; the prompt decides how that looks. It is never told by looks alone."""
Fragment = tuple[Style, str]
Line = tuple[Fragment, ...]


def line_columns(line: Line) -> int:
    """Return how many columns a line takes.

    >>> line_columns((("playing", "> hook"), ("", " 音")))
    9
    """
    return sum(columns(text) for _, text in line)


def cut(line: Line, width: int) -> Line:
    """Return `line` in `width` columns at most; what is cut is shown by "..".

    >>> cut((("title", "hook 2"), ("", ", 4 bars left")), 12)
    (('title', 'hook 2'), ('', ', 4 ..'))
    """
    if line_columns(line) <= width:
        return line
    kept: list[Fragment] = []
    room = width
    for style, text in line:
        wide = columns(text)
        if wide <= room:
            kept.append((style, text))
            room -= wide
            continue
        kept.append((style, fit(text, room)))
        break
    return tuple(fragment for fragment in kept if fragment[1])


def pad(text: str, width: int) -> str:
    """Return `text` in exactly `width` columns: cut, or with spaces after it.

    >>> pad("hook", 6), pad("breakdown 2", 8)
    ('hook  ', 'breakd..')
    """
    shown = fit(text, width)
    return shown + " " * max(0, width - columns(shown))


def plain_text(line: Line) -> str:
    """Return a line's text alone.

    >>> plain_text((("playing", ">"), ("", " hook")))
    '> hook'
    """
    return "".join(text for _, text in line)
