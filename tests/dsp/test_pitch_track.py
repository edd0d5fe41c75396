"""The pitch of a single line."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.dsp.pitch_track import LOWEST_HZ, find_pitch
from loopmind_live.dsp.spectrum import magnitudes

RATE_HZ = 22050
TIME_S = np.arange(RATE_HZ) / RATE_HZ


def track(sound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    found = find_pitch(magnitudes(sound.astype(np.float32), 2048, 512), RATE_HZ)
    return found.semitones[4:-4], found.clarity[4:-4]


@pytest.mark.parametrize("hz", [55.0, 110.0, 220.0, 440.0, 880.0])
@pytest.mark.parametrize("harmonics", [1, 3, 12])
def test_a_steady_tone_is_found_within_half_a_semitone(hz: float, harmonics: int) -> None:
    tone = sum(np.sin(2 * np.pi * hz * k * TIME_S) / k for k in range(1, harmonics + 1))
    semitones, clarity = track(tone)
    assert np.abs(semitones - 12 * np.log2(hz / LOWEST_HZ)).max() < 0.5
    assert clarity.min() > 0.9


def test_noise_has_no_clear_pitch() -> None:
    _, clarity = track(np.random.default_rng(1).standard_normal(RATE_HZ))
    assert np.median(clarity) < 0.35


def test_a_glide_is_followed() -> None:
    hz = 100.0 * 2.0 ** (2.0 * TIME_S)
    semitones, _ = track(np.sin(2 * np.pi * np.cumsum(hz) / RATE_HZ))
    assert semitones[-1] - semitones[0] == pytest.approx(24.0, abs=5.0)
    assert (np.diff(semitones) > -0.2).all()


def test_silence_and_nothing_pass() -> None:
    semitones, clarity = track(np.zeros(RATE_HZ))
    assert not clarity.any()
    assert np.isfinite(semitones).all()
    assert len(find_pitch(np.zeros((0, 1025), np.float32), RATE_HZ).clarity) == 0


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 999), frames=st.integers(1, 90000), noise=st.floats(0.0, 1.0))
def test_the_clarity_is_the_autocorrelation_at_the_pitch_that_is_told(
    seed: int, frames: int, noise: float
) -> None:
    random = np.random.default_rng(seed)
    tone = np.sin(2 * np.pi * random.uniform(60.0, 900.0) * np.arange(frames) / RATE_HZ)
    sound = (tone + noise * random.standard_normal(frames)).astype(np.float32)
    spectrum = magnitudes(sound, 2048, 512)
    found = find_pitch(spectrum, RATE_HZ)
    window = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(2048), 4096)) ** 2)
    for row, semitones, clarity in zip(spectrum, found.semitones, found.clarity, strict=True):
        if clarity <= 0.0:
            continue
        likeness = np.fft.irfft(row.astype(np.float64) ** 2)[:600]
        likeness /= likeness[0] * window[:600] / window[0]
        lag = round(RATE_HZ / (LOWEST_HZ * 2 ** (float(semitones) / 12)))
        assert clarity == pytest.approx(min(1.0, likeness[lag]), abs=1e-4)
        assert likeness[lag] >= max(likeness[lag - 1], likeness[lag + 1]) - 1e-4
