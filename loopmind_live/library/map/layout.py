"""Where loops lie on a map: two numbers for each embedding. Pure, and the same every time."""

import numpy as np
from numpy.typing import NDArray

from loopmind_live.dsp.spectrum import Floats

MOST_AT_ONCE = 2500
"""So many are laid out by their neighbors, in half a minute; of more, others follow those."""
_FEW = 5
_PERPLEXITY = 30.0
_DIRECTIONS = 50
_FOLLOWED, _FOLLOW_NEAR = 4, 0.02
_CHUNK = 4096

Places = NDArray[np.float64]


def lay_out(vectors: Floats, most: int = MOST_AT_ONCE, seed: int = 0) -> Places:
    """Return places in the unit square, float64 [vectors, 2], near vectors near each other.

    `vectors`: float32 [vectors, width], of length 1. Up to `most` are laid out by t-SNE (van der
    Maaten and Hinton 2008), begun from their two main directions; of more, so many drawn by `seed`
    are, and each of the others follows the drawn ones that it is most like.
    """
    count = len(vectors)
    if count <= most:
        return _into_square(_by_neighbors(vectors, seed))
    drawn = np.sort(np.random.default_rng(seed).choice(count, most, replace=False))
    places = np.zeros((count, 2))
    places[drawn] = _by_neighbors(vectors[drawn], seed)
    others = np.setdiff1d(np.arange(count), drawn)
    for first in range(0, len(others), _CHUNK):
        some = others[first : first + _CHUNK]
        places[some] = _following(vectors[some], vectors[drawn], places[drawn])
    return _into_square(places)


def _by_neighbors(vectors: Floats, seed: int) -> Places:
    begin = _main_directions(vectors, 2)
    if len(vectors) < _FEW:
        return begin
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    # Begun as small as t-SNE wants it, and nowhere twice in the same place.
    begin = begin / max(float(begin[:, 0].std()), 1e-9)
    begin += 1e-3 * np.random.default_rng(seed).standard_normal(begin.shape)
    made = TSNE(
        perplexity=min(_PERPLEXITY, (len(vectors) - 1) / 3.0), init=1e-4 * begin,
        learning_rate="auto", random_state=seed, n_jobs=1,
    )  # fmt: skip
    with threadpool_limits(1):  # sums of several threads are never quite the same
        places: Places = made.fit_transform(_main_directions(vectors, _DIRECTIONS))
    return places.astype(np.float64)


def _main_directions(vectors: Floats, count: int) -> Places:
    """Return vectors by their `count` principal components, float64 [vectors, count]."""
    centered = vectors.astype(np.float64) - (vectors.mean(axis=0) if len(vectors) else 0.0)
    if len(vectors) < 2:
        return np.zeros((len(vectors), count))
    _left, spread, axes = np.linalg.svd(centered, full_matrices=False)
    # An axis has no sign of its own: its largest number is made positive.
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
    found = centered @ (axes * signs[:, None])[spread > 1e-9][:count].T
    return np.pad(found, ((0, 0), (0, count - found.shape[1])))


def _following(vectors: Floats, drawn: Floats, places: Places) -> Places:
    """Return the places of `vectors` among those `drawn`, by the ones they are most like."""
    alike = vectors @ drawn.T
    nearest = np.argpartition(-alike, _FOLLOWED - 1, axis=1)[:, :_FOLLOWED]
    alike = np.take_along_axis(alike, nearest, axis=1).astype(np.float64)
    weights = np.exp((alike - alike.max(axis=1, keepdims=True)) / _FOLLOW_NEAR)
    weights /= weights.sum(axis=1, keepdims=True)
    result: Places = (places[nearest] * weights[:, :, None]).sum(axis=1)
    return result


def _into_square(places: Places) -> Places:
    """Return places moved and scaled into the unit square, its middle in the middle.

    >>> _into_square(np.array([[0.0, 5.0], [4.0, 5.0]])).tolist()
    [[0.0, 0.5], [1.0, 0.5]]
    """
    if len(places) == 0:
        return places
    low, high = places.min(axis=0), places.max(axis=0)
    extent = float((high - low).max())
    inside: Places = 0.5 + (places - (low + high) / 2.0) / (extent if extent > 0.0 else 1.0)
    return inside
