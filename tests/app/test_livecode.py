"""Code at the prompt, in a set that goes on: what lands where, and what an end of it costs."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from loopmind_live.app.livecode import Livecode
from loopmind_live.app.offline import OfflineShow, Request
from loopmind_live.app.performance import Performance
from loopmind_live.app.recording import LiveRecorder
from loopmind_live.app.replay import replay
from loopmind_live.app.stage import Sound
from loopmind_live.bench.codes import make_code_set
from loopmind_live.bench.rules import Meter
from loopmind_live.errors import SessionError
from loopmind_live.repl.livecode.wire import MAX_SOURCE
from tests.app.osc_stage import OscStage, Tablet
from tests.session.stage import Rig

PATIENCE_S = 30.0
BEAT = Rig.BAR // 4


class Stage:
    """A session that goes on as long as `until` waits, and the code that plays it.

    The music waits for code that runs: it is late only where a test lets it be.
    """

    def __init__(self, folder: Path) -> None:
        self.rig = Rig(live=True)
        self.told: list[str] = []
        self.show = Performance(
            self.rig.session, LiveRecorder(self.rig.engine), folder,  # type: ignore[arg-type]
            lambda path: pytest.fail(str(path)), lambda: datetime(2030, 1, 2),
        )  # fmt: skip
        self.code = Livecode(self.show, self.told.append)

    def tick(self, frames: int = 1024) -> None:
        """Let some music go by, or some time where code runs."""
        if self.rig.session.state.started and self.code.is_idle:
            self.rig.play_to(self.rig.engine.frame() + frames)
        else:
            self.rig.session.advance()
        self.code.advance()
        time.sleep(0.0 if self.code.is_idle else 0.001)

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
        self.until(lambda: self.code.is_idle)

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
    playing.enter('@every(1)\ndef gate(): live.tracks.bass.gate("x..x..x.")')
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
    assert playing.code.routines == ("good",)


def test_a_crash_costs_itself_alone_and_the_others_are_kept(playing: Stage) -> None:
    playing.enter("gain = -1\n@loop\ndef good(): live.tracks.bass.level(gain)")
    assert "code: good" in playing.show.status()
    playing.enter(
        "@loop\ndef bad():\n    import os, signal\n    os.kill(os.getpid(), signal.SIGSEGV)"
    )
    playing.until(lambda: any("SIGSEGV" in line for line in playing.told))
    (line,) = [line for line in playing.told if "SIGSEGV" in line]
    assert line.startswith("bad: ")
    assert "so does good" in line
    before = len(playing.rig.diary.of("command"))
    playing.until(lambda: len(playing.rig.diary.of("command")) > before + 1)
    assert playing.code.routines == ("good",)


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


def test_the_end_of_a_section_is_known_before_it_comes(playing: Stage) -> None:
    playing.enter('@after("verse")\ndef out(): live.tracks.bass.level(-9)')
    first = playing.rig.session.state.tempo.line(0)
    playing.until(lambda: playing.rig.engine.frame() > first + 12.5 * Rig.BAR)
    assert playing.landed("level bass") == [12 * Rig.BAR]
    assert playing.code.routines == ()


def test_undo_takes_back_what_a_hand_did_and_leaves_routines_alone(playing: Stage) -> None:
    playing.show.type("mute pad now")
    playing.bars(0.2)
    playing.enter(
        '@every(1)\ndef gate(): live.tracks.bass.gate("x.x.")\n'
        "@loop\ndef fade(): live.tracks.drums.level(-3)"
    )
    playing.bars(2.5)
    assert any(change.by_routine for change in playing.rig.session.state.pending)
    pending = playing.rig.session.state.pending
    answer = playing.show.type("undo")
    assert answer.lines[0].startswith("undo: mute pad")
    assert set(pending) <= set(playing.rig.session.state.pending)
    assert [step.text for step in playing.rig.session.state.done] == []


def test_code_that_waits_is_kept_with_what_runs_until_it_is_taken_or_ended(stage: Stage) -> None:
    held = "@loop\ndef hats(): ...\n"
    stage.code.hold(held)
    assert stage.show.held_code() == stage.show.kept_code() == held
    offer = "code waits: hats: load code runs it again"
    assert offer in stage.show.status() and stage.code.routines == ()
    stage.enter("@loop\ndef bass(): ...")
    assert stage.show.kept_code() == f"{held}@loop\ndef bass(): ...\n"
    assert f"code: bass; {offer}" in stage.show.status()
    stage.show.end_code()
    stage.until(lambda: stage.code.is_idle)
    assert (stage.code.routines, stage.show.kept_code(), stage.show.held_code()) == ((), "", "")


def test_all_that_runs_is_ended_even_where_nothing_of_it_can_be_kept(stage: Stage) -> None:
    stage.show.end_code()
    assert stage.code.is_idle  # no process begins to end nothing
    stage.enter("exec('@loop\\ndef hats(): live.tracks.bass.mute()')")
    assert stage.code.routines == ("hats",) and not stage.show.kept_code()
    stage.code.enter("@loop\ndef bass(): ...")
    stage.show.end_code()  # what is about to run is of the set that was there before, too
    stage.until(lambda: stage.code.is_idle)
    assert stage.code.routines == ()


def test_phrases_and_code_are_entered_together(playing: Stage) -> None:
    answer = playing.show.enter("mute drums in 2 bars\n>>> live.tracks.bass.mute()\n\nunsolo")
    assert len(answer.lines) == 2
    playing.until(lambda: playing.code.is_idle)
    playing.bars(2.5)
    assert playing.landed("mute bass")
    assert playing.landed("mute drums")


def test_quit_among_other_lines_ends_nothing(playing: Stage) -> None:
    answer = playing.show.enter("mute drums\nquit")
    assert "in a line of its own" in answer.lines[-1]
    assert not playing.show.finished
    assert playing.show.enter("quit").ok
    assert playing.show.finished


def test_code_that_comes_over_a_network_is_never_run(tmp_path: Path) -> None:
    stage = OscStage(tmp_path)
    ran: list[str] = []
    stage.show.run_code = ran.append
    tablet = Tablet(stage.port)
    try:
        for text in (">>> live.play()", "```\nlive.play()\n```", "play\n>>> live.play()"):
            tablet.send("/loopmind/prompt", text)
        stage.go_on(0.3)
    finally:
        tablet.close()
        stage.close()
    assert ran == []
    assert any(line.startswith("OSC") for line in stage.told)


def test_without_a_place_to_run_code_is_refused(stage: Stage) -> None:
    show = Performance(
        stage.rig.session, LiveRecorder(stage.rig.engine), Path(),  # type: ignore[arg-type]
        lambda path: pytest.fail(str(path)), lambda: datetime(2030, 1, 2),
    )  # fmt: skip
    answer = show.enter(">>> 1")
    assert not answer.ok
    assert "no code runs here" in answer.lines[0]


GATED = """
@every(1)
def gate():
    live.tracks.bass.gate("x(3,8)")

@loop(every=2)
def drums():
    live.tracks.drums.mute()
    yield 0.5
    live.tracks.drums.unmute()
    live.tracks.pad.filter(-60 if live.bar % 4 < 2 else 0)

@at(3)
def hold():
    live.tracks.pad.mask("x..x.x.x/2")
"""


class Coded(OfflineShow):
    """A set that code plays from its first bar."""

    def _play(self, engine, show, code, *rest) -> None:  # type: ignore[no-untyped-def]
        code.enter(GATED)
        super()._play(engine, show, code, *rest)


@pytest.mark.usefixtures("home")
def test_a_set_that_code_plays_is_replayed_sample_for_sample(tmp_path: Path) -> None:
    made = make_code_set(
        tmp_path / "made", Meter.of(120.0, 48000), tracks=("drums", "bass", "pad"),
        loops_per_track=2, sections=(("hook", 8),), clip_bars=(1, 2),
    )  # fmt: skip
    events = tmp_path / "set.jsonl"
    request = Request(
        tmp_path / "none.sqlite", Sound("offline"), made.timeline, None, tmp_path / "set.wav",
        events, until_bar=8,
    )  # fmt: skip
    told: list[str] = []
    Coded(request, told.append).run()
    lines = [json.loads(line) for line in events.read_text().splitlines()]
    swaps = [line for line in lines if line.get("kind") == "swap" and line["track"] == "bass"]
    sounds = {swap["frame"]: swap["loop"] is not None for swap in swaps}
    step = Rig.BAR // 8
    for bar in (2, 5):
        here = {at - bar * Rig.BAR: on for at, on in sounds.items() if at // Rig.BAR == bar}
        assert {at // step: on for at, on in here.items()} == {
            0: True, 1: False, 3: True, 4: False, 6: True, 7: False,
        }, told  # fmt: skip
        assert all(at % step == 0 for at in here)

    def landed(text: str) -> set[int]:
        """Return where in its two bars it landed."""
        frames = (
            line["frame"] for line in lines if line.get("kind") == "result" and line["text"] == text
        )
        return {frame % (2 * Rig.BAR) for frame in frames if frame >= 2 * Rig.BAR}

    assert landed("mute drums") == {0}
    assert landed("unmute drums") == {Rig.BAR // 2}
    (held,) = (line for line in lines if line.get("kind") == "swap" and "mask" in line)
    assert (held["track"], held["frame"], held["mask"]["mask_steps"]) == ("pad", 2 * Rig.BAR, 8)
    assert landed("filter pad -60") == landed("filter pad 0") == {Rig.BAR // 2}
    replay(events, tmp_path / "again.wav", [])
    assert (tmp_path / "again.wav").read_bytes() == (tmp_path / "set.wav").read_bytes()


def test_the_first_bar_is_not_missed(stage: Stage) -> None:
    stage.enter("@loop\ndef one(): live.tracks.pad.level(-4)\n@at(1)\ndef first(): live.click()")
    stage.enter("live.play()")
    stage.until(lambda: stage.rig.session.state.playing)
    stage.bars(1.5)
    assert stage.landed("level pad") == [0, Rig.BAR]
    assert stage.code.routines == ("one",)
    assert not stage.rig.diary.of("late")
