"""Pitches and tuning of made-up notes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.dsp.chroma import find_chroma
from loopmind_live.dsp.harmony import ROWS, harmony
from loopmind_live.dsp.pitches import (
    HIGHEST,
    LOWEST,
    find_partials,
    find_peaks,
    find_tuning,
    semitone_levels,
    without_overtones,
)

RATE_HZ = 22050


def notes(midi: list[float], note_s: float = 0.4, partials: int = 6) -> np.ndarray:
    time_s = np.arange(round(note_s * RATE_HZ)) / RATE_HZ
    fade = np.minimum(1.0, np.minimum(time_s, time_s[::-1]) / 0.02)
    return np.concatenate(
        [
            sum(
                np.sin(2 * np.pi * 440.0 * 2 ** ((note - 69) / 12) * k * time_s) / k
                for k in range(1, partials + 1)
            )
            * fade
            * 0.1
            for note in midi
        ]
    ).astype(np.float32)


@given(cents=st.floats(-49.0, 49.0), low=st.sampled_from([45, 57, 69]))
@settings(max_examples=25, deadline=None)
def test_the_tuning_of_a_scale_is_found(cents: float, low: int) -> None:
    scale = [low + step + cents / 100.0 for step in (0, 2, 4, 5, 7, 9, 11, 12)]
    tuning = find_chroma(notes(scale), RATE_HZ).tuning
    away = (tuning.cents - cents + 50.0) % 100.0 - 50.0
    assert abs(away) < 5.0
    assert -50.0 <= tuning.cents <= 50.0
    assert tuning.sharpness > 0.7


def test_noise_keeps_to_no_tuning() -> None:
    noise = np.random.default_rng(0).standard_normal(RATE_HZ * 3).astype(np.float32)
    assert find_chroma(noise, RATE_HZ).tuning.sharpness < 0.3


@pytest.mark.parametrize("cents", [-40.0, 0.0, 25.0])
@pytest.mark.parametrize("row", ["all", "clean", "bottom", "first bottom", "last bottom"])
def test_a_lasting_note_is_the_only_one_in_its_row(row: str, cents: float) -> None:
    rows = find_chroma(notes([57 + cents / 100.0], 2.0), RATE_HZ).harmony
    assert rows.shape == (len(ROWS), 12)
    found = rows[ROWS.index(row)]
    assert int(found.argmax()) == 9
    assert found.sum() == pytest.approx(1.0)


def test_a_step_of_the_root_down_a_fifth_is_heard() -> None:
    rows = find_chroma(notes([55.0, 48.0, 55.0, 48.0], 1.0), RATE_HZ).harmony  # G C G C
    fifths, fourths = rows[ROWS.index("falls by a fifth")], rows[ROWS.index("falls by a fourth")]
    assert int(fifths.argmax()) == 0  # onto C
    assert int(fourths.argmax()) == 7  # up again, onto G


def test_harmony_moves_with_the_music() -> None:
    tune = [60.0, 64.0, 67.0, 65.0, 62.0, 60.0]
    low, high = (find_chroma(notes([n + up for n in tune]), RATE_HZ).harmony for up in (0, 3))
    assert np.roll(low[1], 3) == pytest.approx(high[1], abs=0.06)


def test_nothing_is_no_harmony() -> None:
    levels = np.zeros((5, HIGHEST - LOWEST + 1))
    assert not harmony(levels, 0.1).any()
    assert not harmony(levels[:0], 0.1).any()
    nothing = np.zeros((3, 50), np.float32)
    silent = find_partials(find_peaks(nothing, nothing, 10, 48), 2.7)
    assert (find_tuning(silent).cents, find_tuning(silent).sharpness) == (0.0, 0.0)
    assert not semitone_levels(silent, 0.0).any()


def test_overtones_are_taken_off_and_notes_are_left() -> None:
    levels = np.zeros((1, HIGHEST - LOWEST + 1))
    levels[0, 10], levels[0, 22], levels[0, 29], levels[0, 15] = 1.0, 0.4, 0.3, 0.8
    clean = without_overtones(levels)
    assert (clean[0, 10], clean[0, 15], clean[0, 22], clean[0, 29]) == (1.0, 0.8, 0.0, 0.0)
