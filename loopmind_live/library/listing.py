"""Loops as tables for people."""

from collections.abc import Collection, Iterable, Sequence

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


def loops_table(entries: Sequence[Entry]) -> Table:
    """Return a table of loops by their numbers; estimates that are not sure are dim.

    What the user has corrected has a star. Tags have a column where there are any.
    """
    columns = [
        ("#", True), ("loop", False), ("role", False), ("instrument", False), ("bpm", True),
        ("bars", True), ("key", False), ("seconds", True), ("LUFS", True), ("dBTP", True),
        ("moods", False),
    ]  # fmt: skip
    tagged = any(entry.tags for entry in entries)
    table = _table([*columns, ("tags", False)] if tagged else columns)
    for entry in entries:
        loop = entry.loop
        tags = [", ".join(entry.tags)] if tagged else []
        if loop.error is not None:
            blank = [""] * (len(columns) - 3)
            table.add_row(
                str(entry.number), _name(entry), Text(loop.error, style="red"), *blank, *tags
            )
            continue
        table.add_row(
            str(entry.number),
            _name(entry),
            _told(entry, loop.role or "", "role"),
            loop.instrument or "",
            _told(entry, _number(loop.bpm, 2), "bpm", loop.bpm_confidence),
            _told(entry, _number(loop.bars, 2), "beats"),
            _told(entry, spell_key(loop.key) if loop.key else "", "key", loop.key_confidence),
            _number(loop.duration_s, 2),
            _number(loop.lufs, 1),
            _number(loop.true_peak_dbtp, 1),
            ", ".join(loop.moods),
            *tags,
        )
    return table


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
