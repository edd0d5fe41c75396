"""A take through JACK: somebody answers the music, and what he played is heard at its line."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live import config
from loopmind_live.app.latency import remember_latency, remembered_latency
from loopmind_live.app.replay import replay
from loopmind_live.app.stage import KeptEvents, Sound, arranger_for, header
from loopmind_live.app.takes import takes_for
from loopmind_live.cli import main
from loopmind_live.engine.client import ProcessEngine
from loopmind_live.engine.engine_options import EngineOptions
from loopmind_live.errors import ConfigError
from loopmind_live.library.analysis import hash_file
from loopmind_live.library.store import Library
from loopmind_live.prepare.pool import ClipPool
from loopmind_live.repl.grammar import parse
from loopmind_live.score.arrangement import Arrangement, Part, Section
from loopmind_live.score.loop import Loop
from loopmind_live.score.timeline import read_timeline, write_timeline
from loopmind_live.session.session import Options, Session
from tests.engine.processes import RATE, jack_server, until
from tests.engine.singing import clicks, reported, sing

pytestmark = pytest.mark.live

BPM = 160.0
BAR = 72_000


class Show:
    """A set of one bar at 160 bpm that goes round, through a JACK server of its own."""

    def __init__(self, folder: Path, engine: ProcessEngine) -> None:
        self.folder, self.engine = folder, engine
        path = folder / "hats.wav"
        noise = np.random.default_rng(1).uniform(-0.1, 0.1, (BAR, 2))
        soundfile.write(path, noise, RATE, "PCM_24")
        self.loop = Loop(
            path, hash_file(path), duration_s=BAR / RATE, rate_hz=RATE, channels=2, bpm=BPM,
            bpm_confidence=1.0, beats=4, role="hats",
        )  # fmt: skip
        arrangement = Arrangement(BPM, None, (Section("verse", 4, (Part("hats", self.loop),)),))
        self.pool = ClipPool(folder / "clips", engine.arena, 1)
        self.told: list[str] = []
        facts = header(Sound("jack", RATE, engine.block, dry=True), RATE, engine.block, 0, 0, None)
        self.events = KeptEvents(folder / "set.jsonl", facts, self.told.append)
        self.session = Session(
            engine, self.pool, arranger_for([self.loop], arrangement), self.events,
            Options(dry=True, guard_frames=engine.block + 300), self.told.append,
        )  # fmt: skip
        self.takes = takes_for(engine, self.pool, self.session, folder / "library.sqlite")
        self.session.load(arrangement)
        self.type("play")
        self.until(lambda: self.session.state.playing)

    def type(self, text: str) -> tuple[str, ...]:
        return self.session.submit(parse(text)[0]).lines

    def tick(self) -> None:
        self.session.advance()
        self.takes.advance()
        time.sleep(0.004)

    def until(self, condition: Callable[[], bool]) -> None:
        def ticked() -> bool:
            self.tick()
            return condition()

        until(ticked)

    def play_to(self, frame: int) -> None:
        self.until(lambda: self.engine.status().frame >= frame)

    def line(self, bar: int) -> int:
        return self.session.state.tempo.line(bar - 1)

    def close(self) -> None:
        self.takes.close()
        self.events.close()
        self.pool.close()


@pytest.fixture(scope="module")
def engine(
    tmp_path_factory: pytest.TempPathFactory,
    require_program: Callable[[str], str],
) -> Iterator[ProcessEngine]:
    if sys.platform != "linux":
        pytest.skip("platform: JACK's dummy driver")
    for program in ("jackd", "jack_lsp"):
        require_program(program)
    name, folder = f"loopmind-takes-{os.getpid()}", tmp_path_factory.mktemp("takes")
    with pytest.MonkeyPatch.context() as patch, jack_server(name, folder / "jackd.log"):
        patch.setenv("JACK_DEFAULT_SERVER", name)
        kernel = config.kernel_folder()
        options = EngineOptions("jack", RATE, 60 * RATE, folder / "log", kernel, 64, dry=True)
        made = ProcessEngine(options)
        try:
            yield made
        finally:
            made.close()


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: ProcessEngine) -> Iterator[Show]:
    monkeypatch.setenv("LOOPMIND_HOME", str(tmp_path / "home"))
    made = Show(tmp_path, engine)
    try:
        yield made
    finally:
        made.close()


def test_an_answer_on_the_beat_lies_on_the_beat_of_the_take_and_a_replay_plays_it_too(
    show: Show,
) -> None:
    engine, server = show.engine, os.environ["JACK_DEFAULT_SERVER"]
    with clicks(server, "loopmind:input_1", "loopmind:input_2") as singer:
        until(lambda: engine.input.facts().latency_frames == reported(server) > 0)
        for _ in range(3):  # where a loaded machine loses a block, both clocks part
            xruns = engine.status().xruns
            (told,) = show.type("record 1 bar to vocal")
            first = int(told.split("bar ")[1].split(",")[0])
            begin, end = show.line(first), show.line(first + 1)
            for beat in range(4):
                sing(engine, singer, begin + beat * BAR // 4, reported(server))
            show.play_to(end + BAR)
            if engine.status().xruns == xruns:
                break
        show.until(lambda: any("recorded" in line for line in show.told))
    assert told == f"vocal: records bar {first}, plays from bar {first + 1} (#{told.split('#')[1]}"
    takes = sorted((show.folder / "home" / "data" / "recordings").iterdir())
    assert takes[0].name == f"vocal {date.today().isoformat()} take 1.wav"
    audio, rate = soundfile.read(takes[-1], dtype="float32")
    onsets = np.flatnonzero(audio[:, 0] > 0.25)
    assert rate == RATE
    assert len(audio) == end - begin == BAR
    assert np.abs(onsets - np.arange(4) * BAR // 4).max() <= 1
    heard, lost = engine._tap.read(end, end + BAR)
    assert lost == 0
    assert np.array_equal(np.flatnonzero(heard[:, 0] > 0.25), onsets), "from its very line"
    show.type("stop")
    show.play_to(show.line(first + 5))
    show.session.finish(engine.frame())
    started = show.session.state.tempo.line(0)
    frames = replay(show.folder / "set.jsonl", show.folder / "again.wav", [show.loop])
    again, _ = soundfile.read(show.folder / "again.wav", dtype="float32")
    assert frames == len(again) > end + BAR - started
    assert np.array_equal(again[end - started : end - started + BAR], heard)
    with Library(show.folder / "library.sqlite") as library:
        assert {(one.role, one.bpm, one.beats) for one in library.loops()} == {("vocal", BPM, 4)}


def test_an_engine_that_dies_while_a_take_is_recorded_ends_the_take_in_one_line(
    show: Show,
) -> None:
    with clicks(os.environ["JACK_DEFAULT_SERVER"], "loopmind:input_1", "loopmind:input_2"):
        show.type("record 4 bars to vocal")
        ((_, take),) = [
            (change, change.action) for change in show.session.state.pending if change.number > 1
        ]
        show.play_to(show.session.state.tempo.line(take.start_bar + 0.5))
        show.until(lambda: show.engine.stand_by is not None or not show.session.state.pending)
        killed = show.engine._status.read().pid
        os.kill(killed, 9)
        show.until(lambda: not show.session.state.pending)
    (line,) = [one for one in show.told if "not recorded" in one]
    assert "of it were lost: what was recorded is in" in line
    show.until(lambda: show.engine.status().running)


@pytest.mark.parametrize("text", ["501", "-501", "nan", "inf", "late"])
def test_a_latency_that_makes_no_sense_is_wrong_usage(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["perform", f"--latency-ms={text}"])
    assert ended.value.code == 2
    assert "--latency-ms" in capsys.readouterr().err


def test_a_set_with_a_take_is_saved_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "vocal take 1.wav"
    soundfile.write(path, np.full((BAR, 2), 0.1), RATE, "PCM_24")
    heard = Loop(path, "", duration_s=BAR / RATE, bpm=BPM, beats=4, role="vocal")
    part = Part("vocal", heard, phase_beats=3)
    arrangement = Arrangement(BPM, None, (Section("verse", 4, (part,)),))
    write_timeline(arrangement, tmp_path / "set.json")
    kept = replace(heard, content_hash=hash_file(path))
    again = read_timeline(tmp_path / "set.json", {path: kept})
    assert again.sections[0].parts == (replace(part, loop=kept),)


def test_how_late_the_input_comes_is_remembered(tmp_path: Path) -> None:
    assert remembered_latency(tmp_path) == 0.0
    remember_latency(tmp_path, -3.5)
    assert remembered_latency(tmp_path) == -3.5
    (tmp_path / "input.json").write_text("{}")
    with pytest.raises(ConfigError, match="--latency-ms"):
        remembered_latency(tmp_path)
    with pytest.raises(ConfigError, match="cannot be written"):
        remember_latency(tmp_path / "none", 1.0)
