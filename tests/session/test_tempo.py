"""Tempo under way: ramps, half and double time, nudge, tap, varispeed; in frames."""

import numpy as np
import pytest

from loopmind_live.engine.base import Row
from loopmind_live.engine.kernel import mix
from loopmind_live.engine.rows import pack
from loopmind_live.session.commands import Command, When
from tests.session.stage import Rig, Shelf


def started(**options: object) -> Rig:
    rig = Rig(**options)  # type: ignore[arg-type]
    rig.session.submit(Command("play"))
    rig.session.advance()
    return rig


def rows_of(rig: Rig, track: int) -> list[Row]:
    return [row for row in rig.engine.rows if row.track == track]


def place(row: Row, frame: int) -> float:
    """Return how many bars into its clip a row is, read from the kernel: clips that count bars."""
    frames = int(row.body_frames)
    pool = np.repeat(np.arange(frames, dtype=np.float32)[:, None], 2, axis=1)
    out = np.zeros((1, 64, 2))
    only = Row(**{
        **{name: getattr(row, name) for name in Row.__slots__}, "track": 0, "offset": 0, "gain": 1.0
    })  # fmt: skip
    mix(out, frame, pool, pack([only]))
    return float(out[0, 0, 0]) / row.pass_frames


def test_a_ramp_follows_the_map_and_ends_where_plain_reading_goes_on() -> None:
    rig = started()
    rig.play_to(5 * rig.BAR)
    reply = rig.session.submit(Command("ramp", {"bpm": 140.0, "bars": 4.0}))
    assert reply.lines == ("tempo glides to 140 bpm over 4 bars at bar 7 (#2)",)
    rig.play_to(7 * rig.BAR)
    tempo = rig.session.state.tempo
    assert tempo.bpm_at(8.0) == 130.0
    assert tempo.line(6) == 6 * rig.BAR
    ramp, plain = [row for row in rows_of(rig, 0) if 6 * rig.BAR <= row.start < tempo.line(12)]
    assert ramp.clip_bars == 4.0 and plain.clip_bars == 0.0
    assert (ramp.start, ramp.stop, plain.start) == (tempo.line(6), tempo.line(10), tempo.line(10))
    assert ramp.fade_frames == 0
    for bar in (6.5, 7.25, 9.9):
        frame = tempo.line(bar)
        expected = ((tempo.bar(frame) - 4.0) % 4.0) / 4.0
        assert abs(place(ramp, frame) - expected) * ramp.pass_frames < 0.1
    frame = tempo.line(11)
    assert abs(place(plain, frame) - 0.75) * plain.pass_frames < 1.0


def test_a_ramp_is_undone_by_a_ramp_of_the_same_length() -> None:
    rig = started()
    rig.play_to(rig.BAR)
    rig.session.submit(Command("ramp", {"bpm": 140.0, "bars": 2.0}))
    rig.play_to(8 * rig.BAR)
    rig.session.submit(Command("undo"))
    rig.play_to(9 * rig.BAR)
    tempo = rig.session.state.tempo
    assert [segment.slope for segment in tempo.segments[-2:]] == [-10.0, 0.0]
    assert tempo.segments[-1].bpm == 120.0


@pytest.mark.parametrize(("name", "factor"), [("half_time", 0.5), ("double_time", 2.0)])
def test_half_and_double_time_count_otherwise_and_leave_the_sound_alone(
    name: str, factor: float
) -> None:
    rig = started()
    rig.play_to(5 * rig.BAR)
    before = next(row for row in rows_of(rig, 0) if row.start == 4 * rig.BAR)
    rig.session.submit(Command(name))
    rig.play_to(6 * rig.BAR + 100)
    state = rig.session.state
    assert state.tempo.bpm_at(6.5) == 120.0 * factor
    assert state.tempo.line(7) == round(6 * rig.BAR + rig.BAR / factor)
    after = next(row for row in rows_of(rig, 0) if row.start == 4 * rig.BAR)
    assert (after.clip_id, after.origin, after.pass_frames) == (
        before.clip_id, before.origin, before.pass_frames,
    )  # fmt: skip
    assert after.clip_bars == 0.0 and after.stop > 6 * rig.BAR
    assert state.end_bar == 6 + 8 - 2 * factor
    rig.session.submit(Command("undo"))
    rig.play_to(8 * rig.BAR + 200)
    assert rig.session.state.document.time == 1.0


def test_a_small_step_is_varispeed_and_needs_no_new_clip() -> None:
    rig = started()
    rig.play_to(5 * rig.BAR)
    asked = len(rig.shelf.asked)
    rig.session.submit(Command("set_tempo", {"bpm": 121.0}))
    rig.play_to(7 * rig.BAR)
    row = next(row for row in rows_of(rig, 0) if row.start == 6 * rig.BAR)
    assert row.clip_bars == 4.0 and len(rig.shelf.asked) == asked
    assert rig.session.state.tempo.bpm_at(7) == 121.0
    rig.session.submit(Command("undo"))
    rig.play_to(9 * rig.BAR)
    assert rig.session.state.document.bpm == 120.0


def test_a_large_step_now_is_varispeed_at_the_next_block() -> None:
    rig = started()
    rig.play_to(1000 * 256)
    rig.session.submit(Command("set_tempo", {"bpm": 150.0}, When("now")), 1000 * 256 + 1)
    rig.session.advance(1000 * 256 + 1)
    row = next(row for row in rows_of(rig, 8) if row.start == 1001 * 256)
    assert row.clip_bars == 4.0
    rig.play_to(1002 * 256)
    tempo = rig.session.state.tempo
    assert tempo.bpm_at(tempo.bar(1001 * 256 + 10)) == 150.0


def test_a_large_step_at_the_bar_gets_new_clips() -> None:
    rig = started()
    rig.play_to(rig.BAR)
    rig.session.submit(Command("set_tempo", {"bpm": 150.0}))
    rig.play_to(3 * rig.BAR)
    assert all(row.clip_bars == 0.0 for row in rig.engine.rows)


@pytest.mark.parametrize("ms", [25.0, -25.0, 180.0])
def test_a_nudge_moves_the_grid_by_so_much_and_no_more(ms: float) -> None:
    rig = started()
    rig.play_to(rig.BAR)
    before = rig.session.state.tempo.frame(20.0)
    rig.session.submit(Command("nudge", {"ms": ms}))
    rig.play_to(2 * rig.BAR)
    tempo = rig.session.state.tempo
    assert before - tempo.frame(20.0) == pytest.approx(ms * 48, abs=1e-6)
    assert tempo.bpm_at(20.0) == 120.0
    assert all(abs(segment.bpm - 120.0) <= 120 * 0.025 for segment in tempo.segments)


def test_four_taps_set_the_tempo_at_the_next_line() -> None:
    rig = started()
    for beat in range(4):
        frame = rig.BAR + round(beat * 60 / 150 * 48000)
        rig.play_to(frame)
        reply = rig.session.submit(Command("tap"), frame)
    assert reply.lines[0].startswith("tempo 150 bpm at bar 3")
    rig.play_to(5 * rig.BAR)
    assert rig.session.state.tempo.bpm_at(5) == 150.0


def test_taps_far_apart_begin_anew() -> None:
    rig = started()
    rig.session.submit(Command("tap"), 0)
    rig.play_to(3 * rig.BAR)
    assert rig.session.submit(Command("tap"), 3 * rig.BAR).lines == ("tap 1 of 4",)


def test_a_tempo_out_of_range_is_refused_however_it_is_reached() -> None:
    rig = started()
    rig.play_to(rig.BAR)
    for command in (
        Command("set_tempo", {"delta": -90.0}),
        Command("ramp", {"bpm": 500.0}),
        Command("ramp", {"bpm": float("nan")}),
        Command("nudge", {"ms": float("inf")}),
    ):
        assert not rig.session.submit(command).ok
    rig.session.submit(Command("double_time"))
    assert not rig.session.submit(Command("double_time")).ok


@pytest.mark.parametrize(("half", "bpm"), [("half_time", 128.0), ("double_time", 70.0)])
def test_a_tempo_counted_in_another_time_is_one_that_loops_can_play(half: str, bpm: float) -> None:
    rig = Rig()
    rig.session.submit(Command("play"))
    rig.session.advance()
    rig.session.submit(Command(half))
    rig.session.submit(Command("set_tempo", {"bpm": bpm}))
    rig.play_to(2 * rig.BAR)
    state = rig.session.state
    assert state.arrangement is not None
    assert (state.document.bpm, state.arrangement.bpm) == (bpm, bpm)


def test_a_nudge_at_the_limit_of_tempo_lands_like_any_other() -> None:
    rig = started()
    rig.session.submit(Command("double_time"))
    rig.play_to(2 * Rig.BAR)
    rig.session.submit(Command("nudge", {"ms": 10.0}))
    before = rig.session.state.tempo.line(60)
    rig.play_to(5 * Rig.BAR)
    assert rig.session.state.tempo.bpm_at(60) == 240.0
    assert before - rig.session.state.tempo.line(60) == 480


def test_half_time_that_comes_before_the_tempo_it_was_meant_for_is_dropped_and_told() -> None:
    shelf = Shelf()
    rig = started(live=True, shelf=shelf)
    rig.session.submit(Command("half_time"))
    rig.play_to(3 * rig.BAR)
    shelf.ready = False  # what the tempo needs does not come in time
    assert rig.session.submit(Command("set_tempo", {"bpm": 127.0})).ok
    assert rig.session.submit(Command("half_time")).ok
    rig.play_to(9 * rig.BAR)
    assert any("30 bpm is out of range" in line for line in rig.told), rig.told
    assert rig.session.state.tempo.bpm_at(9.0) == 60.0
