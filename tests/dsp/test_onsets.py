"""Onsets of made-up hits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.dsp.onsets import BANDS, FLOOR_DB, autocorrelation, find_onsets

RATE_HZ = 22050


def hits(times_s: list[float], length_s: float) -> np.ndarray:
    """Return decaying noise bursts at `times_s`."""
    random = np.random.default_rng(1)
    sound = np.zeros(round(length_s * RATE_HZ), np.float32)
    decay = np.exp(-np.arange(2000) / 400.0)
    for time_s in times_s:
        start = round(time_s * RATE_HZ)
        burst = (random.standard_normal(2000) * decay * 0.3).astype(np.float32)
        room = min(2000, len(sound) - start)
        sound[start : start + room] += burst[:room]
    return sound


@given(
    st.lists(st.integers(0, 15), min_size=1, max_size=12, unique=True),
    st.floats(0.1, 0.3),
)
@settings(max_examples=20, deadline=None)
def test_every_hit_is_found_once_and_to_ten_milliseconds(steps: list[int], step_s: float) -> None:
    times = sorted(step * step_s for step in steps)
    onsets = find_onsets(hits(times, 16 * step_s + 0.5), RATE_HZ)
    assert len(onsets.times_s) == len(times)
    assert onsets.times_s == pytest.approx(times, abs=0.010)


def test_silence_and_next_to_nothing_have_no_onsets() -> None:
    for frames in (0, 1, 100, 22050):
        assert len(find_onsets(np.zeros(frames, np.float32), RATE_HZ).times_s) == 0


def test_a_sound_shorter_than_a_window_is_one_onset_at_its_start() -> None:
    onsets = find_onsets(hits([0.0], 0.02), RATE_HZ)
    assert onsets.times_s == pytest.approx([0.0], abs=0.01)


def test_the_envelope_of_regular_hits_is_like_itself_a_period_later() -> None:
    onsets = find_onsets(hits([n * 0.25 for n in range(16)], 4.0), RATE_HZ)
    likeness = autocorrelation(onsets.envelope)
    period, between = round(0.25 * onsets.envelope_hz), round(0.125 * onsets.envelope_hz)
    assert likeness[period - 1 : period + 2].max() > 0.5
    assert likeness[between] < 0.1


def test_levels_are_told_over_the_loudest_window_after_window() -> None:
    onsets = find_onsets(hits([0.5], 1.0), RATE_HZ)
    assert onsets.levels_db.shape == (len(onsets.envelope), BANDS)
    assert onsets.levels_db.max() == pytest.approx(0.0, abs=1e-4)
    assert onsets.levels_db.min() == pytest.approx(FLOOR_DB, abs=1e-4)
    loudest = int(onsets.levels_db.max(axis=1).argmax()) / onsets.envelope_hz
    assert loudest == pytest.approx(0.5, abs=0.02)
    assert (find_onsets(np.zeros(4000, np.float32), RATE_HZ).levels_db == FLOOR_DB).all()
