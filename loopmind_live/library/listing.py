"""Loops as a table for people."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from loopmind_live.score.loop import Loop
from loopmind_live.units import spell_key

_UNSURE = 0.5


def loops_table(loops: Iterable[Loop]) -> Table:
    """Return a table of loops, numbered from 1; estimates that are not sure are dim."""
    table = Table(box=None, pad_edge=False)
    for name, right in (
        ("#", True), ("loop", False), ("role", False), ("instrument", False), ("bpm", True),
        ("bars", True), ("key", False), ("seconds", True), ("LUFS", True), ("dBTP", True),
        ("moods", False),
    ):  # fmt: skip
        table.add_column(name, justify="right" if right else "left", overflow="ellipsis")
    for number, loop in enumerate(loops, 1):
        if loop.error is not None:
            table.add_row(str(number), Text(loop.path.name), Text(loop.error, style="red"))
            continue
        table.add_row(
            str(number),
            Text(loop.path.name),
            loop.role or "",
            loop.instrument or "",
            _sure(_number(loop.bpm, 2), loop.bpm_confidence),
            _number(loop.bars, 2),
            _sure(spell_key(loop.key) if loop.key else "", loop.key_confidence),
            _number(loop.duration_s, 2),
            _number(loop.lufs, 1),
            _number(loop.true_peak_dbtp, 1),
            ", ".join(loop.moods),
        )
    return table


def _number(value: float | None, digits: int) -> str:
    """Return a figure without idle zeros, nothing for None.

    >>> _number(128.0, 2), _number(87.5, 2), _number(None, 1)
    ('128', '87.5', '')
    """
    if value is None:
        return ""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _sure(text: str, confidence: float) -> Text:
    return Text(text, style="dim" if confidence < _UNSURE else "")
