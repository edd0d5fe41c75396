"""Rows as one array: what travels to the engine and what the kernel reads. Only numpy."""

from collections.abc import Sequence
from operator import attrgetter

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
        ("mask_low", np.uint64),
        ("mask_high", np.uint64),
        ("mask_origin", np.float64),
        ("mask_span", np.float64),
        ("clip_id", np.int64),
        ("body_frames", np.int64),
        ("lead_frames", np.int32),
        ("tail_frames", np.int32),
        ("fade_frames", np.int32),
        ("track", np.int32),
        ("mask_steps", np.int32),
        ("mask_fade_frames", np.int32),
    ],
    align=True,
)

Rows = npt.NDArray[np.void]
_FIELDS = tuple((name, attrgetter(name)) for name in ROW_DTYPE.names or ())


def pack(rows: Sequence[Row]) -> Rows:
    """Return `rows` as the array that the kernel reads, in the same order.

    >>> row = Row(0, 7, 0, 104, 100.0, origin=0.0, start=0)
    >>> unpack(pack([row])) == (row,)
    True
    """
    table = np.zeros(len(rows), ROW_DTYPE)
    for name, get in _FIELDS:
        table[name] = [get(row) for row in rows]
    return table


def move(table: Rows, frame: int, to: int) -> None:
    """Let all that begins or ends at `frame` do so at `to`, in place.

    >>> table = pack([Row(0, 7, 0, 104, 100.0, origin=0.0, start=0, stop=256)])
    >>> move(table, 256, 512)
    >>> table["start"].tolist(), table["stop"].tolist()
    ([0], [512])
    """
    for name in ("start", "stop"):
        column = table[name]
        column[column == frame] = to


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
