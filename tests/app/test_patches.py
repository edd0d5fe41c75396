"""Patches in a set: from a file to the sound and back, through the whole program."""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import soundfile

from loopmind_live.app.offline import OfflineShow, Request
from loopmind_live.app.patches import Patches, find_patch, patch_files, patch_folders
from loopmind_live.app.performance import Answer
from loopmind_live.app.replay import replay
from loopmind_live.app.stage import Sound
from loopmind_live.bench.codes import CodeSet, make_code_set
from loopmind_live.bench.rules import Meter
from loopmind_live.engine.patch.scratch import Scratch
from loopmind_live.errors import EngineError, SessionError
from loopmind_live.repl.grammar import parse
from loopmind_live.score.loop import ROLES
from tests.engine.processes import until
from tests.session.stage import Rig

HALF = """
import pyo
from loopmind_live.score.patch import Parameter
parameters = {{"gain": Parameter({gain}, 0.0, 1.0, smoothing_s=0.0)}}

def build(input, parameters):
    return input * parameters.gain
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CodeSet:
    return make_code_set(
        tmp_path_factory.mktemp("set"), Meter.of(140.0, 48000), tracks=("drums", "bass", "pad"),
        loops_per_track=2, sections=(("intro", 4), ("hook", 8)), clip_bars=(1, 2),
    )  # fmt: skip


@pytest.mark.usefixtures("home")
def test_a_set_with_patches_is_replayed_sample_for_sample(
    made: CodeSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "patches").mkdir()
    (tmp_path / "patches" / "half.py").write_text(HALF.format(gain=0.0))
    script = tmp_path / "set.txt"
    script.write_text(
        "@1.3 patch drums half\n@2.2 patch bass dub_delay\n@3 knob bass feedback 0.8\n"
        "@4.2 knob bass feedback 0.3\n"
        "@3.1 patch melody blip\n@4.1 pattern melody 0.3_/2\n"
        "@5 patch pad nothing\n@5.2 patch pad vynil\n@5.3 patch master vinyl\n"
        "@5.4 patch delay bit_crusher\n@6.1 send bass to delay -6\n"
        "@6.1 knob master age 0.9\n@6.2 patch bass off\n@8.3 undo\n@9 patch drums off\n"
    )
    told: list[str] = []
    request = Request(
        tmp_path / "none.sqlite", Sound("offline"), made.timeline, script, tmp_path / "set.wav",
        tmp_path / "set.jsonl", until_bar=12,
    )  # fmt: skip
    OfflineShow(request, told.append).run()
    lines = "\n".join(told)
    assert "half on drums at bar 2" in lines and "dub_delay on bass at bar 3" in lines
    assert "patch: no 'nothing': type patch drums and Tab for the list" in lines
    assert "patch: no 'vynil': did you mean vinyl?" in lines
    assert "vinyl on master at bar 6" in lines and "bit_crusher on delay at bar 6" in lines
    assert replay(tmp_path / "set.jsonl", tmp_path / "again.wav", []) > 0
    first, _ = soundfile.read(tmp_path / "set.wav")
    again, _ = soundfile.read(tmp_path / "again.wav")
    assert np.array_equal(first, again)
    events = [json.loads(line) for line in (tmp_path / "set.jsonl").read_text().splitlines()[1:]]
    mounted = [one for one in events if one["kind"] == "param" and "insert" in one["name"]]
    frames = [round(bar * 4 * 60 * 48000 / 140) for bar in (1, 2, 3, 5, 5, 6, 8, 9)]
    assert [one["frame"] for one in mounted] == frames
    melody = f"track/{ROLES.index('melody')}/note"
    notes = [one["frame"] for one in events if one.get("name") == melody and one["value"]]
    steps = [3 + step / 16 for step in (0, 3, 6, 9, 12)]
    assert notes == [round(bar * 4 * 60 * 48000 / 140) for bar in (*steps, *range(4, 12))]


class Stage:
    """A session with its fakes, and what the app does beside it: files, processes, words."""

    def __init__(self, folder: Path) -> None:
        self.rig = Rig()
        self.session = self.rig.session
        self.told: list[str] = []
        self.rehearse: Callable[..., list[str]] = lambda _: []
        self.folders = [folder]
        self.patches = Patches(self, self.folders, self.told.append)  # type: ignore[arg-type]
        for text in ("play",):
            self.carry_out(parse(text))
        self.session.advance()
        self.rig.play_to(self.rig.BAR // 2)

    def carry_out(self, commands: object) -> Answer:
        lines: list[str] = []
        for command in commands:  # type: ignore[attr-defined]
            reply = self.session.submit(command)
            lines += reply.lines
            for effect in reply.effects:
                lines += self.rehearse(effect)
        return Answer(tuple(lines))

    def until_told(self, words: str) -> str:
        end = time.monotonic() + 60.0
        while time.monotonic() < end:
            self.patches.advance()
            if self.told and words in self.told[-1]:
                return self.told[-1]
            time.sleep(0.005)
        raise AssertionError(f"never told {words!r}: {self.told}")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.patches.close()


def test_a_saved_file_takes_the_place_of_the_one_before(stage: Stage, tmp_path: Path) -> None:
    file = tmp_path / "half.py"
    file.write_text(HALF.format(gain=0.5))
    answer = stage.carry_out(parse("patch drums half"))
    assert answer.lines == ("half is rehearsed first",)
    stage.until_told("half on drums at bar 2")
    stage.rig.play_to(2 * stage.rig.BAR)
    file.write_text(HALF.format(gain=0.25))
    stage.until_told("half on drums anew at bar 4")
    stage.rig.play_to(4 * stage.rig.BAR)
    frames = [at for at, name, _ in stage.rig.engine.parameters if name == "track/0/insert1"]
    assert frames == [stage.rig.BAR, 3 * stage.rig.BAR]


def test_what_nobody_asked_for_here_is_watched_too_where_its_name_is_found_first(
    stage: Stage, tmp_path: Path
) -> None:
    shipped = tmp_path / "shipped" / "half.py"
    shipped.parent.mkdir()
    shipped.write_text(HALF.format(gain=0.5))
    stage.folders.append(shipped.parent)
    # As a set's patches come that it begins with, or those of a performance that goes on.
    stage.session.learn(Scratch(shipped, 48000, 256).wait())
    stage.carry_out(parse("patch drums half"))
    stage.rig.play_to(2 * stage.rig.BAR)
    stage.patches.look()
    own = tmp_path / "half.py"
    own.write_text(HALF.format(gain=0.25))  # it goes before the other one from now on
    stage.until_told("half on drums anew at bar 4")
    stage.rig.play_to(4 * stage.rig.BAR)
    shipped.write_text(HALF.format(gain=0.125))
    stage.patches.look()
    assert not stage.patches.is_busy
    own.write_text(HALF.format(gain=0.0625))
    stage.until_told("half on drums anew at bar 6")
    stage.rig.play_to(6 * stage.rig.BAR)
    of_set = tmp_path / "set" / "half.py"
    of_set.parent.mkdir()
    of_set.write_text(HALF.format(gain=0.0625))
    stage.folders.insert(0, of_set.parent)  # a set was loaded that has its own
    stage.patches.look()
    assert not stage.patches.is_busy
    of_set.write_text(HALF.format(gain=0.75))
    stage.until_told("half on drums anew at bar 8")


BROKEN = {
    "def build(input, parameters)\n    return input\n": "line 1: expected ':'",
    "\ndef build(input, parameters):\n    return input * nothing\n": "line 3: NameError",
    "\ndef build(input, parameters):\n    while True: pass\n": "line 3: not done after",
    "\ndef build(input, parameters):\n    return input * 1000\n": "line 3: with noise",
    "import pyo\ndef build(input, parameters):\n"
    "    return pyo.Delay(input, -1, maxdelay=-1)\n": "line 3: Delay: delay = -1",
    "import ctypes\ndef build(input, parameters):\n    ctypes.string_at(0)\n": "line 3: it crashed",
    "import os\ndef build(input, parameters):\n    os._exit(0)\n": "line 3: it would end",
    "\ndef build(input, parameters):\n    return [0] * (1 << 40)\n": "line 3: MemoryError",
}


def test_a_broken_edit_leaves_the_last_good_version(stage: Stage, tmp_path: Path) -> None:
    file = tmp_path / "half.py"
    file.write_text(HALF.format(gain=0.5))
    stage.carry_out(parse("patch drums half"))
    stage.until_told("half on drums at bar 2")
    stage.rig.play_to(2 * stage.rig.BAR)
    document = stage.session.state.document
    for text, told in BROKEN.items():
        file.write_text(text)
        line = stage.until_told("the last good version stays")
        assert told in line and "\n" not in line
        stage.told.clear()
        assert stage.session.state.document is document and not stage.session.state.pending


def test_what_never_worked_is_told_and_nothing_waits(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text("\ndef build(input, parameters):\n    return 1 / 0\n")
    stage.carry_out(parse("patch drums wrong"))
    assert stage.until_told("ZeroDivisionError").endswith("division by zero")
    assert not stage.session.state.pending


def test_patches_are_found_by_name_and_what_is_nearer_comes_first(
    tmp_path: Path, home: Path
) -> None:
    folders = patch_folders(tmp_path)
    assert len(patch_files(folders)) == 12  # those that come along; the demo's instruments are none
    (tmp_path / "patches").mkdir()
    own = shutil.copy(find_patch("vinyl", folders), tmp_path / "patches" / "vinyl.py")
    assert find_patch("vinyl", folders) == Path(own)
    with pytest.raises(SessionError, match="no 'flute': type patch drums and Tab"):
        find_patch("flute", folders)


def test_a_process_that_hangs_is_ended(tmp_path: Path) -> None:
    file = tmp_path / "hangs.py"
    file.write_text("import time\ndef build(input, parameters):\n    time.sleep(1000)\n")
    now = [0.0]
    scratch = Scratch(file, 48000, 256, lambda: now[0])
    assert scratch.result() is None
    now[0] = 31.0
    with pytest.raises(EngineError, match="hangs: not done after 30 s"):
        scratch.result()


FORKS = """
import os, time
def build(input, parameters):
    if (child := os.fork()) == 0:
        {setsid}
        time.sleep(1000)
    open({told!r}, "w").write(str(child))
    return input
"""


@pytest.mark.parametrize("setsid", ["", "os.setsid()"])
def test_what_a_patch_leaves_behind_is_not_waited_for_and_ended(
    tmp_path: Path, setsid: str
) -> None:
    file, told = tmp_path / "forks.py", tmp_path / "child"
    file.write_text(FORKS.format(setsid=setsid, told=str(told)))
    scratch = Scratch(file, 48000, 256)
    waiting = Thread(target=scratch.wait, daemon=True)
    waiting.start()
    waiting.join(25.0)
    done, child = not waiting.is_alive(), int(told.read_text())
    try:
        assert done, "the performer waits for what the patch left behind"
        if not setsid:
            until(lambda: not _runs(child))
    finally:
        if _runs(child):
            os.kill(child, signal.SIGKILL)


def _runs(pid: int) -> bool:
    """Tell whether a process runs: a zombie, which waits for its parent, does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state not in "ZX"
