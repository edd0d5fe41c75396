"""What lands in the engine's next block, however long the way there takes."""

from collections.abc import Sequence

import pytest

from loopmind_live.engine.base import Row
from loopmind_live.engine.recording import RecordingEngine
from loopmind_live.session.commands import Command, When
from tests.session.stage import Rig

NOW = When("now")
BLOCK = 256


class FarEngine(RecordingEngine):
    """An engine that a table reaches only when it is delivered."""

    def __init__(self, rate_hz: int, block: int) -> None:
        super().__init__(rate_hz, block)
        self.on_the_way: list[tuple[int, tuple[Row, ...], int | None]] = []
        self.far = False

    def splice(self, frame: int, rows: Sequence[Row], latest: int | None = None) -> None:
        if self.far:
            self.on_the_way.append((frame, tuple(rows), latest))
        else:
            super().splice(frame, rows, latest)

    def deliver(self) -> None:
        tables, self.on_the_way = self.on_the_way, []
        for frame, rows, latest in tables:
            super().splice(frame, rows, latest)


def far_rig(bar: float = 4.5) -> tuple[Rig, FarEngine]:
    """Return a live set that plays at `bar`, drums and bass from bar 4 on, its engine far off."""
    engine = FarEngine(48000, BLOCK)
    rig = Rig(live=True, engine=engine)
    rig.session.submit(Command("play"))
    rig.session.advance()
    rig.play_to(round(bar * rig.BAR / BLOCK) * BLOCK)
    for _ in range(4):  # the line before has landed, and the rest of the horizon is sent
        rig.play_to(engine.frame() + 40 * BLOCK)
    engine.far = True
    return rig, engine


def mute(rig: Rig, role: str, name: str = "mute") -> None:
    rig.session.submit(Command(name, {"roles": (role,)}, NOW))
    rig.session.advance()


@pytest.mark.parametrize("late_blocks", [0, 1, 7])
def test_a_mute_lands_where_the_engine_says_and_is_written_down_there(late_blocks: int) -> None:
    rig, engine = far_rig()
    asked = engine.frame()
    mute(rig, "drums")
    landed = asked + late_blocks * BLOCK
    engine.play_to(landed)
    rig.session.advance()
    assert not rig.diary.of("swap") or rig.diary.of("swap")[-1]["frame"] < asked
    engine.deliver()
    rig.session.advance()
    rig.play_to(landed + BLOCK)
    swap = rig.diary.of("swap")[-1]
    assert (swap["frame"], swap["track"], swap["loop"]) == (landed, "drums", None)
    assert rig.diary.of("result")[-1]["frame"] == landed
    assert rig.sounding(landed - 1) == {"drums": "drums_0", "bass": "bass_0"}
    assert rig.sounding(landed) == {"bass": "bass_0"}
    assert rig.session._engine_rows.rows == engine.rows


def test_what_is_typed_meanwhile_waits_for_the_answer_and_lands_after_it() -> None:
    rig, engine = far_rig()
    mute(rig, "drums")
    mute(rig, "bass")
    assert len(engine.on_the_way) == 1
    engine.play_to(engine.frame() + BLOCK)
    engine.deliver()
    rig.session.advance()
    assert rig.sounding(engine.frame()) == {"bass": "bass_0"}
    first = engine.frame()
    rig.session.advance()
    engine.play_to(first + BLOCK)
    rig.session.advance()
    engine.play_to(first + 3 * BLOCK)
    rig.session.advance()
    engine.deliver()
    rig.session.advance()
    rig.session.advance()
    assert [event["frame"] for event in rig.diary.of("result")[-2:]] == [first, engine.frame()]
    assert rig.sounding(engine.frame()) == {}


def test_what_comes_after_another_row_has_begun_starts_again_and_says_nothing() -> None:
    rig, engine = far_rig(bar=11.96)
    engine.far = False
    while engine.frame() < 12 * rig.BAR + 2880 - 2 * BLOCK:  # live, the first line is at 2880
        rig.play_to(engine.frame() + BLOCK)
    engine.far = True
    before = len(rig.told)
    mute(rig, "melody")
    engine.play_to(engine.frame() + 8 * BLOCK)
    engine.deliver()
    rig.session.advance()
    rig.session.advance()
    engine.deliver()
    landed = engine.frame()
    rig.session.advance()
    rig.play_to(landed + BLOCK)
    assert rig.diary.of("result")[-1]["frame"] == landed
    assert rig.sounding(landed - 1)["melody"] == "melody_2"
    assert "melody" not in rig.sounding(landed)
    assert rig.told[before:] == [] and not rig.diary.of("late")
    entered = [swap["frame"] for swap in rig.diary.of("swap") if swap["track"] == "melody"]
    assert entered[-2:] == [12 * rig.BAR + 2880, landed]


def test_the_rest_of_the_horizon_follows_a_moment_later() -> None:
    rig, engine = far_rig()
    engine.far = False
    mute(rig, "drums")
    assert "pad" not in rig.sounding(40 * rig.BAR)
    rig.play_to(engine.frame() + 48000)
    assert rig.sounding(40 * rig.BAR) == {"pad": "pad_1"}
    assert "drums" not in rig.sounding(20 * rig.BAR)


def test_unmute_now_is_in_phase_and_panic_is_silence_at_once() -> None:
    rig, engine = far_rig()
    engine.far = False
    mute(rig, "drums")
    rig.play_to(engine.frame() + 9 * BLOCK)
    mute(rig, "drums", "unmute")
    rig.play_to(engine.frame() + 9 * BLOCK)
    assert rig.sounding(engine.frame())["drums"] == "drums_0"
    row = next(row for row in engine.rows if row.track == 0 and row.stop > engine.frame())
    assert row.origin == 4 * rig.BAR + 2880
    rig.session.submit(Command("panic"))
    at = engine.frame()
    rig.session.advance()
    assert rig.sounding(at) == {}


def test_a_change_that_is_canceled_under_way_is_taken_back() -> None:
    rig, engine = far_rig()
    mute(rig, "drums")
    rig.session.submit(Command("undo"))
    engine.deliver()
    engine.far = False
    for _ in range(200):
        rig.play_to(engine.frame() + BLOCK)
    assert rig.sounding(engine.frame()) == {"drums": "drums_0", "bass": "bass_0"}
    assert "drums" not in rig.session.state.document.muted
