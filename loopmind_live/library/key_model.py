"""The trained model of keys: which key the harmony speaks for, and whether there are tones at all.

One small network looks at the harmony from each of the twelve tonics in turn and says how much it
speaks for major and for minor on it, so that all transpositions are judged alike.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from loopmind_live.config import shipped_folder
from loopmind_live.dsp.harmony import ROWS
from loopmind_live.dsp.tonality import NUMBERS
from loopmind_live.errors import ConfigError
from loopmind_live.units import MODES, PITCH_CLASSES

FILE = "key.safetensors"
KEYS = tuple(f"{tonic}:{mode}" for tonic in PITCH_CLASSES for mode in MODES)
FAR = 4.0
"""Numbers further from usual than this, in standard deviations, are taken as this far."""
NEAR = 2.5
"""The same where products are taken of them."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class KeyModel:
    """Weights of a layer of tanh units beside a direct one, and of a logistic regression.

    `center`, `spread`: [len(ROWS) * 12] what the roots of harmony's rows usually are, seen from a
    tonic. `inner` [inputs, units], `bias` [units], `outer` [units, 2], `direct` [inputs, 2],
    `offset` [2]. `sharpness`: what scores are multiplied by, so that a probability of .8 is right
    eight times of ten. `tonal_*`: the same for `tonality` and products.
    """

    center: Values
    spread: Values
    inner: Values
    bias: Values
    outer: Values
    direct: Values
    offset: Values
    sharpness: float
    tonal_center: Values
    tonal_spread: Values
    tonal_weights: Values
    tonal_offset: float

    def probabilities(self, harmony: Values) -> dict[str, float]:
        """Return how likely each key is, given that there are tones; they sum to 1."""
        scores = self.sharpness * self.scores(turned(harmony[None]))[0]
        exponents = np.exp(scores - scores.max())
        shares = (exponents / exponents.sum()).reshape(-1)
        return dict(zip(KEYS, shares.tolist(), strict=True))

    def scores(self, seen: Values) -> Values:
        """Return the scores [n, 12, 2] of `turned` harmonies."""
        inputs = np.clip((seen - self.center) / self.spread, -FAR, FAR)
        units = np.tanh(inputs @ self.inner + self.bias)
        result: Values = units @ self.outer + inputs @ self.direct + self.offset
        return result

    def tonal(self, tonality: Values) -> float:
        """Return how likely there are tones with a pitch, 0..1."""
        inputs = with_products((tonality - self.tonal_center) / self.tonal_spread)
        score = float(inputs @ self.tonal_weights) + self.tonal_offset
        return float(1.0 / (1.0 + np.exp(-score)))


def with_products(numbers: Values) -> Values:
    """Return standardized numbers [..., n] and the products of every two of them.

    >>> with_products(np.array([2.0, -3.0])).tolist()
    [2.0, -2.5, 4.0, -5.0, 6.25]
    """
    near = np.clip(numbers, -NEAR, NEAR)
    first, second = np.triu_indices(near.shape[-1])
    return np.concatenate([near, near[..., first] * near[..., second]], axis=-1)


def turned(harmonies: Values) -> Values:
    """Return harmonies [n, len(ROWS), 12] as seen from each tonic: [n, 12, len(ROWS) * 12].

    Their square roots, which are nearer to how loud a class is than its share.
    """
    roots = np.sqrt(harmonies)
    flat = (len(roots), len(ROWS) * 12)
    return np.stack([np.roll(roots, -tonic, axis=2).reshape(flat) for tonic in range(12)], axis=1)


@cache
def shipped_model() -> KeyModel:
    """Return the model that is shipped; ConfigError where it cannot be used."""
    return load_model(shipped_folder("models") / FILE)


def load_model(path: Path) -> KeyModel:
    """Return the model in a file. Raises ConfigError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    inputs = len(ROWS) * 12
    try:
        tensors: dict[str, Any] = {
            name: part.astype(np.float64) for name, part in load_file(path).items()
        }
        for name in ("sharpness", "tonal_offset"):
            tensors[name] = float(tensors[name][0])
        model = KeyModel(**tensors)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise _unusable(path, str(error)) from error
    if model.direct.shape != (inputs, 2) or model.tonal_center.shape != (len(NUMBERS),):
        raise _unusable(path, "made for other numbers")
    return model


def save_model(model: KeyModel, path: Path) -> None:
    """Write a model to a file, as float32. Raises ConfigError."""
    from safetensors.numpy import save

    tensors = {
        name: np.atleast_1d(np.asarray(getattr(model, name), np.float32))
        for name in KeyModel.__dataclass_fields__
    }
    try:
        path.write_bytes(save(tensors))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error})") from error


def _unusable(path: Path, why: str) -> ConfigError:
    return ConfigError(
        f"{path}: no usable model of keys ({why}): install loopmind-live again, or train one with"
        " loopmind train key"
    )
