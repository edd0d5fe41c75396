"""The kernel against a slow oracle that works out every frame by itself, from the rules."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from hypothesis import example, given
from hypothesis import strategies as st

from loopmind_live.engine.base import FOREVER, Row
from loopmind_live.engine.clock_kernel import LEAST_CHANGE
from loopmind_live.engine.schedule import last_frame
from tests.engine.mixing import POOL, TRACKS, Mixed, render

CLIPS = POOL.astype(np.float64)
BEGIN, END = -60, 340


def pass_at(row: Row, frame: int) -> int:
    """Return the first frame of the pass that `frame` lies in."""
    index = math.floor((frame - row.origin) / row.pass_frames) + 2
    while round(row.origin + index * row.pass_frames) > frame:
        index -= 1
    return round(row.origin + index * row.pass_frames)


def oracle(rows: Sequence[Row]) -> Mixed:
    """Return what the rules give, frame by frame."""
    out = np.zeros((TRACKS, END - BEGIN, 2))
    for row in rows:
        heard = range(row.start + 1, min(row.stop, END) + 1)
        ends = [frame for frame in heard if pass_at(row, frame) == frame]
        first = max(BEGIN, row.start - row.lead_frames)
        for frame in range(first, min(END, row.stop + max(row.fade_frames, row.tail_frames))):
            out[row.track, frame - BEGIN] += sound_of(row, frame, ends)
    return out


def sound_of(row: Row, frame: int, ends: Sequence[int]) -> npt.NDArray[np.float64]:
    """Return what `row`, whose passes come to their ends at `ends`, adds at `frame`."""
    if frame < row.start:
        return row.gain * CLIPS[row.offset - (row.start - frame)]
    sound = np.zeros(2)
    if frame < row.stop + row.fade_frames:
        into = max(0, frame - row.stop)
        place = frame - pass_at(row, frame)
        if place < row.body_frames:
            faded = 1 - into / row.fade_frames if into else 1.0
            sound += row.gain * faded * CLIPS[row.offset + place]
    for end in ends:
        if end <= frame < end + row.tail_frames:
            sound += row.gain * CLIPS[row.offset + row.body_frames + frame - end]
    return sound


@st.composite
def a_row(draw: st.DrawFn) -> Row:
    pass_frames = draw(st.floats(16.0, 90.0) | st.integers(16, 90).map(float))
    body, lead = math.ceil(pass_frames) + 4, draw(st.integers(0, 30))
    tail = draw(st.just(0) | st.integers(0, 200))
    start = draw(st.integers(-40, 200))
    on_line = draw(st.booleans())
    origin = float(start) if on_line else draw(st.floats(-300.0, 300.0))
    row = Row(
        track=draw(st.integers(0, TRACKS - 1)),
        clip_id=1,
        offset=draw(st.integers(lead, len(POOL) - body - tail)),
        body_frames=body,
        pass_frames=pass_frames,
        origin=origin,
        start=start,
        gain=draw(st.floats(0.0, 2.0)),
        fade_frames=draw(st.just(0) | st.integers(0, 60)),
        lead_frames=lead if on_line else 0,
        tail_frames=tail,
    )
    stop = draw(st.none() | st.integers(start + 1, 300))
    if stop is None:
        return row
    at_end_of_pass = draw(st.booleans()) and pass_at(row, stop) > start
    return replace(row, stop=pass_at(row, stop) if at_end_of_pass else stop)


blocks_of = st.lists(st.integers(1, 300), min_size=1, max_size=5)
some_rows = st.lists(a_row(), min_size=1, max_size=4)
SHORT = Row(0, 1, 0, 24, 20.0, 0.0, 0, stop=70, fade_frames=10, tail_frames=50)


@given(some_rows, blocks_of)
@example([SHORT], [16])
@example([replace(SHORT, stop=80)], [16])
def test_every_frame_is_what_the_rules_say(rows: list[Row], blocks: list[int]) -> None:
    assert np.abs(render(rows, blocks, BEGIN, END) - oracle(rows)).max() < 1e-12


def clocked(row: Row, change: float, bars: float, speed: float, origin_bar: float) -> Row:
    """Return `row` following a clock that begins at its start."""
    return replace(
        row,
        lead_frames=0,
        clip_bars=bars,
        origin_bar=origin_bar,
        clock_frame=row.start - 0.25,
        clock_bar=3.0,
        clock_bar_frames=row.pass_frames / bars / speed,
        clock_change=change,
    )


following = st.builds(
    clocked, a_row(), st.floats(-0.02, 0.02) | st.just(0.0), st.floats(0.25, 8.0),
    st.floats(0.5, 2.0), st.floats(-8.0, 3.0),
)  # fmt: skip


@given(st.lists(a_row() | following, min_size=1, max_size=4), blocks_of, blocks_of)
def test_where_blocks_end_changes_no_sample(
    rows: list[Row], blocks: list[int], others: list[int]
) -> None:
    one, other = render(rows, blocks, BEGIN, END), render(rows, others, BEGIN, END)
    assert np.isfinite(one).all()
    assert np.array_equal(one, other)


CYCLES, FRAMES = 100, 96000
ANGLE = 2 * np.pi * CYCLES * np.arange(FRAMES + 4) / FRAMES
SINE = np.stack([np.sin(ANGLE), np.cos(ANGLE)], axis=1).astype(np.float32)


@given(
    st.just(0.0) | st.floats(1e-9, 0.05) | st.floats(-0.05, -1e-9),
    st.floats(0.5, 2.0),
    st.floats(-9.0, 0.0),
    st.integers(-100_000, 100_000),
    st.integers(0, 2 * FRAMES),
    blocks_of,
)
def test_varispeed_runs_on_without_a_step_where_the_clock_says(
    change: float, speed: float, origin_bar: float, start: int, later: int, blocks: list[int]
) -> None:
    row = Row(0, 1, 0, len(SINE), float(FRAMES), 0.0, start)
    row = clocked(row, change, 2.0, speed, origin_bar)
    begin, end = start + later, start + later + 2000
    heard = render([row], blocks, begin, end, SINE)[0]
    n = (np.arange(begin, end) - row.clock_frame) / row.clock_bar_frames
    bars = 3.0 + (np.expm1(change * n) / change if change else n)
    angle = 2 * np.pi * CYCLES * (bars - origin_bar) / 2.0
    assert np.abs(heard - np.stack([np.sin(angle), np.cos(angle)], axis=1)).max() < 1e-3


@given(
    st.floats(-0.13, 0.13) | st.floats(-1e-8, 1e-8) | st.just(0.0),
    st.integers(0, 400),
    st.booleans(),
    st.integers(0, 300),
)
@example(0.0, 0, True, 0)
@example(2.0**-40, 60, True, 0)
def test_near_its_own_pace_a_clip_is_interpolated_as_at_any_other(
    drift: float, into: int, whole: bool, start: int
) -> None:
    """Runs of frames are mixed in another way there: each against the textbook's Catmull-Rom."""
    speed, body = 1.0 + drift, 600
    row = Row(0, 1, 20, body + 5, float(body), 0.0, start, gain=0.7, clip_bars=1.0)
    place = into if whole else into + 0.3
    row = replace(
        row, clock_frame=float(start), clock_bar=place / body, clock_bar_frames=body / speed
    )
    heard = render([row], [300], start, start + 200)[0]
    at = (place + speed * np.arange(200)) % body
    k = np.floor(at + 1e-9).astype(int)
    f = np.maximum(at - k, 0.0)[:, None]
    clip = CLIPS[20 : 20 + body + 5]
    a, b, c, d = clip[np.where(k, k - 1, body - 1)], clip[k], clip[k + 1], clip[k + 2]
    cubic = b + 0.5 * f * (
        c - a + f * (2 * a - 5 * b + 4 * c - d + f * (3 * (b - c) + d - a))
    )  # fmt: skip
    assert np.abs(heard - 0.7 * cubic).max() < 1e-5


@given(
    # Of a smaller change the oracle's own products would lose their digits.
    st.floats(-0.02, 0.02).map(lambda change: change if abs(change) > LEAST_CHANGE else 0.0),
    st.floats(0.55, 1.9),
    st.floats(0.0, 1.0),
    st.integers(0, 3000),
    st.none() | st.integers(1, 20_000),
    blocks_of,
)
def test_tails_ring_on_at_the_clock_s_pace(
    change: float, speed: float, phase: float, start: int, length: int | None, blocks: list[int]
) -> None:
    """A silent body whose tail is a hump, which the passes played to their ends leave behind."""
    body, tail = 4000, 3000
    hump = np.sin(np.pi * np.arange(tail) / tail) ** 2
    pool = np.zeros((10 + body + 4 + tail, 2), np.float32)
    pool[10 + body + 4 :] = hump[:, None]
    row = Row(
        0, 1, 10, body + 4, float(body), 0.0, start, tail_frames=tail, clip_bars=1.0,
        origin_bar=-phase, clock_frame=float(start), clock_bar_frames=body / speed,
        clock_change=change, fade_frames=100,
    )  # fmt: skip
    end = start + 16_000
    if length is not None:
        row = replace(row, stop=start + length)
    heard = render([row], [*blocks, 512], start - 100, end, pool)[0]
    frames = np.arange(start - 100, end)
    n = (frames - start) * speed / body
    bars = (np.expm1(change * n) / change if change else n) + phase
    expected = np.zeros(len(frames))
    for index in range(1, 20):
        since = bars - index
        ends = int(np.argmax(since >= 0)) + start - 100
        if since[-1] < 0 or not start + 2 < ends < row.stop:
            continue
        ringing = (since >= 0) & (since < tail / body)
        expected += np.where(ringing, np.sin(np.pi * since * body / tail) ** 2, 0.0)
    near_the_ends = any(
        abs((bars[i] + 0.5) % 1 - 0.5) < 3 * speed / body
        for i in (101, np.searchsorted(frames, min(row.stop, end - 1)))
    )
    if not near_the_ends:
        assert np.abs(heard - expected[:, None]).max() < 2e-3


def test_a_row_that_follows_is_over_when_its_slowest_tail_may_be() -> None:
    row = Row(0, 1, 10, 104, 100.0, 0.0, 0, stop=150, tail_frames=80, clip_bars=1.0)
    row = replace(row, clock_bar_frames=100 / 0.5)
    heard = render([row], [64], -60, last_frame(row) + 300)[0]
    assert heard[: 60 + 150].any() and not heard[60 + last_frame(row) :].any()


@given(
    st.floats(-(2.0**51), 2.0**51), st.floats(-1.0, 1.0), st.floats(1.0, 2.0**51),
    st.floats(0.0, 2.0**51), st.floats(-(2.0**51), 2.0**51),
)  # fmt: skip
def test_no_clock_that_the_guard_lets_in_leaves_the_clip(
    clock_bar: float, change: float, bar_frames: float, bars: float, origin_bar: float
) -> None:
    silent, loud = np.full((100, 2), np.nan, np.float32), POOL[:64]
    pool = np.concatenate([silent, loud, silent])
    row = Row(
        0, 1, 100, 44, 40.0, 0.0, 0, 900, tail_frames=20, clip_bars=bars, origin_bar=origin_bar,
        clock_bar=clock_bar, clock_bar_frames=bar_frames, clock_change=change,
    )  # fmt: skip
    assert np.isfinite(render([row], [256], 0, 2000, pool)).all()


def test_a_row_that_never_ends_keeps_its_line_after_a_day() -> None:
    pass_frames = 82285.71428571429  # a bar at 140 bpm
    clip = np.arange(82290, dtype=np.float32)[:, None].repeat(2, axis=1)
    row = Row(0, 1, 0, len(clip), pass_frames, 0.0, 0, FOREVER)
    for index in (1, 1000, 50_000):
        line = round(index * pass_frames)
        heard = render([row], [64], line - 64, line + 64, clip)[0, :, 0]
        assert heard[63] == line - 1 - round((index - 1) * pass_frames)
        assert np.array_equal(heard[64:], np.arange(64))
