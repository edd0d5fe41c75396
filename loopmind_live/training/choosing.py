"""Train a small network that chooses one of the candidates of each example, or none of them.

Every candidate is scored by the same network; the scores of an example's candidates, with one
score for "none of them" drawn from what is said of the example as a whole, become probabilities.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Weights = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Example:
    """Candidates [n, figures], which are right [n], and the figures of the whole.

    Where none is right, none is what is to be chosen. `group`: examples of one group are of one
    origin.
    """

    figures: npt.NDArray[np.floating[Any]]
    right: npt.NDArray[np.bool_]
    overall: npt.NDArray[np.float32]
    group: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train."""

    hidden: tuple[int, int] = (32, 16)
    epochs: int = 12
    batch: int = 48
    rate: float = 2e-3
    decay: float = 1e-3
    noise: float = 0.1
    dropout: float = 0.1
    seed: int = 1


def train(examples: Sequence[Example], recipe: Recipe) -> Weights:
    """Return the weights of the network: Adam with a falling rate, over shuffled batches."""
    random = np.random.default_rng(recipe.seed)
    weights = _begin(examples, recipe, random)
    moving = [name for name in weights if not name.startswith(("mean", "scale"))]
    first = {name: np.zeros_like(weights[name]) for name in moving}
    second = {name: np.zeros_like(weights[name]) for name in moving}
    steps = recipe.epochs * -(-len(examples) // recipe.batch)
    for step, batch in enumerate(_batches(examples, recipe, random), 1):
        slopes = _slopes(weights, batch, recipe, random)
        rate = recipe.rate * 0.5 * (1.0 + np.cos(np.pi * step / steps))
        for name in moving:
            slope = slopes[name]
            first[name] += 0.1 * (slope - first[name])
            second[name] += 0.001 * (slope**2 - second[name])
            moved = first[name] / (1 - 0.9**step)
            moved /= np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8
            pull = recipe.decay * weights[name] if weights[name].ndim > 1 else 0.0
            weights[name] -= rate * (moved + pull)
    return weights


def _begin(examples: Sequence[Example], recipe: Recipe, random: np.random.Generator) -> Weights:
    rows = np.concatenate([example.figures for example in examples[:2000]]).astype(np.float64)
    overall = np.stack([example.overall for example in examples]).astype(np.float64)
    one, two = recipe.hidden
    sizes = {"w1": (rows.shape[1], one), "w2": (one, two), "w3": (two, 1)}
    sizes |= {"n1": (overall.shape[1], 12), "n2": (12, 1)}
    weights = {
        name: random.normal(0.0, np.sqrt(2.0 / size[0]), size) for name, size in sizes.items()
    }
    weights["w3"] *= 0.3
    weights |= {f"b{name}": np.zeros(size[1]) for name, size in sizes.items()}
    weights["mean"], weights["scale"] = rows.mean(axis=0), 1.0 / np.maximum(rows.std(axis=0), 0.02)
    weights["mean_n"] = overall.mean(axis=0)
    weights["scale_n"] = 1.0 / np.maximum(overall.std(axis=0), 0.02)
    # Half the width is twice as fast, and as good.
    return {name: values.astype(np.float32) for name, values in weights.items()}


def _batches(
    examples: Sequence[Example], recipe: Recipe, random: np.random.Generator
) -> Iterator[list[Example]]:
    for _ in range(recipe.epochs):
        order = random.permutation(len(examples))
        for begin in range(0, len(order), recipe.batch):
            yield [examples[place] for place in order[begin : begin + recipe.batch]]


def _slopes(
    weights: Weights, batch: Sequence[Example], recipe: Recipe, random: np.random.Generator
) -> Weights:
    """Return the gradient of the mean of -log P(right) over a batch."""
    counts = np.array([len(example.figures) for example in batch])
    begins = np.concatenate([[0], np.cumsum(counts)[:-1]])
    owner = np.repeat(np.arange(len(batch)), counts)
    rows = np.concatenate([example.figures for example in batch])
    x = (rows - weights["mean"]) * weights["scale"]
    # The same noise for all candidates of an example: what misleads one misleads its rivals, too.
    shared = random.standard_normal((len(batch), x.shape[1]), np.float32)
    x += np.float32(recipe.noise) * shared[owner]
    x += np.float32(0.5 * recipe.noise) * random.standard_normal(x.shape, np.float32)
    z = (np.stack([example.overall for example in batch]) - weights["mean_n"]) * weights["scale_n"]
    stays = random.random((len(batch), recipe.hidden[0]), np.float32) > recipe.dropout
    keep = stays.astype(np.float32) / np.float32(1.0 - recipe.dropout)
    h1 = np.maximum(x @ weights["w1"] + weights["bw1"], 0.0) * keep[owner]
    h2 = np.maximum(h1 @ weights["w2"] + weights["bw2"], 0.0)
    scores = (h2 @ weights["w3"] + weights["bw3"])[:, 0]
    m1 = np.maximum(z @ weights["n1"] + weights["bn1"], 0.0)
    none = (m1 @ weights["n2"] + weights["bn2"])[:, 0]

    right = np.concatenate([example.right for example in batch])
    none_right = np.array([not example.right.any() for example in batch])
    top = np.maximum(np.maximum.reduceat(scores, begins), none)
    odds, none_odds = np.exp(scores - top[owner]), np.exp(none - top)
    total = np.add.reduceat(odds, begins) + none_odds
    good = np.add.reduceat(odds * right, begins) + none_odds * none_right
    d_scores = odds / total[owner] - odds * right / good[owner]
    d_none = none_odds / total - none_odds * none_right / good
    d_scores, d_none = d_scores[:, None] / len(batch), d_none[:, None] / len(batch)

    slopes = {"w3": h2.T @ d_scores, "bw3": d_scores.sum(axis=0)}
    d_h2 = (d_scores @ weights["w3"].T) * (h2 > 0.0)
    slopes |= {"w2": h1.T @ d_h2, "bw2": d_h2.sum(axis=0)}
    d_h1 = (d_h2 @ weights["w2"].T) * (h1 > 0.0) * keep[owner]
    slopes |= {"w1": x.T @ d_h1, "bw1": d_h1.sum(axis=0)}
    slopes |= {"n2": m1.T @ d_none, "bn2": d_none.sum(axis=0)}
    d_m1 = (d_none @ weights["n2"].T) * (m1 > 0.0)
    return slopes | {"n1": z.T @ d_m1, "bn1": d_m1.sum(axis=0)}
