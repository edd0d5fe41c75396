"""Rows as one array: what travels to the engine and what the kernel reads. Only numpy."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from loopmind_live.engine.base import Row

ROW_DTYPE = np.dtype(
    [
        ("offset", np.int64),
        ("origin", np.float64),
        ("pass_frames", np.float64),
        ("start", np.int64),
        ("stop", np.int64),
        ("gain", np.float64),
        ("clip_bars", np.float64),
        ("origin_bar", np.float64),
        ("clock_frame", np.float64),
        ("clock_bar", np.float64),
        ("clock_bar_frames", np.float64),
        ("clock_change", np.float64),
        ("clip_id", np.int64),
        ("body_frames", np.int64),
        ("lead_frames", np.int32),
        ("tail_frames", np.int32),
        ("fade_frames", np.int32),
        ("track", np.int32),
    ],
    align=True,
)

Rows = npt.NDArray[np.void]


def pack(rows: Sequence[Row]) -> Rows:
    """Return `rows` as the array that the kernel reads, in the same order.

    >>> row = Row(0, 7, 0, 104, 100.0, origin=0.0, start=0)
    >>> unpack(pack([row])) == (row,)
    True
    """
    table = np.zeros(len(rows), ROW_DTYPE)
    for i, row in enumerate(rows):
        for name in ROW_DTYPE.names or ():
            table[i][name] = getattr(row, name)
    return table


def unpack(table: Rows) -> tuple[Row, ...]:
    """Return the rows that `pack` packed."""
    names = ROW_DTYPE.names or ()
    return tuple(Row(**{name: record[name].item() for name in names}) for record in table)


def places_of(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """Return (first frame, frames) of the place in the arena that each clip of `rows` takes.

    >>> row = Row(0, 7, 50, 104, 100.0, origin=0.0, start=0, lead_frames=8, tail_frames=6)
    >>> places_of([row, row])
    [(42, 118)]
    """
    ends: dict[int, tuple[int, int]] = {}
    for row in rows:
        lead, rest = ends.get(row.offset, (0, 0))
        after = row.body_frames + row.tail_frames
        ends[row.offset] = max(lead, row.lead_frames), max(rest, after)
    return [(offset - lead, lead + rest) for offset, (lead, rest) in sorted(ends.items())]
