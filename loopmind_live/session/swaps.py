"""What began and ended on each track in a stretch of time, read from the rows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from loopmind_live.engine.base import Row


@dataclass(frozen=True, slots=True)
class Swap:
    """At `frame` a track starts `row`, or falls silent; what ended rings `release_frames`."""

    frame: int
    track: int
    row: Row | None
    release_frames: int = 0


def swaps_between(rows: Sequence[Row], after: int, until: int) -> list[Swap]:
    """Return what begins or ends in frames `after` < frame <= `until`, in order.

    >>> rows = [Row(0, 1, 0, 104, 100.0, 0.0, start=0, stop=200, fade_frames=5),
    ...         Row(0, 2, 0, 104, 100.0, 200.0, start=200, stop=300)]
    >>> [(s.frame, s.row and s.row.clip_id, s.release_frames) for s in swaps_between(rows, 0, 300)]
    [(200, 2, 5), (300, None, 0)]
    """
    # It is asked hundreds of times a second, and mostly nothing has begun or ended.
    if not any(after < row.start <= until or after < row.stop <= until for row in rows):
        return []
    swaps = []
    ends = {(row.track, row.stop): row.fade_frames for row in rows}
    starts = {(row.track, row.start) for row in rows}
    for row in rows:
        if after < row.start <= until:
            swaps.append(Swap(row.start, row.track, row, ends.get((row.track, row.start), 0)))
        if after < row.stop <= until and (row.track, row.stop) not in starts:
            swaps.append(Swap(row.stop, row.track, None, row.fade_frames))
    return sorted(swaps, key=lambda swap: (swap.frame, swap.track))
