"""Embeddings in the library file."""

from dataclasses import replace
from pathlib import Path

import pytest

from loopmind_live.errors import LibraryError
from loopmind_live.library.store import Library, Stamp
from loopmind_live.score.loop import Loop

STAMP = Stamp(1, 2, 1, "")
LOOPS = [Loop(Path(f"/loops/{name}.wav"), f"hash {name}") for name in "abc"]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    with Library(tmp_path / "library.sqlite") as library:
        library.put((loop, STAMP) for loop in LOOPS)
        yield library


def test_a_vector_comes_back_to_its_maker_only(library: Library) -> None:
    library.vectors.put("dsp-1", [("hash a", b"12")])
    assert library.vectors.get("dsp-1", "hash a") == b"12"
    assert library.vectors.get("dsp-2", "hash a") is None
    assert library.vectors.get("dsp-1", "hash b") is None
    assert library.vectors.makers() == ["dsp-1"]


def test_a_vector_made_twice_stays_as_it_was(library: Library) -> None:
    library.vectors.put("dsp-1", [("hash a", b"12")])
    library.vectors.put("dsp-1", [("hash a", b"34"), ("hash b", b"56")])
    ((_, vectors),) = library.vectors.after("dsp-1")
    assert vectors == [b"12", b"56"]


def test_vectors_are_read_by_maker_from_an_id_on(library: Library) -> None:
    library.vectors.put("dsp-1", [("hash a", b"12"), ("hash b", b"34")])
    library.vectors.put("clap:x@1", [("hash a", b"5678")])
    ((ids, vectors),) = library.vectors.after("dsp-1")
    assert vectors == [b"12", b"34"]
    assert ids == sorted(ids)
    ((_, later),) = library.vectors.after("dsp-1", ids[0])
    assert later == [b"34"]
    assert list(library.vectors.after("dsp-1", ids[1])) == []
    assert library.vectors.count("dsp-1") == 2
    assert library.vectors.count("dsp-1", after=ids[0]) == 1
    assert library.vectors.count("none") == 0


def test_what_lacks_a_vector_is_told_once_for_all_its_copies(library: Library) -> None:
    copy = replace(LOOPS[0], path=Path("/loops/copy of a.wav"))
    damaged = Loop(Path("/loops/z.wav"), "hash z", error="z.wav: holds no audio")
    library.put([(copy, STAMP), (damaged, STAMP)])
    library.vectors.put("dsp-1", [("hash b", b"12")])
    missing = library.vectors.missing("dsp-1")
    assert [content for _, content in missing] == ["hash a", "hash c"]
    assert len(library.vectors.missing("dsp-2")) == 3


def test_a_vector_leads_to_every_copy_wherever_it_was_moved(library: Library) -> None:
    library.vectors.put("dsp-1", [("hash a", b"12")])
    ((ids, _),) = library.vectors.after("dsp-1")
    library.put([(replace(LOOPS[0], path=Path("/loops/z.wav")), STAMP)])
    assert library.vectors.paths(ids[0]) == [Path("/loops/a.wav"), Path("/loops/z.wav")]
    library.move(Path("/loops/a.wav"), Path("/new/a.wav"), STAMP)
    assert library.vectors.paths(ids[0]) == [Path("/loops/z.wav"), Path("/new/a.wav")]
    library.remove([Path("/loops/z.wav"), Path("/new/a.wav")])
    assert library.vectors.paths(ids[0]) == []


def test_only_the_vectors_of_what_is_gone_are_pruned_and_their_ids_are_not_used_again(
    library: Library,
) -> None:
    library.vectors.put("dsp-1", [("hash a", b"12"), ("hash c", b"34")])
    ((before, _),) = library.vectors.after("dsp-1")
    library.remove([LOOPS[2].path])
    library.vectors.prune()
    assert library.vectors.get("dsp-1", "hash a") == b"12"
    assert library.vectors.get("dsp-1", "hash c") is None
    library.vectors.put("dsp-1", [("hash b", b"56")])
    ((after, _),) = library.vectors.after("dsp-1")
    assert max(after) > max(before)


def test_a_library_made_anew_has_other_marks(library: Library, tmp_path: Path) -> None:
    library.vectors.put("dsp-1", [("hash a", b"12")])
    assert library.vectors.mark("dsp-1", 1) == library.vectors.mark("dsp-1", 1) is not None
    assert library.vectors.mark("dsp-1", 2) is None
    assert library.vectors.mark("dsp-2", 1) is None
    with Library(tmp_path / "other.sqlite") as other:
        other.put([(LOOPS[0], STAMP)])
        other.vectors.put("dsp-1", [("hash a", b"12")])
        assert other.vectors.mark("dsp-1", 1) not in (None, library.vectors.mark("dsp-1", 1))


def test_nothing_is_kept_where_one_of_many_cannot_be(library: Library) -> None:
    with pytest.raises(LibraryError):
        library.vectors.put("dsp-1", [("hash a", b"12"), ("hash b", None)])  # type: ignore[list-item]
    assert library.vectors.count("dsp-1") == 0
