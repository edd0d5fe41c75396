"""Bad input: one clear line each, the right exit status, no traceback, and the music goes on."""

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.bench.code_library import fill_library
from loopmind_live.bench.codes import CodeSet, make_code_set
from loopmind_live.bench.performing import PROGRAM
from loopmind_live.bench.recordings import wav_frames
from loopmind_live.bench.rules import Meter
from loopmind_live.bench.verify import verify

ROOT = Path(__file__).resolve().parents[1]
BARS = 8
Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CodeSet:
    """Return a small set of loops of one bar, in a library beside it."""
    folder = tmp_path_factory.mktemp("set")
    made = make_code_set(
        folder, Meter.of(240, 44100), tracks=("drums", "bass"), loops_per_track=3,
        sections=(("intro", 4), ("hook", 4)), clip_bars=(1,),
    )  # fmt: skip
    fill_library(made, folder / "library.sqlite")
    return made


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "LOOPMIND_HOME": str(home), "PYTHONPATH": str(ROOT), "TERM": "dumb"}


def run(home: Path, *words: str | Path, folder: Path | None = None) -> Done:
    return subprocess.run(
        [*PROGRAM, *map(str, words)], cwd=folder or home, env=environment(home), text=True,
        capture_output=True, stdin=subprocess.DEVNULL, timeout=120, check=False,
    )  # fmt: skip


def refused(done: Done, *told: str, status: int = 1) -> str:
    """Hold that a run failed with one line on standard error that tells all of `told`."""
    assert done.returncode == status, done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout
    lines = done.stderr.strip().splitlines()
    if status == 1:
        assert len(lines) == 1, done.stderr
        assert "fault of the program" not in lines[0]
    for words in told:
        assert words in lines[-1], lines[-1]
    return lines[-1]


def performance(made: CodeSet, out: Path, lines: Sequence[str] = ()) -> list[str | Path]:
    (out / "script.txt").write_text("\n".join(lines) + "\n")
    return [
        "perform", "--audio", "offline", "--dry", "--rate", "44100",
        "--timeline", made.timeline, "--library", made.folder / "library.sqlite",
        "--script", out / "script.txt", "--record", out / "set.wav",
        "--events", out / "set.jsonl", "--until", str(BARS + 1),
    ]  # fmt: skip


def music_is_whole(made: CodeSet, out: Path) -> None:
    """Hold that the recording is the arrangement, untouched to the sample."""
    with wav_frames(out / "set.wav") as read:
        report = verify(read, made, (), (), BARS + 1, soundfile.info(out / "set.wav").frames)
    assert report.wrong_bars == 0 and report.frames == report.expected_frames, str(report)


def test_a_folder_that_is_missing_is_named(base, tmp_path):
    missing = tmp_path / "no such folder"
    refused(run(base, "scan", missing, "--library", tmp_path / "l.sqlite"), str(missing))


def test_a_folder_without_audio_is_named(base, tmp_path):
    (tmp_path / "empty").mkdir()
    done = run(base, "scan", tmp_path / "empty", "--library", tmp_path / "l.sqlite")
    refused(done, str(tmp_path / "empty"))


def test_damaged_files_are_told_one_by_one_and_the_scan_ends_well(base, tmp_path, test_data):
    edge = test_data / "loops" / "edge"
    if not edge.is_dir():
        pytest.skip("test data: no folder of damaged files")
    library = tmp_path / "l.sqlite"
    done = run(base, "scan", edge, "--library", library)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    files = [file for file in edge.iterdir() if file.is_file()]
    listed = run(base, "loops", "--library", library, "--json")
    loops = json.loads(listed.stdout) if listed.stdout.startswith("[") else None
    loops = loops or [json.loads(line) for line in listed.stdout.splitlines()]
    assert {Path(loop["path"]).name for loop in loops} == {file.name for file in files}
    wrong = [loop for loop in loops if loop["error"]]
    assert {"zero_bytes.wav", "text_not_audio.wav"} <= {Path(w["path"]).name for w in wrong}
    for loop in wrong:
        assert "\n" not in loop["error"]
        line = [text for text in done.stderr.splitlines() if Path(loop["path"]).name in text]
        assert len(line) == 1


def test_a_library_that_was_never_made_says_how_to_make_one(base, tmp_path):
    refused(run(base, "arrange", "trap", "--library", tmp_path / "none"), "loopmind scan")


def test_a_library_of_a_newer_version_is_left_alone(base, made, tmp_path):
    library = tmp_path / "library.sqlite"
    shutil.copy(made.folder / "library.sqlite", library)
    with sqlite3.connect(library) as opened:
        opened.execute("PRAGMA user_version = 999")
    opened.close()
    was = library.read_bytes()
    for words in (
        ["loops"], ["arrange", "trap", "-o", tmp_path / "t.json"], ["scan", made.folder],
        ["perform", "--audio", "offline", "--timeline", made.timeline],
    ):  # fmt: skip
        refused(run(base, *words, "--library", library), str(library), "newer")
    assert library.read_bytes() == was


def test_a_timeline_of_a_newer_format_is_refused(base, made, tmp_path):
    data = json.loads(made.timeline.read_text())
    (tmp_path / "t.json").write_text(json.dumps({**data, "format": 2}))
    refused(run(base, "render", tmp_path / "t.json", "-o", tmp_path / "x.wav"), "newer")


@pytest.mark.parametrize(
    "words",
    [
        ["frob"], ["perform", "--rate", "fast"], ["perform", "--rate", "12"],
        ["perform", "--block", "0"], ["perform", "--until", "0"], ["render"], ["scan"], [],
    ],
)  # fmt: skip
def test_wrong_usage_is_status_2(base, words):
    refused(run(base, *words), status=2)


def test_an_unknown_section_names_the_ones_there_are(base, made, tmp_path):
    done = run(
        base, "regenerate", made.timeline, "bridge", "--library", made.folder / "library.sqlite",
        "-o", tmp_path / "out.json",
    )  # fmt: skip
    refused(done, "bridge", "intro, hook")
    assert not (tmp_path / "out.json").exists()


def test_wrong_lines_are_answered_and_the_music_goes_on(base, made, tmp_path):
    lines = {
        "goto bridge": "bridge", "regenerate hook 7": "7", "frobnicate the drums": "frobnicate",
        "tempo 0": "0", "tempo 5": "5", "tempo 999": "999", "tempo fast": "fast",
        "mute kazoo": "kazoo", "level drums 99": "99", "goto": "goto", "cancel 77": "pending",
        "load none.json": "none.json", "key H sharp": "no key",
    }  # fmt: skip
    script = [f"@{2 + place // 4}.{1 + place % 4} {line}" for place, line in enumerate(lines)]
    done = run(base, *performance(made, tmp_path, script), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    music_is_whole(made, tmp_path)
    said = (done.stdout + done.stderr).splitlines()
    for place, value in enumerate(lines.values()):
        position = script[place].split()[0]
        answers = [line for line in said if line.startswith(position)]
        assert len(answers) == 1, (script[place], answers)
        assert value in answers[0], (script[place], answers)


def test_a_script_with_a_line_that_is_none_is_refused_before_anything_plays(base, made, tmp_path):
    refused(run(base, *performance(made, tmp_path, ["@two goto hook"])), "script.txt", "line 1")
    assert not (tmp_path / "set.wav").exists()


def test_two_performances_on_one_library_both_play(base, made, tmp_path):
    outs = [tmp_path / "one", tmp_path / "two"]
    running = []
    for out in outs:
        out.mkdir()
        words = [*PROGRAM, *map(str, performance(made, out, ["@3.2 goto intro", "@4.2 goto hook"]))]
        running.append(
            subprocess.Popen(
                words, env=environment(base), cwd=out, text=True, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
        )  # fmt: skip
    for process in running:
        said = process.communicate(timeout=120)
        assert process.returncode == 0, said
        assert "Traceback" not in said[0] + said[1]
    assert (outs[0] / "set.wav").read_bytes() == (outs[1] / "set.wav").read_bytes()


def test_a_full_disk_ends_the_recording_and_not_the_music(base, made, tmp_path, small_disk):
    words = performance(made, tmp_path, ["@6.2 mute drums"])
    words[words.index("--record") + 1] = small_disk / "set.wav"
    done = run(base, *words)
    assert "Traceback" not in done.stderr + done.stdout
    told = [line for line in (done.stderr + done.stdout).splitlines() if "set.wav" in line]
    assert len(told) == 1, done.stderr
    assert "No space left" in told[0]
    assert done.returncode in (0, 1)
    # What was recorded before can be read, and is right.
    with wav_frames(small_disk / "set.wav") as read:
        frames = soundfile.info(small_disk / "set.wav").frames
        assert frames > 44100
        assert verify(read, made, (), (), 1 + frames // 44100).wrong_bars == 0
    events = [json.loads(line) for line in (tmp_path / "set.jsonl").read_text().splitlines()]
    assert events[-1]["frame"] >= made.meter.line(BARS) - 1, "the music ended early"


def test_a_full_disk_for_the_events_is_told_and_the_recording_is_whole(
    base, made, tmp_path, small_disk
):
    words = performance(made, tmp_path, [f"@{2 + n % 6}.2 status" for n in range(60)])
    (small_disk / "filler").write_bytes(b"x" * ((1 << 20) - 8192))
    words[words.index("--events") + 1] = small_disk / "set.jsonl"
    done = run(base, *words)
    assert "Traceback" not in done.stderr + done.stdout
    assert "fault of the program" not in done.stderr
    assert "set.jsonl" in done.stderr + done.stdout
    music_is_whole(made, tmp_path)


def test_a_missing_loop_is_named(base, made, tmp_path):
    data = json.loads(made.timeline.read_text())
    data["sections"][0]["loops"][0] = "gone.wav"
    (tmp_path / "t.json").write_text(json.dumps(data))
    refused(run(base, "render", tmp_path / "t.json", "-o", tmp_path / "x.wav"), "gone.wav")


def test_a_loop_that_is_damaged_after_the_scan_leaves_the_others_playing(base, made, tmp_path):
    folder = tmp_path / "set"
    shutil.copytree(made.folder, folder)
    data = json.loads((folder / "timeline.json").read_text())
    (folder / data["sections"][0]["loops"][0]).write_bytes(b"RIFF, but no more")
    done = run(
        base, "perform", "--audio", "offline", "--dry", "--rate", "44100", "--until", "9",
        "--timeline", folder / "timeline.json", "--record", folder / "set.wav",
        "--library", tmp_path / "none.sqlite",
    )  # fmt: skip
    assert "Traceback" not in done.stderr + done.stdout
    assert data["sections"][0]["loops"][0] in done.stderr
    if done.returncode == 0:
        audio, _ = soundfile.read(folder / "set.wav")
        assert np.abs(audio[: made.meter.line(4)]).max() > 0


def test_an_output_folder_that_does_not_exist_is_named(base, made, tmp_path):
    out = tmp_path / "none" / "mix.wav"
    done = run(base, "render", made.timeline, "-o", out)
    if done.returncode:  # making it is as good
        refused(done, str(out.parent))


def test_an_unwritable_home_is_named(made, tmp_path):
    (tmp_path / "home").write_text("a file where a folder should be")
    done = run(tmp_path / "home", "loops", folder=tmp_path)
    refused(done, "LOOPMIND_HOME")


def test_help_answers(base):
    done = run(base, "--help")
    assert done.returncode == 0
    assert "perform" in done.stdout
