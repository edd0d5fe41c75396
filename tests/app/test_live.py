"""A live performance through JACK, and what is done to it."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.bench.code_library import fill_library
from loopmind_live.bench.codes import CodeSet, make_code_set
from loopmind_live.bench.performing import PROGRAM
from loopmind_live.bench.rules import Meter
from tests.jack.harness import end

pytestmark = pytest.mark.live

SECTIONS = (("intro", 4), ("hook", 32))
LIMIT_S = 60.0


@pytest.fixture
def made(tmp_path: Path) -> CodeSet:
    made = make_code_set(
        tmp_path / "set", Meter.of(200.0, 48000), tracks=("drums", "bass", "pad"),
        loops_per_track=4, sections=SECTIONS, clip_bars=(1, 2),
    )  # fmt: skip
    fill_library(made, made.folder / "library.sqlite")
    return made


class Show:
    """A performance in a process of its own, and what it writes down."""

    def __init__(
        self, made: CodeSet, env: dict[str, str], script: str, until: int, *more: str
    ) -> None:
        folder = made.folder
        self.events_path, self.record_path = folder / "set.jsonl", folder / "set.wav"
        (folder / "set.txt").write_text(script)
        words = [
            "perform", "--audio", "jack", "--headless", "--timeline", str(made.timeline),
            "--script", str(folder / "set.txt"), "--events", str(self.events_path),
            "--record", str(self.record_path), "--until", str(until), "--dry",
            "--library", str(folder / "library.sqlite"), *more,
        ]  # fmt: skip
        env = {**env, "LOOPMIND_HOME": str(folder / "home")}
        self.process = subprocess.Popen(
            [*PROGRAM, *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def events(self, kind: str) -> list[dict[str, object]]:
        if not self.events_path.exists():
            return []
        lines = self.events_path.read_text().splitlines()[1:]
        found = [json.loads(line) for line in lines if line.endswith("}")]
        return [event for event in found if event["kind"] == kind]

    def wait_for(self, kind: str, text: str) -> dict[str, object]:
        limit = time.monotonic() + LIMIT_S
        while time.monotonic() < limit and self.process.poll() is None:
            for event in self.events(kind):
                if text in str(event.get("text")):
                    return event
            time.sleep(0.005)
        raise AssertionError(f"no {kind} {text!r} came")

    def workers(self) -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes()
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it ended while we looked
            if parent == self.process.pid and b"loopmind_live.workers" in words:
                found.append(int(entry.name))
        return found

    def finish(self) -> str:
        output, _ = self.process.communicate(timeout=LIMIT_S)
        return output

    def silent_stretches(self) -> int:
        """Return how many stretches of 5 ms of the recording are silent."""
        audio, rate = soundfile.read(self.record_path)
        size = rate // 200
        pieces = np.abs(audio[: len(audio) // size * size]).max(axis=1).reshape(-1, size)
        return int((pieces.max(axis=1) == 0.0).sum())


@pytest.fixture
def shows() -> Iterator[list[Show]]:
    started: list[Show] = []
    yield started
    for show in started:
        end(show.process)


def test_workers_killed_during_preparation_cost_a_later_line_and_no_music(
    made: CodeSet, jack: dict[str, str], shows: list[Show]
) -> None:
    show = Show(made, jack, "@3.2 tempo 170\n@5.2 regenerate hook\n", 14)
    shows.append(show)
    show.wait_for("command", "tempo 170")
    workers = show.workers()
    assert workers
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    output = show.finish()
    assert show.process.returncode == 0, output
    assert "Traceback" not in output
    landed = [event for event in show.events("result") if event["text"] == "tempo 170"]
    refused = [event for event in show.events("error") if "tempo 170" in str(event["text"])]
    assert landed or refused
    assert any(event["text"] == "regenerate hook" for event in show.events("result"))
    assert show.silent_stretches() == 0


def test_a_killed_engine_comes_back_in_phase_and_the_set_goes_on(
    made: CodeSet, jack: dict[str, str], shows: list[Show]
) -> None:
    show = Show(made, jack, "@6.2 swap bass\n@9.2 swap bass\n", 16)
    shows.append(show)
    show.wait_for("command", "swap bass")
    engines = [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _is_engine_of(entry, made.folder)
    ]
    assert len(engines) == 1
    os.kill(engines[0], signal.SIGKILL)
    output = show.finish()
    assert show.process.returncode == 0, output
    assert "started again" in output or "the stand-by plays on" in output
    assert "Traceback" not in output
    texts = [event["text"] for event in show.events("result")]
    assert texts.count("swap bass") == 2
    audio, _ = soundfile.read(show.record_path)
    line = round(13 * 4 * 60 * 48000 / 200)
    assert np.abs(audio[line : line + 480]).max() > 0.0


def _is_engine_of(entry: Path, folder: Path) -> bool:
    """Tell whether a process is an engine whose performer's home is in `folder`."""
    try:
        words = (entry / "cmdline").read_bytes()
        surroundings = (entry / "environ").read_bytes()
    except OSError:
        return False  # it ended while we looked, or is not ours
    return b"loopmind_live.engine.process" in words and str(folder).encode() in surroundings


def test_sigterm_ends_a_performance_its_recording_is_whole_and_what_was_liked_is_kept(
    made: CodeSet, jack: dict[str, str], shows: list[Show]
) -> None:
    script = "@2.2 swap bass in hook\n@6.2 undo\n@7.3 favorite drums\n@8 lock pad\n@9.2 mute pad\n"
    show = Show(made, jack, script, 30)
    shows.append(show)
    show.wait_for("result", "mute pad")
    show.process.send_signal(signal.SIGTERM)
    output = show.finish()
    assert show.process.returncode == 0, output
    # The block of a line is computed before what it plays has left the limiter: a bar less.
    assert soundfile.info(show.record_path).frames > 8 * 4 * 60 * 48000 / 200
    (kept,) = (made.folder / "home").rglob("taste.jsonl")
    verdicts = [json.loads(line)["verdict"] for line in kept.read_text().splitlines()]
    assert verdicts == ["swapped", "undone", "brought back", "favorite", "locked"]
