"""Train the networks that tell which loops go together: the true partner among many others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from loopmind_live.arranger.pairing_features import features, rhythm
from loopmind_live.arranger.pairing_model import FAR, Network
from loopmind_live.arranger.pairing_shapes import Floats, Shapes
from loopmind_live.training.network import Adam

Places = npt.NDArray[np.int64]
Numbers = Callable[[Shapes, Shapes], Floats]
NUMBERS: dict[str, Numbers] = {"pitched": features, "rhythmic": rhythm}


@dataclass(frozen=True, slots=True)
class Matches:
    """Loops of one sort of pair, known partners: `ground` and `above` [n] are places of shapes.

    `songs` [n]: the song of each; `share`: how often this sort is trained on.
    """

    name: str
    ground: Places
    above: Places
    songs: npt.NDArray[np.str_]
    share: float


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is trained: `others` songs stand beside each other in a step.

    `drop_inputs`, `drop`: shares of numbers and of units left out at random.
    """

    units: int = 48
    steps: int = 1500
    others: int = 48
    rate: float = 2e-3
    decay: float = 0.02
    drop_inputs: float = 0.1
    drop: float = 0.3


def train(
    shapes: Shapes,
    matches: Sequence[Matches],
    numbers: Numbers,
    recipe: Recipe,
    random: np.random.Generator,
) -> Network:
    """Return a network for which each loop's own partner stands out among those of other songs.

    All loops are in one key. The cross entropy of both choices is lowered, of what lies above and
    of the ground below (van den Oord et al. 2018), so that scores become logarithms of how much
    likelier two loops lie together than by chance.
    """
    shares = np.array([each.share for each in matches])
    shares /= shares.sum()

    def drawn() -> Floats:
        kind = matches[int(random.choice(len(matches), p=shares))]
        places = _one_a_song(kind, recipe.others, random)
        return numbers(shapes.take(kind.ground[places]), shapes.take(kind.above[places]))

    first = [pairs.reshape(-1, pairs.shape[2]) for pairs in (drawn() for _ in range(12))]
    center: Floats = np.concatenate(first).mean(axis=0)
    spread: Floats = np.maximum(np.concatenate(first).std(axis=0), np.float32(1e-3))
    network = _Trained(len(center), recipe, random)
    for step in range(recipe.steps):
        rate = recipe.rate * 0.5 * (1.0 + float(np.cos(np.pi * step / recipe.steps)))
        network.step(np.clip((drawn() - center) / spread, -FAR, FAR), rate, random)
    bare = network.as_network(center, spread, 0.0)
    return network.as_network(center, spread, _offset([bare.scores(drawn()) for _ in range(12)]))


class _Trained:
    """A network in training, on standardized numbers."""

    def __init__(self, inputs: int, recipe: Recipe, random: np.random.Generator) -> None:
        self._recipe = recipe
        shapes = ((inputs, recipe.units, inputs**-0.5), (recipe.units, 1, 0.1), (inputs, 1, 0.01))
        self._inner, self._outer, self._direct = (
            (random.standard_normal((ins, outs)) * size).astype(np.float32)
            for ins, outs, size in shapes
        )
        self._bias = np.zeros(recipe.units, np.float32)
        layers = [(self._inner, self._bias), (self._outer, self._direct)]
        self._optimizer = Adam(layers, recipe.decay)

    def step(self, numbers: Floats, rate: float, random: np.random.Generator) -> None:
        """Learn from all pairs [n, n, inputs] of n partners, of which those on the diagonal match.

        The same inputs and units are left out of all pairs: they are compared with each other.
        """
        count, recipe = len(numbers), self._recipe
        inputs: npt.NDArray[Any] = numbers.reshape(count * count, -1)
        inputs = inputs * _mask(numbers.shape[2], recipe.drop_inputs, random)
        units: npt.NDArray[Any] = np.tanh(inputs @ self._inner + self._bias)
        kept: npt.NDArray[Any] = _mask(recipe.units, recipe.drop, random)
        flat = (units * kept) @ self._outer + inputs @ self._direct
        scores = flat.reshape(count, count)
        truth = np.eye(count, dtype=np.float32)
        surplus = _softmax(scores) + _softmax(scores.T).T - 2.0 * truth
        slope = (surplus / np.float32(2 * count)).reshape(-1, 1)
        inner = (slope @ self._outer.T) * kept * (1.0 - units**2)
        outer, direct = (units * kept).T @ slope, inputs.T @ slope
        gradients = [(inputs.T @ inner, inner.sum(axis=0)), (outer, direct)]
        self._optimizer.step(gradients, rate)

    def as_network(self, center: Floats, spread: Floats, offset: float) -> Network:
        """Return the network as it is kept."""
        outer, direct = self._outer[:, 0], self._direct[:, 0]
        last = np.array([offset], np.float32)
        return Network(center, spread, self._inner, self._bias, outer, direct, last)


def _one_a_song(kind: Matches, most: int, random: np.random.Generator) -> Places:
    """Return places of up to `most` matches, each of another song, in any order."""
    order = random.permutation(len(kind.songs))
    _, first = np.unique(kind.songs[order], return_index=True)
    chosen: Places = random.permutation(order[first])[:most]
    return chosen


def _offset(tables: Sequence[Floats]) -> float:
    """Return what is added to scores so that their exponents are 1 on the mean of all pairs.

    Of each table [n, n], the pairs off the diagonal are by chance.
    """
    chance = np.concatenate([table[~np.eye(len(table), dtype=bool)] for table in tables])
    top = float(chance.max())
    return -(top + float(np.log(np.exp(chance - top).mean())))


def _softmax(scores: npt.NDArray[Any]) -> Floats:
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Floats = exponents / exponents.sum(axis=1, keepdims=True)
    return result


def _mask(size: int, share: float, random: np.random.Generator) -> Floats:
    kept: Floats = (random.random(size) >= share).astype(np.float32) / np.float32(1.0 - share)
    return kept
