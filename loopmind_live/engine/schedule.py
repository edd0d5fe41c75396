"""Which rows play: a pure rule from old rows and new ones to the rows in force."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from loopmind_live.config import MAX_ROWS
from loopmind_live.engine.base import Row
from loopmind_live.errors import EngineError

_SAME_PHASE_FRAMES = 1e-3


def splice(rows: Sequence[Row], frame: int, new_rows: Iterable[Row], now: int) -> tuple[Row, ...]:
    """Return `rows` up to `frame`, and `new_rows` from `frame` on.

    A row that plays across `frame` and stands in `new_rows` in the same phase goes on untouched;
    any other ends at `frame`, with its own fade and tail. Rows that are silent by frame `now` are
    dropped. The order is that of the tracks, then of time, so that the kernel always adds up the
    same numbers in the same order. Raises EngineError beyond MAX_ROWS.

    >>> old = Row(0, 7, 0, 104, 100.0, origin=0.0, start=0)
    >>> again = replace(old, origin=300.0, start=300)
    >>> splice([old], 300, [again], now=0) == (old,)
    True
    >>> [(row.clip_id, row.start, row.stop) for row in splice(
    ...     [old], 300, [replace(again, clip_id=8, stop=500)], now=0)]
    [(7, 0, 300), (8, 300, 500)]
    """
    kept = [
        replace(row, stop=min(row.stop, frame))
        for row in rows
        if row.start < frame and last_frame(row) > now
    ]
    added = [
        replace(row, start=max(row.start, frame))
        for row in new_rows
        if row.stop > max(row.start, frame)
    ]
    result = _join(sorted(kept + added, key=lambda row: (row.track, row.start)))
    if len(result) > MAX_ROWS:
        raise EngineError(f"{len(result)} rows: the engine holds {MAX_ROWS}; use a shorter set")
    return result


def last_frame(row: Row) -> int:
    """Return the first frame at which nothing of `row` sounds any more.

    >>> last_frame(Row(0, 1, 0, 104, 100.0, 0.0, start=0, stop=100, fade_frames=240))
    340
    """
    return row.stop + max(row.fade_frames, row.tail_frames)


def _join(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Merge neighbors on one track that play the same clip on without a seam."""
    joined: list[Row] = []
    for row in rows:
        before = joined[-1] if joined else None
        if before is not None and _continues(before, row):
            joined[-1] = replace(before, stop=row.stop)
        else:
            joined.append(row)
    return tuple(joined)


def _continues(before: Row, after: Row) -> bool:
    same = (
        before.stop == after.start
        and before.track == after.track
        and before.clip_id == after.clip_id
        and before.offset == after.offset
        and before.gain == after.gain
        and before.rate == after.rate
        and before.pass_frames == after.pass_frames
    )
    if not same:
        return False
    passes = round((after.origin - before.origin) / before.pass_frames)
    return abs(before.origin + passes * before.pass_frames - after.origin) < _SAME_PHASE_FRAMES
