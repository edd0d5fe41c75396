"""The trained ranker of pairs: how much more often two loops lie over each other than by chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np

from loopmind_live.arranger.pairing_features import RHYTHM, WIDTH, features, rhythm
from loopmind_live.arranger.pairing_shapes import Floats, Shapes
from loopmind_live.config import shipped_folder
from loopmind_live.errors import ConfigError

FILE = "compatibility.safetensors"
FAR = 5.0
"""Numbers further from usual than this, in standard deviations, are taken as this far."""


@dataclass(frozen=True, slots=True)
class Network:
    """A layer of tanh units beside a direct one.

    `center`, `spread` [inputs]: what inputs usually are. `inner` [inputs, units], `bias` [units],
    `outer` [units], `direct` [inputs], `offset` [1].
    """

    center: Floats
    spread: Floats
    inner: Floats
    bias: Floats
    outer: Floats
    direct: Floats
    offset: Floats

    def scores(self, numbers: Floats) -> Floats:
        """Return the scores [...] of numbers [..., inputs]."""
        inputs = np.clip((numbers - self.center) / self.spread, -FAR, FAR)
        units = np.tanh(inputs @ self.inner + self.bias)
        result: Floats = units @ self.outer + inputs @ self.direct + self.offset
        return result


@dataclass(frozen=True, slots=True)
class PairModel:
    """Networks whose scores are averaged: of pitched pairs, and of all others by rhythm alone."""

    pitched: Sequence[Network]
    rhythmic: Sequence[Network]

    def scores(self, ground: Shapes, above: Shapes) -> Floats:
        """Return the scores [n, m] of pitched loops: natural logarithms of how much likelier.

        `ground` is what lies lower: a bass under chords or a melody, chords under a melody.
        """
        return _mean(self.pitched, features(ground, above))

    def rhythm_scores(self, ground: Shapes, above: Shapes) -> Floats:
        """Return the scores [n, m] of loops of which one has no pitch."""
        return _mean(self.rhythmic, rhythm(ground, above))


def _mean(networks: Sequence[Network], numbers: Floats) -> Floats:
    result: Floats = np.mean([each.scores(numbers) for each in networks], axis=0)
    return result


@cache
def shipped_model() -> PairModel:
    """Return the model that is shipped; ConfigError where it cannot be used."""
    return load_model(shipped_folder("models") / FILE)


def load_model(path: Path) -> PairModel:
    """Return the model in a file. Raises ConfigError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = load_file(path)
        pitched, rhythmic = (_networks(tensors, kind) for kind in ("pitched", "rhythmic"))
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise _unusable(path, str(error)) from error
    widths = [{len(each.center) for each in networks} for networks in (pitched, rhythmic)]
    if widths != [{WIDTH}, {len(RHYTHM)}]:
        raise _unusable(path, "made for other numbers")
    return PairModel(pitched, rhythmic)


def save_model(model: PairModel, path: Path) -> None:
    """Write a model to a file, as float32. Raises ConfigError."""
    from safetensors.numpy import save

    tensors = {
        f"{kind}.{place}.{field.name}": np.asarray(getattr(network, field.name), np.float32)
        for kind, networks in (("pitched", model.pitched), ("rhythmic", model.rhythmic))
        for place, network in enumerate(networks)
        for field in fields(Network)
    }
    try:
        path.write_bytes(save(tensors))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror})") from error


def _networks(tensors: Mapping[str, Floats], kind: str) -> list[Network]:
    places = sorted({int(name.split(".")[1]) for name in tensors if name.startswith(f"{kind}.")})
    return [
        Network(*(tensors[f"{kind}.{place}.{field.name}"] for field in fields(Network)))
        for place in places
    ]


def _unusable(path: Path, why: str) -> ConfigError:
    return ConfigError(
        f"{path}: no usable model of what goes together ({why}): install loopmind-live again, or"
        " train one with loopmind train compatibility"
    )
