"""The index: exact when small, nearly so when large, and never taken for another's."""

import json
from pathlib import Path

import numpy as np
import pytest

from loopmind_live.errors import LibraryError
from loopmind_live.library import search
from loopmind_live.library.search import FLAT_UP_TO, IndexPlace, VectorIndex, factory_for, load

WIDTH = 12


def directions(count: int, seed: int = 1) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((count, WIDTH)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def ids_of(count: int) -> np.ndarray:
    return np.arange(count, dtype=np.int64) * 3 + 7


def nearest(vectors: np.ndarray, query: np.ndarray, count: int) -> list[int]:
    return ids_of(len(vectors))[np.argsort(-(vectors @ query))[:count]].tolist()


@pytest.fixture
def place(tmp_path: Path) -> IndexPlace:
    return IndexPlace(tmp_path / "library.sqlite", "dsp-1")


def test_a_small_index_misses_nothing() -> None:
    vectors = directions(500)
    index = VectorIndex.build("dsp-1", ids_of(500), vectors)
    for query in directions(20, seed=2):
        hits = index.search(query, 10)
        assert [hit.id for hit in hits] == nearest(vectors, query, 10)
        best = float((vectors @ query).max())
        assert hits[0].similarity == pytest.approx(best, abs=1e-6)


def test_more_than_there_is_gives_all_there_is() -> None:
    index = VectorIndex.build("dsp-1", ids_of(3), directions(3))
    assert len(index.search(directions(1)[0], 10)) == 3
    empty = VectorIndex.build("dsp-1", ids_of(0), directions(0))
    assert empty.search(directions(1)[0], 10) == []


def test_a_large_index_by_lists_finds_nearly_all(
    monkeypatch: pytest.MonkeyPatch, place: IndexPlace
) -> None:
    monkeypatch.setattr(search, "FLAT_UP_TO", 1000)
    monkeypatch.setattr(search, "_MIN_LISTS", 32)
    centers = directions(40)
    random = np.random.default_rng(3)
    vectors = np.repeat(centers, 100, axis=0) + 0.1 * random.standard_normal((4000, WIDTH))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    assert factory_for(4000).startswith("IVF")
    built = VectorIndex.build("dsp-1", ids_of(4000), vectors)
    built.save(place)
    index = load(place, WIDTH)
    queries = vectors[::97]
    found = [{hit.id for hit in index.search(query, 10)} for query in queries]
    wanted = [set(nearest(vectors, query, 10)) for query in queries]
    hits = sum(len(a & b) for a, b in zip(found, wanted, strict=True))
    assert hits >= 0.95 * 10 * len(queries)


def test_the_same_vectors_give_the_same_large_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "FLAT_UP_TO", 1000)
    monkeypatch.setattr(search, "_MIN_LISTS", 16)
    vectors = directions(1500)
    first, second = (VectorIndex.build("dsp-1", ids_of(1500), vectors) for _ in range(2))
    for query in directions(10, seed=4):
        assert first.search(query, 10) == second.search(query, 10)


def test_the_kind_of_index_follows_from_the_size_alone() -> None:
    assert factory_for(0) == factory_for(FLAT_UP_TO) == "IDMap,Flat"
    lists = [search._lists(count) for count in (FLAT_UP_TO + 1, 10**5, 10**6, 10**7, 10**12)]
    assert lists == sorted(lists)
    assert all(count & (count - 1) == 0 for count in lists)


def test_a_saved_index_answers_as_before(place: IndexPlace) -> None:
    vectors = directions(200)
    built = VectorIndex.build("dsp-1", ids_of(200), vectors, mark="here")
    built.save(place)
    loaded = load(place, WIDTH)
    assert loaded is not None
    assert loaded.made == built.made
    assert (loaded.made.count, loaded.made.newest, loaded.made.mark) == (200, 7 + 3 * 199, "here")
    for query in directions(5, seed=2):
        assert loaded.search(query, 10) == built.search(query, 10)
    assert sorted(path.name for path in place.index.parent.iterdir()) == [
        place.index.name, place.facts.name,
    ]  # fmt: skip


def test_there_is_none_where_none_was_saved(place: IndexPlace) -> None:
    assert load(place, WIDTH) is None


def test_an_index_of_another_maker_or_width_is_not_taken(place: IndexPlace) -> None:
    VectorIndex.build("dsp-2", ids_of(20), directions(20)).save(place)
    assert load(place, WIDTH) is None
    VectorIndex.build("dsp-1", ids_of(20), directions(20)).save(place)
    assert load(place, WIDTH + 1) is None
    assert load(place, WIDTH) is not None


def test_makers_do_not_share_a_place(tmp_path: Path) -> None:
    names = ("dsp-1", "dsp-2", "clap:a/b@1", "clap:a/b@2", "clap:a-b@1", "clap:" + "x" * 300 + "@1")
    places = [IndexPlace(tmp_path / "library.sqlite", name) for name in names]
    assert len({place.index for place in places}) == len(names)
    assert all(len(place.facts.name) < 200 for place in places)
    assert all(place.index.parent == tmp_path for place in places)


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "facts cut", "facts of more", "gone"])
def test_a_damaged_index_is_as_none(place: IndexPlace, damage: str) -> None:
    VectorIndex.build("dsp-1", ids_of(200), directions(200)).save(place)
    facts = json.loads(place.facts.read_text())
    if damage == "cut":
        place.index.write_bytes(place.index.read_bytes()[:500])
    elif damage == "empty":
        place.index.write_bytes(b"")
    elif damage == "text":
        place.index.write_text("not an index" * 100)
    elif damage == "facts cut":
        place.facts.write_text(json.dumps(facts)[:-5])
    elif damage == "facts of more":
        place.facts.write_text(json.dumps({**facts, "count": 201}))
    else:
        place.index.unlink()
    assert load(place, WIDTH) is None


def test_facts_with_other_fields_are_as_none(place: IndexPlace) -> None:
    VectorIndex.build("dsp-1", ids_of(20), directions(20)).save(place)
    facts = json.loads(place.facts.read_text())
    for text in (json.dumps({**facts, "color": 1}), json.dumps([facts]), "null"):
        place.facts.write_text(text)
        assert load(place, WIDTH) is None


def test_an_index_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    place = IndexPlace(tmp_path / "no such folder" / "library.sqlite", "dsp-1")
    with pytest.raises(LibraryError, match="cannot be written"):
        VectorIndex.build("dsp-1", ids_of(20), directions(20)).save(place)


def test_a_vector_of_another_width_is_refused() -> None:
    index = VectorIndex.build("dsp-1", ids_of(20), directions(20))
    with pytest.raises(LibraryError, match="13 numbers"):
        index.search(np.ones(13, np.float32), 5)
