"""The numbers that instruments are told by."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_loops import RATE_HZ, chord_loop, drum_loop, one_hit

from loopmind_live.library.decode import Audio
from loopmind_live.library.sound import measure
from loopmind_live.library.timbre import timbre

CADENCE = [[57, 60, 64], [62, 65, 69]]


def numbers(sound: np.ndarray, rate_hz: int = RATE_HZ) -> np.ndarray:
    return timbre(measure(Audio(sound.astype(np.float32), rate_hz)))


def test_they_do_not_depend_on_how_loud_a_sound_is() -> None:
    for sound in (drum_loop(126, 8), chord_loop(120, CADENCE), one_hit()):
        assert numbers(sound) == pytest.approx(numbers(0.05 * sound), abs=0.02)


def test_they_differ_between_sounds() -> None:
    drums, chords = numbers(drum_loop(126, 8)), numbers(chord_loop(120, CADENCE))
    assert len(drums) == len(chords)
    assert np.abs(drums - chords).max() > 5.0


@settings(max_examples=25, deadline=None)
@given(
    frames=st.integers(1, 6000),
    seed=st.integers(0, 99),
    kind=st.sampled_from(["noise", "click", "constant", "huge"]),
)
def test_every_sound_has_finite_numbers(frames: int, seed: int, kind: str) -> None:
    sound = np.random.default_rng(seed).standard_normal((frames, 1))
    if kind == "click":
        sound[1:] = 0.0
        sound[0] = 1.0
    elif kind == "constant":
        sound[:] = 0.5
    elif kind == "huge":
        sound *= 1e8
    found = numbers(sound, 22050)
    assert np.isfinite(found).all()
    assert len(found) == len(numbers(one_hit()))


def pulsing(speed_hz: float) -> np.ndarray:
    """Return three seconds of noise that swells and fades so many times a second."""
    time_s = np.arange(3 * 22050) / 22050
    noise = np.random.default_rng(4).standard_normal(len(time_s))
    return (0.2 * noise * (1.0 + np.sin(2 * np.pi * speed_hz * time_s)))[:, None]


def test_how_fast_a_sound_swells_is_among_them() -> None:
    slow, fast, again = (numbers(pulsing(speed_hz), 22050) for speed_hz in (1.5, 5.0, 5.0))
    assert np.abs(fast - again).max() == 0.0
    # The speeds of ten bands stand together: all of one speed are higher in the one sound.
    less, more = ((fast - slow) > 1.0, (slow - fast) > 1.0)
    assert all(np.convolve(each, np.ones(10), "valid").max() == 10 for each in (less, more))


def test_a_soft_and_a_hard_start_differ_in_the_first_hundredths() -> None:
    hit = one_hit(0.5)
    ramp = np.minimum(1.0, np.arange(len(hit)) / (0.03 * RATE_HZ))[:, None]
    hard, soft = numbers(hit), numbers(hit * ramp)
    assert np.abs(hard - soft).max() > 10.0
