"""Searches in a library: current, complete, and by one maker at a time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_loops import drum_loop, one_hit, write

from loopmind_live.errors import LibraryError
from loopmind_live.library import search, similar
from loopmind_live.library.decode import Audio
from loopmind_live.library.embedding import pack, unit
from loopmind_live.library.search import IndexPlace, VectorIndex
from loopmind_live.library.similar import Similar, embed_missing
from loopmind_live.library.store import Library, Stamp
from loopmind_live.score.loop import Loop

WIDTH = 3
STAMP = Stamp(1, 2, 1, "")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    with Library(tmp_path / "library.sqlite") as library:
        yield library


def turned(degrees: float) -> np.ndarray:
    """Return a direction in a plane, so that what is nearest is known without a search."""
    angle = np.radians(degrees)
    return np.array([np.cos(angle), np.sin(angle), 0.0], np.float32)


def add(library: Library, degrees: list[int], maker: str = "plain-1") -> None:
    loops = [Loop(Path(f"/loops/{each:03}.wav"), f"hash {each}") for each in degrees]
    library.put((loop, STAMP) for loop in loops)
    library.vectors.put(maker, [(f"hash {each}", pack(turned(each))) for each in degrees])


def found(library: Library, degrees: float, count: int = 3, maker: str = "plain-1") -> list[str]:
    matches = Similar(library, maker, WIDTH).near(turned(degrees), count)
    return [match.loop.path.stem for match in matches]


def built(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by the count of vectors each time that an index is made."""
    made: list[int] = []
    build = VectorIndex.build

    def counting(maker: str, ids: np.ndarray, vectors: np.ndarray, mark: str = "") -> VectorIndex:
        made.append(len(ids))
        return build(maker, ids, vectors, mark)

    monkeypatch.setattr(VectorIndex, "build", counting)
    return made


def test_the_nearest_come_first_with_their_similarity(library: Library) -> None:
    add(library, [0, 10, 30, 90])
    matches = Similar(library, "plain-1", WIDTH).near(turned(8), 3)
    assert [match.loop.path.stem for match in matches] == ["010", "000", "030"]
    wanted = np.cos(np.radians([2, 8, 22]))
    assert [match.similarity for match in matches] == pytest.approx(wanted, abs=2e-3)


def test_an_empty_library_has_nothing_like_anything(library: Library) -> None:
    assert found(library, 0) == []


def test_the_file_itself_may_be_left_out_but_not_its_copies(library: Library) -> None:
    add(library, [0, 10])
    copy = Loop(Path("/loops/copy.wav"), "hash 0")
    library.put([(copy, STAMP)])
    matches = Similar(library, "plain-1", WIDTH).near(turned(0), 3, Path("/loops/000.wav"))
    assert [match.loop.path.stem for match in matches] == ["copy", "010"]


def test_the_index_is_made_once_and_read_from_then_on(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = built(monkeypatch)
    add(library, list(range(0, 100, 5)))
    for _ in range(3):
        assert found(library, 51, 2) == ["050", "055"]
    assert made == [20]


def test_what_was_added_since_is_found_without_a_new_index(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(library, list(range(0, 100, 5)))
    found(library, 0)
    made = built(monkeypatch)
    add(library, [52])
    assert found(library, 51) == ["052", "050", "055"]
    assert made == []


def test_an_index_is_made_anew_once_much_was_added_or_is_gone(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = built(monkeypatch)
    add(library, list(range(0, 100, 5)))
    found(library, 0)
    add(library, [51, 52, 53])
    assert set(found(library, 52)) == {"051", "052", "053"}
    library.remove(Path(f"/loops/{each:03}.wav") for each in (50, 51, 52, 53, 55))
    assert found(library, 51) == ["045", "060", "040"]
    assert made[:2] == [20, 23]
    library.vectors.prune()
    assert found(library, 51) == ["045", "060", "040"]
    assert made == [20, 23, 18]


def test_what_is_gone_leaves_room_for_what_is_farther(library: Library) -> None:
    add(library, list(range(0, 90, 1)))
    found(library, 0)
    library.remove(Path(f"/loops/{each:03}.wav") for each in range(60))
    assert found(library, 0, 3) == ["060", "061", "062"]


def test_what_cannot_be_played_is_not_found(library: Library) -> None:
    add(library, [0, 10])
    library.put([(Loop(Path("/loops/000.wav"), "hash 0", error="000.wav: silent"), STAMP)])
    assert found(library, 0) == ["010"]


def test_makers_are_never_mixed(library: Library) -> None:
    add(library, [0, 10], "plain-1")
    add(library, [0, 50], "plain-2")
    assert found(library, 20, maker="plain-1") == ["010", "000"]
    assert found(library, 20, maker="plain-2") == ["000", "050"]
    assert found(library, 20, maker="plain-1") == ["010", "000"]


def test_an_index_of_a_library_that_was_there_before_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    with Library(path) as library:
        add(library, [0, 10, 20])
        assert found(library, 10, 1) == ["010"]
    for left in tmp_path.glob("library.sqlite*"):
        if ".faiss" not in left.name:
            left.unlink()
    with Library(path) as library:
        add(library, [20, 0, 10])
        assert found(library, 10, 1) == ["010"]


def test_a_damaged_index_is_made_anew(library: Library) -> None:
    add(library, [0, 10, 20])
    found(library, 0)
    IndexPlace(library.path, "plain-1").index.write_bytes(b"damaged")
    assert found(library, 10, 1) == ["010"]


def test_where_no_index_can_be_written_it_answers_all_the_same(
    library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    add(library, [0, 10])

    def full(_index: VectorIndex, place: IndexPlace) -> None:
        raise LibraryError(f"{place.index}: cannot be written (no space left)")

    monkeypatch.setattr(VectorIndex, "save", full)
    assert found(library, 8, 1) == ["010"]
    assert "no space left" in caplog.text


def test_a_large_library_finds_old_and_new_alike(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FLAT_UP_TO", 50)
    monkeypatch.setattr(search, "_MIN_LISTS", 1)
    add(library, list(range(0, 360, 2)))
    assert found(library, 100.4) == ["100", "102", "098"]
    add(library, [101])
    assert found(library, 100.4)[:2] == ["100", "101"]


class Counting:
    """A maker that needs no model: how loud, long and bright a sound is."""

    name, width, knows_text = "counting-1", 3, False

    def of_audio(self, audio: Audio) -> np.ndarray:
        if len(audio.samples) == 1000:
            raise LibraryError("too odd to count")
        return unit(np.array([1.0, audio.duration_s, float(audio.samples.std())], np.float32))

    def of_text(self, text: str) -> np.ndarray:
        raise LibraryError(f"{text}: no words")


def test_what_has_no_vector_yet_gets_one_and_a_bad_file_is_told(
    library: Library, tmp_path: Path
) -> None:
    files = [
        write(tmp_path / "a.wav", drum_loop(120, 2)),
        write(tmp_path / "b.wav", one_hit()),
        write(tmp_path / "odd.wav", one_hit()[:1000]),
        tmp_path / "gone.wav",
    ]
    library.put((Loop(path, f"hash {path.name}"), STAMP) for path in files)
    steps: list[tuple[int, int]] = []
    trouble = embed_missing(library, Counting(), lambda done, of: steps.append((done, of)))
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert len(trouble) == 2
    assert any("gone.wav" in line for line in trouble)
    assert any("too odd" in line for line in trouble)
    assert library.vectors.count("counting-1") == 2
    again: list[tuple[int, int]] = []
    embed_missing(library, Counting(), lambda done, of: again.append((done, of)))
    assert len(again) == 2


def test_embedding_that_is_broken_off_keeps_what_was_done(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "_PUT_AT_ONCE", 2)
    paths = [write(tmp_path / f"{n}.wav", one_hit() * (n + 1) / 8) for n in range(5)]
    library.put((Loop(path, f"hash {path.name}"), STAMP) for path in paths)

    class Enough(Exception):
        pass

    def stop(done: int, _of: int) -> None:
        if done == 4:
            raise Enough

    with pytest.raises(Enough):
        embed_missing(library, Counting(), stop)
    assert library.vectors.count("counting-1") == 4


def test_a_moved_file_keeps_its_vector(library: Library) -> None:
    add(library, [0, 10])
    found(library, 0)
    library.move(Path("/loops/000.wav"), Path("/new/zero.wav"), replace(STAMP, size=3))
    assert found(library, 0) == ["zero", "010"]
