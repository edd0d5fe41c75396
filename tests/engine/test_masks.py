"""Rows that sound in a rhythm: against gains worked out frame by frame, from the rules."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.engine.base import FOREVER, Row
from loopmind_live.engine.guard import check_rows
from loopmind_live.engine.masks import sounds_at
from loopmind_live.engine.rows import pack
from loopmind_live.engine.schedule import first_difference, splice
from loopmind_live.errors import EngineError
from tests.engine.mixing import POOL, render

END = 420
FADE = 6
PLAIN = Row(0, 3, 40, 54, 50.0, 0.0, 0, tail_frames=20)


def masked(row: Row, steps: Sequence[bool], span: float, origin: float = 0.0) -> Row:
    bits = sum(1 << number for number, sounds in enumerate(steps) if sounds)
    return replace(
        row, mask_low=bits & (1 << 64) - 1, mask_high=bits >> 64, mask_steps=len(steps),
        mask_span=span, mask_origin=origin, mask_fade_frames=FADE,
    )  # fmt: skip


def gain_at(
    edges: Sequence[int], sounds: Sequence[bool], frame: int, begin: int, end: int
) -> float:
    """Return the gain of a frame: `edges` are where steps begin, which a row plays begin..end."""
    here = max(place for place, edge in enumerate(edges) if edge <= min(frame, end - 1))
    if sounds[here]:
        return 1.0
    gain = 0.0
    if sounds[here - 1] and begin < edges[here]:
        gain = max(gain, 1.0 - (frame - edges[here]) / FADE)
    if sounds[here + 1] and edges[here + 1] < end and frame < end:
        gain = max(gain, 1.0 - (edges[here + 1] - frame) / FADE)
    return gain


def expected(row: Row, edges: Sequence[int], sounds: Sequence[bool]) -> np.ndarray:
    whole = render([replace(row, mask_steps=0)], [END], 0, END)[0]
    gains = [gain_at(edges, sounds, frame, row.start, row.stop) for frame in range(END)]
    return whole * np.array(gains)[:, None]


RHYTHMS = st.lists(st.booleans(), min_size=1, max_size=12)


@given(
    RHYTHMS, st.floats(8.0, 40.0), st.floats(-90.0, 90.0), st.integers(0, 60),
    st.integers(100, 500) | st.just(FOREVER), st.lists(st.integers(1, 97), min_size=1, max_size=4),
)  # fmt: skip
def test_a_row_is_heard_in_the_steps_of_its_mask_alone(
    steps: list[bool], step: float, origin: float, start: int, stop: int, blocks: list[int]
) -> None:
    row = masked(replace(PLAIN, start=start, stop=stop, fade_frames=9), steps, step * len(steps))
    row = replace(row, mask_origin=origin)
    first = math.floor(-origin / step) - 3
    numbers = range(first, first + math.ceil(END / step) + 8)
    edges = [round(origin + number * row.mask_span / len(steps)) for number in numbers]
    sounds = [steps[number % len(steps)] for number in numbers]
    got = render([row], blocks, 0, END)[0]
    np.testing.assert_allclose(got, expected(row, edges, sounds), atol=1e-12)


def test_the_steps_of_a_row_that_follows_a_clock_begin_at_the_rounded_frames_of_its_bars() -> None:
    steps = [True, False, False, True, False, True, True, False]
    clock = replace(
        PLAIN, body_frames=60, tail_frames=0, clip_bars=1.0, clock_frame=10.0, clock_bar=0.0,
        clock_bar_frames=113.0, clock_change=0.3,
    )  # fmt: skip
    row = masked(clock, steps, 1.0)
    numbers = range(-16, 64)
    edges = [
        round(10.0 + 113.0 * math.log1p(0.3 * number / 8) / 0.3) if number > -20 else -999
        for number in numbers
    ]
    sounds = [steps[number % 8] for number in numbers]
    got = render([row], [64, 17], 0, END)[0]
    np.testing.assert_allclose(got, expected(row, edges, sounds), atol=1e-12)
    assert np.abs(got).max() > 0.1


@pytest.mark.parametrize("place", [0, 63, 64, 127])
def test_each_of_128_steps_is_told_from_the_others(place: int) -> None:
    row = masked(PLAIN, [number == place for number in range(128)], 128.0 * 3)
    row = replace(row, mask_fade_frames=0)
    heard = np.flatnonzero(np.abs(render([row], [END], 0, 384)[0]).max(axis=1) > 0)
    assert heard.tolist() == [3 * place, 3 * place + 1, 3 * place + 2]
    assert [frame for frame in range(384) if sounds_at(row, frame)] == heard.tolist()


@pytest.mark.parametrize("first_step", [True, False])
def test_a_mask_that_comes_and_goes_while_a_clip_plays_never_doubles_it_nor_clicks(
    first_step: bool,
) -> None:
    plain = replace(PLAIN, pass_frames=500.0, body_frames=504, tail_frames=0)
    steps = [first_step, not first_step]
    on = masked(replace(plain, start=100, fade_frames=FADE), steps, 80.0, 100.0)
    rows = splice([replace(plain, fade_frames=FADE)], 100, [on], now=0)
    rows = splice(rows, 260, [replace(plain, start=260)], now=0)
    loud = np.ones_like(POOL)
    gain = render(rows, [END], 0, END, loud)[0][:, 0]
    assert gain.max() == pytest.approx(1.0)
    fall = -np.diff(gain).min()
    assert fall <= 1.0 / FADE + 1e-12
    sounds = gain[110:135].min() if first_step else gain[110:135].max()
    assert sounds == float(first_step)


def test_another_mask_is_another_sound() -> None:
    row = masked(PLAIN, [True, False], 50.0)
    turned = masked(PLAIN, [False, True], 50.0)
    assert first_difference([row], [turned], 7) == 7
    assert first_difference([row], [replace(row, mask_origin=100.0)], 7) is None


@pytest.mark.parametrize(
    "wrong", [{"mask_steps": 129}, {"mask_span": 0.0}, {"mask_span": 1.0},
              {"mask_origin": math.nan}, {"mask_fade_frames": -1}],
)  # fmt: skip
def test_a_mask_out_of_its_ranges_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(EngineError, match=next(iter(wrong))):
        check_rows(pack([replace(masked(PLAIN, [True, False], 50.0), **wrong)]), len(POOL))
