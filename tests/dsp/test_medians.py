"""Running medians against scipy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import median_filter

from loopmind_live.dsp.medians import WIDTH, running_median


@given(
    rows=st.integers(1, 30), columns=st.integers(1, 30), axis=st.integers(0, 1),
    levels=st.integers(1, 9), seed=st.integers(0, 999),
)  # fmt: skip
def test_they_are_those_of_scipy(
    rows: int, columns: int, axis: int, levels: int, seed: int
) -> None:
    values = np.random.default_rng(seed).integers(0, levels, (rows, columns)).astype(np.float64)
    size = (WIDTH, 1) if axis == 0 else (1, WIDTH)
    wanted = median_filter(values, size=size, mode="nearest")
    assert np.array_equal(running_median(values, axis), wanted)


def test_every_order_of_zeros_and_ones_is_right() -> None:
    # What is right for all zeros and ones is right for all numbers (the 0-1 principle).
    orders = (np.arange(1 << WIDTH)[:, None] >> np.arange(WIDTH)) & 1
    middle = running_median(orders.astype(np.float64), 1)[:, WIDTH // 2]
    assert np.array_equal(middle, (orders.sum(axis=1) > WIDTH // 2).astype(np.float64))


@pytest.mark.parametrize("axis", [0, 1])
def test_what_it_is_given_stays_as_it_was(axis: int) -> None:
    values = np.random.default_rng(1).standard_normal((12, 12))
    before = values.copy()
    running_median(values, axis)
    assert np.array_equal(values, before)
