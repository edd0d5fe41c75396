"""Chroma of made-up notes."""

import numpy as np
import pytest

from loopmind_live.dsp.chroma import find_chroma

RATE_HZ = 22050


def notes(midi: list[list[int]], note_s: float = 0.5) -> np.ndarray:
    """Return chords one after another, with a few harmonics."""
    time_s = np.arange(round(note_s * RATE_HZ)) / RATE_HZ
    fade = np.minimum(1.0, np.minimum(time_s, time_s[::-1]) / 0.02)
    return np.concatenate(
        [
            sum(
                np.sin(2 * np.pi * 440.0 * 2 ** ((note - 69) / 12) * k * time_s) / k**1.5
                for note in chord
                for k in range(1, 5)
            )
            * fade
            * 0.1
            for chord in midi
        ]
    ).astype(np.float32)


@pytest.mark.parametrize("midi", [33, 45, 57, 69, 81])
def test_a_single_note_lands_in_its_own_class_in_every_octave(midi: int) -> None:
    classes = find_chroma(notes([[midi]], 1.0), RATE_HZ).classes
    assert int(classes.argmax()) == midi % 12
    assert classes.sum() == pytest.approx(1.0)


def test_noise_and_silence_are_not_tonal() -> None:
    noise = np.random.default_rng(0).standard_normal(RATE_HZ * 2).astype(np.float32)
    assert find_chroma(noise, RATE_HZ).tonalness < 0.1
    silence = find_chroma(np.zeros(RATE_HZ, np.float32), RATE_HZ)
    assert silence.tonalness == 0.0
    assert not silence.classes.any()
    assert not silence.harmony.any()


def test_a_sound_of_a_few_frames_is_taken_without_complaint() -> None:
    assert find_chroma(np.ones(3, np.float32), RATE_HZ).classes.shape == (12,)
