"""What tells three beats a bar from four is learned."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.library.tempo_model import meter_to_json
from loopmind_live.training.meter_training import train_meter
from loopmind_live.training.network import Recipe

RECIPE = Recipe(
    hidden=(8,), epochs=40, batch=16, rate=5e-3, drop_inputs=0.0, drop=0.0, smooth=0.0, mix=0.0
)


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 1000))
def test_it_learns_which_figures_mean_three(seed: int) -> None:
    random = np.random.default_rng(seed)
    figures = random.normal(5.0, 2.0, (600, 4)).astype(np.float32)
    threes = figures[:, 1] > figures[:, 2] + 1.0
    model = train_meter(figures[:500], threes[:500], [seed], RECIPE)
    told = np.array([model.three_chance(row) for row in figures[500:]]) > 0.5
    assert (told == threes[500:]).mean() > 0.9


def test_figures_that_are_always_the_same_harm_nothing() -> None:
    figures = np.ones((40, 3), np.float32)
    model = train_meter(figures, np.arange(40) % 2 == 0, [1], RECIPE)
    assert np.isfinite(model.three_chance(figures[0]))
    told = meter_to_json(model)
    assert len(told["networks"]) == 1
    assert len(told["center"]) == 3
