"""Spectra of tones and noise."""

import numpy as np
import pytest

from loopmind_live.dsp.spectrum import (
    bin_frequencies,
    centroid_hz,
    flatness,
    magnitudes,
    mel_bands,
    share_between,
)

RATE_HZ = 22050
TONE = np.sin(2 * np.pi * 1000.0 * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)


def test_a_full_scale_tone_reaches_a_half_in_its_bin() -> None:
    spectrum = magnitudes(TONE, 2048, 512)[10]
    assert bin_frequencies(2048, RATE_HZ)[spectrum.argmax()] == pytest.approx(1000.0, abs=11.0)
    assert spectrum.max() == pytest.approx(0.5, rel=0.15)


def test_the_centroid_of_a_tone_is_its_frequency_and_all_its_power_lies_there() -> None:
    power = (magnitudes(TONE, 2048, 512) ** 2)[5:-5].mean(axis=0)
    frequencies = bin_frequencies(2048, RATE_HZ)
    assert centroid_hz(power, frequencies) == pytest.approx(1000.0, rel=0.05)
    assert share_between(power, frequencies, 900.0, 1100.0) > 0.99


def test_noise_is_flat_and_a_tone_is_not() -> None:
    noise = np.random.default_rng(0).standard_normal(RATE_HZ * 4).astype(np.float32)
    assert flatness((magnitudes(noise, 2048, 512) ** 2).mean(axis=0)) > 0.8
    assert flatness((magnitudes(TONE, 2048, 512) ** 2).mean(axis=0)) < 0.01


@pytest.mark.parametrize("count", [16, 32, 64])
def test_no_mel_band_is_empty_and_each_averages(count: int) -> None:
    bands = mel_bands(512, RATE_HZ, count)
    assert bands.shape == (257, count)
    assert bands.sum(axis=0) == pytest.approx(np.ones(count), rel=1e-4)


def test_silence_gives_zeros_and_no_warnings() -> None:
    power = magnitudes(np.zeros(5000, np.float32), 1024, 256).mean(axis=0)
    assert centroid_hz(power, bin_frequencies(1024, RATE_HZ)) == 0.0
    assert flatness(power) == 0.0
    assert share_between(power, bin_frequencies(1024, RATE_HZ), 0.0, 100.0) == 0.0


@pytest.mark.parametrize(("window", "hop"), [(512, 128), (2048, 512), (8192, 2048)])
def test_windows_taken_in_portions_are_those_taken_at_once(window: int, hop: int) -> None:
    sound = np.random.default_rng(1).standard_normal(70001).astype(np.float32)
    shape = np.hanning(window) / np.hanning(window).sum()
    padded = np.pad(sound.astype(np.float64), window // 2)
    wanted = [
        np.abs(np.fft.rfft(shape * padded[at : at + window])) for at in range(0, len(sound), hop)
    ]
    assert magnitudes(sound, window, hop) == pytest.approx(np.array(wanted), abs=1e-6)
