"""Loudness and true peak of signals whose answers are known."""

import math
import warnings

import numpy as np
import pyloudnorm
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.dsp.loudness import lufs, true_peak_dbtp


def sine(
    hz: float, level_db: float, rate_hz: int, seconds: float, phase: float = 0.0
) -> np.ndarray:
    time_s = np.arange(round(rate_hz * seconds)) / rate_hz
    tone = 10 ** (level_db / 20) * np.sin(2 * np.pi * hz * time_s + phase)
    return tone.astype(np.float32)[:, None]


@pytest.mark.parametrize("rate_hz", [44100, 48000, 96000])
def test_a_full_scale_tone_in_one_channel_reads_minus_three_lufs(rate_hz: int) -> None:
    # ITU-R BS.1770: 0 dB FS at 997 Hz in one front channel indicates -3.01 LKFS.
    assert lufs(sine(997.0, 0.0, rate_hz, 3.0), rate_hz) == pytest.approx(-3.01, abs=0.1)


def test_a_tone_in_both_channels_reads_its_level() -> None:
    stereo = np.repeat(sine(997.0, -23.0, 48000, 5.0), 2, axis=1)
    assert lufs(stereo, 48000) == pytest.approx(-23.0, abs=0.1)


def test_silence_has_no_loudness_and_the_lowest_peak() -> None:
    silence = np.zeros((48000, 2), np.float32)
    assert lufs(silence, 48000) is None
    assert true_peak_dbtp(silence, 48000) == -120.0


def test_a_click_shorter_than_the_meter_is_measured_all_the_same() -> None:
    value = lufs(sine(1000.0, 0.0, 44100, 0.05), 44100)
    assert value is not None
    assert -20.0 < value < -6.0


@pytest.mark.parametrize("rate_hz", [44100, 48000, 96000])
def test_the_true_peak_lies_between_the_samples(rate_hz: int) -> None:
    # A quarter of the rate at 45 degrees: no sample is above -3 dB, the wave reaches 0.
    tone = sine(rate_hz / 4, 0.0, rate_hz, 0.5, np.pi / 4)
    fade = np.minimum(1.0, np.minimum(np.arange(len(tone)), np.arange(len(tone))[::-1]) / 2000)
    tone *= fade[:, None].astype(np.float32)
    assert 20 * np.log10(np.abs(tone).max()) == pytest.approx(-3.01, abs=0.05)
    assert true_peak_dbtp(tone, rate_hz) == pytest.approx(0.0, abs=0.3)


def rough(seed: int, rate_hz: int) -> np.ndarray:
    """Return noise that swells and dies away, of any length, with one or two channels."""
    random = np.random.default_rng(seed)
    frames = int(random.integers(100, 4 * rate_hz))
    swell = np.exp(-8.0 * random.random() * (np.linspace(0.0, random.integers(1, 9), frames) % 1))
    noise = random.standard_normal((frames, 1 + seed % 2)) * swell[:, None] * 0.1
    if seed % 4 == 1:
        noise[:, 1] = noise[:, 0]
    if seed % 4 == 3:
        noise[:, 1] *= 0.01
    return noise.astype(np.float32)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("rate_hz", [11025, 44100])
def test_loudness_is_what_pyloudnorm_says(seed: int, rate_hz: int) -> None:
    sound = rough(seed, rate_hz)
    least = math.ceil(0.4 * rate_hz) + 1
    whole = np.pad(sound, ((0, max(0, least - len(sound))), (0, 0))).astype(np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = pyloudnorm.Meter(rate_hz).integrated_loudness(whole)
    assert lufs(sound, rate_hz) == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("rate_hz", [11025, 44100])
def test_the_true_peak_is_that_of_the_whole_sound_oversampled(seed: int, rate_hz: int) -> None:
    sound = rough(seed, rate_hz)
    factor = 176400 // rate_hz
    whole = np.pad(sound, ((64, 64), (0, 0)))
    peaks = [np.abs(soxr.resample(each, rate_hz, factor * rate_hz)).max() for each in whole.T]
    wanted = 20.0 * math.log10(max(*peaks, np.abs(sound).max()))
    assert true_peak_dbtp(sound, rate_hz) == pytest.approx(wanted, abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 9999),
    frames=st.integers(2, 9000),
    rate_hz=st.sampled_from([22050, 44100, 48000, 96000]),
    hits=st.integers(0, 4),
    hz=st.floats(20.0, 10000.0),
    level=st.floats(0.0, 1.0),
)
def test_no_peak_between_samples_is_passed_over(
    seed: int, frames: int, rate_hz: int, hits: int, hz: float, level: float
) -> None:
    # Frames that alternate raise the wave between them most; tones and lone hits hardly do.
    random = np.random.default_rng(seed)
    sound = level * np.sin(2.0 * np.pi * hz * np.arange(frames) / rate_hz + random.random())
    for at in random.integers(0, frames, hits):
        wave = (-1.0) ** np.arange(min(24, frames - at))
        sound[at : at + 24] += random.random() * wave * np.sign(np.arange(len(wave)) - 11.5)
    mono = sound.astype(np.float32)
    factor = math.ceil(176400 / rate_hz)
    between = soxr.resample(np.pad(mono, (400, 400)), rate_hz, factor * rate_hz)
    wanted = float(np.abs(between[400 * factor : (399 + frames) * factor]).max())
    wanted = max(wanted, float(np.abs(mono).max()))
    assert true_peak_dbtp(mono[:, None], rate_hz) >= 20.0 * math.log10(max(wanted, 1e-6)) - 1e-3
