"""A network that learns to choose, or to choose nothing."""

import numpy as np

from loopmind_live.library.tempo_model import TempoModel
from loopmind_live.training.choosing import Example, Recipe, train


def examples(count: int, seed: int) -> list[Example]:
    """Return candidates of which the one with the product of two figures above all is right.

    Where the figure of the whole is low, none is.
    """
    random = np.random.default_rng(seed)
    made = []
    for group in range(count):
        figures = random.standard_normal((int(random.integers(2, 9)), 4)).astype(np.float32)
        overall = random.standard_normal(2).astype(np.float32)
        right = np.zeros(len(figures), np.bool_)
        if overall[0] > -0.5:
            right[np.argmax(figures[:, 0] * 2.0 - figures[:, 1])] = True
        made.append(Example(figures, right, overall, group))
    return made


def share_right(model: TempoModel, rows: list[Example]) -> float:
    right = []
    for row in rows:
        scores, none = model.scores(row.figures, row.overall)
        best = int(np.argmax(scores))
        right.append(row.right[best] if scores[best] > none else not row.right.any())
    return float(np.mean(right))


def test_it_learns_what_makes_one_right_and_when_none_is() -> None:
    recipe = Recipe(hidden=(12, 8), epochs=12, rate=1e-2, noise=0.02, dropout=0.0)
    model = TempoModel([train(examples(900, 1), recipe)])
    assert share_right(model, examples(200, 2)) > 0.85


def test_the_same_seed_gives_the_same_weights() -> None:
    recipe = Recipe(hidden=(4, 3), epochs=1)
    first, second = (train(examples(60, 1), recipe) for _ in range(2))
    assert first.keys() == second.keys()
    for name, values in first.items():
        np.testing.assert_array_equal(values, second[name])
