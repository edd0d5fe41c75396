"""The arrangement as a strip: a cell a section, the playhead in the one that plays. Pure.

What a cell is stands in words and signs, so that it is read without color: ">" plays, "+" is next,
the second line shows how far it is, "next", or how many bars it has.
"""

import math
from collections.abc import Sequence

from loopmind_live.repl.styled import Fragment, Line, Style, pad
from loopmind_live.repl.view import columns, fit, printable
from loopmind_live.session.panel import Launch, Pad

_MARKS: dict[Launch, str] = {"playing": ">", "stop_queued": ">", "play_queued": "+"}
_STYLES: dict[Launch, Style] = {
    "playing": "playing", "stop_queued": "playing", "play_queued": "next", "empty": "faint",
}  # fmt: skip
COLUMNS_A_BAR = 1
MOST_COLUMNS = 20
"""However long a section, its cell is no wider: neighbors are to be seen."""
_EDGE = "|"


def strip_rows(pads: Sequence[Pad], bars_left: float | None, width: int) -> list[tuple[Line, Line]]:
    """Return the strip's rows, each as a line of names and one of what they do.

    Cells that do not fit beside each other go to the next row. `bars_left` is what the section that
    plays has left.
    """
    rows: list[tuple[list[Fragment], list[Fragment]]] = []
    room = 0
    for one in pads:
        wide = min(_cell_columns(one), max(1, width - 1))
        if not rows or wide + 1 > room:
            rows.append(([], []))
            room = width
        room -= wide + 1
        style = _STYLES.get(one.launch, "")
        rows[-1][0].extend((("faint", _EDGE), (style, pad(_name(one), wide))))
        rows[-1][1].extend((("faint", _EDGE), (style, pad(_doing(one, bars_left, wide), wide))))
    return [(tuple(names), tuple(doing)) for names, doing in rows]


def rows_around(pads: Sequence[Pad], rows: list[tuple[Line, Line]], most: int) -> slice:
    """Return which `most` of the rows to show: with the one that plays, and what comes after it."""
    counts = [len(names) // 2 for names, _ in rows]
    plays = next(
        (place for place, one in enumerate(pads) if one.launch in ("playing", "stop_queued")), 0
    )
    first, seen = 0, 0
    for row, count in enumerate(counts):
        seen += count
        if plays < seen:
            first = row
            break
    first = max(0, min(first, len(rows) - most))
    return slice(first, first + most)


def progress(done: float, width: int) -> str:
    """Return how far something is, as signs: 0 is its beginning, 1 its end.

    >>> progress(0.5, 9), progress(0.0, 5), progress(1.0, 5)
    ('====>----', '>----', '====>')
    """
    if width <= 0:
        return ""
    part = 0.0 if math.isnan(done) else max(0.0, min(1.0, done))
    head = min(width - 1, int(part * width))
    return "=" * head + ">" + "-" * (width - head - 1)


def _cell_columns(one: Pad) -> int:
    named = columns(fit(_name(one), MOST_COLUMNS - 1)) + 1
    return max(named, 7, min(MOST_COLUMNS, one.bars * COLUMNS_A_BAR))


def _name(one: Pad) -> str:
    return _MARKS.get(one.launch, " ") + printable(one.name)


def _doing(one: Pad, bars_left: float | None, wide: int) -> str:
    """Return what stands under a section's name."""
    match one.launch:
        case "playing" | "stop_queued":
            left = one.bars if bars_left is None else bars_left
            ends = " ends" if one.launch == "stop_queued" and wide >= 12 else ""
            done = 1.0 - left / one.bars if one.bars else 1.0
            return progress(done, max(1, wide - 1 - len(ends))) + ends
        case "play_queued":
            return " next"
        case "empty":
            return " empty"
        case _:
            return f" {one.bars} bar{'' if one.bars == 1 else 's'}"
