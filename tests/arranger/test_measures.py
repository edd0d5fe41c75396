from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.arranger.base import Direction
from loopmind_live.arranger.measures import (
    Measure,
    measure,
    measure_in,
    measure_of,
    progress,
    same_sound,
)
from loopmind_live.arranger.mixing import center_hz
from loopmind_live.score.arrangement import Part
from loopmind_live.score.fit import fitted
from tests.arranger.synthetic_loops import make_loop

octaves = st.floats(-8.0, 8.0)
wishes = st.floats(-1.0, 1.0)


@given(octaves, octaves, octaves, octaves, wishes, wishes)
def test_what_is_progress_one_way_is_none_the_other_way(
    bright: float, brighter: float, dense: float, denser: float, wish: float, other: float
) -> None:
    before, after = Measure(bright, dense, 0.0), Measure(brighter, denser, 0.0)
    direction = Direction(brightness=wish, density=other)
    there, back = progress(before, after, direction), progress(after, before, direction)
    if wish or other:
        assert there is None or back is None
    else:
        assert there == back == 0.0


def test_a_hair_is_no_progress() -> None:
    darker = Direction(brightness=-1.0)
    assert progress(Measure(10.0, 0.0, 0.0), Measure(9.95, 0.0, 0.0), darker) is None
    assert progress(Measure(10.0, 0.0, 0.0), Measure(9.8, 0.0, 0.0), darker) is not None


def test_a_loop_of_which_the_figure_is_not_known_is_no_progress() -> None:
    unknown = Measure(None, 1.0, 0.5)
    assert progress(Measure(10.0, 1.0, 0.5), unknown, Direction(brightness=-1.0)) is None
    assert progress(Measure(10.0, 1.0, 0.5), unknown, Direction(density=-0.1)) is None
    calmer = Measure(None, 0.0, -0.5)
    assert progress(Measure(10.0, 1.0, 0.5), calmer, Direction(-0.3, -0.7, -1.0)) is not None


def test_stretch_makes_denser_and_transposition_brighter() -> None:
    loop = make_loop("melody", brightness_hz=1000.0, onsets_per_s=4.0)
    plain = measure(loop, 1.0, 0)
    assert measure(loop, 1.5, 0).density > plain.density  # type: ignore[operator]
    up = measure(loop, 1.0, 12).brightness
    assert up == pytest.approx(plain.brightness + 1.0)  # type: ignore[operator]


def test_a_loop_measures_the_same_before_and_after_it_is_cast() -> None:
    loop = make_loop("bass", bpm=70.0, key="C:min", brightness_hz=500.0, onsets_per_s=2.0)
    part = fitted(loop, "bass", 140.0, "A:min")
    assert measure_of(part) == measure_in(loop, "bass", 140.0, "A:min")


def test_what_is_louder_in_the_mix_pulls_its_center() -> None:
    dull = Part("bass", make_loop("bass", brightness_hz=200.0, lufs=-20.0))
    bright = Part("hats", make_loop("hats", brightness_hz=8000.0, lufs=-20.0))
    even = center_hz([dull, bright])
    louder = center_hz([dull, replace(bright, gain_db=6.0)])
    assert even == pytest.approx(4100.0)
    assert louder is not None and louder > 4100.0
    assert center_hz([Part("bass", make_loop("bass"))]) is None


def test_the_same_recording_in_two_files_is_the_same_sound() -> None:
    facts = {"brightness_hz": 900.0, "onsets_per_s": 4.0}
    one, copy = make_loop("bass", 1, **facts), make_loop("bass", 2, **facts)
    assert same_sound(one, copy)
    assert not same_sound(one, make_loop("bass", 3, brightness_hz=1200.0, onsets_per_s=4.0))
    assert not same_sound(make_loop("bass", 1), make_loop("bass", 2))  # nothing is known of them
