"""Train what tells three beats a bar from four."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.library.meter import FAR, MeterModel
from loopmind_live.training.network import Recipe, train_network

RECIPE = Recipe(
    hidden=(32,), epochs=30, rate=2e-3, decay=0.01, drop_inputs=0.05, drop=0.1, smooth=0.0, mix=0.0
)
_LEAST_SPREAD = 0.02


def train_meter(
    figures: Floats, threes: npt.NDArray[np.bool_], seeds: Iterable[int], recipe: Recipe = RECIPE
) -> MeterModel:
    """Return what tells which loops are in three: figures [n, numbers], `threes` [n]."""
    center = figures.mean(axis=0)
    spread = np.maximum(figures.std(axis=0), _LEAST_SPREAD)
    inputs = np.clip((figures - center) / spread, -FAR, FAR).astype(np.float32)
    even = np.ones(len(figures), np.float32)
    networks = []
    for seed in seeds:
        random = np.random.default_rng(seed)
        layers = train_network(inputs, threes.astype(np.int64), even, 2, recipe, random)
        weights, biases = layers[-1]
        odds = (weights[:, 1:] - weights[:, :1], biases[1:] - biases[:1])
        networks.append(
            [
                (each.astype(np.float64), bias.astype(np.float64))
                for each, bias in (*layers[:-1], odds)
            ]
        )
    return MeterModel(center.astype(np.float64), spread.astype(np.float64), networks)
