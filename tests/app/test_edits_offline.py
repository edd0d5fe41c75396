"""An arrangement edited while it plays, offline: where it sounds, and that a replay is the same."""

import json
from pathlib import Path

import pytest
import soundfile

from loopmind_live.app.memory import NAME
from loopmind_live.app.offline import OfflineShow, Request
from loopmind_live.app.replay import replay
from loopmind_live.app.stage import Sound
from loopmind_live.bench.codes import CodeSet, make_code_set
from loopmind_live.bench.rules import Meter
from loopmind_live.config import data_folder

SCRIPT = """
@1.2 why
@1.3 alternatives drums in verse
@1.4 take 1
@2 longer intro
@3 insert 2 bar build before verse
@4.2 mute drums for 2 bars
@5 no bass in hook
@6.3 swap drums in hook
@8.2 delete verse
@9 undo
@10 resize hook 6 bars
@11.2 mute pad in hook for 1 bar
@12 delete this section
@13 favorite drums
@14 forget taste
@15 delete outro
@17 undo
"""

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CodeSet:
    return make_code_set(
        tmp_path_factory.mktemp("set"), Meter.of(140.0, 48000), tracks=("drums", "bass", "pad"),
        loops_per_track=4, sections=(("intro", 2), ("verse", 4), ("hook", 4), ("outro", 2)),
        clip_bars=(1, 2),
    )  # fmt: skip


def perform(made: CodeSet, folder: Path, name: str, dry: bool = False) -> list[str]:
    (folder / "set.txt").write_text(SCRIPT)
    told: list[str] = []
    request = Request(
        folder / "none.sqlite", Sound("offline", dry=dry), made.timeline, folder / "set.txt",
        folder / f"{name}.wav", folder / f"{name}.jsonl", until_bar=22,
    )  # fmt: skip
    OfflineShow(request, told.append).run()
    return told


def events(path: Path, kind: str) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [line for line in lines if line.get("kind") == kind]


@pytest.mark.parametrize("dry", [True, False])
def test_a_set_that_was_edited_is_replayed_sample_for_sample(
    made: CodeSet, tmp_path: Path, dry: bool
) -> None:
    perform(made, tmp_path, "set", dry)
    replay(tmp_path / "set.jsonl", tmp_path / "again.wav", [])
    assert (tmp_path / "again.wav").read_bytes() == (tmp_path / "set.wav").read_bytes()


def test_each_edit_lands_on_the_frame_of_its_line(made: CodeSet, tmp_path: Path) -> None:
    told = perform(made, tmp_path, "set")
    text = "\n".join(told)
    for words in (
        "order: intro", "1. drums ", "intro: 4 bars at bar", "build, 2 bars, before verse at bar",
        "hook without bass at bar", "verse leaves", "hook: 6 bars", "leaves, as it plays until",
    ):  # fmt: skip
        assert words in text, text
    for event in events(tmp_path / "set.jsonl", "result")[:-1]:
        bar = float(str(event["bar"]))
        assert bar == int(bar), event
        assert event["frame"] == round((bar - 1) * 4 * 60 * 48000 / 140), event
    over = [one for one in events(tmp_path / "set.jsonl", "result") if ": over" in str(one)]
    assert [one["text"] for one in over][:1] == ["mute drums for 2 bars: over"]
    mix, _ = soundfile.read(tmp_path / "set.wav")
    assert abs(mix).max() > 0.05


def test_offline_nobodys_taste_weighs_in_and_nothing_is_remembered(
    made: CodeSet, tmp_path: Path
) -> None:
    told = perform(made, tmp_path, "one")
    assert "@13.1 nothing is remembered offline: perform live" in told
    assert not (data_folder() / NAME).exists()
    hashes = [
        event["clip"]["sha256"]  # type: ignore[index]
        for event in events(tmp_path / "one.jsonl", "swap") if event["loop"]
    ]  # fmt: skip
    lines = [
        {"verdict": "undone", "loops": {name: "x.wav"}, "beside": {}} for name in 9 * sorted(hashes)
    ]
    kept = "".join(json.dumps(line) + "\n" for line in lines)
    (data_folder() / NAME).write_text(kept)
    perform(made, tmp_path, "two")
    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()
    assert (data_folder() / NAME).read_text() == kept
    header = json.loads((tmp_path / "two.jsonl").read_text().splitlines()[0])
    assert header["taste"] == {"loops": 0, "pairs": 0}
