"""A profile is kept in a few hundred bytes, and what is no profile is none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.dsp.profile import (
    BANDS,
    FLOOR_DB,
    MOST_BEATS,
    ROWS_A_BEAT,
    STEPS_A_BEAT,
    Profile,
    pack,
    unpack,
)


def made(beats: int, seed: int) -> Profile:
    random = np.random.default_rng(seed)
    rows, steps = ROWS_A_BEAT * beats, STEPS_A_BEAT * beats
    return Profile(
        beats,
        float(random.uniform(0.2, 1.5)),
        random.random((rows, 12), np.float32),
        random.random((rows, 12), np.float32),
        random.random((steps, 3), np.float32),
        (random.random(BANDS) * FLOOR_DB).astype(np.float32),
    )


@given(st.integers(1, MOST_BEATS), st.integers(0, 9))
def test_a_profile_comes_back_as_it_was_packed(beats: int, seed: int) -> None:
    profile = made(beats, seed)
    again = unpack(pack(profile))
    assert again is not None
    assert again.beats == beats
    assert again.beat_s == pytest.approx(profile.beat_s, rel=1e-6)
    for name in ("tones", "bottoms", "hits"):
        assert np.abs(getattr(again, name) - getattr(profile, name)).max() <= 0.5 / 255 + 1e-6
    assert np.abs(again.bands - profile.bands).max() <= 0.5 * -FLOOR_DB / 255 + 1e-4


def test_eight_bars_take_two_kilobytes_at_most() -> None:
    assert len(pack(made(MOST_BEATS, 0))) <= 2048


@given(st.binary(max_size=200))
def test_what_is_no_profile_is_none(data: bytes) -> None:
    profile = unpack(data)
    assert profile is None or pack(profile) == data


def test_a_profile_that_was_cut_or_is_of_another_version_is_none() -> None:
    data = pack(made(8, 1))
    assert unpack(data[:-1]) is None
    assert unpack(data + b"\0") is None
    assert unpack(bytes([200]) + data[1:]) is None
    assert unpack(b"") is None
    assert unpack(None) is None
