"""The bench "search": a million vectors, found in milliseconds on one core."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from loopmind_live.bench.many_vectors import Vectors, chunks
from loopmind_live.bench.rows import BenchRow
from loopmind_live.bench.settings import Progress, number, share
from loopmind_live.library.decode import Audio
from loopmind_live.library.embedding.dsp import NAME, WIDTH, embed
from loopmind_live.library.search import IndexPlace, VectorIndex, factory_for, load
from loopmind_live.library.sound import measure

COUNT = 1_000_000
QUERIES = 1000
NEAREST = 10
EMBEDDING_BAR_MS = 5.0
RECALL_BAR, P99_BAR_MS, SIZE_BAR_MB, OPEN_BAR_S = 0.95, 5.0, 600.0, 1.0
_SEED = 1
_VARIABLE = "LOOPMIND_SEARCH_VECTORS"

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Found:
    """What the index answered: ids [queries, NEAREST] and the seconds that each query took."""

    ids: Ids
    seconds: NDArray[np.float64]


def run_search_bench(progress: Progress, count: int | None = None) -> list[BenchRow]:
    """Return how well and how fast the index of `count` vectors answers (default: a million).

    Queries are vectors of the same families that are not in the index, asked one at a time. What is
    right is found by comparing each with all.
    """
    if count is None:
        count = int(number(os.environ, _VARIABLE, COUNT, 1000, 1e8))
    vectors, queries = _made(count, share(progress, 0.0, 0.1))
    wanted = exactly(vectors, queries, share(progress, 0.1, 0.4))
    with tempfile.TemporaryDirectory(prefix="search-bench-") as folder:
        place = IndexPlace(Path(folder) / "library.sqlite", NAME)
        progress("building", 0.4)
        before = time.perf_counter()
        VectorIndex.build(NAME, np.arange(1, count + 1), vectors).save(place)
        built_s = time.perf_counter() - before
        size_mb = place.index.stat().st_size / 1e6
        del vectors
        with threadpool_limits(1), _one_core():
            before = time.perf_counter()
            index = load(place, WIDTH)
            assert index is not None  # it was saved a moment ago
            opened_s = time.perf_counter() - before
            found = _ask(index, queries, share(progress, 0.8, 1.0))
    recall = recalled(found.ids, wanted)
    ms = 1000.0 * found.seconds
    p99_ms = float(np.percentile(ms, 99))
    made_of = f"{count} vectors of {WIDTH}, {factory_for(count)}"
    embedding_ms = _embedding_ms()
    return [
        BenchRow("search", "an embedding, beyond the analysis of 16 s", embedding_ms, "ms",
                 f"<= {EMBEDDING_BAR_MS:g}", embedding_ms <= EMBEDDING_BAR_MS),
        BenchRow("search", f"recall@{NEAREST}, {made_of}", recall, "", f">= {RECALL_BAR:g}",
                 recall >= RECALL_BAR),
        BenchRow("search", "a query on one core, p99", p99_ms, "ms", f"<= {P99_BAR_MS:g}",
                 p99_ms <= P99_BAR_MS),
        BenchRow("search", "a query on one core, p50", float(np.median(ms)), "ms"),
        BenchRow("search", "the first query", float(ms[0]), "ms"),
        BenchRow("search", "index", size_mb, "MB", f"<= {SIZE_BAR_MB:g}", size_mb <= SIZE_BAR_MB),
        BenchRow("search", "opening it", opened_s, "s", f"<= {OPEN_BAR_S:g}",
                 opened_s <= OPEN_BAR_S),
        BenchRow("search", "building it", built_s, "s"),
    ]  # fmt: skip


def _embedding_ms(rounds: int = 20) -> float:
    """Return the processor time of one default embedding of a measured sound, the median."""
    noise = np.random.default_rng(_SEED).standard_normal((16 * 44_100, 1)).astype(np.float32)
    beats = np.exp(-6.0 * (np.arange(len(noise)) / 22_050 % 1.0)).astype(np.float32)
    sound = measure(Audio(0.1 * noise * beats[:, None], 44_100))
    times = []
    for _ in range(rounds):
        before = time.process_time()
        embed(sound)
        times.append(time.process_time() - before)
    return 1000.0 * float(np.median(times))


def exactly(vectors: Vectors, queries: Vectors, progress: Progress, step: int = 50_000) -> Ids:
    """Return the ids (places from 1) of the nearest to each query, int64 [queries, NEAREST].

    Every vector is compared, `step` of them at once.
    """
    best = np.full((len(queries), NEAREST), -np.inf, np.float32)
    ids = np.zeros((len(queries), NEAREST), np.int64)
    for first in range(0, len(vectors), step):
        progress("comparing all", first / len(vectors))
        nearness = queries @ vectors[first : first + step].T
        places = np.argpartition(-nearness, min(NEAREST, nearness.shape[1]) - 1, axis=1)[
            :, :NEAREST
        ]
        both = np.concatenate([best, np.take_along_axis(nearness, places, axis=1)], axis=1)
        both_ids = np.concatenate([ids, places + first + 1], axis=1)
        order = np.argsort(-both, axis=1, kind="stable")[:, :NEAREST]
        best = np.take_along_axis(both, order, axis=1)
        ids = np.take_along_axis(both_ids, order, axis=1)
    return ids


def recalled(found: Ids, wanted: Ids) -> float:
    """Return the share of what is wanted that was found, both [queries, NEAREST].

    >>> recalled(np.array([[1, 2], [3, 9]]), np.array([[2, 1], [3, 4]]))
    0.75
    """
    hits = sum(len(set(a) & set(b)) for a, b in zip(found.tolist(), wanted.tolist(), strict=True))
    return hits / wanted.size


def _made(count: int, progress: Progress) -> tuple[Vectors, Vectors]:
    """Return the vectors and, of the same families, QUERIES that are none of them."""
    vectors = np.empty((count, WIDTH), np.float32)
    queries = np.empty((QUERIES, WIDTH), np.float32)
    chosen = np.sort(np.random.default_rng(_SEED).choice(count + QUERIES, QUERIES, replace=False))
    filled, asked, first = 0, 0, 0
    for some in chunks(count + QUERIES, WIDTH, _SEED):
        progress("making vectors", first / count)
        is_query = np.zeros(len(some), bool)
        is_query[chosen[(chosen >= first) & (chosen < first + len(some))] - first] = True
        many = int(is_query.sum())
        queries[asked : asked + many] = some[is_query]
        vectors[filled : filled + len(some) - many] = some[~is_query]
        asked, filled, first = asked + many, filled + len(some) - many, first + len(some)
    return vectors, queries


def _ask(index: VectorIndex, queries: Vectors, progress: Progress) -> Found:
    ids = np.zeros((len(queries), NEAREST), np.int64)
    seconds = np.zeros(len(queries))
    for place, query in enumerate(queries):
        if place % 100 == 0:
            progress("asking", place / len(queries))
        before = time.perf_counter()
        hits = index.search(query, NEAREST)
        seconds[place] = time.perf_counter() - before
        ids[place, : len(hits)] = [hit.id for hit in hits]
    return Found(ids, seconds)


@contextmanager
def _one_core() -> Iterator[None]:
    """Keep this thread on one processor, where the system allows it."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
