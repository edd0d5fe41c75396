"""The trained judge of tempo candidates: a small network, whose scores become probabilities."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from loopmind_live import config
from loopmind_live.errors import LibraryError

NAME = "tempo.json"
Doubles = npt.NDArray[np.float64]


class TempoModel:
    """A network of two hidden layers that scores each candidate, and one of one for "none"."""

    def __init__(self, weights: Mapping[str, Doubles], warmth: float = 1.0) -> None:
        self._weights = weights
        self._warmth = warmth

    def scores(
        self, figures: npt.NDArray[np.float32], overall: npt.NDArray[np.float32]
    ) -> tuple[Doubles, float]:
        """Return the log odds of each candidate [n], up to a constant, and of none of them."""
        known = self._weights
        x = (figures - known["mean"]) * known["scale"]
        h1 = np.maximum(x @ known["w1"] + known["bw1"], 0.0)
        h2 = np.maximum(h1 @ known["w2"] + known["bw2"], 0.0)
        z = (overall - known["mean_n"]) * known["scale_n"]
        m1 = np.maximum(z @ known["n1"] + known["bn1"], 0.0)
        found: Doubles = (h2 @ known["w3"] + known["bw3"])[:, 0] / self._warmth
        return found, float((m1 @ known["n2"] + known["bn2"])[0]) / self._warmth


def to_json(weights: Mapping[str, Doubles]) -> dict[str, Any]:
    """Return weights as JSON holds them, to five digits."""
    return {
        name: np.vectorize(lambda value: float(f"{value:.5g}"))(values).tolist()
        for name, values in weights.items()
    }


@cache
def load_model() -> TempoModel:
    """Return the shipped model, read once. Raises LibraryError where it is damaged."""
    path = config.shipped_folder("models") / NAME
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        weights = {name: np.array(rows, np.float64) for name, rows in told["weights"].items()}
        return TempoModel(weights, float(told["warmth"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LibraryError(
            f"{path}: cannot be read ({error}): install loopmind-live again"
        ) from error
