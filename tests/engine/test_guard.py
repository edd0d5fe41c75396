import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.engine.base import ROW_TRACKS, Row
from loopmind_live.engine.guard import Parameter, check_parameter, check_rows
from loopmind_live.engine.kernel import mix
from loopmind_live.engine.rows import ROW_DTYPE, pack
from loopmind_live.errors import EngineError

GOOD = Row(3, 7, 50, 104, 100.0, 0.0, 0, fade_frames=240, lead_frames=50, tail_frames=40)
FRAMES = 50 + 104 + 40


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("track/0/gain", 0.0), ("track/15/gain", 4.0), ("master/gain", 1.0), ("master/limit", 0.5),
        ("track/2/filter", -1.0), ("track/15/pan", 1.0), ("track/0/reverb", 0.0),
        ("track/0/delay", 1.0), ("reverb/size", 1.0), ("reverb/damp", 0.0), ("delay/beats", 0.125),
        ("delay/feedback", 0.94), ("tempo", 240.0),
    ],
)  # fmt: skip
def test_a_parameter_in_its_range_is_taken(name: str, value: float) -> None:
    assert isinstance(check_parameter(name, value, 0.0), Parameter)


@pytest.mark.parametrize(
    ("name", "value", "ramp_s"),
    [
        ("track/0/gain", 4.01, 0.0),
        ("track/0/gain", -0.01, 0.0),
        ("track/0/gain", math.nan, 0.0),
        ("master/gain", math.inf, 0.0),
        ("master/gain", 1.01, 0.0),
        ("master/limit", 0.95, 0.0),
        ("master/gain", 0.5, -1.0),
        ("master/gain", 0.5, math.nan),
        ("track/16/gain", 0.5, 0.0),
        ("track/-1/gain", 0.5, 0.0),
        ("track/1/tone", 0.5, 0.0),
        ("track/1/pan", -1.01, 0.0),
        ("track/16/pan", 0.0, 0.0),
        ("track/1/filter", math.nan, 0.0),
        ("track/1/filter", math.inf, 0.0),
        ("track/1/reverb", 1.01, 0.0),
        ("track/1/delay", -0.01, 0.0),
        ("reverb/size", math.nan, 0.0),
        ("reverb/damp", -1.0, 0.0),
        ("delay/beats", 0.0, 0.0),
        ("delay/feedback", 0.95, 0.0),
        ("tempo", math.nan, 0.0),
        ("tempo", 0.0, 0.0),
        ("", 0.5, 0.0),
    ],
)
def test_a_parameter_out_of_its_range_is_refused_by_name(
    name: str, value: float, ramp_s: float
) -> None:
    with pytest.raises(EngineError) as caught:
        check_parameter(name, value, ramp_s)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_row_that_just_fits_is_taken() -> None:
    check_rows(pack([GOOD]), FRAMES)


@pytest.mark.parametrize(
    "bad",
    [
        {"track": ROW_TRACKS},
        {"track": -1},
        {"gain": math.nan},
        {"gain": 5.0},
        {"gain": -1.0},
        {"clip_bars": -1.0},
        {"clip_bars": math.nan},
        {"clock_bar_frames": 0.0},
        {"clock_change": 9.0},
        {"clock_bar": math.inf},
        {"pass_frames": 0.0},
        {"pass_frames": math.inf},
        {"origin": math.nan},
        {"origin": 1e300},
        {"start": 1 << 60},
        {"stop": -1},
        {"offset": 49},
        {"offset": 51},
        {"offset": -1, "lead_frames": 0},
        {"body_frames": 105},
        {"body_frames": 0},
        {"tail_frames": 41},
        {"tail_frames": -1},
        {"lead_frames": 51},
        {"lead_frames": -1},
        {"fade_frames": -1},
        {"fade_frames": 1 << 30},
    ],
)
def test_a_row_that_reaches_out_is_refused(bad: dict[str, float]) -> None:
    with pytest.raises(EngineError, match="row 1"):
        check_rows(pack([GOOD, replace(GOOD, **bad)]), FRAMES)  # type: ignore[arg-type]


@given(st.binary(min_size=ROW_DTYPE.itemsize, max_size=ROW_DTYPE.itemsize), st.integers(0, 5000))
def test_rows_of_random_bytes_are_refused_or_play_within_the_arena(data: bytes, now: int) -> None:
    rows = np.frombuffer(data, ROW_DTYPE).copy()
    pool = np.full((FRAMES, 2), 0.5, np.float32)
    try:
        check_rows(rows, FRAMES)
    except EngineError:
        return
    out = np.zeros((16, 2, 64))
    mix(out, now, pool, rows)
    assert np.isfinite(out).all()
