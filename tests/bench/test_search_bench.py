"""The bench of search measures what it says, on vectors that lie as those of loops do."""

import numpy as np
import pytest

from loopmind_live.bench import search_speed
from loopmind_live.bench.many_vectors import chunks, how_they_lie, loop_like
from loopmind_live.bench.search_speed import NEAREST, exactly, recalled, run_search_bench
from loopmind_live.library import search


def silent(_what: str, _done: float) -> None:
    pass


def test_made_vectors_have_length_one_and_come_again() -> None:
    vectors = loop_like(3000, 96, seed=3)
    assert vectors.shape == (3000, 96) and vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3000), abs=1e-5)
    assert np.array_equal(vectors, loop_like(3000, 96, seed=3))
    assert not np.array_equal(vectors, loop_like(3000, 96, seed=4))


def test_made_vectors_lie_in_families() -> None:
    families = how_they_lie(loop_like(2000, 96, seed=3))
    even = np.random.default_rng(1).standard_normal((2000, 96)).astype(np.float32)
    alone = how_they_lie(even / np.linalg.norm(even, axis=1, keepdims=True))
    assert families.first > families.tenth > alone.first
    assert families.directions < alone.directions


def test_comparing_all_finds_the_nearest_whatever_the_step() -> None:
    vectors, queries = loop_like(700, 8, seed=1), loop_like(20, 8, seed=2)
    wanted = np.argsort(-(queries @ vectors.T), axis=1)[:, :NEAREST] + 1
    for step in (7, 100, 1000):
        assert recalled(exactly(vectors, queries, silent, step), wanted) == 1.0


def test_queries_are_none_of_the_vectors() -> None:
    vectors, queries = search_speed._made(3000, silent)
    assert len(vectors) == 3000 and len(queries) == search_speed.QUERIES
    assert (queries @ vectors.T).max() < 1.0 - 1e-6
    everything = np.concatenate(list(chunks(4000, vectors.shape[1], search_speed._SEED)))
    assert np.sort(everything[:, 0]) == pytest.approx(
        np.sort(np.concatenate([vectors[:, 0], queries[:, 0]]))
    )


def test_a_small_index_is_measured_in_full() -> None:
    rows = {row.figure: row for row in run_search_bench(silent, 2000)}
    recall = next(row for figure, row in rows.items() if figure.startswith("recall"))
    assert recall.value == 1.0 and recall.met and "Flat" in recall.figure
    assert rows["index"].value == pytest.approx(2000 * (96 * 4 + 8) / 1e6, rel=0.05)
    assert rows["an embedding, beyond the analysis of 16 s"].value > 0.0
    assert rows["opening it"].value > 0.0 and rows["a query on one core, p99"].value > 0.0


def test_an_index_that_misses_much_misses_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "FLAT_UP_TO", 1000)
    monkeypatch.setattr(search, "_MIN_LISTS", 64)
    monkeypatch.setattr(search, "probes_for", lambda _count: 1)
    rows = run_search_bench(silent, 4000)
    recall = next(row for row in rows if row.figure.startswith("recall"))
    assert recall.met is False and recall.value < 0.95


def test_the_count_can_be_set_and_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    from loopmind_live.errors import ConfigError

    monkeypatch.setenv("LOOPMIND_SEARCH_VECTORS", "1000")
    assert any("1000 vectors" in row.figure for row in run_search_bench(silent))
    monkeypatch.setenv("LOOPMIND_SEARCH_VECTORS", "many")
    with pytest.raises(ConfigError, match="LOOPMIND_SEARCH_VECTORS"):
        run_search_bench(silent)
