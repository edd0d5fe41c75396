"""`loopmind similar`, as it is typed: by a loop, a file or words."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from loopmind_live.cli import main
from loopmind_live.library import embedding
from loopmind_live.library.decode import Audio
from loopmind_live.library.embedding import unit
from loopmind_live.library.ingest import scan
from loopmind_live.library.store import Library, Stamp
from loopmind_live.score.loop import Loop

sys.path.insert(0, str(Path(__file__).parents[1] / "library"))
from made_loops import chord_loop, drum_loop, one_hit, write

CADENCE = [[57, 60, 64], [62, 65, 69]]


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds loops and the library made of them."""
    folder = tmp_path_factory.mktemp("music")
    write(folder / "loops" / "break one.wav", drum_loop(120, 8))
    write(folder / "loops" / "break two.wav", drum_loop(124, 8, seed=5))
    write(folder / "loops" / "keys.wav", chord_loop(120, CADENCE))
    write(folder / "loops" / "keys higher.wav", chord_loop(110, [[n + 2 for n in CADENCE[0]]] * 2))
    write(folder / "loops" / "snare.wav", one_hit())
    (folder / "loops" / "broken.wav").write_text("not audio")
    with Library(folder / "library.sqlite") as library:
        scan(folder / "loops", library, 1)
    return folder


@pytest.fixture
def scanned(music: Path, tmp_path: Path) -> Path:
    """Return a copy of that library for one test alone."""
    return Path(shutil.copy(music / "library.sqlite", tmp_path))


@pytest.fixture
def typed(music: Path, scanned: Path, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch):
    """Return a function that types `similar` in the folder of the library; it has to succeed."""
    monkeypatch.chdir(music)

    def type_it(*words: str) -> str:
        capsys.readouterr()
        status = main(["similar", *words, "--library", str(scanned)])
        told = capsys.readouterr()
        assert status == 0, told.err
        return told.out

    return type_it


@pytest.fixture
def refused(
    music: Path, scanned: Path, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch
):
    """Return a function that types `similar` and gives its one line of refusal."""
    monkeypatch.chdir(music)

    def type_it(*words: str) -> str:
        capsys.readouterr()
        assert main(["similar", "--library", str(scanned), *words]) == 1
        told = capsys.readouterr()
        assert told.out == "" and told.err.count("\n") == 1
        return told.err

    return type_it


def names(text: str) -> list[str]:
    return [Path(found["path"]).name for found in json.loads(text)]


@pytest.mark.parametrize("like", ["loops/break one.wav", "break one.wav", "Break One", "break o"])
def test_a_loop_is_known_by_path_or_name_and_is_not_its_own_match(typed, like: str) -> None:
    found = names(typed(like, "--json"))
    assert found[0] == "break two.wav"
    assert "break one.wav" not in found and "broken.wav" not in found
    assert len(found) == 4


def test_a_number_of_the_listing_is_a_loop(typed, scanned: Path) -> None:
    with Library(scanned) as library:
        numbers = {entry.loop.path.name: entry.number for entry in library.entries()}
    assert names(typed(str(numbers["keys.wav"]), "--json", "-n", "1")) == ["keys higher.wav"]


def test_json_is_an_array_of_loops_with_their_similarity(typed) -> None:
    found = json.loads(typed("keys.wav", "--json", "-n", "3"))
    assert len(found) == 3
    assert list(found[0])[:2] == ["similarity", "path"]
    assert {"bpm", "key", "role", "lufs", "error"} <= set(found[0])
    values = [each["similarity"] for each in found]
    assert values == sorted(values, reverse=True)
    assert all(-1.0 <= value <= 1.0 for value in values)


def test_for_people_it_is_a_table(typed, scanned: Path) -> None:
    lines = typed("break one.wav", "-n", "2").splitlines()
    assert len(lines) == 3
    assert lines[0].split()[:3] == ["like", "loop", "role"]
    assert "%" in lines[1] and "break two.wav" in lines[1] and "drums" in lines[1]


def test_a_file_that_the_library_does_not_know_is_heard_now(typed, tmp_path: Path) -> None:
    other = write(tmp_path / "mine.wav", drum_loop(118, 8, seed=9))
    assert {"break one.wav", "break two.wav"} == set(names(typed(str(other), "--json", "-n", "2")))


def test_a_library_of_an_older_version_is_heard_first(
    scanned: Path, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "old.sqlite"
    with Library(scanned) as library, Library(path) as old:
        old.put((loop, Stamp(1, 2, 1, "")) for loop in library.loops())
        assert old.vectors.makers() == []
    assert main(["similar", "break one.wav", "--library", str(path), "--json", "-n", "1"]) == 0
    assert names(capsys.readouterr().out) == ["break two.wav"]


def test_a_file_that_has_gone_is_told_and_costs_only_itself(
    scanned: Path, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "old.sqlite"
    with Library(scanned) as library, Library(path) as old:
        old.put((loop, Stamp(1, 2, 1, "")) for loop in library.loops())
        old.put([(Loop(tmp_path / "gone.wav", "gone"), Stamp(1, 2, 1, "gone"))])
    assert main(["similar", "break one.wav", "--library", str(path), "--json", "-n", "1"]) == 0
    told = capsys.readouterr()
    assert names(told.out) == ["break two.wav"]
    assert "gone.wav" in told.err and told.err.count("\n") == 1


def test_words_that_are_no_loop_are_refused_with_what_knows_them(refused) -> None:
    told = refused("dusty vinyl drums")
    assert "'dusty vinyl drums' is no loop" in told and "--embedding clap" in told


def test_words_are_refused_by_an_embedding_that_does_not_know_them(refused) -> None:
    assert "is no loop" in refused("dusty vinyl drums", "--embedding", "dsp")


def test_a_name_that_may_be_several_loops_is_refused_with_their_numbers(refused) -> None:
    told = refused("break")
    assert "break one.wav" in told and "break two.wav" in told


def test_a_loop_that_cannot_be_played_is_like_nothing(refused) -> None:
    assert "cannot be played" in refused("broken.wav")


def test_an_embedding_that_there_is_not_is_refused(refused) -> None:
    assert "choose dsp, clap, openl3" in refused("keys.wav", "--embedding", "mfcc")


def test_a_library_that_there_is_not_is_one_line(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["similar", "x", "--library", str(tmp_path / "none.sqlite")]) == 1
    assert "loopmind scan" in capsys.readouterr().err
    assert not (tmp_path / "none.sqlite").exists()


def test_one_loop_alone_has_no_other_like_it(
    scanned: Path, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "one.sqlite"
    with Library(scanned) as library, Library(path) as one:
        one.put([(next(iter(library.loops())), Stamp(1, 2, 1, ""))])
    assert main(["similar", "1", "--library", str(path)]) == 0
    assert capsys.readouterr().out == "the library has no other loop\n"


class Words:
    """A maker that knows a few words: sounds by how bright they are, words by a list."""

    name, width, knows_text = "clap:words@1", 2, True

    def of_audio(self, audio: Audio) -> np.ndarray:
        change = float(np.abs(np.diff(audio.samples[:, 0])).mean() / np.abs(audio.samples).mean())
        return unit(np.array([1.0, 10.0 * change], np.float32))

    def of_text(self, text: str) -> np.ndarray:
        return unit(np.array([1.0, 10.0 if "bright" in text else 0.0], np.float32))


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list of the names by which makers are asked for, and let clap be `Words`."""
    asked: list[str] = []
    real = embedding.maker_named

    def maker(name: str):
        asked.append(name)
        return Words() if name.startswith("clap") else real(name)

    monkeypatch.setattr(embedding, "maker_named", maker)
    return asked


def test_words_are_looked_for_by_a_maker_that_knows_them(typed, words: list[str]) -> None:
    bright = names(typed("bright noise", "--embedding", "clap:words", "--json"))
    assert bright[0] == "snare.wav" and len(bright) == 5
    dark = names(typed("dark noise", "--embedding", "clap:words", "--json"))
    assert dark == bright[::-1]


def test_once_it_was_used_words_are_known_without_naming_it(typed, words: list[str]) -> None:
    typed("bright noise", "--embedding", "clap:words", "--json")
    assert names(typed("bright noise", "--json"))[0] == "snare.wav"
    assert words == ["clap:words", "clap:words@1"]
    # A loop is still compared by the default, and a name is a loop before it is words.
    assert names(typed("break one", "--json"))[0] == "break two.wav"
    assert words[-1] == "dsp"


def test_a_loop_can_be_compared_by_that_maker_too(typed, words: list[str]) -> None:
    assert len(names(typed("keys.wav", "--embedding", "clap", "--json"))) == 4
