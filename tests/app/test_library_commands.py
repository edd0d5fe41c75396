"""The commands that scan, correct and list a library, as they are typed."""

import json
from pathlib import Path

import pytest

from loopmind_live.app.files import library_loops
from loopmind_live.app.scanning import watch_folder
from loopmind_live.cli import main
from loopmind_live.errors import LibraryError
from loopmind_live.library import watch as watching
from loopmind_live.library.report import ScanReport
from loopmind_live.library.store import Library, Stamp
from loopmind_live.score.loop import Loop

JSON_KEYS = [
    "path", "kind", "duration_s", "bpm", "bpm_confidence", "beats", "beats_per_bar", "bars",
    "key", "key_confidence", "tuning_cents", "instrument", "role", "moods", "lufs",
    "true_peak_dbtp", "error",
]  # fmt: skip
LOOPS = [
    Loop(Path("/loops/amen.wav"), "one", duration_s=5.52, bpm=87.0, bpm_confidence=0.9, beats=8,
         role="drums", moods=("dark",)),
    Loop(Path("/loops/broken.wav"), "", error="broken.wav: holds no audio"),
    Loop(Path("/loops/copy of amen.wav"), "one", duration_s=5.52, bpm=87.0, beats=8, role="drums"),
    Loop(Path("/loops/rhodes.wav"), "two", duration_s=4.0, bpm=120.0, beats=8, key="A:min",
         role="chords"),
]  # fmt: skip


@pytest.fixture
def library(tmp_path: Path, home: Path) -> Path:
    path = tmp_path / "library.sqlite"
    with Library(path) as library:
        library.put([(loop, Stamp(1, 1, 1, loop.content_hash)) for loop in LOOPS])
    return path


@pytest.fixture
def typed(library: Path, capsys: pytest.CaptureFixture[str]):
    """Return a function that types a command and gives what it prints; it has to succeed."""

    def type_it(*words: str) -> str:
        capsys.readouterr()
        assert main([words[0], "--library", str(library), *words[1:]]) == 0
        return capsys.readouterr().out

    return type_it


def test_a_correction_is_told_shown_and_used(typed, library: Path) -> None:
    told = typed("fix", "amen", "--bpm", "174", "--key", "Fm", "--role", "bass")
    assert "bpm: 174 (heard: 87)" in told
    assert "key: F minor (heard: none)" in told
    assert "role: bass (heard: drums)" in told
    listed = typed("loops")
    (row,) = [line for line in listed.splitlines() if line.startswith("1 ")]
    assert "174*" in row and "bass*" in row and "F minor*" in row
    assert "* corrected by you" in listed
    amen = library_loops(library)[0]  # what the arranger is given
    assert (amen.bpm, amen.beats, amen.key, amen.role) == (174.0, 16, "F:min", "bass")
    assert amen.bpm_confidence == amen.key_confidence == 1.0
    typed("fix", "1", "--clear")
    assert library_loops(library)[0] == LOOPS[0]


def test_what_is_fixed_holds_for_every_copy_of_the_file(typed, library: Path) -> None:
    typed("fix", "/loops/amen.wav", "--role", "perc", "--tag", "Set 1")
    assert [loop.role for loop in library_loops(library)] == ["perc", None, "perc", "chords"]
    assert "copy of amen.wav" in typed("loops", "--tag", "set 1")


def test_several_loops_are_fixed_at_once(typed) -> None:
    told = typed("fix", "amen", "rhodes", "--tag", "warm", "--favorite")
    assert told.splitlines() == [
        "1 amen.wav: tags: warm; favorite", "4 rhodes.wav: tags: warm; favorite",
    ]  # fmt: skip
    typed("fix", "amen", "--no-favorite", "--untag", "warm")
    assert "1 of 4 loops" in typed("loops", "--favorites")


def test_json_has_its_keys_and_nothing_else_whatever_was_said(typed) -> None:
    typed("fix", "amen", "--bpm", "174", "--tag", "warm", "--favorite")
    listed = json.loads(typed("loops", "--json"))
    assert [list(loop) for loop in listed] == [JSON_KEYS] * 4
    assert [loop["bpm"] for loop in listed] == [174.0, None, 174.0, 120.0]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("--role", "chords"), ["rhodes"]),
        (("--role", "chords", "--role", "drums"), ["amen", "copy of amen", "rhodes"]),
        (("--bpm", "80-90"), ["amen", "copy of amen"]),
        (("--bpm", "120"), ["rhodes"]),
        (("--key", "Am"), ["rhodes"]),
        (("--key", "none"), ["amen", "copy of amen"]),
        (("--mood", "dark"), ["amen"]),
        (("--search", "copy", "amen"), ["copy of amen"]),
        (("--sort", "bpm", "--search", "e"), ["amen", "copy of amen", "rhodes", "broken"]),
        (("--tag", "never said"), []),
    ],
)
def test_a_filter_lists_what_was_asked_for(typed, words: tuple[str, ...], names: list) -> None:
    listed = json.loads(typed("loops", "--json", *words))
    assert [Path(loop["path"]).stem for loop in listed] == names


def test_filtered_loops_keep_their_numbers(typed) -> None:
    listed = typed("loops", "--role", "chords")
    assert [line.split()[:2] for line in listed.splitlines()[1:2]] == [["4", "rhodes.wav"]]
    assert listed.splitlines()[-1] == "1 of 4 loops"


def test_what_cannot_be_used_is_told_with_its_reason(typed) -> None:
    assert "2 cannot be used: broken.wav: holds no audio" in typed("loops")


def test_duplicates_are_listed_as_groups(typed) -> None:
    assert "2 files hold 1 sound\n" in typed("loops", "--duplicates")
    groups = json.loads(typed("loops", "--duplicates", "--json"))
    names = [[Path(loop["path"]).name for loop in group] for group in groups]
    assert names == [["amen.wav", "copy of amen.wav"]]
    assert "no two files" in typed("loops", "--duplicates", "--role", "chords")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nothing",), "no loop of the library"),
        (("amen", "--bpm", "fast"), "bpm 'fast'"),
        (("amen", "--bpm", "999"), "40 to 240"),
        (("amen", "--key", "H"), "key 'H'"),
        (("amen", "--role", "trumpet"), "choose one of drums"),
        (("amen", "--tag", ""), "tag ''"),
        (("broken", "--bpm", "120"), "holds no audio"),
        (("amen", "rhodes", "broken", "--role", "bass"), "holds no audio"),
    ],
)
def test_a_fix_that_makes_no_sense_is_refused_in_one_line_and_changes_nothing(
    library: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    assert main(["fix", "--library", str(library), *words, "--favorite"]) == 1
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    with Library(library) as opened:
        assert not opened.user.favorites() and not opened.user.corrections()


def test_a_library_that_is_not_there_is_refused_and_not_made(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "none.sqlite"
    for words in (["loops"], ["fix", "amen"]):
        assert main([words[0], "--library", str(missing), *words[1:]]) == 1
        assert "no library yet" in capsys.readouterr().err
    assert not missing.exists()


@pytest.mark.parametrize(
    "words",
    [["--bpm", "x"], ["--bpm", "140-120"], ["--key", "H"], ["--role", "tuba"], ["--sort", "luck"]],
)
def test_a_wrong_filter_is_wrong_usage(library: Path, words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["loops", "--library", str(library), *words])
    assert caught.value.code == 2


def test_a_watch_shows_only_scans_that_changed_something_and_ends_with_ctrl_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = [ScanReport(tmp_path), ScanReport(tmp_path, added=1), ScanReport(tmp_path, removed=1)]
    coming = iter(reports)
    shown: list[ScanReport] = []
    said: list[str] = []

    def watch(folder: Path, scan, tell, looks) -> None:
        for _ in reports:
            scan()
        raise KeyboardInterrupt

    monkeypatch.setattr(watching, "watch", watch)
    watch_folder(tmp_path, lambda: next(coming), shown.append, said.append)
    assert shown == reports[1:]
    assert len(said) == 1 and "no longer watched" in said[0]


def test_a_watch_of_no_folder_is_refused(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "none"
    assert main(["scan", str(missing), "--library", str(library), "--watch"]) == 1
    assert "no such folder" in capsys.readouterr().err
    with pytest.raises(LibraryError):
        library_loops(missing)
