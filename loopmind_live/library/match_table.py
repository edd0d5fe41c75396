"""What a search found, as a table for people."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from loopmind_live.library.similar import Match
from loopmind_live.units import spell_key


def matches_table(matches: Iterable[Match]) -> Table:
    """Return a table of what was found, in its order, with the similarity in percent."""
    table = Table(box=None, pad_edge=False)
    for name, right in (
        ("like", True), ("loop", False), ("role", False), ("instrument", False), ("bpm", True),
        ("key", False), ("seconds", True), ("in", False),
    ):  # fmt: skip
        table.add_column(name, justify="right" if right else "left", overflow="ellipsis")
    for match in matches:
        loop = match.loop
        table.add_row(
            f"{100.0 * match.similarity:.0f} %",
            Text(loop.path.name),
            loop.role or "",
            loop.instrument or "",
            f"{loop.bpm:.4g}" if loop.bpm is not None else "",
            spell_key(loop.key) if loop.key else "",
            f"{loop.duration_s:.2f}",
            Text(str(loop.path.parent)),
        )
    return table
