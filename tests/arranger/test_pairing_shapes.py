"""Loops are laid over the same eight bars, however they are counted, repeated and transposed."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.arranger.pairing_features import HARMONY, WIDTH, features
from loopmind_live.arranger.pairing_shapes import Shapes, shapes_of, stacked
from loopmind_live.dsp.profile import Profile
from tests.arranger.made_profiles import (
    POP,
    Chords,
    beat_profile,
    chords_profile,
    melody_profile,
)

NUMBERS = st.integers(0, 11)
BARS = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=8)


def same(first: Shapes, second: Shapes) -> bool:
    return all(
        np.allclose(getattr(first, each.name), getattr(second, each.name), atol=1e-4)
        for each in fields(Shapes)
    )


def laid(profile: Profile, beat_s: float | None = None) -> Shapes:
    return shapes_of([profile], [profile.beat_s if beat_s is None else beat_s])


@pytest.mark.parametrize("bars", [1, 2, 4])
def test_a_short_loop_is_as_if_it_were_repeated(bars: int) -> None:
    assert same(laid(chords_profile(POP[:bars])), laid(chords_profile([*POP[:bars]] * (8 // bars))))
    steps = (0, 3, 10)
    assert same(laid(beat_profile(steps, bars)), laid(beat_profile(steps, 8)))


@given(BARS, st.integers(-6, 6))
def test_a_transposed_loop_is_as_if_it_were_played_so(bars: Chords, semitones: int) -> None:
    moved = [tuple((note + semitones) % 12 for note in chord) for chord in bars]
    there = laid(chords_profile(bars)).transposed([semitones])
    assert same(there, laid(chords_profile(moved)))


@given(BARS, BARS, st.integers(0, 11))
def test_both_transposed_alike_are_told_alike(
    first: Chords, second: Chords, semitones: int
) -> None:
    ground, above = laid(chords_profile(first)), laid(melody_profile(second))
    moved = features(ground.transposed([semitones]), above.transposed([semitones]))
    assert np.allclose(features(ground, above), moved, atol=1e-4)


def test_a_loop_in_half_time_lies_over_twice_the_bars() -> None:
    slow = chords_profile(POP, beat_s=1.0)  # four bars of 60 bpm are eight of 120
    doubled = chords_profile([chord for chord in POP for _ in range(2)], beat_s=0.5)
    there, wanted = laid(slow, 0.5), laid(doubled)
    assert np.allclose(there.harmony, wanted.harmony, atol=1e-4)
    slow, doubled = beat_profile((0, 4, 8, 12), 4, 1.0), beat_profile((0, 8), 8, 0.5)
    assert same(laid(slow, 0.5), laid(doubled))


def test_a_loop_in_double_time_takes_half_the_bars() -> None:
    fast = chords_profile([chord for chord in POP for _ in range(2)], beat_s=0.25)
    assert np.allclose(laid(fast, 0.5).harmony, laid(chords_profile(POP)).harmony, atol=1e-4)


def test_silence_and_noise_give_numbers_all_the_same() -> None:
    shapes = stacked([laid(beat_profile(())), laid(chords_profile(POP)), laid(beat_profile((0,)))])
    told = features(shapes, shapes)
    assert told.shape == (3, 3, WIDTH)
    assert told.dtype == np.float32
    assert np.isfinite(told).all()
    assert np.allclose(told[0, 1, :HARMONY], 0.0)


def test_the_interval_above_the_ground_is_told() -> None:
    # A single C under a single G: all harmony lies at seven semitones, whatever the view.
    low, high = laid(chords_profile([(0,)])), laid(chords_profile([(7,)]))
    told = features(low, high)[0, 0, :HARMONY].reshape(-1, 12)
    assert (told.argmax(axis=1) == 7).all()
    assert np.allclose(np.delete(told, 7, axis=1), 0.0, atol=1e-4)
