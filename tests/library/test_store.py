"""The library file, and all that may be wrong with it."""

import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.errors import LibraryError
from loopmind_live.library.schema import APPLICATION_ID
from loopmind_live.library.store import Library, Stamp
from loopmind_live.score.loop import ROLES, Loop

STAMP = Stamp(123, 456, 1, "hash")
FULL = Loop(
    path=Path("/loops/a b/ä.wav"), content_hash="hash", kind="loop", duration_s=3.428571,
    rate_hz=44100, channels=2, bpm=140.0, bpm_confidence=0.93, beats=8, beats_per_bar=3,
    start_s=0.01, key="F#:min", key_confidence=0.4, instrument="bass", role="bass",
    moods=("dark", "calm"), lufs=-12.5, true_peak_dbtp=-0.3, brightness_hz=812.5,
    onsets_per_s=4.2, tuning_cents=-31.5,
)  # fmt: skip


@pytest.fixture
def library(tmp_path: Path) -> Library:
    with Library(tmp_path / "library.sqlite") as library:
        yield library


def test_a_loop_comes_back_as_it_was_put(library: Library) -> None:
    bare = Loop(Path("/loops/b.wav"), "other", error="b.wav: holds no audio")
    library.put([(FULL, STAMP), (bare, STAMP)])
    assert library.loop(FULL.path) == FULL
    assert library.loops() == [FULL, bare]
    assert library.loop(Path("/loops/none.wav")) is None


@given(
    loop=st.builds(
        Loop,
        path=st.text("abcé %'\"\n", min_size=1).map(lambda name: Path("/x") / name),
        content_hash=st.text("0123456789abcdef"),
        duration_s=st.floats(0, 1e4),
        bpm=st.none() | st.floats(40, 240),
        role=st.none() | st.sampled_from(ROLES),
        moods=st.lists(st.text(max_size=5), max_size=3).map(tuple),
        lufs=st.none() | st.floats(-70, 10),
        error=st.none() | st.text(max_size=20),
    )
)
@settings(max_examples=30, deadline=None)
def test_any_loop_comes_back_as_it_was_put(
    loop: Loop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Library(tmp_path_factory.mktemp("any") / "library.sqlite") as library:
        library.put([(loop, STAMP)])
        assert library.loops() == [loop]


def test_a_loop_put_again_is_replaced(library: Library) -> None:
    library.put([(FULL, STAMP)])
    changed = replace(FULL, bpm=70.0)
    library.put([(changed, replace(STAMP, size=9))])
    assert library.loops() == [changed]
    assert library.stamps(Path("/loops")) == {FULL.path: replace(STAMP, size=9)}


def test_stamps_are_those_below_the_folder_only(library: Library) -> None:
    library.put([(FULL, STAMP), (replace(FULL, path=Path("/loops 2/c.wav")), STAMP)])
    assert set(library.stamps(Path("/loops"))) == {FULL.path}
    assert set(library.stamps(Path("/"))) == {FULL.path, Path("/loops 2/c.wav")}


def test_a_removed_loop_is_gone_with_its_stamp(library: Library) -> None:
    library.put([(FULL, STAMP)])
    library.remove([FULL.path])
    assert library.loops() == []
    assert library.stamps(Path("/")) == {}


def test_what_fails_in_the_middle_leaves_nothing(library: Library) -> None:
    class Unwell(Exception):
        pass

    def entries():
        yield FULL, STAMP
        raise Unwell

    with pytest.raises(Unwell):
        library.put(entries())
    assert library.loops() == []
    library.put([(FULL, STAMP)])
    assert library.loops() == [FULL]


def test_what_was_put_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    for expected in ([], [FULL]):
        with Library(tmp_path / "library.sqlite") as library:
            assert library.loops() == expected
            library.put([(FULL, STAMP)])


def refusal(path: Path) -> str:
    with pytest.raises(LibraryError) as caught:
        Library(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message


def test_a_library_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    Library(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    before = path.read_bytes()
    assert "newer version (format 99" in refusal(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "photos.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE photos (name TEXT)")
    db.close()
    before = path.read_bytes()
    assert "another program's database" in refusal(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "song.txt"
    path.write_text("la la la " * 200)
    assert "is not a loop library" in refusal(path)
    assert path.read_text() == "la la la " * 200


def test_a_folder_and_a_file_in_no_folder_are_refused(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)
    assert "does not exist" in refusal(tmp_path / "none" / "library.sqlite")


def test_a_library_cut_short_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    with Library(path) as library:
        library.put([(replace(FULL, path=Path(f"/loops/{n}.wav")), STAMP) for n in range(200)])
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(LibraryError) as caught, Library(path) as library:
        library.loops()
    assert "\n" not in str(caught.value)


def test_an_empty_file_becomes_a_library(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    path.touch()
    with Library(path) as library:
        assert library.loops() == []
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    db.close()


def test_a_reader_sees_whole_states_while_another_writes(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    with Library(path) as writer, Library(path) as reader:
        writer.put([(FULL, STAMP)])

        def entries():
            yield replace(FULL, path=Path("/loops/c.wav")), STAMP
            assert reader.loops() == [FULL]  # the write is under way

        writer.put(entries())
        assert len(reader.loops()) == 2


WRITER = """
import sys
from pathlib import Path
from loopmind_live.library.store import Library, Stamp
from loopmind_live.score.loop import Loop
name = sys.argv[2]
with Library(Path(sys.argv[1])) as library:
    for n in range(30):
        library.put([(Loop(Path(f"/loops/{name}/{n}.wav"), "x"), Stamp(1, 1, 1, "x"))])
        library.loops()
"""


def test_processes_that_open_and_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(n)],
            cwd=Path(__file__).parents[2],
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(4)
    ]
    assert [process.communicate(timeout=60)[1] for process in processes] == [""] * 4
    with Library(path) as library:
        assert len(library.loops()) == 120
