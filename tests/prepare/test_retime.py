from collections.abc import Callable

import numpy as np
import pytest

from loopmind_live.prepare.retime import circular, linear, retimed, silence, stretch

RATE = 48000


def onset_errors_ms(audio: np.ndarray, beats: int) -> np.ndarray:
    """Return how far the steepest rise of level near each beat is from the beat, in ms."""
    step, errors = len(audio) / beats, []
    level = np.abs(np.concatenate([audio[-4800:], audio, audio[:4800]])).sum(axis=1)
    for beat in range(beats):
        place = 4800 + round(beat * step)
        near = level[place - 960 : place + 960]
        first = np.flatnonzero(near > 0.3 * near.max())[0] - 960
        errors.append((place - 4800 + first - beat * step) * 1000 / RATE)
    return np.array(errors)


@pytest.mark.parametrize("target", [100.0, 112.0, 126.3, 140.0])
def test_onsets_lie_on_the_new_grid_to_a_millisecond(
    clicks: Callable[..., np.ndarray], target: float
) -> None:
    audio = clicks(120.0, 16, RATE)
    frames = int(16 * 60 * RATE / target)
    made = retimed(circular(audio, 14400), frames, 0, RATE)
    assert len(made.body) == frames
    assert np.abs(onset_errors_ms(made.body, 16)).max() <= 1.0


@pytest.mark.parametrize("semitones", [-3, 2, 5])
def test_onsets_stay_in_place_when_only_the_pitch_changes(
    clicks: Callable[..., np.ndarray], semitones: int
) -> None:
    audio = clicks(120.0, 8, RATE)
    made = retimed(circular(audio, 14400), len(audio), semitones, RATE)
    assert np.abs(np.median(onset_errors_ms(made.body, 8))) <= 1.0


@pytest.mark.parametrize("semitones", [-5, 0, 3])
def test_pitch_moves_by_the_semitones_and_not_with_the_tempo(semitones: int) -> None:
    seconds = 4
    tone = 0.5 * np.sin(2 * np.pi * 440.0 * np.arange(seconds * RATE) / RATE)
    audio = np.stack([tone, tone], axis=1).astype(np.float32)
    made = stretch(audio, round(len(audio) * 120 / 140), semitones, RATE)[RATE // 2 : -RATE // 2]
    spectrum = np.abs(np.fft.rfft(made[:, 0] * np.hanning(len(made))))
    heard = np.argmax(spectrum) * RATE / len(made)
    assert heard == pytest.approx(440.0 * 2 ** (semitones / 12), abs=0.5)


@pytest.mark.parametrize("ratio", [0.2, 0.5, 1.0, 1.9, 3.0])
def test_the_same_audio_is_retimed_the_same_every_time(
    clicks: Callable[..., np.ndarray], ratio: float
) -> None:
    audio = clicks(120.0, 2, RATE)
    frames = round(len(audio) * ratio)
    first, second = stretch(audio, frames, 0, RATE), stretch(audio, frames, 0, RATE)
    assert len(first) == frames
    assert np.array_equal(first, second)


def test_silence_stays_silent() -> None:
    assert not stretch(silence(RATE), RATE // 2, 3, RATE).any()


@pytest.mark.parametrize("frames", [1, 7, 100])
def test_tiny_loops_are_retimed_too(frames: int) -> None:
    audio = np.random.default_rng(0).uniform(-1, 1, (frames, 2)).astype(np.float32)
    made = retimed(circular(audio, 14400), frames + 3, 0, RATE)
    assert len(made.body) == frames + 3
    assert np.isfinite(made.strip).all()


def test_surroundings_are_cut_or_filled_to_the_context() -> None:
    ones = np.ones((10, 2), np.float32)
    passage = linear(ones, ones, 2 * ones, 4)
    assert passage.before.tolist() == [[1.0, 1.0]] * 4
    assert passage.after.tolist() == [[2.0, 2.0]] * 4
    passage = linear(ones[:1], ones, silence(0), 3)
    assert passage.before[:, 0].tolist() == [0.0, 0.0, 1.0]
    assert passage.after[:, 0].tolist() == [0.0, 0.0, 0.0]
