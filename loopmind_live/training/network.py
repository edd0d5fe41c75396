"""Training of small networks: Adam, dropout, decay of weights, a rate that falls to nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.library.instrument_model import Layer, forward, softmax

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is trained. `drop_inputs`, `drop`: shares of numbers left out at random.

    `smooth`: the share of the truth that is spread over all classes. `mix`: how far two sounds
    are blended at most, with their truths.
    """

    hidden: tuple[int, ...] = (128,)
    epochs: int = 25
    batch: int = 128
    rate: float = 1.5e-3
    decay: float = 0.02
    drop_inputs: float = 0.15
    drop: float = 0.3
    smooth: float = 0.05
    mix: float = 0.2


def train_network(
    inputs: Floats,
    labels: Labels,
    weights: Floats,
    classes: int,
    recipe: Recipe,
    random: np.random.Generator,
    advance: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[Layer]:
    """Return a network for standardized `inputs` [n, numbers], labels [n] and weights [n]."""
    network = _start((inputs.shape[1], *recipe.hidden, classes), random)
    truth = np.eye(classes, dtype=np.float32)[labels]
    truth = (1.0 - recipe.smooth) * truth + recipe.smooth / classes
    optimizer = Adam(network, recipe.decay)
    # Sounds are drawn by their weights, so that rare classes come as often as common ones.
    chances = weights.astype(np.float64)
    chances /= chances.sum()
    batches = max(1, len(inputs) // recipe.batch)
    total = recipe.epochs * batches
    drawn = np.zeros(0, np.int64)
    for step in range(total):
        if step % batches == 0:
            drawn = random.choice(len(inputs), batches * recipe.batch, p=chances)
        rows = drawn[(step % batches) * recipe.batch :][: recipe.batch]
        x, y = _mixed(inputs[rows], truth[rows], recipe.mix, random)
        warm = min(1.0, (step + 1) / (0.05 * total + 1))
        rate = recipe.rate * warm * 0.5 * (1.0 + np.cos(np.pi * step / total))
        optimizer.step(_gradients(network, x, y, recipe, random), rate)
        advance(step + 1, total)
    return network


def _start(sizes: tuple[int, ...], random: np.random.Generator) -> list[Layer]:
    return [
        (
            (random.standard_normal((ins, outs)) * np.sqrt(2.0 / ins)).astype(np.float32),
            np.zeros(outs, np.float32),
        )
        for ins, outs in pairwise(sizes)
    ]


def _mixed(x: Floats, y: Floats, most: float, random: np.random.Generator) -> tuple[Floats, Floats]:
    part = (most * random.random((len(x), 1))).astype(np.float32)
    other = random.permutation(len(x))
    return (1.0 - part) * x + part * x[other], (1.0 - part) * y + part * y[other]


def _gradients(
    network: list[Layer], x: Floats, y: Floats, recipe: Recipe, random: np.random.Generator
) -> list[Layer]:
    """Return the gradients of the cross entropy, by backpropagation through dropped units."""
    values, masks = [_drop(x, recipe.drop_inputs, random)[0]], []
    for depth, (weights, biases) in enumerate(network):
        scores = values[-1] @ weights + biases
        if depth == len(network) - 1:
            values.append(scores)
        else:
            value, mask = _drop(np.maximum(scores, 0.0), recipe.drop, random)
            values.append(value)
            masks.append(mask * (scores > 0.0))
    slope: Floats = ((softmax(values[-1]) - y) / len(x)).astype(np.float32)
    gradients: list[Layer] = []
    for depth in range(len(network) - 1, -1, -1):
        gradients.append((values[depth].T @ slope, slope.sum(axis=0)))
        if depth:
            slope = (slope @ network[depth][0].T) * masks[depth - 1]
    return gradients[::-1]


def _drop(values: Floats, share: float, random: np.random.Generator) -> tuple[Floats, Floats]:
    kept = (random.random(values.shape, np.float32) >= share).astype(np.float32) / (1.0 - share)
    return values * kept, kept


class Adam:
    """Adam with decoupled decay (Loshchilov and Hutter 2019), over a network in place."""

    def __init__(self, network: list[Layer], decay: float) -> None:
        self._parts = [part for layer in network for part in layer]
        self._means = [np.zeros_like(part) for part in self._parts]
        self._squares = [np.zeros_like(part) for part in self._parts]
        self._decay, self._count = decay, 0

    def step(self, gradients: list[Layer], rate: float) -> None:
        """Move every weight one step."""
        self._count += 1
        flat = [part for layer in gradients for part in layer]
        first, second = 1.0 - 0.9**self._count, 1.0 - 0.999**self._count
        for place, slope in enumerate(flat):
            part, mean, square = (each[place] for each in (self._parts, self._means, self._squares))
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope**2 - square)
            part -= rate * (mean / first) / (np.sqrt(square / second) + 1e-8)
            if part.ndim == 2:
                part -= rate * self._decay * part


def fit_sharpness(scores: Floats, labels: Labels) -> float:
    """Return the factor for scores [n, classes] at which the truth is least surprising."""
    places = np.arange(len(labels))
    factors = np.geomspace(0.2, 5.0, 65)
    surprise = [
        -float(np.log(softmax(factor * scores)[places, labels] + 1e-9).mean()) for factor in factors
    ]
    return float(factors[int(np.argmin(surprise))])


def mean_scores(networks: Sequence[Sequence[Layer]], inputs: Floats) -> Floats:
    """Return the mean of the networks' scores: float32 [n, classes]."""
    result: Floats = np.mean([forward(network, inputs)[-1] for network in networks], axis=0)
    return result
