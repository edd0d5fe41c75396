import doctest
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.demo.note import Note
from loopmind_live.demo.render import patch_module

curves = patch_module("curves")
grid_module = patch_module("grid")
GRID = grid_module.Grid(frames=round(4 * 60 / 133 * 8000), bpm=133.0, rate_hz=8000)
BEATS = st.floats(0.0, 3.99, allow_nan=False)


@pytest.mark.parametrize("name", ["curves", "grid"])
def test_the_examples_in_the_docstrings_hold(name: str) -> None:
    module = import_module(f"{curves.__package__}.{name}")
    result = doctest.testmod(module)
    assert result.attempted and not result.failed


@given(st.lists(BEATS, min_size=1, max_size=12))
def test_phrases_tile_the_circle(beats: list[float]) -> None:
    parts = curves.phrases(GRID, [Note(beat, 60) for beat in beats])
    assert sum(part.room for part in parts) == GRID.frames
    for part in parts:
        assert 0 < part.gate <= part.room or part.gate == 0


@given(st.lists(BEATS, min_size=1, max_size=12))
def test_an_envelope_is_zero_where_the_next_phrase_begins(beats: list[float]) -> None:
    parts = curves.phrases(GRID, [Note(beat, 60, 1.0, 0.5) for beat in beats])
    curve = curves.draw(GRID, parts, curves.adsr(GRID, 0.01, 0.5, 0.8, 0.3))
    for part in parts:
        assert curve[part.start % GRID.frames] == pytest.approx(0.0, abs=1e-9)
        assert curve[(part.start - 1) % GRID.frames] == pytest.approx(0.0, abs=1e-9)
    assert curve.min() >= 0.0 and curve.max() <= 1.0


def test_a_struck_sound_is_there_at_its_frame_and_not_before() -> None:
    notes = [Note(0.0, 60, 1.0), Note(1.37, 60, 1.0)]
    parts = curves.phrases(GRID, notes)
    curve = curves.draw(GRID, parts, curves.strike(GRID, 0.1))
    frame = GRID.frame(1.37)
    assert curve[0] > 0.0 and curve[frame] > 0.0
    assert not curve[frame - 100 : frame].any()


def test_slides_make_one_phrase_whose_pitch_glides_to_the_next() -> None:
    notes = [Note(0.0, 57, 1.0, 1.0), Note(1.0, 69, 1.0, 1.0, slide=True)]
    (part,) = curves.phrases(GRID, notes)
    frequency_hz = curves.pitches(GRID, glide_s=0.05)(part)
    turn = GRID.frame(1.0)
    assert frequency_hz[turn - 1] == pytest.approx(220.0)
    assert frequency_hz[turn + GRID.seconds(0.05)] == pytest.approx(440.0)
    assert np.all(np.diff(frequency_hz) >= 0.0)


def test_a_phase_begins_anew_with_each_phrase() -> None:
    parts = curves.phrases(GRID, [Note(0.0, 69), Note(2.0, 69)])
    phase = curves.phases(GRID, parts, curves.pitches(GRID), start=0.25)
    assert phase[0] == phase[GRID.frame(2.0)] == 0.25
    assert phase[100] - phase[0] == pytest.approx(100 * 440.0 / 8000)


def test_a_shape_that_runs_past_the_end_goes_on_at_the_beginning() -> None:
    parts = curves.phrases(GRID, [Note(3.9, 60, 1.0, 0.2)])
    curve = curves.draw(GRID, parts, curves.adsr(GRID, 0.001, 1.0, 1.0, 0.2))
    assert curve[:100].max() > 0.5


def test_smoothing_keeps_the_mean_and_goes_round() -> None:
    curve = np.zeros(1000)
    curve[0] = 1.0
    soft = curves.smooth(curve, 10.0)
    assert soft.sum() == pytest.approx(1.0)
    assert soft[-5] == pytest.approx(soft[5])


def test_a_steady_phase_closes_at_the_loops_end() -> None:
    phase = GRID.steady_phase(5.3)
    step = (phase[0] - phase[-1]) % 1.0
    assert step == pytest.approx((phase[1] - phase[0]) % 1.0, abs=1e-9)


def test_voices_do_not_steal_from_notes_that_still_sound() -> None:
    chord = [Note(0.0, pitch, 0.8, 1.0) for pitch in (60, 64, 67)]
    dealt = curves.voices([*chord, *(Note(1.0, note.pitch, 0.8, 1.0) for note in chord)], 6)
    assert [len(voice) for voice in dealt] == [1] * 6
