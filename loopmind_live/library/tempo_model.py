"""The trained judge of tempo candidates: small networks whose scores become probabilities."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from loopmind_live import config
from loopmind_live.errors import LibraryError

NAME = "tempo.json"
Doubles = npt.NDArray[np.float64]


class TempoModel:
    """Networks of two hidden layers that score each candidate, and of one that score "none".

    Several are trained alike from other beginnings: the mean of what they say errs less. `warmth`
    above 1 makes them less sure of themselves.
    """

    def __init__(self, networks: Sequence[Mapping[str, Doubles]], warmth: float = 1.0) -> None:
        self._networks = networks
        self._warmth = warmth

    def scores(
        self, figures: npt.NDArray[np.float32], overall: npt.NDArray[np.float32]
    ) -> tuple[Doubles, float]:
        """Return the log odds of each candidate [n], up to a constant, and of none of them."""
        told = np.mean([_chances(known, figures, overall) for known in self._networks], axis=0)
        told /= self._warmth
        return told[:-1], float(told[-1])


def _chances(
    known: Mapping[str, Doubles],
    figures: npt.NDArray[np.float32],
    overall: npt.NDArray[np.float32],
) -> Doubles:
    """Return the logarithms of the probabilities of the candidates, and at the end of none."""
    x = (figures - known["mean"]) * known["scale"]
    h1 = np.maximum(x @ known["w1"] + known["bw1"], 0.0)
    h2 = np.maximum(h1 @ known["w2"] + known["bw2"], 0.0)
    z = (overall - known["mean_n"]) * known["scale_n"]
    m1 = np.maximum(z @ known["n1"] + known["bn1"], 0.0)
    scores = np.append((h2 @ known["w3"] + known["bw3"])[:, 0], m1 @ known["n2"] + known["bn2"])
    scores -= scores.max()
    result: Doubles = scores - np.log(np.exp(scores).sum())
    return result


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
        networks = [
            {name: np.array(rows, np.float64) for name, rows in network.items()}
            for network in told["networks"]
        ]
        return TempoModel(networks, float(told["warmth"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LibraryError(
            f"{path}: cannot be read ({error}): install loopmind-live again"
        ) from error
