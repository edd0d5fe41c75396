"""Filter, place and sends: what the engine is told, and what undo brings back."""

import math

import pytest

from loopmind_live.session.commands import Command
from tests.session.stage import Rig


def started() -> Rig:
    rig = Rig()
    rig.session.submit(Command("play"))
    rig.session.advance()
    return rig


def told(rig: Rig) -> list[tuple[str, float]]:
    return [(name, round(value, 3)) for _, name, value in rig.engine.parameters]


def submit(rig: Rig, name: str, **arguments: object) -> str:
    return " ".join(rig.session.submit(Command(name, arguments)).lines)  # type: ignore[arg-type]


def test_a_filter_is_set_at_once_undone_and_redone() -> None:
    rig = started()
    assert submit(rig, "filter", roles=("bass",), sweep=-40.0) == "filter bass -40 %"
    submit(rig, "filter", roles=("bass",), sweep=25.0)
    submit(rig, "undo")
    submit(rig, "undo")
    submit(rig, "redo")
    values = [-0.4, 0.25, -0.4, 0.0, -0.4]
    assert told(rig) == [("track/5/filter", value) for value in values]


def test_pan_tells_the_side() -> None:
    rig = started()
    assert submit(rig, "pan", roles=("hats",), place=-100.0) == "pan hats left 100 %"
    assert submit(rig, "pan", roles=("hats",), place=0.0) == "pan hats center"
    assert told(rig) == [("track/3/pan", -1.0), ("track/3/pan", 0.0)]


def test_more_of_a_send_that_is_off_begins_to_be_heard() -> None:
    rig = started()
    reverb = {"roles": ("vocal",), "to": "reverb"}
    assert submit(rig, "send", **reverb, delta_db=3.0) == "reverb vocal -12.0 dB"
    assert submit(rig, "send", **reverb, delta_db=3.0) == "reverb vocal -9.0 dB"
    assert submit(rig, "send", **reverb, db=-60.0) == "reverb vocal off"
    submit(rig, "undo")
    assert [value for _, value in told(rig)] == [0.251, 0.355, 0.0, 0.355]


def test_without_parts_every_part_is_meant() -> None:
    rig = started()
    assert submit(rig, "filter", sweep=0.0) == "filter all off"
    assert len(told(rig)) == 11


@pytest.mark.parametrize("value", [math.nan, math.inf, -101.0, 1e300])
@pytest.mark.parametrize(
    ("name", "argument"), [("filter", "sweep"), ("pan", "place"), ("send", "db")]
)
def test_what_is_no_place_on_a_control_is_refused_by_name(
    name: str, argument: str, value: float
) -> None:
    rig = started()
    more = {"to": "delay"} if name == "send" else {}
    answer = submit(rig, name, roles=("bass",), **{argument: value}, **more)
    assert f"{name}: {argument}" in answer
    assert told(rig) == []


def test_a_send_goes_to_one_of_two_effects_and_says_how_much() -> None:
    rig = started()
    assert "choose reverb or delay" in submit(rig, "send", roles=("bass",), to="chorus", db=-3.0)
    assert "how much" in submit(rig, "send", roles=("bass",), to="delay")


def test_the_delay_follows_the_tempo_also_in_a_glide() -> None:
    rig = started()
    submit(rig, "set_tempo", bpm=140.0)
    rig.play_to(2 * rig.BAR)
    assert told(rig) == [("tempo", 140.0)]
    submit(rig, "ramp", bpm=100.0, bars=2.0)
    rig.play_to(7 * rig.BAR)
    glide = [value for _, value in told(rig)]
    assert glide[-1] == 100.0 and len(glide) > 10
    assert glide == sorted(glide, reverse=True)
    params = [entry for entry in rig.diary.of("param") if entry["name"] == "tempo"]
    assert len(params) == len(glide)
