"""Takes of the live input, from the ring to the arena, the file and the library."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.app.takes import GIVEN_S, Shelf, Takes
from loopmind_live.engine.base import EngineStatus
from loopmind_live.engine.capture import InputFacts, InputRing
from loopmind_live.errors import EngineError, LoopMindError
from loopmind_live.library.store import Library
from loopmind_live.prepare.clip_audio import make_audio
from loopmind_live.repl.grammar import parse
from loopmind_live.score.clip import Clip, ClipRecipe, body_frames
from loopmind_live.score.loop import ROLES
from loopmind_live.session.takes import waiting
from tests.engine.processes import until
from tests.session.stage import Rig
from tests.session.stage import Shelf as Clips

WAY, LIMITER = 700, 255
SHIFT = WAY + LIMITER
VOCAL = ROLES.index("vocal")
STEP = 16 * 256


class Memory:
    """An arena of a minute."""

    def __init__(self) -> None:
        self.view = np.full((60 * 48000, 2), 9.0, np.float32)

    def write(self, offset: int, audio: np.ndarray) -> None:
        assert np.isfinite(audio).all()
        self.view[offset : offset + len(audio)] = audio


class Pool(Clips):
    """Clips that are there at once, and room for takes."""

    def __init__(self, room: bool = True) -> None:
        super().__init__()
        self.room, self.laid = room, set[ClipRecipe]()

    def lay(self, recipe: ClipRecipe) -> Clip | None:
        if not self.room:
            return None
        clip = Clip(recipe, 48000 + 20 * 48000 * len(self.laid), body_frames(recipe.pass_frames))
        self.clips[recipe] = clip
        self.asked[recipe] = 0
        self.laid.add(recipe)
        return clip

    def let_go(self, recipe: ClipRecipe) -> None:
        self.laid.discard(recipe)

    def remake(self, recipe: ClipRecipe) -> "Future[np.ndarray]":
        made: Future[np.ndarray] = Future()
        try:
            made.set_result(make_audio(recipe).body)
        except LoopMindError as error:
            made.set_exception(error)
        return made


class Stage:
    """A set at 120 bpm that is at its bar 6, with a microphone in which each frame has a number."""

    def __init__(self, folder: Path, room: bool = True, nudge_ms: float = 0.0) -> None:
        self.rig = Rig(live=True, shelf=Pool(room))
        self.folder = folder / "recordings"
        self.folder.mkdir()
        self.library = folder / "library.sqlite"
        self.memory = Memory()
        self.ring = InputRing.create(folder, 1 << 19)
        self.ring.compile(STEP)
        self.ring.tell(InputFacts(2, 2, WAY))
        self.loud = 0.5
        engine = self.engine = self.rig.engine
        engine.input, engine.arena, engine.latency_frames = self.ring, self.memory, LIMITER
        self.running = True
        engine.status = lambda: EngineStatus(engine.frame(), running=self.running)
        self.takes = Takes(
            engine, self.rig.shelf, self.rig.session,
            Shelf(self.folder, self.library, lambda: date(2026, 11, 22)), nudge_ms,
        )  # fmt: skip
        self.rig.session.no_input = self.takes.no_input
        self.type("play")
        self.rig.session.advance()
        self.play_to(self.line(6))

    def type(self, text: str) -> tuple[str, ...]:
        return self.rig.session.submit(parse(text)[0]).lines

    def line(self, bar: float) -> int:
        return self.rig.session.state.tempo.line(bar - 1)

    def voice(self, begin: int, end: int) -> np.ndarray:
        """Return what is sung over the music's frames, float64 [frames, 2]: no frame twice."""
        frames = np.arange(begin, end)
        return self.loud * np.stack([frames % 8191, frames % 8179], axis=1) / 8192

    def play_to(self, frame: int) -> None:
        """Play on; what is sung comes in later by its way."""
        while self.engine.frame() < frame:
            now = self.engine.frame()
            ahead = min(frame, now + STEP)
            came = self.voice(now - self.way, ahead - self.way)
            self.ring.write(now, came[np.newaxis])
            self.engine.play_to(ahead)
            self.settle()
            self.rig.session.advance()
            self.takes.advance()

    way = SHIFT

    def settle(self) -> None:
        """Let the threads that write takes come up to the clock: here time passes in leaps."""
        for take in self.takes._takes.values():
            capture, written = take.capture, self.ring.written()
            until(
                lambda one=capture, end=written: (
                    one.done
                    or one.failure is not None
                    or one.frames >= min(end, one._stop) - one._start
                )
            )

    def rest(self) -> None:
        """Let what is done beside the music be done."""

        def done() -> bool:
            self.takes.advance()
            return not self.takes._takes

        until(done)

    def vocals(self) -> list[int]:
        return sorted(row.start for row in self.engine.rows if row.track == VOCAL)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.takes.close()
    made.ring.close()


def test_a_take_plays_at_its_line_and_is_what_was_heard_between_its_lines(stage: Stage) -> None:
    assert stage.type("record 2 bars to vocal") == (
        "vocal: records bars 7 to 8, plays from bar 9 (#2)",
    )
    begin, end = stage.line(7), stage.line(9)
    stage.play_to(end + 64 * 256)
    assert stage.vocals()[0] == end
    (row, *_) = [row for row in stage.engine.rows if row.track == VOCAL]
    assert row.gain == 1.0
    stage.rest()
    path = stage.folder / "vocal 2026-11-22 take 1.wav"
    audio, rate = soundfile.read(path, dtype="float32")
    wanted = stage.voice(begin, end).astype(np.float32)
    assert rate == 48000
    assert np.abs(audio - wanted).max() < 2.0**-23
    laid = stage.memory.view[row.offset : row.offset + row.body_frames]
    made = make_audio(next(one for one in stage.rig.shelf.clips if one.path == path)).body
    assert np.array_equal(laid, made), "a replay makes the same clip from the file"
    assert np.array_equal(laid[:90_000], audio[:90_000])
    assert stage.rig.told[-1] == f"vocal: recorded {path}"
    with Library(stage.library) as library:
        (loop,) = library.loops()
    assert (loop.path, loop.role, loop.bpm, loop.bpm_confidence, loop.beats) == (
        path, "vocal", 120.0, 1.0, 8,
    )  # fmt: skip
    assert loop.lufs is not None and loop.content_hash
    noted = next(one for one in stage.rig.diary.of("result") if "file" in one)
    assert (noted["start_frame"], noted["stop_frame"]) == (begin, end)
    assert noted["latency_frames"] == SHIFT


def test_what_is_played_before_the_last_moment_has_come_is_already_there(stage: Stage) -> None:
    stage.type("record 2 bars to vocal")
    begin, end = stage.line(7), stage.line(9)
    stage.play_to(end)
    assert stage.vocals()[0] == end, "the row is there before the take's last frames are"
    (take,) = stage.takes._takes.values()
    assert not take.capture.done
    first = stage.memory.view[take.clip.offset : take.clip.offset + 180_000]
    assert np.abs(first - stage.voice(begin, begin + 180_000)).max() < 2.0**-23


def test_a_take_is_handed_over_shortly_before_its_line(stage: Stage) -> None:
    stage.type("record 2 bars to vocal")
    stage.play_to(stage.line(9) - round(2 * GIVEN_S * 48000))
    assert not stage.vocals()
    stage.play_to(stage.line(9) - STEP)
    assert stage.vocals()


def test_the_nudge_is_taken_out_too(tmp_path: Path) -> None:
    stage = Stage(tmp_path, nudge_ms=10.0)
    stage.way = SHIFT + 480
    stage.type("record 1 bar to vocal")
    begin, end = stage.line(7), stage.line(8)
    stage.play_to(end + 64 * 256)
    stage.rest()
    audio, _ = soundfile.read(stage.folder / "vocal 2026-11-22 take 1.wav", dtype="float32")
    assert np.abs(audio - stage.voice(begin, end)).max() < 2.0**-23
    stage.takes.close()
    stage.ring.close()


def test_a_second_take_has_a_name_of_its_own_and_takes_the_first_ones_place(stage: Stage) -> None:
    stage.type("record 1 bar to vocal")
    stage.play_to(stage.line(8) + 64 * 256)
    stage.type("record 1 bar to vocal")
    stage.play_to(stage.line(10) + 64 * 256)
    stage.rest()
    names = sorted(path.name for path in stage.folder.iterdir())
    assert names == ["vocal 2026-11-22 take 1.wav", "vocal 2026-11-22 take 2.wav"]
    sounding = [row for row in stage.engine.rows if row.track == VOCAL and row.start < row.stop]
    now = stage.engine.frame()
    (row,) = [one for one in sounding if one.start <= now < one.stop]
    assert stage.rig.session._readiness.recipe(row.clip_id).path.name == names[1]


@pytest.mark.parametrize("when", ["before", "while"])
def test_a_take_that_is_canceled_leaves_no_file(stage: Stage, when: str) -> None:
    stage.type("record 2 bars to vocal")
    if when == "while":
        stage.play_to(stage.line(8))
        assert list(stage.folder.iterdir())
    stage.type("cancel")
    stage.play_to(stage.line(9) + 64 * 256)
    assert not list(stage.folder.iterdir())
    assert not stage.vocals()
    assert not stage.rig.shelf.laid


def dropped(stage: Stage) -> str:
    stage.rest()
    assert not stage.vocals()
    assert not list(waiting(stage.rig.session.state))
    assert not stage.rig.shelf.laid
    return stage.rig.told[-1]


def test_a_tempo_that_changes_within_a_take_ends_it_and_keeps_what_there_is(stage: Stage) -> None:
    stage.type("record 4 bars to vocal")
    stage.play_to(stage.line(8) - 48000)
    stage.type("tempo 140")
    stage.play_to(stage.line(9))
    path = stage.folder / "vocal 2026-11-22 take 1.wav"
    assert dropped(stage) == (
        "vocal: not recorded: the tempo changed while it was recorded: what was recorded is in "
        f"{path}"
    )
    assert soundfile.info(path).frames > 48000


def test_a_take_in_bars_in_which_the_tempo_will_change_is_refused_at_its_line(stage: Stage) -> None:
    stage.type("tempo 140 in 3 bars")
    stage.play_to(stage.line(8))
    stage.type("ramp to 120 over 8 bars")
    stage.type("record 2 bars to vocal in 2 bars")
    stage.play_to(stage.line(11))
    assert "the tempo changes in these bars" in dropped(stage)
    assert not list(stage.folder.iterdir())


def test_a_tempo_change_at_the_very_line_of_a_take_lets_it_be_retimed(stage: Stage) -> None:
    stage.type("record 2 bars to vocal")
    stage.type("tempo 140 in 3 bars")
    stage.play_to(stage.line(9) + 64 * 256)
    stage.rest()
    stage.play_to(stage.line(10) + 64 * 256)
    recipes = [one for one in stage.rig.shelf.asked if "take 1" in one.path.name]
    assert (120.0, 140.0) in [(one.source_bpm, one.bpm) for one in recipes]
    assert stage.vocals()


def test_silence_is_no_take(stage: Stage) -> None:
    stage.loud = 0.0
    stage.type("record 2 bars to vocal")
    stage.play_to(stage.line(9) + 64 * 256)
    assert "nothing came in" in dropped(stage)


def test_an_input_that_is_lost_while_it_is_recorded_is_told(stage: Stage) -> None:
    stage.type("record 2 bars to vocal")
    stage.play_to(stage.line(8))
    again = InputRing(stage.ring._map and stage.folder.parent / "input", writable=True)
    again.compile(96)
    now = stage.engine.frame()
    again.write(now + 480, np.zeros((1, 96, 2)))  # another engine goes on after 10 ms
    stage.engine.play_to(now + 576)
    stage.settle()
    stage.takes.advance()
    assert "10 ms of it were lost" in dropped(stage)
    again.close()


def test_a_full_disk_ends_a_take_and_the_music_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.type("record 2 bars to vocal")
    stage.play_to(stage.line(8))
    (take,) = stage.takes._takes.values()

    def full(_audio: object) -> None:
        raise EngineError("no space left on device")

    monkeypatch.setattr(take.capture._writer, "write", full)
    stage.play_to(stage.line(10))
    assert "no space left on device" in dropped(stage)
    assert stage.rig.session.state.playing


def test_a_folder_that_cannot_be_written_is_told(stage: Stage) -> None:
    stage.folder.rmdir()
    stage.type("record 2 bars to vocal")
    stage.play_to(stage.line(8))
    assert "cannot be written" in dropped(stage)


def test_without_room_in_the_arena_a_take_comes_a_line_later(tmp_path: Path) -> None:
    stage = Stage(tmp_path, room=False)
    stage.type("record 2 bars to vocal")
    stage.play_to(stage.line(9) + 64 * 256)
    stage.rest()
    stage.play_to(stage.line(10) + 64 * 256)
    assert "moves to bar 10" in "".join(stage.rig.told)
    assert stage.vocals()[0] == stage.line(10)
    stage.takes.close()
    stage.ring.close()


@pytest.mark.parametrize(
    ("facts", "running", "why"),
    [
        (InputFacts(), True, "--input"),
        (InputFacts(2, 0, 0), True, "jack_connect"),
        (InputFacts(2, 2, 0), False, "try again"),
    ],
)
def test_without_an_input_it_is_told_what_to_do(
    stage: Stage, facts: InputFacts, running: bool, why: str
) -> None:
    stage.ring.tell(facts)
    stage.running = running
    (line,) = stage.type("record 2 bars to vocal")
    assert why in line
    assert not stage.rig.session.state.pending


def test_a_take_that_was_undone_under_way_can_be_done_again_for_some_seconds(stage: Stage) -> None:
    stage.type("record 1 bar to vocal")
    stage.play_to(stage.line(7) + 48000)
    stage.type("undo")
    stage.play_to(stage.line(9))
    assert not list(stage.folder.iterdir())
    stage.type("redo")
    stage.play_to(stage.line(10) + 64 * 256)
    stage.rest()
    (path,) = stage.folder.iterdir()
    audio, _ = soundfile.read(path, dtype="float32")
    assert np.abs(audio - stage.voice(stage.line(7), stage.line(8))).max() < 2.0**-23
    assert stage.vocals()[0] == stage.line(10)


def test_a_set_that_is_taken_up_anew_does_not_wait_for_a_take(stage: Stage) -> None:
    stage.type("record 2 bars to vocal in 2 bars")
    session = stage.rig.session
    session.revise(replace(session.state, started=False))
    stage.takes.advance()
    assert "record it again" in dropped(stage)


def test_after_that_it_is_told_that_what_was_played_is_gone(stage: Stage) -> None:
    stage.type("record 1 bar to vocal")
    stage.play_to(stage.line(7) + 48000)
    stage.type("undo")
    stage.play_to(stage.line(13))
    stage.type("redo")
    stage.play_to(stage.line(13) + 64 * 256)
    assert "record it again" in dropped(stage)
