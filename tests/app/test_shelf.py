"""Saving and loading sets as they are typed: what is kept, what is refused, what runs no code."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.app.journals import JOURNAL, Found
from loopmind_live.app.last_set import told
from loopmind_live.app.offline import OfflineShow, Request
from loopmind_live.app.performance import Performance
from loopmind_live.app.recording import OfflineRecorder
from loopmind_live.app.set_folder import SET, TIMELINE, read_folder
from loopmind_live.app.set_places import Places
from loopmind_live.app.set_writing import before, write_folder
from loopmind_live.app.shelf import Shelf
from loopmind_live.app.stage import Sound
from loopmind_live.bench.codes import CodeSet, make_code_set
from loopmind_live.bench.rules import Meter
from loopmind_live.errors import SessionError
from loopmind_live.score.timeline import read_timeline
from loopmind_live.session.effects import Rehearse
from loopmind_live.session.journal import Journal, read_journal
from loopmind_live.session.snapshot import Snapshot
from tests.session.stage import Rig
from tests.session.test_patches import patch

NOW = datetime(2026, 11, 23, 9, 0)


class Stage:
    """A performance without sound that has a shelf, in a folder of its own."""

    def __init__(self, folder: Path, last: Found | None = None) -> None:
        self.here, self.sets = folder / "here", folder / "sets"
        for one in (self.here / "patches", self.sets):
            one.mkdir(parents=True, exist_ok=True)
        (self.here / "patches" / "gate.py").write_text("def one(): ...\n\ndef build(i, p): ...\n")
        self.rig = Rig()
        self.ran: list[str] = []
        self.rehearsed: list[Rehearse] = []
        recorder: OfflineRecorder = object.__new__(OfflineRecorder)
        self.show = Performance(
            self.rig.session, recorder, self.here,
            lambda path: read_timeline(path, check_files=False), lambda: NOW,
        )  # fmt: skip
        self.show.run_code = self.ran.append
        self.show.rehearse = self.rehearse
        self.patches_in = [self.here / "patches"]
        self.shelf = Shelf(
            self.show, Places(self.here, self.sets), self.patches_in, lambda: last, lambda: NOW
        )
        self.enter("play")
        self.rig.play_to(self.rig.BAR // 2)

    def rehearse(self, wanted: Rehearse) -> list[str]:
        self.rehearsed.append(wanted)
        self.rig.session.learn(patch(wanted.name))
        return list(self.show.carry_out([wanted.command]).lines)

    def enter(self, text: str) -> str:
        return "\n".join(self.show.enter(text).lines)

    def on(self, bars: int = 2) -> None:
        self.rig.play_to(self.rig.engine.frame() + bars * self.rig.BAR)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setenv("LOOPMIND_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    yield Stage(tmp_path)


def test_a_set_is_kept_and_loaded_by_its_plain_name(stage: Stage) -> None:
    stage.enter("mute bass; level drums -6")
    stage.enter("patch drums gate")
    stage.on()
    kept = stage.rig.session.state.document
    assert stage.enter("save friday") == f"saved {stage.sets / 'friday'}"
    stage.enter("unmute bass; level drums 0; patch off")
    stage.on()
    assert stage.enter("load friday").startswith("friday: 120 bpm, A minor, goes on in intro at")
    stage.on()
    now = stage.rig.session.state.document
    assert (now.muted, now.levels_db, now.mixer) == (kept.muted, kept.levels_db, kept.mixer)
    assert now.arrangement == kept.arrangement and now.ids != kept.ids
    assert len(stage.rehearsed) == 1  # at first: the copy in the set is known to be the same
    assert (stage.sets / "friday" / "patches" / "gate.py").is_file()
    assert stage.patches_in[0] == stage.sets / "friday" / "patches"
    stage.enter("undo")
    stage.on()
    assert stage.rig.session.state.document.muted == frozenset()


def test_save_alone_keeps_it_where_it_was_kept_before(stage: Stage) -> None:
    stage.enter("save friday")
    stage.enter("mute bass")
    stage.on()
    assert stage.enter("save") == f"saved {stage.sets / 'friday'}"
    assert read_folder(stage.sets / "friday").kept.muted == {"bass"}
    assert read_folder(before(stage.sets / "friday")).kept.muted == frozenset()
    fresh = Stage(stage.here.parent)
    assert fresh.enter("save") == f"saved {stage.sets / 'set 2026-11-23 09.00.00'}"
    assert "what it was before is" in fresh.enter("save friday")
    assert fresh.shelf._places.names() == ("friday", "set 2026-11-23 09.00.00")


def test_a_set_of_several_words_loads_without_quotes_once_it_is_there(stage: Stage) -> None:
    stage.enter('save "late set"')
    assert stage.enter("load late set").startswith("late set: ")
    assert stage.enter("save 'x.json'").endswith("x.json") and (stage.here / "x.json").is_file()
    assert "starts at" in stage.enter("load x.json")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("load nosuch", "load: no set 'nosuch': there are friday"),
        ("load ../../etc", "load: no set '../../etc'"),
        ("load last", "load last: no performance before this one has left a set"),
        ('save ".."', "that is no name for a set"),
        ('save ".hidden"', "that is no name for a set"),
        ('save "last"', "that is no name for a set"),
        (f'save "{"x" * 99}"', "that is no name for a set"),
        ("save ./patches", "there is something else, no set"),
    ],
)
def test_what_is_no_set_is_refused_in_one_line(stage: Stage, line: str, told: str) -> None:
    stage.enter("save friday")
    before_it = stage.rig.session.state
    answer = stage.enter(line)
    assert told in answer and "\n" not in answer
    assert stage.rig.session.state == before_it


def test_a_set_with_a_mistake_is_told_with_file_and_key_and_nothing_of_it_is_done(
    stage: Stage,
) -> None:
    stage.enter("save friday")
    file = stage.sets / "friday" / SET
    for text, said in (
        ("muted = ['tuba']", "muted 'tuba': no such part"),
        ("loop = 'bridge 4'", "no section 'bridge 4'"),
        ("[parts.bass]\ninsert1 = 'nosuch'", "patch: no 'nosuch'"),
        ("tempo = 1", "tempo 1: choose a number, 40 to 240 bpm"),
    ):
        file.write_text(text)
        before_it = stage.rig.session.state
        answer = stage.enter("load friday")
        assert said in answer and (str(file) in answer or "patch" in said)
        assert stage.rig.session.state == before_it


def test_code_and_start_lines_are_entered_from_ones_own_prompt_alone(stage: Stage) -> None:
    stage.enter("save friday")
    folder = stage.sets / "friday"
    (folder / "start.txt").write_text("mute pad\n>>> x = 1\n\n@9 stop\n")
    (folder / "code.py").write_text("@loop\ndef hats(): ...\n")
    left = stage.show.type("load friday").lines  # as OSC, MIDI and scripts have it
    assert left[1] == "start.txt and code.py: left out: it is entered from your own prompt alone"
    stage.on()
    assert not stage.ran and stage.rig.session.state.document.muted == frozenset()
    answer = stage.enter("load friday")
    assert "mute pad" in answer and "its lines for bars are typed only by perform --set" in answer
    assert not stage.ran  # what plays until the load lands plays on
    stage.on()
    assert stage.ran == ["x = 1", "@loop\ndef hats(): ...\n"]
    assert stage.rig.session.state.document.muted == {"pad"}


def test_code_that_runs_is_kept_and_ends_where_another_set_is_loaded(stage: Stage) -> None:
    stage.show.kept_code = lambda: "@loop\ndef hats(): ...\n"
    stage.show.end_code = lambda: stage.ran.append("end()")
    stage.enter("save friday")
    assert (stage.sets / "friday" / "code.py").read_text() == "@loop\ndef hats(): ...\n"
    stage.enter("load friday")
    assert not stage.ran
    stage.on()
    assert stage.ran == ["end()", "@loop\ndef hats(): ...\n"]


def test_a_performance_that_was_cut_off_goes_on_with_its_own_set_and_offers_its_code(
    stage: Stage,
) -> None:
    stage.enter("save techno")
    stage.enter("save lofi")
    lofi = stage.sets / "lofi"
    (lofi / "controllers").mkdir()
    code = "gain = -6\n@loop\ndef hats(): ...\n@at(9)\ndef fill(): ...\n"
    held, used, told = [""], list[Path](), list[str]()
    stage.show.hold_code = lambda text: held.__setitem__(0, text)
    stage.show.held_code = lambda: held[0]
    stage.show.use_mappings = used.append
    # It began with techno, and lofi was loaded since.
    shelf = Shelf(
        stage.show, Places(stage.here, stage.sets), stage.patches_in, lambda: None, lambda: NOW
    )
    shelf.take_up({"set": str(lofi), "code": code}, told.append)
    assert told == ["code waits: hats, fill: load code runs it again"]
    assert (shelf.current, used) == (lofi, [lofi / "controllers"])
    assert stage.patches_in[0] == lofi / "patches"
    assert stage.enter("save") == f"saved {lofi}"
    assert not stage.ran and held == [code]
    assert "from your own prompt alone" in stage.show.type("load code").lines[0]  # as OSC asks
    assert not stage.ran and held == [code]
    assert stage.enter("load code") == "entered again: hats, fill"
    assert stage.ran == ["gain = -6", *(f"@{one}" for one in code[:-1].split("\n@")[1:])]
    assert held == [""]
    assert "no set 'code'" in stage.enter('load "code"')


def test_a_set_that_cannot_be_read_any_more_is_still_where_the_performance_is_kept(
    stage: Stage,
) -> None:
    stage.enter("save lofi")
    (stage.sets / "lofi" / SET).write_text("tempo = 'fast'")
    told: list[str] = []
    stage.shelf.take_up({"set": str(stage.sets / "lofi"), "code": ""}, told.append)
    assert not told  # nothing of it has to be read
    assert stage.shelf.current == stage.sets / "lofi"


def test_the_last_performance_is_loaded_from_its_journal(stage: Stage, tmp_path: Path) -> None:
    stage.rig.session.learn(patch("gate"))
    stage.enter("patch bass gate; level drums -6")
    stage.on()
    folder = tmp_path / "journal"
    folder.mkdir()
    journal = Journal(folder / JOURNAL, {}, lambda _: None)
    journal.keep(Snapshot(stage.rig.session.state))
    journal.note(code="x = 1\n")
    journal.close()
    found = Found(folder, read_journal(folder / JOURNAL))
    os.utime(folder / JOURNAL, (NOW.timestamp() - 86_400,) * 2)
    assert told(found, NOW) == "the set of yesterday 09:00 is kept, in intro: load last"
    again = Stage(tmp_path / "again", found)
    assert "the last set: 120 bpm" in again.enter("load last")
    again.on()
    assert again.rig.session.state.document.mixer == stage.rig.session.state.document.mixer
    assert again.ran == ["x = 1\n"]


def test_a_patch_without_a_file_is_left_out_and_the_set_kept(stage: Stage) -> None:
    stage.enter("patch drums gate")
    stage.on()
    (stage.here / "patches" / "gate.py").unlink()
    assert stage.enter("save friday").endswith("friday; left out, as its file is gone: gate")
    assert read_folder(stage.sets / "friday").kept.shells == ()


def test_a_set_is_there_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "friday"
    (tmp_path / "gate.py").write_text("one")
    write_folder(folder, {SET: "name = 'one'", TIMELINE: "{}"}, {})
    (folder / "loops").mkdir()
    (folder / "loops" / "bass.wav").write_text("sound")
    (folder / "away").symlink_to(tmp_path)
    write_folder(folder, {SET: "name = 'two'"}, {"patches/gate.py": tmp_path / "gate.py"})
    assert (folder / SET).read_text() == "name = 'two'" and not (folder / TIMELINE).exists()
    assert (folder / "loops" / "bass.wav").read_text() == "sound" and (folder / "away").is_symlink()
    assert (before(folder) / SET).read_text() == "name = 'one'"
    with pytest.raises(SessionError, match="it is as it was"):
        write_folder(folder, {SET: "name = 'three'"}, {"patches/x.py": tmp_path / "nosuch.py"})
    assert (folder / SET).read_text() == "name = 'two'"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["friday", "friday.before", "gate.py"]
    folder.rename(tmp_path / "gone")  # as a crash between the two renames leaves it
    assert Places(tmp_path, tmp_path).find("friday") == before(folder)


@pytest.mark.usefixtures("home")
def test_what_is_loaded_sounds_to_the_sample_as_what_was_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = make_code_set(
        tmp_path / "made", Meter.of(140.0, 48000), tracks=("drums", "bass"), loops_per_track=3,
        sections=(("verse", 2), ("hook", 2)), clip_bars=(1, 2),
    )  # fmt: skip
    moves = "@1 level bass -6\n@1 pan drums 30\n@1 tempo 150 now\n"
    others = "@4.2 mute bass\n@4.2 filter drums -80 next bar\n@4.2 level bass 3 next bar\n"
    saved = perform(made, tmp_path, "saved", f"{moves}@4.2 save friday\n@4.3 goto hook\n")
    assert any("saved" in line for line in saved)
    perform(made, tmp_path, "loaded", f"{moves}{others}@4.3 load friday\n")
    one, other = (soundfile.read(tmp_path / f"{n}.wav")[0] for n in ("saved", "loaded"))
    assert np.array_equal(one, other) and np.abs(one).max() > 0.01
    kept = read_folder(tmp_path / "home/data/sets/friday").kept
    assert (kept.tempo, kept.pace) == (150.0, 150.0 / 140.0)


def perform(made: CodeSet, folder: Path, name: str, script: str) -> list[str]:
    (folder / "script.txt").write_text(script)
    told: list[str] = []
    OfflineShow(
        Request(
            folder / "none.sqlite", Sound("offline"), made.timeline,
            folder / "script.txt", folder / f"{name}.wav", until_bar=8,
        ), told.append,
    ).run()  # fmt: skip
    return told
