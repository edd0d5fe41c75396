"""Code at the prompt, in a set that goes on: what lands where, and what an end of it costs."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from loopmind_live.app.livecode import Livecode
from loopmind_live.app.performance import Performance
from loopmind_live.app.recording import LiveRecorder
from loopmind_live.errors import SessionError
from loopmind_live.repl.livecode.wire import MAX_SOURCE
from tests.session.stage import Rig

PATIENCE_S = 30.0
BEAT = Rig.BAR // 4


class Stage:
    """A session that goes on as long as `until` waits, and the code that plays it."""

    def __init__(self, folder: Path) -> None:
        self.rig = Rig(live=True)
        self.told: list[str] = []
        self.show = Performance(
            self.rig.session, LiveRecorder(self.rig.engine), folder,  # type: ignore[arg-type]
            lambda path: pytest.fail(str(path)), lambda: datetime(2030, 1, 2),
        )  # fmt: skip
        self.code = Livecode(self.show, self.told.append)

    def tick(self, frames: int = 256) -> None:
        """Let a few milliseconds go by, and some music."""
        if self.rig.session.state.started:
            self.rig.play_to(self.rig.engine.frame() + frames)
        else:
            self.rig.session.advance()
        self.code.advance()
        time.sleep(0.002)

    def until(self, true: Callable[[], bool]) -> None:
        """Go on until something is so."""
        limit = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < limit, self.told
            self.tick()

    def bars(self, count: float) -> None:
        """Go on for so many bars."""
        end = self.rig.engine.frame() + count * Rig.BAR
        self.until(lambda: self.rig.engine.frame() >= end)

    def enter(self, source: str) -> None:
        """Enter a cell and wait until it ran."""
        self.code.enter(source)
        self.until(lambda: not self.code._sent)

    def landed(self, word: str) -> list[int]:
        """Return where what is called by `word` landed, in frames from the first bar line."""
        first = self.rig.session.state.tempo.line(0)
        entries = self.rig.diary.of("result")
        return [int(str(one["frame"])) - first for one in entries if word in str(one["text"])]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.code.close()


@pytest.fixture
def playing(stage: Stage) -> Stage:
    """Play the verse, from bar 5 on: drums and bass."""
    stage.enter("live.play()")
    stage.until(lambda: stage.rig.session.state.started)
    first = stage.rig.session.state.tempo.line(0)
    stage.rig.play_to(first + 4 * Rig.BAR + 20_000)
    return stage


def test_what_is_entered_is_answered_like_what_is_typed(playing: Stage) -> None:
    playing.enter('live.tracks.bass.mute()\nlive("mute drums in 2 bars")\nlive.section')
    assert any("at bar 6" in line for line in playing.told)
    playing.bars(2.5)
    assert playing.landed("mute bass") == [5 * Rig.BAR]
    assert playing.landed("mute drums") == [6 * Rig.BAR]


def test_a_loop_lands_on_its_frames_exactly(playing: Stage) -> None:
    playing.enter(
        "@loop\ndef hats():\n    live.tracks.bass.mute()\n    yield 0.25\n"
        "    live.tracks.bass.unmute()\n    yield 0.5\n    live.tracks.drums.level(-3)"
    )
    playing.bars(4)
    first = playing.landed("mute bass")[0]
    assert first % Rig.BAR == 0
    muted = [frame for frame in playing.landed("mute bass") if frame % Rig.BAR == 0]
    opened = playing.landed("unmute bass")
    assert muted[:3] == [first, first + Rig.BAR, first + 2 * Rig.BAR]
    assert opened[:3] == [frame + BEAT for frame in muted[:3]]
    assert not playing.rig.diary.of("late"), playing.told


def test_a_mask_gates_the_clip_on_exact_frames(playing: Stage) -> None:
    playing.enter('@every(1)\ndef gate(): live.tracks.bass.mask("x..x..x.")')
    playing.bars(3)
    start = playing.landed("mute bass")[0] // Rig.BAR * Rig.BAR
    first = playing.rig.session.state.tempo.line(0) + start + Rig.BAR
    swaps = [one for one in playing.rig.diary.of("swap") if one["track"] == "bass"]
    sounds = {int(str(one["frame"])) - first: one["loop"] is not None for one in swaps}
    step = Rig.BAR // 8
    turned = {0: True, 1: False, 3: True, 4: False, 6: True, 7: False, 8: True, 9: False}
    wanted = {number * step: sound for number, sound in turned.items()}
    assert {at: sound for at, sound in sounds.items() if 0 <= at <= 9 * step} == wanted


def test_an_endless_loop_costs_itself_alone(playing: Stage) -> None:
    playing.enter(
        "@loop\ndef good(): live.tracks.bass.level(-1)\n@loop\ndef bad():\n    while True: pass"
    )
    playing.until(lambda: any("bad" in line and "endless" in line for line in playing.told))
    assert playing.code._cells.routines == ("good",)


def test_a_crash_costs_itself_alone_and_the_others_are_kept(playing: Stage) -> None:
    playing.enter("gain = -1\n@loop\ndef good(): live.tracks.bass.level(gain)")
    playing.enter(
        "@loop\ndef bad():\n    import os, signal\n    os.kill(os.getpid(), signal.SIGSEGV)"
    )
    playing.until(lambda: any("SIGSEGV" in line for line in playing.told))
    (line,) = [line for line in playing.told if "SIGSEGV" in line]
    assert line.startswith("bad: ")
    assert "good goes on" in line
    before = len(playing.rig.diary.of("command"))
    playing.until(lambda: len(playing.rig.diary.of("command")) > before + 1)
    assert playing.code._cells.routines == ("good",)


def test_what_is_late_is_told_and_lands_on_the_next_line(playing: Stage) -> None:
    playing.enter("@loop\ndef one(): live.tracks.bass.swap()")
    playing.bars(1.5)
    at = playing.rig.engine.frame()
    playing.rig.play_to(at + Rig.BAR)  # nobody looked for a bar
    playing.bars(1.5)
    (late, *_) = playing.rig.diary.of("late")
    assert "one is late for bar" in str(late["text"])
    assert all(frame % Rig.BAR == 0 for frame in playing.landed("swap bass"))


def test_code_may_not_end_the_performance(playing: Stage) -> None:
    playing.enter('live("quit")')
    playing.until(lambda: any("quit stands at the prompt" in line for line in playing.told))
    assert not playing.show.finished


def test_nothing_runs_while_the_music_stands(playing: Stage) -> None:
    playing.enter("@loop\ndef one(): live.tracks.bass.level(-2)")
    playing.bars(1.5)
    playing.show.type("stop now")
    playing.bars(1.0)
    count = len(playing.rig.diary.of("command"))
    playing.bars(2.0)
    assert len(playing.rig.diary.of("command")) == count


def test_too_much_code_is_refused(stage: Stage) -> None:
    with pytest.raises(SessionError, match="at most"):
        stage.code.enter("x" * (MAX_SOURCE + 1))
