"""Train the model of keys: a network that is the same for all tonics, and a logistic regression."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.harmony import ROWS
from loopmind_live.library.key_model import FAR, KEYS, KeyModel, Values, turned, with_products

Labels = npt.NDArray[np.int64]
_KEYS = len(KEYS)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the network is trained.

    `drop_rows`, `drop_units`: shares of harmony's rows and of units that are left out at random.
    `smooth`: the share of the truth that is given to the relative key and to the fifth above, for
    annotations are not always right.
    """

    units: int = 48
    networks: int = 4
    epochs: int = 25
    batch: int = 128
    rate: float = 3e-3
    decay: float = 5e-3
    drop_rows: float = 0.15
    drop_units: float = 0.3
    smooth: float = 0.1


def train_keys(
    harmonies: Values,
    labels: Labels,
    weights: Values,
    recipe: Recipe,
    seed: int,
    advance: Callable[[int, int], None] = lambda _done, _total: None,
) -> KeyModel:
    """Return a model for `harmonies` [n, rows, 12] whose keys are KEYS[labels].

    `weights` [n]: how much each counts. What tells tones from drums is left empty.
    """
    seen = turned(harmonies)
    center, spread = seen.mean(axis=(0, 1)), seen.std(axis=(0, 1)) + 1e-6
    inputs = np.clip((seen - center) / spread, -FAR, FAR)
    truth = _smoothed(labels, recipe.smooth)
    found = []
    for number in range(recipe.networks):
        random = np.random.default_rng((seed, number))
        found.append(_train(inputs, truth, weights, recipe, random))
        advance(number + 1, recipe.networks)
    # Networks side by side are one network, whose scores are the mean of theirs.
    inner, bias, outer, direct, offset = zip(*found, strict=True)
    share = 1.0 / recipe.networks
    nothing = np.zeros(0)
    return KeyModel(
        center=center,
        spread=spread,
        inner=np.concatenate(inner, axis=1),
        bias=np.concatenate(bias),
        outer=np.concatenate(outer) * share,
        direct=np.sum(direct, axis=0) * share,
        offset=np.sum(offset, axis=0) * share,
        sharpness=1.0,
        tonal_center=nothing,
        tonal_spread=nothing,
        tonal_weights=nothing,
        tonal_offset=0.0,
    )


def fit_sharpness(scores: Values, labels: Labels) -> float:
    """Return the factor for scores [n, 12, 2] at which the truth is least surprising."""
    flat = scores.reshape(len(scores), _KEYS)
    factors = np.geomspace(0.3, 3.0, 47)
    surprise = [
        -np.log(_shares(factor * flat)[np.arange(len(flat)), labels] + 1e-9).mean()
        for factor in factors
    ]
    return float(factors[int(np.argmin(surprise))])


def train_tonal(
    numbers: Values, tonal: npt.NDArray[np.bool_], weights: Values, decay: float = 0.01
) -> tuple[Values, Values, Values, float]:
    """Return (center, spread, weights, offset) of a logistic regression, by Newton's method.

    `weights` [n] are scaled so that tones and drums count the same.
    """
    center, spread = numbers.mean(axis=0), numbers.std(axis=0) + 1e-6
    inputs = with_products((numbers - center) / spread)
    inputs = np.concatenate([inputs, np.ones((len(inputs), 1))], axis=1)
    counts = weights.astype(np.float64).copy()
    for side in (tonal, ~tonal):
        counts[side] *= 0.5 / counts[side].sum()
    ridge = decay * np.eye(inputs.shape[1])
    ridge[-1, -1] = 1e-9
    found = np.zeros(inputs.shape[1])
    for _ in range(30):
        chances = 1.0 / (1.0 + np.exp(-np.clip(inputs @ found, -30.0, 30.0)))
        slope = inputs.T @ (counts * (chances - tonal)) + ridge @ found
        bend = (inputs * (counts * chances * (1.0 - chances))[:, None]).T @ inputs + ridge
        found -= np.linalg.solve(bend, slope)
    return center, spread, found[:-1], float(found[-1])


def _smoothed(labels: Labels, smooth: float) -> Values:
    truth = np.zeros((len(labels), 12, 2))
    every = np.arange(len(labels))
    tonic, mode = labels // 2, labels % 2
    truth[every, tonic, mode] = 1.0 - smooth
    truth[every, (tonic + np.where(mode == 0, 9, 3)) % 12, 1 - mode] += 0.6 * smooth
    truth[every, (tonic + 7) % 12, mode] += 0.4 * smooth
    return truth


def _shares(scores: Values) -> Values:
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Values = exponents / exponents.sum(axis=1, keepdims=True)
    return result


def _train(
    inputs: Values, truth: Values, weights: Values, recipe: Recipe, random: np.random.Generator
) -> Sequence[Values]:
    """Return inner, bias, outer, direct and offset, by Adam with a rate that falls to nothing."""
    count, _, width = inputs.shape
    parts = [
        random.normal(0.0, width**-0.5, (width, recipe.units)),
        np.zeros(recipe.units),
        random.normal(0.0, 0.1 * recipe.units**-0.5, (recipe.units, 2)),
        np.zeros((width, 2)),
        np.zeros(2),
    ]
    means, squares = ([np.zeros_like(part) for part in parts] for _ in range(2))
    step = 0
    for epoch in range(recipe.epochs):
        rate = 0.5 * recipe.rate * (1.0 + np.cos(np.pi * epoch / recipe.epochs))
        order = random.permutation(count)
        for start in range(0, count, recipe.batch):
            rows = order[start : start + recipe.batch]
            slopes = _slopes(parts, inputs[rows], truth[rows], weights[rows], recipe, random)
            step += 1
            for place, slope in enumerate(slopes):
                if parts[place].ndim == 2:
                    slope = slope + recipe.decay * parts[place]  # noqa: PLW2901
                means[place] += 0.1 * (slope - means[place])
                squares[place] += 0.001 * (slope**2 - squares[place])
                move = means[place] / (1.0 - 0.9**step)
                parts[place] -= rate * move / (np.sqrt(squares[place] / (1 - 0.999**step)) + 1e-8)
    return parts


def _slopes(
    parts: Sequence[Values],
    inputs: Values,
    truth: Values,
    weights: Values,
    recipe: Recipe,
    random: np.random.Generator,
) -> Sequence[Values]:
    """Return the gradients of the weighted cross entropy over all 24 keys."""
    inner, bias, outer, direct, offset = parts
    kept = (random.random((len(inputs), 1, len(ROWS), 1)) >= recipe.drop_rows).astype(float)
    rows = inputs.reshape(len(inputs), 12, len(ROWS), 12) * kept / (1.0 - recipe.drop_rows)
    seen = rows.reshape(inputs.shape)
    units = np.tanh(seen @ inner + bias)
    mask = (random.random((len(inputs), 1, recipe.units)) >= recipe.drop_units).astype(float)
    mask /= 1.0 - recipe.drop_units
    scores = (units * mask) @ outer + seen @ direct + offset
    shares = _shares(scores.reshape(len(scores), _KEYS)).reshape(scores.shape)
    slope = (shares - truth) * (weights / weights.sum())[:, None, None]
    back = (slope @ outer.T) * mask * (1.0 - units**2)
    both = ([0, 1], [0, 1])
    return (
        np.tensordot(seen, back, both),
        back.sum(axis=(0, 1)),
        np.tensordot(units * mask, slope, both),
        np.tensordot(seen, slope, both),
        slope.sum(axis=(0, 1)),
    )
