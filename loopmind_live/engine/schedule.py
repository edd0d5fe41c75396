"""Which rows play: a pure rule from old rows and new ones to the rows in force."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import zip_longest

from loopmind_live.config import MAX_ROWS
from loopmind_live.engine.base import FOREVER, SLOWEST_TAIL, Row
from loopmind_live.engine.masks import bar_at, same_mask, same_rhythm, sounds_at
from loopmind_live.errors import EngineError

_SAME_PHASE_FRAMES = 1e-3
_SAME_PHASE_BARS = 1e-8
_TAKEN_OVER_FRAMES = 1.5
"""A line is rounded to a frame, and a bar in a ramp is: so near is the same place."""


def splice(rows: Sequence[Row], frame: int, new_rows: Iterable[Row], now: int) -> tuple[Row, ...]:
    """Return `rows` up to `frame`, and `new_rows` from `frame` on.

    A row that plays across `frame` and stands in `new_rows` in the same phase goes on untouched;
    any other ends at `frame`, with its own fade and tail. Rows that are silent by frame `now` are
    dropped. Only the lead-ins of new rows sound before `frame`. The order is that of the tracks,
    then of time, so that the kernel always adds up the same numbers in the same order. Raises
    EngineError beyond MAX_ROWS.

    >>> old = Row(0, 7, 0, 104, 100.0, origin=0.0, start=0)
    >>> again = replace(old, origin=300.0, start=300)
    >>> splice([old], 300, [again], now=0) == (old,)
    True
    >>> [(row.clip_id, row.start, row.stop) for row in splice(
    ...     [old], 300, [replace(again, clip_id=8, stop=500)], now=0)]
    [(7, 0, 300), (8, 300, 500)]
    """
    kept = [
        row if row.stop <= frame else replace(row, stop=frame)
        for row in rows
        if row.start < frame and last_frame(row) > now
    ]
    added = [_from(frame, row) for row in new_rows if row.stop > max(row.start, frame)]
    result = _join(sorted(kept + added, key=lambda row: (row.track, row.start)))
    if len(result) > MAX_ROWS:
        raise EngineError(f"{len(result)} rows: the engine holds {MAX_ROWS}; use a shorter set")
    return result


def first_difference(old: Sequence[Row], new: Sequence[Row], frame: int) -> int | None:
    """Return the first frame, from `frame` on, at which `new` sounds otherwise than `old`.

    Both are results of `splice`. None where they are the same. Rows that only end otherwise differ
    from their last common frame on, so that a splice there takes over the new end and its fade.

    >>> row = Row(0, 7, 0, 104, 100.0, origin=0.0, start=0)
    >>> first_difference([row], [replace(row, stop=300)], 50)
    299
    >>> first_difference([row], [replace(row, start=20)], 50) is None
    True
    """
    differences = []
    for track in {row.track for row in (*old, *new)}:
        ours = [row for row in old if row.track == track and row.stop > frame]
        theirs = [row for row in new if row.track == track and row.stop > frame]
        for mine, other in zip_longest(ours, theirs):
            if mine is None or other is None:
                differences.append(max(frame, (mine or other).start))
                break
            starts = max(frame, mine.start), max(frame, other.start)
            if starts[0] != starts[1] or not _same_sound(mine, other):
                differences.append(min(starts))
                break
            if mine.stop != other.stop or mine.fade_frames != other.fade_frames:
                differences.append(max(frame, min(mine.stop, other.stop) - 1))
                break
    return min(differences, default=None)


def moved(rows: Sequence[Row], frame: int, to: int) -> tuple[Row, ...]:
    """Return `rows` with all that begins or ends at `frame` at `to` instead.

    >>> row = Row(0, 7, 0, 104, 100.0, origin=0.0, start=0, stop=256)
    >>> [(row.start, row.stop) for row in moved([row], 256, 512)]
    [(0, 512)]
    """
    return tuple(
        replace(
            row,
            start=to if row.start == frame else row.start,
            stop=to if row.stop == frame else row.stop,
        )
        if frame in (row.start, row.stop)
        else row
        for row in rows
    )


def latest_move(rows: Sequence[Row], frame: int) -> int:
    """Return the last frame to which what begins or ends at `frame` may be `moved`.

    The next row's beginning or end is the limit: beyond it other rows would be right.

    >>> row = Row(0, 7, 0, 104, 100.0, origin=0.0, start=0, stop=256)
    >>> latest_move([row, replace(row, start=900, stop=2000)], 256)
    899
    """
    turns = (at for row in rows for at in (row.start, row.stop) if at > frame)
    return min(turns, default=FOREVER) - 1


def last_frame(row: Row) -> int:
    """Return the first frame at which nothing of `row` sounds any more.

    >>> last_frame(Row(0, 1, 0, 104, 100.0, 0.0, start=0, stop=100, fade_frames=240))
    340
    """
    ring_frames = row.tail_frames * SLOWEST_TAIL if row.clip_bars else row.tail_frames
    return row.stop + max(row.fade_frames, ring_frames)


def _from(frame: int, row: Row) -> Row:
    """Return `row` from `frame` on; within a pass it has no lead-in."""
    return row if row.start >= frame else replace(row, start=frame, lead_frames=0)


def _join(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Merge neighbors on one track that play the same clip on without a seam.

    Where only the way of reading changes (a clip that begins or ends to follow a clock, in phase),
    the first ends without a fade, as what follows is its own continuation.
    """
    joined: list[Row] = []
    for row in rows:
        before = joined[-1] if joined else None
        if before is None or before.stop != row.start or before.track != row.track:
            joined.append(row)
        elif _same_sound(before, row):
            joined[-1] = replace(before, stop=row.stop, fade_frames=row.fade_frames)
        else:
            if _goes_on(before, row):
                joined[-1] = replace(before, fade_frames=0)
            joined.append(row)
    return tuple(joined)


def _same_sound(one: Row, other: Row) -> bool:
    """Tell whether both rows are at the same place of the same clip, always, at the same gain."""
    if _clip_facts(one) != _clip_facts(other) or not same_mask(one, other):
        return False
    if one.clip_bars:
        passes = round((other.origin_bar - one.origin_bar) / one.clip_bars)
        shift_bars = one.origin_bar + passes * one.clip_bars - other.origin_bar
        return abs(shift_bars) < _SAME_PHASE_BARS and _clock(one) == _clock(other)
    passes = round((other.origin - one.origin) / one.pass_frames)
    return abs(one.origin + passes * one.pass_frames - other.origin) < _SAME_PHASE_FRAMES


def _goes_on(before: Row, after: Row) -> bool:
    """Tell whether `after` takes the clip over where `before` has got to."""
    if _clip_facts(before)[:-1] != _clip_facts(after)[:-1]:
        return False
    if not same_rhythm(before, after) and not sounds_at(after, after.start):
        return False
    apart = (_place(before, after.start) - _place(after, after.start)) / before.pass_frames
    return abs(apart - round(apart)) * before.pass_frames < _TAKEN_OVER_FRAMES


def _clip_facts(row: Row) -> tuple[float, ...]:
    return (row.clip_id, row.offset, row.gain, row.pass_frames, row.clip_bars)


def _clock(row: Row) -> tuple[float, ...]:
    return (row.clock_frame, row.clock_bar, row.clock_bar_frames, row.clock_change)


def _place(row: Row, frame: int) -> float:
    """Return how far into its clip a row is at `frame`, in frames from its origin."""
    if not row.clip_bars:
        return frame - row.origin
    return (bar_at(row, frame) - row.origin_bar) * row.pass_frames / row.clip_bars
