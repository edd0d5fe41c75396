"""What a load brings comes as it lands: one taken back, canceled or refused leaves no trace."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loopmind_live.app.patches import Patches
from loopmind_live.app.set_folder import SET, read_folder
from loopmind_live.app.set_places import Places
from loopmind_live.app.shelf import Shelf
from loopmind_live.score.patch import Parameter, Patch
from loopmind_live.session.home import Home
from loopmind_live.session.journal import Journal, read_journal
from loopmind_live.session.snapshot import Snapshot
from tests.app.test_shelf import NOW, Stage
from tests.session.test_patches import patch

HATS = "@loop\ndef hats(): ...\n"


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Yield a performance of the set `monday`, its code running, with `friday` beside it."""
    monkeypatch.setenv("LOOPMIND_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    stage = Stage(tmp_path)
    stage.enter("mute bass")
    stage.on()
    stage.enter("save friday")
    (stage.sets / "friday" / "code.py").write_text(HATS)
    stage.enter("unmute bass")
    stage.on()
    stage.enter("save monday")
    stage.show.kept_code = lambda: "x = 1\n"
    stage.show.end_code = lambda: stage.ran.append("end()")
    yield stage


@pytest.mark.parametrize("back", ["undo", "cancel"])
def test_a_load_that_never_lands_leaves_all_as_it_was(stage: Stage, back: str) -> None:
    used: list[Path] = []
    stage.show.use_mappings = used.append
    stage.enter("load friday")
    assert stage.enter(back).startswith("canceled: load friday")
    stage.on()
    assert not used and not stage.ran
    assert stage.patches_in[0] == stage.sets / "monday" / "patches"
    kept = (stage.sets / "friday" / SET).read_text()
    stage.show.kept_code = str
    assert stage.enter("save") == f"saved {stage.sets / 'monday'}"
    assert (stage.sets / "friday" / SET).read_text() == kept


def test_a_load_whose_loops_cannot_be_made_leaves_all_as_it_was(stage: Stage) -> None:
    timeline = stage.sets / "friday" / "timeline.json"
    timeline.write_text(timeline.read_text().replace("pad_0", "pad_9"))
    stage.rig.shelf.failing = {"pad_9"}
    stage.enter("load friday")
    stage.on()
    assert any("load friday refused" in line for line in stage.rig.told)
    assert not stage.ran and stage.shelf.current == stage.sets / "monday"


def test_undo_of_a_load_goes_back_to_the_folder_and_the_code_of_before(stage: Stage) -> None:
    stage.enter("load friday")
    assert not stage.ran and stage.shelf.current == stage.sets / "monday"
    stage.on()
    assert stage.ran == ["end()", HATS] and stage.shelf.current == stage.sets / "friday"
    assert stage.patches_in[0] == stage.sets / "friday" / "patches"
    stage.enter("undo")
    stage.on()
    assert stage.ran[2:] == ["end()", "x = 1\n"]
    assert stage.shelf.current == stage.sets / "monday"
    assert stage.patches_in[0] == stage.sets / "monday" / "patches"
    stage.enter("redo")
    stage.on()
    assert stage.ran[4:] == ["end()", HATS] and stage.shelf.current == stage.sets / "friday"


def test_start_lines_count_in_the_set_that_is_loaded(stage: Stage) -> None:
    lines = "lock bass\nlevel vocal -3\nfilter drums -20\nmute pad\n"
    (stage.sets / "friday" / "start.txt").write_text(lines)
    plays = stage.rig.session.state.document
    stage.enter("load friday")
    assert stage.rig.session.state.document == plays
    stage.on(1)  # beyond the next line, short of the one after it
    document = stage.rig.session.state.document
    assert document.locked == {"bass"} and document.muted == {"bass", "pad"}
    assert document.level_db("vocal") == -3.0 and document.control("drums", "filter") == -20.0
    stage.enter("undo")
    stage.on()
    now = stage.rig.session.state.document
    assert (now.locked, now.muted, now.levels_db) == (plays.locked, plays.muted, plays.levels_db)


def test_start_lines_that_are_more_than_the_set_are_typed_once_it_plays(stage: Stage) -> None:
    (stage.sets / "friday" / "start.txt").write_text(
        "lock bass\npatch drums gate\nlevel vocal -3\n>>> y = 2\n\nunlock bass\n"
    )
    stage.enter("load friday")
    assert not stage.rehearsed and not stage.ran
    stage.on(1)
    assert [one.name for one in stage.rehearsed] == ["gate"]
    assert stage.ran == ["end()", "y = 2", HATS]
    stage.on()
    document = stage.rig.session.state.document
    assert document.level_db("vocal") == -3.0 and document.locked == frozenset()
    assert document.control("drums", "insert1") > 0.0


def test_seed_and_choices_are_those_of_the_set_that_plays(stage: Stage) -> None:
    file = stage.sets / "friday" / SET
    file.write_text("seed = 77\nlibrary = 'loops.sqlite'\n\n[choices]\nhook = 3\n")
    first = stage.rig.session.state
    stage.enter("regenerate hook")
    stage.on()
    own = stage.rig.session.state
    assert own.seed == first.seed and own.tries != first.tries
    stage.enter("load friday")
    assert (stage.rig.session.state.seed, stage.rig.session.state.tries) == (own.seed, own.tries)
    stage.on()
    assert stage.rig.session.state.seed == 77
    assert stage.rig.session.state.tries == (("hook", 3),)
    stage.enter("save")
    kept = read_folder(stage.sets / "friday").kept
    assert (kept.seed, kept.tries) == (77, (("hook", 3),))
    assert kept.library == str(stage.sets / "friday" / "loops.sqlite")
    stage.enter("undo")
    stage.on()
    assert (stage.rig.session.state.seed, stage.rig.session.state.tries) == (own.seed, own.tries)


def test_a_seed_of_zero_is_a_seed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stage.sets / "zero"
    folder.mkdir()
    (folder / SET).write_text("prompt = 'dark trap 140 bpm'\nseed = 0\n")
    seeds: list[int] = []
    arranger = stage.rig.session.arranger
    arrange = arranger.arrange
    monkeypatch.setattr(arranger, "arrange", lambda p, s: (seeds.append(s), arrange(p, s))[1])
    stage.enter("load zero")
    assert seeds == [0]


def test_what_is_edited_in_the_sets_own_patches_is_kept(stage: Stage) -> None:
    stage.enter("patch drums gate")
    stage.on()
    stage.enter("save late")
    own = stage.sets / "late" / "patches" / "gate.py"
    own.write_text(own.read_text() + "# edited\n")
    stage.enter("save")
    assert own.read_text().endswith("# edited\n")


def test_saving_a_set_again_and_again_rehearses_nothing_anew(stage: Stage) -> None:
    stage.enter("patch drums gate")
    stage.on()
    patches = Patches(stage.show, stage.patches_in, stage.rig.told.append)
    for _ in range(3):
        stage.enter("save late")
        patches.look()
        assert not patches.is_busy
    own = stage.sets / "late" / "patches" / "gate.py"
    own.write_text(own.read_text() + "# edited\n")
    patches.look()
    assert patches.is_busy


class AnotherVersion:
    """A rehearsal that ends at once, with a version of its own."""

    def __init__(self, *_: object) -> None:
        pass

    def result(self) -> Patch:
        return patch("gate", depth=Parameter(0.9), time=Parameter(1.0, 0.25, 4.0, "beats"))


def test_a_patch_of_a_set_leaves_the_one_that_plays_alone_until_it_lands(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The set brings another version: the one that sounds stays, where the load is canceled."""
    stage.enter("patch drums gate")
    stage.on()
    stage.enter("save late")
    stage.enter("load monday")
    stage.on()
    stage.enter("patch drums gate")
    stage.on()
    sounds = stage.rig.session.state.document.control("drums", "insert1")
    file = stage.sets / "late" / "patches" / "gate.py"
    file.write_text(file.read_text() + "# another version\n")
    patches = Patches(stage.show, stage.patches_in, stage.rig.told.append)
    monkeypatch.setattr("loopmind_live.app.patches.Scratch", AnotherVersion)
    stage.enter("load late")
    while not stage.rig.session.state.pending:
        patches.advance()
    assert stage.enter("cancel") == "canceled: load late"
    stage.on()
    assert len(stage.rig.session.state.patches) == 2  # the other version is known by now
    assert stage.rig.session.state.document.control("drums", "insert1") == sounds
    stage.enter("load late")
    stage.on()
    assert stage.rig.session.state.document.control("drums", "insert1") != sounds


def test_a_load_outlives_its_performer(stage: Stage, tmp_path: Path) -> None:
    """Pending, or landed and undone: the folder is in the journal with what it belongs to."""
    (stage.sets / "friday" / "start.txt").write_text("@9.2 stop\n")
    stage.enter("load friday")
    pending = stage.rig.session.state
    journal = Journal(tmp_path / "journal", {}, stage.rig.told.append)
    journal.keep(Snapshot(pending))
    journal.close()
    kept = read_journal(tmp_path / "journal").snapshot
    assert kept is not None and kept.state == pending
    assert kept.state.document.home == Home(stage.sets / "monday", "monday")
    stage.on()
    after = Shelf(
        stage.show, Places(stage.here, stage.sets), stage.patches_in, lambda: None, lambda: NOW
    )
    after.take_up({}, stage.rig.told.append)
    assert after.current == stage.sets / "friday"
    stage.enter("save")
    assert (stage.sets / "friday" / "start.txt").read_text() == "@9.2 stop\n"
    stage.enter("undo")
    stage.on()
    assert after.current == stage.sets / "monday"
    assert stage.patches_in[0] == stage.sets / "monday" / "patches"
