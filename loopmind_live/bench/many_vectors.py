"""Vectors that lie as those of real loops do: in families, along few directions."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

FAMILY = 50
"""How many loops a family has on average: a pack's variations of one sound."""
DECAY = 1.0
"""How fast the directions' variances fall: as 1 / place ** DECAY."""
WITHIN = 0.5
"""How far members lie from their family's center, as a share of how far centers lie apart."""
_CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class Lie:
    """How vectors lie. `first`, `tenth`: the median similarity to the nearest, the tenth nearest.

    `directions`: how many of them hold 90 % of the variance.
    """

    first: float
    tenth: float
    directions: int


def loop_like(count: int, width: int, seed: int) -> Vectors:
    """Return `count` vectors of length 1, float32 [count, width], in families of uneven sizes."""
    return np.concatenate(list(chunks(count, width, seed)))


def chunks(count: int, width: int, seed: int) -> Iterator[Vectors]:
    """Yield `loop_like`'s vectors piece by piece."""
    random = np.random.default_rng(seed)
    families = max(1, count // FAMILY)
    spread = np.arange(1, width + 1, dtype=np.float32) ** np.float32(-DECAY / 2.0)
    centers = random.standard_normal((families, width), dtype=np.float32) * spread
    # A few families are large and many are small, as packs are.
    shares = random.pareto(1.5, families) + 0.2
    ends = np.cumsum(shares / shares.sum())
    for first in range(0, count, _CHUNK):
        many = min(_CHUNK, count - first)
        family = np.searchsorted(ends, random.random(many)).clip(max=families - 1)
        vectors = centers[family]
        vectors += WITHIN * spread * random.standard_normal((many, width), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        yield vectors


def how_they_lie(vectors: Vectors) -> Lie:
    """Return how vectors of length 1 lie, at most a few thousand of them."""
    similar = vectors @ vectors.T
    np.fill_diagonal(similar, -1.0)
    ordered = -np.sort(-similar, axis=1)
    variances = np.linalg.svd(vectors - vectors.mean(axis=0), compute_uv=False) ** 2
    held = np.cumsum(variances) / variances.sum()
    return Lie(
        float(np.median(ordered[:, 0])),
        float(np.median(ordered[:, min(9, len(vectors) - 2)])),
        int(np.searchsorted(held, 0.9)) + 1,
    )
