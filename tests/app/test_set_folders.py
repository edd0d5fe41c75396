"""A set's folder: read whole, or refused in one line; performed as it says."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.app.offline import OfflineShow, Request
from loopmind_live.app.set_request import request_with
from loopmind_live.app.stage import Sound
from loopmind_live.bench.codes import CodeSet, make_code_set
from loopmind_live.bench.rules import Meter

SET = """
name = "friday"
seed = 3
tempo = 144
muted = ["pad"]
loop = "hook"

[parts.bass]
level_db = -6
filter = -40
insert1 = "crush"
amount1 = 20
insert2 = "dub_delay"
[parts.bass.knobs2]
feedback = 0.3

[parts.drums]
delay_db = -9

[delay]
feedback = 20
"""
pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CodeSet:
    return make_code_set(
        tmp_path_factory.mktemp("set"), Meter.of(140.0, 48000), tracks=("drums", "bass", "pad"),
        loops_per_track=3, sections=(("verse", 2), ("hook", 2)), clip_bars=(1, 2),
    )  # fmt: skip


def folder_of(made: CodeSet, name: str, **files: str) -> Path:
    """Return a set's folder with the timeline of `made` and `files`, beside its loops."""
    folder = made.timeline.parent / name
    folder.mkdir()
    timeline = json.loads(made.timeline.read_text())
    for section in timeline["sections"]:
        section["loops"] = [f"../{loop}" for loop in section["loops"]]
    (folder / "timeline.json").write_text(json.dumps(timeline))
    for file, text in files.items():
        (folder / file.replace("_", ".")).write_text(text)
    return folder


def perform(request: Request) -> list[str]:
    told: list[str] = []
    OfflineShow(request, told.append).run()
    return told


def test_a_set_is_performed_as_its_file_says(made: CodeSet, tmp_path: Path) -> None:
    folder = folder_of(made, "friday", set_toml=SET, start_txt="solo bass\n# no line\n@2 unsolo\n")
    wanted = Request(
        tmp_path / "none.sqlite", Sound("offline"), record=tmp_path / "set.wav",
        events=tmp_path / "set.jsonl", until_bar=5,
    )  # fmt: skip
    told = perform(request_with(wanted, folder))
    header, *events = map(json.loads, (tmp_path / "set.jsonl").read_text().splitlines())
    assert header["seed"] == 3
    assert next(e for e in events if e["kind"] == "tempo")["bpm"] == 144.0
    assert told[0].startswith("start.txt: solo bass") and told[1].startswith("@2.1 unsolo")
    placed = {e["name"]: e["value"] for e in events if e["kind"] == "param" and e["frame"] == 0}
    assert {"track/5/insert1", "track/5/insert2", "track/5/knob2/feedback"} <= placed.keys()
    heard, _ = soundfile.read(tmp_path / "set.wav")
    assert np.abs(heard).max() > 0.01


CODE = """>>> @loop
... def blink():
...     live.tracks.bass.mute()
...     yield 0.5
...     live.tracks.bass.unmute()
...
"""


def test_code_of_a_set_runs_offline_too_on_its_lines_and_the_same_each_time(
    made: CodeSet, tmp_path: Path
) -> None:
    folder = folder_of(made, "blinking", set_toml="", start_txt=CODE)
    heard = []
    for number in range(2):
        log = tmp_path / f"{number}.jsonl"
        wanted = Request(
            tmp_path / "none.sqlite", Sound("offline"), record=tmp_path / f"{number}.wav",
            events=log, until_bar=4,
        )  # fmt: skip
        told = perform(request_with(wanted, folder))
        late = [line for line in told if "late" in line]
        assert len(late) <= 1 and all("bar 1" in line for line in late), told
        events = [json.loads(line) for line in log.read_text().splitlines()[1:]]
        landed = [(e["text"], e["frame"]) for e in events if e["kind"] == "result"]
        bar = 4 * 60.0 / 140.0 * 48000
        mutes = [frame for text, frame in landed if text.startswith("mute")]
        unmutes = [frame for text, frame in landed if text.startswith("unmute")]
        # Before the first bar there is no time to be ahead in.
        assert sorted(set(mutes)) == [round(n * bar) for n in (1, 2, 3)]
        assert unmutes == [round((n + 0.5) * bar) for n in range(3)]
        heard.append((tmp_path / f"{number}.wav").read_bytes())
    assert heard[0] == heard[1]
