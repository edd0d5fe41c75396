"""Three beats a bar or four, of loops that the tests made."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_loops import RATE_HZ, drum_loop, waltz_loop

from loopmind_live.library.decode import Audio
from loopmind_live.library.meter import MeterModel
from loopmind_live.library.sound import measure
from loopmind_live.library.tempo import Hint, Tempo, estimate_tempo, whole_beats


def tempo_of(sound: np.ndarray, *stated_meters: int, bpm: float | None = None) -> Tempo | None:
    measured = measure(Audio(sound, RATE_HZ))
    hints = [] if bpm is None else [Hint(bpm, 4.0)]
    return estimate_tempo(measured.onsets, measured.extent, hints, stated_meters)


@pytest.mark.parametrize("bpm", [96.0, 120.0, 141.0])
def test_a_waltz_has_three_beats_a_bar(bpm: float) -> None:
    tempo = tempo_of(waltz_loop(bpm, 12))
    assert tempo is not None
    assert tempo.bpm == pytest.approx(bpm, rel=0.01)
    assert (tempo.beats_per_bar, tempo.beats) == (3, 12)


@given(st.floats(90.0, 165.0), st.sampled_from([4, 8, 12, 16]), st.sampled_from([(), (4,), (3,)]))
@settings(max_examples=25, deadline=None)
def test_a_loop_in_four_stays_in_four_whatever_is_said_of_it(
    bpm: float, beats: int, stated: tuple[int, ...]
) -> None:
    tempo = tempo_of(drum_loop(bpm, beats), *stated)
    assert tempo is not None
    assert tempo.beats_per_bar == 4


def test_a_waltz_that_starts_late_and_rings_on_has_whole_bars_from_its_one() -> None:
    silence = np.zeros((round(0.4 * RATE_HZ), 1), np.float32)
    tempo = tempo_of(np.concatenate([silence, waltz_loop(120.0, 12), silence]), 3)
    assert tempo is not None
    assert tempo.beats_per_bar == 3
    assert tempo.start_s == pytest.approx(0.4, abs=0.01)
    assert tempo.beats == 12


@given(st.floats(0.1, 60.0), st.floats(60.0, 200.0), st.sampled_from([3, 4]))
def test_more_than_a_bar_is_whole_bars(length_s: float, bpm: float, beats_per_bar: int) -> None:
    beats = whole_beats(length_s, bpm, beats_per_bar)
    assert beats in (1, 2, 3, 6) or beats % beats_per_bar == 0


def test_what_is_stated_moves_the_odds() -> None:
    weights, biases = np.array([[1.0]]), np.array([0.0])
    model = MeterModel(np.zeros(1), np.ones(1), [[(weights, biases)]])
    open_case = np.zeros(1, np.float32)
    assert model.three_chance(open_case) == 0.5
    assert model.three_chance(open_case, [3]) > 0.9
    assert model.three_chance(open_case, [4]) < 0.2
    clearly_four = np.full(1, -4.0, np.float32)
    assert model.three_chance(clearly_four, [3]) <= 0.5
    assert 0.0 <= model.three_chance(np.full(1, -1e9, np.float32)) < 0.1
