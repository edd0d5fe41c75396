"""Whether a terminal shows color, and whether its owner wants it."""

import curses
from collections.abc import Mapping

_LEAST = 8


def has_color(environment: Mapping[str, str]) -> bool:
    """Tell whether to use color: not with NO_COLOR set, nor where the terminal knows none.

    A terminal that nobody has described is taken to know color.

    >>> has_color({"TERM": "xterm-256color", "NO_COLOR": "1"})
    False
    """
    if environment.get("NO_COLOR"):
        return False
    try:
        curses.setupterm(environment.get("TERM") or "dumb", 1)
        return curses.tigetnum("colors") >= _LEAST
    except curses.error:
        return True
