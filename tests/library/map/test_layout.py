"""Where loops lie on a map: near ones near each other, each time in the same place."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from loopmind_live.bench.many_vectors import loop_like
from loopmind_live.library.map.layout import lay_out

WIDTH = 96


@pytest.mark.parametrize("most", [2500, 120])
def test_near_vectors_are_near_on_the_map(most: int) -> None:
    vectors = loop_like(300, WIDTH, seed=5)
    places = lay_out(vectors, most)
    shuffled = np.random.default_rng(1).permutation(places)
    near = trustworthiness(vectors, places, n_neighbors=8)
    assert near > 0.85
    assert near > trustworthiness(vectors, shuffled, n_neighbors=8) + 0.3
    # The shadow on two directions alone keeps fewer neighbors.
    centered = vectors - vectors.mean(axis=0)
    shadow = centered @ np.linalg.svd(centered, full_matrices=False)[2][:2].T
    if most > len(vectors):
        assert near > trustworthiness(vectors, shadow, n_neighbors=8)


@pytest.mark.parametrize("most", [2500, 60])
def test_the_map_is_the_same_each_time_and_within_its_square(most: int) -> None:
    vectors = loop_like(90, WIDTH, seed=6)
    places = lay_out(vectors, most)
    assert np.array_equal(places, lay_out(vectors, most))
    assert places.shape == (90, 2)
    assert places.min() >= 0.0 and places.max() <= 1.0
    assert places.max() - places.min() > 0.9


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 6, 9])
def test_a_handful_of_loops_has_places_too(count: int) -> None:
    places = lay_out(loop_like(count, WIDTH, seed=1) if count else np.zeros((0, WIDTH), np.float32))
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()
    assert len(np.unique(places.round(6), axis=0)) == count


@pytest.mark.parametrize("count", [2, 4, 12])
def test_loops_that_sound_the_very_same_have_places_too(count: int) -> None:
    places = lay_out(np.repeat(loop_like(1, WIDTH, seed=1), count, axis=0))
    assert np.isfinite(places).all() and places.min() >= 0.0 and places.max() <= 1.0
