"""The trained judge of tempo candidates: small networks whose scores become probabilities."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from loopmind_live import config
from loopmind_live.dsp.spectrum import Floats
from loopmind_live.errors import LibraryError
from loopmind_live.library.meter import MeterModel

NAME = "tempo.json"
Doubles = npt.NDArray[np.float64]
Weights = Mapping[str, npt.NDArray[Any]]


class TempoModel:
    """Networks of two hidden layers that score each candidate, and of one that score "none".

    Several are trained alike from other beginnings: the mean of what they say errs less. `warmth`
    above 1 makes them less sure of themselves.
    """

    def __init__(self, networks: Sequence[Weights], warmth: float = 1.0) -> None:
        self._networks = networks
        self._warmth = warmth
        # What standardizes the figures is part of the first layers, and these are asked as one.
        first = [_first_layer(known, "mean", "scale", "w1", "bw1") for known in networks]
        none = [_first_layer(known, "mean_n", "scale_n", "n1", "bn1") for known in networks]
        self._first, self._first_biases = _beside(first)
        self._none, self._none_biases = _beside(none)

    def scores(self, figures: Floats, overall: Floats) -> tuple[Doubles, float]:
        """Return the log odds of each candidate [n], up to a constant, and of none of them."""
        count = len(self._networks)
        hidden = np.split(_rectified(figures @ self._first + self._first_biases), count, axis=1)
        hidden_none = np.split(_rectified(overall @ self._none + self._none_biases), count)
        told = np.mean(
            [
                _chances(known, rows, row)
                for known, rows, row in zip(self._networks, hidden, hidden_none, strict=True)
            ],
            axis=0,
        )
        told /= self._warmth
        return told[:-1], float(told[-1])


def _first_layer(
    known: Weights, mean: str, scale: str, weights: str, biases: str
) -> tuple[Floats, Floats]:
    scaled = known[scale][:, None] * known[weights]
    return scaled.astype(np.float32), (known[biases] - known[mean] @ scaled).astype(np.float32)


def _beside(layers: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    weights, biases = zip(*layers, strict=True)
    return np.concatenate(weights, axis=1), np.concatenate(biases)


def _rectified(values: Floats) -> Floats:
    result: Floats = np.maximum(values, np.float32(0.0))
    return result


def _chances(known: Weights, hidden: Floats, hidden_none: Floats) -> Doubles:
    """Return the logarithms of the probabilities of the candidates, and at the end of none."""
    second = _rectified(hidden @ known["w2"] + known["bw2"])
    scores = (second @ known["w3"] + known["bw3"])[:, 0].astype(np.float64)
    scores = np.append(scores, hidden_none @ known["n2"] + known["bn2"])
    scores -= scores.max()
    result: Doubles = scores - np.log(np.exp(scores).sum())
    return result


def to_json(weights: Weights) -> dict[str, Any]:
    """Return weights as JSON holds them, to five digits."""
    return {name: _rows(values) for name, values in weights.items()}


def meter_to_json(meter: MeterModel) -> dict[str, Any]:
    """Return what tells the meter as JSON holds it, to five digits."""
    return {
        "center": _rows(meter.center),
        "spread": _rows(meter.spread),
        "networks": [
            [{"weights": _rows(weights), "biases": _rows(biases)} for weights, biases in layers]
            for layers in meter.networks
        ],
    }


def _rows(values: npt.NDArray[Any]) -> Any:
    return np.vectorize(lambda value: float(f"{value:.5g}"))(values).tolist()


def load_model() -> TempoModel:
    """Return the shipped judge of tempos, read once. Raises LibraryError where it is damaged."""
    return _shipped()[0]


def load_meter() -> MeterModel:
    """Return the shipped judge of meters, read once. Raises LibraryError where it is damaged."""
    return _shipped()[1]


@cache
def _shipped() -> tuple[TempoModel, MeterModel]:
    path = config.shipped_folder("models") / NAME
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        networks = [
            {name: np.array(rows, np.float32) for name, rows in network.items()}
            for network in told["networks"]
        ]
        return TempoModel(networks, float(told["warmth"])), _meter(told["meter"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LibraryError(
            f"{path}: cannot be read ({error}): install loopmind-live again"
        ) from error


def _meter(told: Mapping[str, Any]) -> MeterModel:
    networks = [
        [(np.array(layer["weights"]), np.array(layer["biases"])) for layer in layers]
        for layers in told["networks"]
    ]
    return MeterModel(np.array(told["center"]), np.array(told["spread"]), networks)
