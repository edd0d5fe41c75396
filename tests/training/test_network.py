"""Small networks: that they learn, and that the way down is the right one."""

import numpy as np
import pytest

from loopmind_live.library.instrument_model import forward, softmax
from loopmind_live.training.network import (
    Recipe,
    _gradients,
    _start,
    fit_sharpness,
    mean_scores,
    train_network,
)

PLAIN = Recipe(hidden=(12,), epochs=30, batch=32, drop_inputs=0.0, drop=0.0, smooth=0.0, mix=0.0)


def blobs(random: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    labels = random.integers(0, 3, count)
    centers = np.array([[2, 0, 0, 0], [0, 2, 0, 0], [-1, -1, 2, 0]])
    return (centers[labels] + 0.5 * random.standard_normal((count, 4))).astype(np.float32), labels


def test_it_learns_what_can_be_learned() -> None:
    random = np.random.default_rng(0)
    inputs, labels = blobs(random, 600)
    network = train_network(inputs, labels, np.ones(600, np.float32), 3, PLAIN, random)
    others, truth = blobs(np.random.default_rng(1), 300)
    assert (mean_scores([network], others).argmax(axis=1) == truth).mean() > 0.93


def test_the_same_seed_gives_the_same_network() -> None:
    inputs, labels = blobs(np.random.default_rng(0), 100)
    recipe = Recipe(hidden=(8,), epochs=3, batch=16)
    made = [
        train_network(inputs, labels, np.ones(100, np.float32), 3, recipe, np.random.default_rng(5))
        for _ in range(2)
    ]
    assert all(
        (a == b).all() for x, y in zip(*made, strict=True) for a, b in zip(x, y, strict=True)
    )


def test_what_weighs_nothing_is_not_learned() -> None:
    random = np.random.default_rng(0)
    inputs, labels = blobs(random, 400)
    weights = (labels != 2).astype(np.float32)
    network = train_network(inputs, labels, weights, 3, PLAIN, random)
    assert 2 not in mean_scores([network], inputs).argmax(axis=1)


def test_gradients_are_the_slopes_of_the_loss() -> None:
    random = np.random.default_rng(3)
    network = [(w.astype(np.float64), b + 0.1) for w, b in _start((4, 5, 3), random)]
    x = random.standard_normal((6, 4))
    y = np.eye(3)[random.integers(0, 3, 6)]

    def loss() -> float:
        return -float((np.log(softmax(forward(network, x)[-1])) * y).sum()) / len(x)

    gradients = _gradients(network, x, y, PLAIN, random)
    for (weights, _), (slopes, _) in zip(network, gradients, strict=True):
        for place in ((0, 0), (2, 1), (3, 2)):
            weights[place] += 1e-5
            up = loss()
            weights[place] -= 2e-5
            down = loss()
            weights[place] += 1e-5
            assert slopes[place] == pytest.approx((up - down) / 2e-5, rel=1e-3, abs=1e-6)


def test_sharpness_makes_confidence_honest() -> None:
    random = np.random.default_rng(4)
    scores = random.standard_normal((20000, 4))
    chances = softmax(scores)
    labels = np.array([random.choice(4, p=row / row.sum()) for row in chances[:4000]])
    assert fit_sharpness(5.0 * scores[:4000].astype(np.float32), labels) == pytest.approx(
        0.2, rel=0.1
    )
