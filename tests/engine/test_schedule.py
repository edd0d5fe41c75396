"""Which rows play, checked by what is heard: rows are rendered and compared sample by sample."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.config import MAX_ROWS
from loopmind_live.engine.base import FOREVER, Row
from loopmind_live.engine.schedule import first_difference, last_frame, splice
from loopmind_live.errors import EngineError
from tests.engine.mixing import TRACKS, Mixed, render

END = 400
PASSES = (20.0, 33.4, 47.0)
TAILS = (0, 25, 90)
"""By clip; the last is longer than its pass."""
FADES = (0, 5, 30)
gaps = st.just(0) | st.integers(0, 60)


def heard(rows: Sequence[Row]) -> Mixed:
    return render(rows, [END], 0, END)


def a_clip(number: int, ring: bool) -> Row:
    body = math.ceil(PASSES[number]) + 4
    tail = TAILS[number] if ring else 0
    return Row(0, number, 200 * number + 50, body, PASSES[number], 0.0, 0, tail_frames=tail)


@st.composite
def a_plan(draw: st.DrawFn, begin: int = 0, ring: bool = True) -> list[Row]:
    """Return rows as a session sends them: on each track one after the other, often in phase."""
    rows = []
    for track in range(TRACKS):
        at = begin + draw(gaps)
        for choice in draw(st.lists(st.integers(0, 2**16), max_size=3)):
            # One number decides all: drawing costs more than rendering.
            kinds, length = divmod(choice, 150)
            kinds, number = divmod(kinds, len(PASSES))
            kinds, fade = divmod(kinds, len(FADES))
            kinds, quiet = divmod(kinds, 2)
            gap, phase = divmod(kinds, 4)
            clip = a_clip(number, ring)
            rows.append(
                replace(
                    clip,
                    track=track,
                    origin=(0.0, 2 * clip.pass_frames, float(at), 7.25)[phase],
                    start=at,
                    stop=at + length + 1,
                    fade_frames=FADES[fade] if ring else 0,
                    gain=0.5 if quiet else 1.0,
                )
            )
            at += length + 1 + gap % 3 * 17
        if rows and rows[-1].track == track and draw(st.booleans()):
            rows[-1] = replace(rows[-1], stop=FOREVER)
    return rows


frames_of = st.integers(0, 300)


@st.composite
def a_change(draw: st.DrawFn, ring: bool = True) -> tuple[tuple[Row, ...], int, list[Row]]:
    """Return the rows in force, a frame, and the rows that are to play from there on."""
    old = splice([], 0, draw(a_plan(ring=ring)), 0)
    if draw(st.booleans()):
        old = splice(old, draw(frames_of), draw(a_plan(ring=ring)), 0)
    frame = draw(frames_of)
    fates = draw(st.lists(st.integers(0, 800), min_size=len(old), max_size=len(old)))
    kept = []  # as they are, or with another end
    for row, fate in zip(old, fates, strict=True):
        if fate < 200:
            kept.append(row)
        elif fate < 500:
            stop = row.stop if fate % 4 == 0 else max(row.start + 1, fate - 150)
            kept.append(replace(row, stop=stop, fade_frames=FADES[fate % 3] if ring else 0))
    return old, frame, _apart([*kept, *draw(a_plan(frame, ring))])


def _apart(rows: list[Row]) -> list[Row]:
    """End every row where the next one on its track begins."""
    rows = sorted(rows, key=lambda row: (row.track, row.start))
    for i, (row, after) in enumerate(pairwise(rows)):
        if row.track == after.track:
            rows[i] = replace(row, stop=min(row.stop, after.start))
    return rows


Changed = tuple[tuple[Row, ...], int, list[Row]]


@given(a_change(), frames_of)
def test_nothing_before_the_frame_changes(change: Changed, now: int) -> None:
    old, frame, new = change
    now = min(now, frame)
    spliced = heard(splice(old, frame, new, now))
    assert np.array_equal(spliced[:, now:frame], heard(old)[:, now:frame])


@given(a_change(ring=False))
def test_from_the_frame_on_only_the_new_rows_sound(change: Changed) -> None:
    old, frame, new = change
    spliced = heard(splice(old, frame, new, 0))
    assert np.array_equal(spliced[:, frame:], heard(new)[:, frame:])


@given(a_plan(), frames_of)
def test_what_is_replaced_rings_out_under_what_comes(plan: list[Row], frame: int) -> None:
    old = splice([], 0, plan, 0)
    new = [replace(a_clip(1, ring=True), track=track, origin=frame, start=frame, gain=0.3)
           for track in range(TRACKS)]  # fmt: skip
    spliced = heard(splice(old, frame, new, 0))
    cut = [replace(row, stop=min(row.stop, frame)) for row in old if row.start < frame]
    assert np.abs(spliced - heard(cut) - heard(new)).max() < 1e-12


@given(a_change())
def test_a_splice_done_twice_is_done_once_whatever_the_order_of_its_rows(change: Changed) -> None:
    old, frame, new = change
    once = splice(old, frame, new, 0)
    assert splice(once, frame, new, 0) == once
    assert splice(old, frame, new[::-1], 0) == once
    assert list(once) == sorted(once, key=lambda row: (row.track, row.start))


@given(a_change(), frames_of)
def test_rows_that_stand_in_phase_go_on_untouched(change: Changed, passes: int) -> None:
    old, frame, _ = change
    again = []
    for row in old:
        if row.start < frame < row.stop:
            later = row.origin + passes % 7 * row.pass_frames
            again.append(replace(row, origin=later, start=frame))
        elif row.start >= frame:
            again.append(row)
    assert splice(old, frame, again, 0) == old


@given(a_change(), frames_of)
def test_rows_go_once_they_are_silent_and_never_before(change: Changed, now: int) -> None:
    old, _, _ = change
    left = splice(old, FOREVER - 1, [], now)
    assert np.array_equal(heard(left)[:, now:], heard(old)[:, now:])
    assert all(last_frame(row) > now for row in left)


@given(a_change())
def test_the_first_difference_is_the_first_that_is_heard(change: Changed) -> None:
    old, frame, rows = change
    new = splice(old, frame, rows, 0)
    differ = np.abs(heard(old) - heard(new)).max(axis=(0, 2)) > 0
    assert not differ[:frame].any()
    found = first_difference(old, new, frame)
    if found is None:
        assert not differ.any()
        return
    assert found >= frame
    assert not differ[:found].any()
    if found < END - 2:
        # Of two ends the first counts, less one frame; a fade begins at full gain.
        assert differ[found : found + 3].any()
    again = splice(old, found, rows, 0)
    assert np.array_equal(heard(again), heard(new))
    assert first_difference(again, new, frame) is None


def test_a_row_taken_up_within_a_pass_has_no_lead_in() -> None:
    row = Row(0, 1, 50, 24, 20.0, 100.0, 100, lead_frames=30)
    (whole,) = splice([], 100, [row], 0)
    assert whole.lead_frames == 30
    (cut,) = splice([], 101, [row], 0)
    assert (cut.start, cut.lead_frames) == (101, 0)


def test_more_rows_than_the_engine_holds_are_refused() -> None:
    rows = [Row(0, i, 0, 24, 20.0, 0.0, 10 * i, 10 * i + 5) for i in range(MAX_ROWS + 1)]
    assert len(splice([], 0, rows[:-1], 0)) == MAX_ROWS
    with pytest.raises(EngineError, match=f"{MAX_ROWS + 1} rows: the engine holds {MAX_ROWS}"):
        splice([], 0, rows, 0)
