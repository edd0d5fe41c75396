"""What was sent for a named frame: it lands there, or on the first line from there on."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.session.commands import Command, When
from loopmind_live.session.landing import Now
from tests.session.stage import Rig

NOW = When("now", 1)
MUTE = Command("mute", {"roles": ("drums",)}, NOW, "mute drums now")
LEVEL = Command("level", {"roles": ("drums",), "db": -6.0}, text="level drums -6")


@pytest.fixture
def rig() -> Rig:
    """Play the verse live, from bar 5 on: lines are at 96,000 frames after the first."""
    return playing(live=True)


def playing(live: bool) -> Rig:
    rig = Rig(live=live, dry=False)
    rig.session.submit(Command("play"))
    rig.play_to(rig.engine.frame() + 10_000)
    first = rig.session.state.tempo.line(0)
    rig.play_to(first + 4 * Rig.BAR + 20_000)
    return rig


def line(rig: Rig, bar: int) -> int:
    return rig.session.state.tempo.line(bar)


@settings(max_examples=25, deadline=None)
@given(st.integers(1000, 90_000), st.booleans())
def test_what_lands_now_lands_on_the_very_frame(ahead: int, live: bool) -> None:
    rig = playing(live)
    due = rig.engine.frame() + ahead
    reply = rig.session.submit(MUTE, due_frame=due)
    assert reply.ok and "on its time" in reply.lines[0]
    rig.play_to(due + 4000)
    assert rig.diary.of("result")[-1]["frame"] == due
    assert "drums" in rig.sounding(due - 1)
    assert "drums" not in rig.sounding(due)


def test_it_is_known_before_its_time_and_holds_up_nothing(rig: Rig) -> None:
    now = rig.engine.frame()
    due = now + 48_000
    rig.session.submit(MUTE, due_frame=due)
    rig.play_to(now + 1000)
    assert "drums" not in rig.sounding(due), "the engine knows of it long before"
    rig.session.submit(Command("mute", {"roles": ("bass",)}, NOW, "mute bass"))
    rig.play_to(now + 5000)
    (landed,) = rig.diary.of("result")[-1:]
    assert landed["frame"] < now + 3000 and "bass" in str(landed)
    rig.play_to(due + 1000)
    assert rig.diary.of("result")[-1]["frame"] == due
    typed = [entry["frame"] for entry in rig.diary.of("command")[-2:]]
    assert typed == [now, now + 1000]


def test_what_lands_on_a_bar_lands_on_the_first_line_at_or_after_it(rig: Rig) -> None:
    for due, bar in ((line(rig, 6), 6), (line(rig, 6) + 1, 7), (line(rig, 7) - 1, 7)):
        reply = rig.session.submit(Command("regenerate", {"section": "verse"}), due_frame=due)
        assert f"at bar {bar + 1}" in reply.lines[0]


def test_a_line_too_near_to_be_reached_is_passed_whatever_was_named(rig: Rig) -> None:
    rig.play_to(line(rig, 6) - 1000)
    reply = rig.session.submit(Command("goto", {"section": "hook"}), due_frame=line(rig, 6))
    assert "at bar 8" in reply.lines[0]


def test_a_frame_that_passed_or_is_too_near_is_for_now(rig: Rig) -> None:
    now = rig.engine.frame()
    for due in (now - 5000, now, now + 100):
        assert "now" in rig.session.submit(MUTE, due_frame=due).lines[0]
        rig.session.submit(Command("unmute", {"roles": ("drums",)}, NOW))
    assert Now.live(None, None, now, 512).due_frame is None


@pytest.mark.parametrize("live", [True, False])
def test_a_fader_moves_from_its_frame_on(live: bool) -> None:
    rig = playing(live)
    now = rig.engine.frame()
    due = now + 30_000
    rig.session.submit(LEVEL, due_frame=due)
    rig.play_to(due - 10_000)
    assert rig.session.state.document.level_db("drums") == 0.0
    while rig.engine.frame() < due + 1000:
        rig.play_to(rig.engine.frame() + rig.engine.block)
    moved = [frame for frame, name, _ in rig.engine.parameters if name == "track/0/gain"]
    assert len(moved) == 1 and due <= moved[0] < due + rig.engine.block
    if live:
        assert moved == [due], "the engine places it by itself"
    assert rig.session.state.document.level_db("drums") == -6.0
    assert rig.session.submit(Command("undo")).ok
    assert rig.session.state.document.level_db("drums") == 0.0


def test_a_fader_that_is_canceled_after_the_engine_was_told_moves_back(rig: Rig) -> None:
    due = rig.engine.frame() + 4000
    rig.session.submit(LEVEL, due_frame=due)
    rig.session.advance()
    assert rig.engine.parameters[-1][0] == due
    assert "canceled" in rig.session.submit(Command("undo")).lines[0]
    rig.play_to(due + 20_000)
    values = [value for _, name, value in rig.engine.parameters if name == "track/0/gain"]
    assert values[-1] == 1.0
    assert rig.session.state.document.level_db("drums") == 0.0


def test_faders_ahead_of_their_time_call_for_no_new_rows(rig: Rig) -> None:
    before = len(rig.engine.splices)
    for number in range(20):
        rig.session.submit(LEVEL, due_frame=rig.engine.frame() + 5000 + 100 * number)
    rig.session.advance()
    assert len(rig.engine.splices) == before


def test_it_can_be_canceled_and_undone_as_anything_else(rig: Rig) -> None:
    now = rig.engine.frame()
    rig.session.submit(MUTE, due_frame=now + 40_000)
    assert "canceled" in rig.session.submit(Command("undo")).lines[0]
    rig.play_to(now + 50_000)
    assert "drums" in rig.sounding(now + 41_000)
    assert not rig.session.state.pending


def test_panic_and_a_tap_keep_the_time_they_were_sent_for(rig: Rig) -> None:
    now = rig.engine.frame()
    taps = []
    for number in range(4):
        taps.append(now + 20_000 + 24_000 * number)
        rig.session.submit(Command("tap"), due_frame=taps[-1])
    assert rig.session.state.taps == tuple(taps)
    rig.session.submit(Command("cancel", {"what": "all"}))
    rig.session.submit(Command("panic"), due_frame=now + 40_000)
    rig.play_to(now + 50_000)
    assert rig.sounding(now + 39_999) and not rig.sounding(now + 40_000)


def test_before_the_clock_runs_all_lands_on_the_first_bar() -> None:
    rig = Rig(live=True)
    reply = rig.session.submit(Command("play"), due_frame=1_000_000)
    assert "at bar 1" in reply.lines[0]


def test_what_a_routine_asks_for_is_no_step_to_undo_but_where_it_ends_by_itself(rig: Rig) -> None:
    rig.session.submit(Command("mute", {"roles": ("pad",)}, NOW, "mute pad now"))
    due = rig.engine.frame() + 48_000
    for command in (MUTE, LEVEL):
        asked = replace(command, by_routine=True)
        assert rig.session.submit(asked, due_frame=due).ok
        assert rig.session.submit(asked).ok
    assert [step.text for step in rig.session.state.done] == ["mute pad now"]
    reply = rig.session.submit(Command("undo"))
    assert "mute pad" in reply.lines[0]
    rig.play_to(due + 4000)
    assert "drums" not in rig.sounding(due)
    for_bars = Command("mute", {"roles": ("bass",), "bars": 1.0}, text="mute bass for 1 bar")
    rig.session.submit(replace(for_bars, by_routine=True))
    rig.play_to(rig.engine.frame() + 3 * Rig.BAR)
    assert "bass" in rig.sounding(rig.engine.frame())
