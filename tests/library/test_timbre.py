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
