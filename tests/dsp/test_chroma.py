"""Chroma and key of made-up notes."""

import numpy as np
import pytest

from loopmind_live.dsp.chroma import find_chroma, fit_key
from loopmind_live.units import transpose_key

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


MAJOR = [[60, 64, 67], [65, 69, 72], [67, 71, 74], [60, 64, 67, 72]]
MINOR = [[57, 60, 64], [62, 65, 69], [64, 68, 71], [57, 60, 64, 69]]


@pytest.mark.parametrize("semitones", range(12))
@pytest.mark.parametrize(("chords", "key"), [(MAJOR, "C:maj"), (MINOR, "A:min")])
def test_a_cadence_tells_its_key_in_every_transposition(
    chords: list[list[int]], key: str, semitones: int
) -> None:
    chroma = find_chroma(notes([[n + semitones - 6 for n in c] for c in chords]), RATE_HZ)
    fit = fit_key(chroma.classes)
    assert fit is not None
    assert fit.key == transpose_key(key, semitones - 6)
    assert chroma.tonalness > 0.5


@pytest.mark.parametrize("midi", [33, 45, 57, 69, 81])
def test_a_single_note_lands_in_its_own_class_in_every_octave(midi: int) -> None:
    classes = find_chroma(notes([[midi]], 1.0), RATE_HZ).classes
    assert int(classes.argmax()) == midi % 12
    assert classes.sum() == pytest.approx(1.0)


def test_noise_is_not_tonal_and_silence_has_no_key() -> None:
    noise = np.random.default_rng(0).standard_normal(RATE_HZ * 2).astype(np.float32)
    assert find_chroma(noise, RATE_HZ).tonalness < 0.1
    silence = find_chroma(np.zeros(RATE_HZ, np.float32), RATE_HZ)
    assert silence.tonalness == 0.0
    assert fit_key(silence.classes) is None


def test_a_sound_of_a_few_frames_is_taken_without_complaint() -> None:
    assert find_chroma(np.ones(3, np.float32), RATE_HZ).classes.shape == (12,)
