"""The trained model that tells instruments: a few small networks, whose opinions are averaged."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from loopmind_live.config import shipped_folder
from loopmind_live.dsp.spectrum import Floats
from loopmind_live.errors import LibraryError
from loopmind_live.library.classes import CLASSES

FILE = "instruments.safetensors"
FAR = 4.0
"""Numbers further from usual than this, in standard deviations, are taken as this far."""

Layer = tuple[Floats, Floats]
"""Weights [inputs, outputs] and biases [outputs]."""


@dataclass(frozen=True, slots=True)
class InstrumentModel:
    """Networks over standardized numbers of a sound; all layers but the last are rectified.

    `center`, `spread`: float32 [numbers]. `sharpness`: what the mean of the networks' scores is
    multiplied by, so that a probability of .8 is right eight times of ten. `packs`: where the
    sounds that it has learned from come from; on those it is better than on others.
    """

    center: Floats
    spread: Floats
    networks: Sequence[Sequence[Layer]]
    sharpness: float
    packs: frozenset[str] = frozenset()

    def probabilities(self, numbers: Floats) -> Floats:
        """Return how likely each of CLASSES is: float32 [..., CLASSES] for [..., numbers]."""
        scaled = standardized(numbers, self.center, self.spread)
        scores = np.mean([forward(network, scaled)[-1] for network in self.networks], axis=0)
        return softmax(self.sharpness * scores)

    def tensors(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return what is kept of it: weights as float16, which changes no answer."""
        kept: dict[str, npt.NDArray[np.generic]] = {
            "center": self.center,
            "spread": self.spread,
            "sharpness": np.array([self.sharpness], np.float32),
        }
        for number, network in enumerate(self.networks):
            for depth, (weights, biases) in enumerate(network):
                kept[f"{number}.{depth}.weights"] = weights.astype(np.float16)
                kept[f"{number}.{depth}.biases"] = biases
        return kept


def standardized(numbers: Floats, center: Floats, spread: Floats) -> Floats:
    """Return numbers in standard deviations from the usual, cut off at FAR."""
    result: Floats = np.clip((numbers - center) / spread, -FAR, FAR).astype(np.float32)
    return result


def forward(network: Sequence[Layer], inputs: Floats) -> list[Floats]:
    """Return the inputs, what each hidden layer makes of them, and the scores."""
    outputs = [inputs]
    for depth, (weights, biases) in enumerate(network):
        scores = outputs[-1] @ weights + biases
        last = depth == len(network) - 1
        outputs.append(scores if last else np.maximum(scores, 0.0))
    return outputs


def softmax(scores: Floats) -> Floats:
    """Return shares that sum to 1, in the proportions of exp(scores)."""
    exponents = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: Floats = exponents / exponents.sum(axis=-1, keepdims=True)
    return result


@cache
def shipped_model() -> InstrumentModel:
    """Return the model that is shipped; LibraryError where it cannot be used."""
    return load_model(shipped_folder("models") / FILE)


def load_model(path: Path) -> InstrumentModel:
    """Return the model in a file. Raises LibraryError."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            packs = json.loads((file.metadata() or {}).get("packs", "[]"))
        return _model(tensors, frozenset(packs))
    except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
        raise LibraryError(
            f"{path}: no usable model of instruments ({error}): install loopmind-live again,"
            " or train one with loopmind train instruments"
        ) from error


def _model(
    tensors: Mapping[str, npt.NDArray[np.generic]], packs: frozenset[str]
) -> InstrumentModel:
    networks: list[list[Layer]] = []
    while f"{len(networks)}.0.weights" in tensors:
        network: list[Layer] = []
        while f"{len(networks)}.{len(network)}.weights" in tensors:
            at = f"{len(networks)}.{len(network)}"
            network.append((_floats(tensors[f"{at}.weights"]), _floats(tensors[f"{at}.biases"])))
        networks.append(network)
    if not networks or networks[0][-1][1].shape != (len(CLASSES),):
        raise ValueError(f"it does not tell {len(CLASSES)} classes")
    sharpness = float(_floats(tensors["sharpness"])[0])
    return InstrumentModel(
        _floats(tensors["center"]), _floats(tensors["spread"]), networks, sharpness, packs
    )


def _floats(tensor: npt.NDArray[np.generic]) -> Floats:
    return tensor.astype(np.float32)
