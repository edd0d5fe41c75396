"""GPT-2 in NumPy, with a cache: several small ones side by side, several pieces at once.

Radford et al., "Language Models are Unsupervised Multitask Learners" (2019), as transformers'
GPT2LMHeadModel computes it (gelu_new, layer norms first, the embedding read backwards at the end).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from loopmind_live.errors import ArrangerError

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

_EPSILON = 1e-5
_ROOM = 32
_OF_LAYER = (
    "ln_1.weight", "ln_1.bias", "attn.c_attn.weight", "attn.c_attn.bias", "attn.c_proj.weight",
    "attn.c_proj.bias", "ln_2.weight", "ln_2.bias", "mlp.c_fc.weight", "mlp.c_fc.bias",
    "mlp.c_proj.weight", "mlp.c_proj.bias",
)  # fmt: skip


@dataclass(slots=True)
class Cache:
    """Keys and values [layer][members, pieces, heads, room, width / heads]; `read`: how many."""

    keys: list[Floats]
    values: list[Floats]
    read: int = 0

    def of(self, pieces: Sequence[int]) -> "Cache":
        """Return a cache of some of the pieces, each as often as it is named."""
        room = self.keys[0].shape[3]
        return Cache(
            [_with_room(each[:, list(pieces), :, : self.read], room) for each in self.keys],
            [_with_room(each[:, list(pieces), :, : self.read], room) for each in self.values],
            self.read,
        )

    def make_room(self, end: int) -> None:
        """Make room for `end` positions, and some more, as pieces grow little by little."""
        if end <= self.keys[0].shape[3]:
            return
        for told in (self.keys, self.values):
            told[:] = [_with_room(each[..., : self.read, :], 2 * end) for each in told]


@dataclass(frozen=True, slots=True)
class Network:
    """Weights of GPT-2 models of one shape, one beside the other: [members, …] each."""

    heads: int
    tokens: Floats
    positions: Floats
    layers: Sequence[Mapping[str, Floats]]
    last_gain: Floats
    last_offset: Floats
    turned: Floats = field(init=False)
    """The embedding, read backwards: [members, width, rows]."""

    def __post_init__(self) -> None:
        turned = np.ascontiguousarray(self.tokens.transpose(0, 2, 1))
        object.__setattr__(self, "turned", turned)

    @property
    def members(self) -> int:
        """Return how many models there are."""
        return len(self.tokens)

    @property
    def longest(self) -> int:
        """Return how many tokens a piece may have."""
        return int(self.positions.shape[1])

    def start(self, pieces: int = 1) -> Cache:
        """Return a cache in which nothing has been read yet."""
        width = self.tokens.shape[2] // self.heads
        shape = (self.members, pieces, self.heads, _ROOM, width)
        count = range(len(self.layers))
        return Cache(
            [np.empty(shape, np.float32) for _ in count],
            [np.empty(shape, np.float32) for _ in count],
        )

    def read(self, cache: Cache, rows: Rows) -> Floats:
        """Read on: `rows` [pieces, length, any] of the embedding are added up at each place.

        Returns the scores [members, pieces, length, rows of the embedding] of what comes next.
        Raises ArrangerError where a piece gets too long.
        """
        length = rows.shape[1]
        end = cache.read + length
        if end > self.longest:
            raise ArrangerError(f"a form of {end} tokens is too long for this model: ask for less")
        cache.make_room(end)
        x = self.tokens[:, rows].sum(axis=3) + self.positions[:, None, cache.read : end]
        for number, layer in enumerate(self.layers):
            seen = self._normed(x, layer["ln_1.weight"], layer["ln_1.bias"])
            x = x + self._attended(cache, number, seen, layer, end)
            seen = self._normed(x, layer["ln_2.weight"], layer["ln_2.bias"])
            inner = _gelu(_linear(seen, layer["mlp.c_fc.weight"], layer["mlp.c_fc.bias"]))
            x = x + _linear(inner, layer["mlp.c_proj.weight"], layer["mlp.c_proj.bias"])
        cache.read = end
        x = self._normed(x, self.last_gain, self.last_offset)
        return _times(x, self.turned)

    def _attended(
        self, cache: Cache, number: int, x: Floats, layer: Mapping[str, Floats], end: int
    ) -> Floats:
        """Return what each place takes from those before it and from itself."""
        members, pieces, length, width = x.shape
        told = _linear(x, layer["attn.c_attn.weight"], layer["attn.c_attn.bias"])
        shape = (members, pieces, length, 3, self.heads, width // self.heads)
        query, key, value = told.reshape(shape).transpose(3, 0, 1, 4, 2, 5)
        keys, values = cache.keys[number], cache.values[number]
        keys[..., end - length : end, :], values[..., end - length : end, :] = key, value
        scores = query @ keys[..., :end, :].swapaxes(-1, -2) / np.float32(math.sqrt(shape[-1]))
        if length > 1:
            past = np.tril(np.ones((length, end), bool), end - length)
            scores = np.where(past, scores, np.float32(-1e9))
        shares = np.exp(scores - np.maximum.reduce(scores, axis=-1, keepdims=True))
        shares /= np.add.reduce(shares, axis=-1, keepdims=True)
        taken = (shares @ values[..., :end, :]).transpose(0, 1, 3, 2, 4).reshape(x.shape)
        return _linear(taken, layer["attn.c_proj.weight"], layer["attn.c_proj.bias"])

    @staticmethod
    def _normed(x: Floats, gain: Floats, offset: Floats) -> Floats:
        share = np.float32(1.0 / x.shape[-1])
        mean: Floats = np.add.reduce(x, axis=-1, keepdims=True) * share
        normed = x - mean
        power: Floats = np.add.reduce(normed * normed, axis=-1, keepdims=True) * share
        normed /= np.sqrt(power + np.float32(_EPSILON))
        normed *= gain[:, None, None]
        normed += offset[:, None, None]
        return normed


def network_of(members: Sequence[Mapping[str, npt.NDArray[np.floating]]], heads: int) -> Network:
    """Return models as one network, from their tensors as transformers names them.

    Raises ArrangerError where tensors are missing or not of one shape.
    """
    plain = [
        {name.removeprefix("transformer."): tensor for name, tensor in each.items()}
        for each in members
    ]
    layers = 1 + max(
        (int(name.split(".")[1]) for name in plain[0] if name.startswith("h.")), default=-1
    )

    def stacked(name: str) -> Floats:
        return np.stack([np.asarray(each[name], np.float32) for each in plain])

    try:
        return Network(
            heads,
            stacked("wte.weight"),
            stacked("wpe.weight"),
            [{name: stacked(f"h.{i}.{name}") for name in _OF_LAYER} for i in range(layers)],
            stacked("ln_f.weight"),
            stacked("ln_f.bias"),
        )
    except (KeyError, ValueError) as error:
        raise ArrangerError(f"these are not the weights of a GPT-2 ({error})") from error


def _with_room(told: Floats, room: int) -> Floats:
    """Return a copy of what was told, with room for so many positions."""
    *shape, read, width = told.shape
    copied = np.empty((*shape, room, width), np.float32)
    copied[..., :read, :] = told
    return copied


def _linear(x: Floats, weight: Floats, offset: Floats) -> Floats:
    result = _times(x, weight)
    result += offset[:, None, None]
    return result


def _times(x: Floats, weight: Floats) -> Floats:
    """Return x [members, pieces, length, a] times weight [members, a, b]: one product a member."""
    members, pieces, length, width = x.shape
    flat: Floats = x.reshape(members, pieces * length, width) @ weight
    return flat.reshape(members, pieces, length, -1)


def _gelu(x: Floats) -> Floats:
    inner = np.float32(math.sqrt(2.0 / math.pi)) * (x + np.float32(0.044715) * (x * x * x))
    result: Floats = (0.5 * x * (1.0 + np.tanh(inner))).astype(np.float32, copy=False)
    return result
