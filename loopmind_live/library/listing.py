"""Loops as tables for people."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from loopmind_live.library.corrections import Field
from loopmind_live.library.entry import Entry
from loopmind_live.units import spell_key

CORRECTED = "*"
"""Stands after what the user has corrected."""
FAVORITE = "★"
LEGEND = f"{CORRECTED} corrected by you"
_UNSURE = 0.5
WIDE = 200
_COLUMNS = (
    "#", "loop", "role", "instrument", "bpm", "bars", "key", "seconds", "LUFS", "dBTP", "moods",
    "tags",
)  # fmt: skip
_RIGHT = frozenset({"#", "bpm", "bars", "seconds", "LUFS", "dBTP"})
_LEFT_OUT = ("dBTP", "LUFS", "instrument", "moods", "seconds")
_NAME_WIDTH, _LEAST, _MOST = 24, 8, 28


def loops_table(entries: Sequence[Entry], width: int = WIDE) -> Table:
    """Return a table of loops by their numbers; estimates that are not sure are dim.

    What the user has corrected has a star. Tags have a column where there are any. What does not
    fit into `width` characters beside a name that can be read is left out, the least asked first.
    """
    rows = [_cells(entry) for entry in entries]
    needs = {name: max(map(cell_len, [name, *(str(row.get(name, "")) for row in rows)]))
             for name in _COLUMNS}  # fmt: skip
    needs["moods"] = min(needs["moods"], _MOST)
    columns = [name for name in _COLUMNS if name != "tags" or any(e.tags for e in entries)]
    for name in _LEFT_OUT:
        if _room(columns, needs, width) < min(_NAME_WIDTH, needs["loop"]):
            columns.remove(name)
    table = _table([(name, name in _RIGHT) for name in columns])
    for column in table.columns:
        column.no_wrap = True
        column.max_width = needs[str(column.header)]
    table.columns[1].max_width = max(_LEAST, _room(columns, needs, width))
    for row in rows:
        table.add_row(*(row.get(name, "") for name in columns))
    return table


def _room(columns: Sequence[str], needs: Mapping[str, int], width: int) -> int:
    """Return how many characters are left for the names, two between columns counted."""
    return width - sum(needs[name] for name in columns if name != "loop") - 2 * (len(columns) - 1)


def _cells(entry: Entry) -> dict[str, str | Text]:
    """Return what stands in each column for a loop."""
    loop = entry.loop
    if loop.error is not None:
        return {
            "#": str(entry.number), "loop": _name(entry), "role": Text(loop.error, style="red"),
            "tags": ", ".join(entry.tags),
        }  # fmt: skip
    return {
        "#": str(entry.number),
        "loop": _name(entry),
        "role": _told(entry, loop.role or "", "role"),
        "instrument": loop.instrument or "",
        "bpm": _told(entry, _number(loop.bpm, 2), "bpm", loop.bpm_confidence),
        "bars": _told(entry, _number(loop.bars, 2), "beats"),
        "key": _told(entry, spell_key(loop.key) if loop.key else "", "key", loop.key_confidence),
        "seconds": _number(loop.duration_s, 2),
        "LUFS": _number(loop.lufs, 1),
        "dBTP": _number(loop.true_peak_dbtp, 1),
        "moods": ", ".join(loop.moods),
        "tags": ", ".join(entry.tags),
    }


def duplicates_table(groups: Iterable[Sequence[Entry]]) -> Table:
    """Return a table of files that hold the same, an empty line between two groups."""
    table = _table([("#", True), ("role", False), ("seconds", True), ("file", False)])
    for place, group in enumerate(groups):
        if place:
            table.add_row("", "", "", "")
        for entry in group:
            loop = entry.loop
            seconds = _number(loop.duration_s, 2) if loop.error is None else ""
            table.add_row(str(entry.number), loop.role or "", seconds, Text(str(loop.path)))
    return table


def corrections_told(entry: Entry) -> list[str]:
    """Return a line each of what the user says of a loop, with the estimate that it replaces."""
    lines = [
        f"{field}: {_spelled(field, value)} (heard: {_spelled(field, _estimated(entry, field))})"
        for field, value in entry.corrections.items()
    ]
    if entry.tags:
        lines.append(f"tags: {', '.join(entry.tags)}")
    return [*lines, "favorite"] if entry.favorite else lines


def _table(columns: Collection[tuple[str, bool]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name, right in columns:
        table.add_column(name, justify="right" if right else "left", overflow="ellipsis")
    return table


def _name(entry: Entry) -> Text:
    return Text(f"{FAVORITE} {entry.loop.path.name}" if entry.favorite else entry.loop.path.name)


def _told(entry: Entry, text: str, field: Field, confidence: float = 1.0) -> Text:
    """Return a value with its mark: corrected by the user, not sure, or neither."""
    if field in entry.corrections:
        return Text(f"{text or 'none'}{CORRECTED}", style="bold")
    return Text(text, style="dim" if confidence < _UNSURE else "")


def _estimated(entry: Entry, field: Field) -> str | None:
    value = getattr(entry.estimate, field)
    return _number(value, 2) if isinstance(value, float | int) else value


def _spelled(field: Field, value: str | None) -> str:
    if value is None:
        return "none"
    return spell_key(value) if field == "key" else value.replace("_", " ")


def _number(value: float | None, digits: int) -> str:
    """Return a figure without idle zeros, nothing for None.

    >>> _number(128.0, 2), _number(87.5, 2), _number(None, 1)
    ('128', '87.5', '')
    """
    if value is None:
        return ""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
