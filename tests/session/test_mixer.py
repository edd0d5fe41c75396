"""Filter, place and sends: what the engine is told, and what undo brings back."""

import math

import pytest

from loopmind_live.session.actions import SetLevels
from loopmind_live.session.commands import Command, When
from loopmind_live.session.state import MOST_STEPS
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
    rig.play_to(rig.BAR)
    submit(rig, "filter", roles=("bass",), sweep=25.0)
    submit(rig, "undo")
    submit(rig, "undo")
    submit(rig, "redo")
    values = [-0.4, 0.25, -0.4, 0.0, -0.4]
    assert told(rig) == [("track/5/filter", value) for value in values]


def test_moves_told_ahead_of_their_time_are_one_gesture_once_they_landed() -> None:
    rig = started()
    rig.play_to(rig.BAR)
    at = rig.engine.frame() + 9600
    for number, db in enumerate((-1.0, -2.0, -3.0)):
        command = Command("level", {"roles": ("bass",), "db": db})
        rig.session.submit(command, due_frame=at + 960 * number)
    rig.play_to(at + 48000)
    assert [step.action for step in rig.session.state.done] == [SetLevels((("bass", -3.0),))]
    submit(rig, "undo")
    assert rig.session.state.document.level_db("bass") == 0.0
    submit(rig, "redo")
    assert rig.session.state.document.level_db("bass") == -3.0


def test_a_mute_between_two_moves_told_ahead_parts_their_gestures() -> None:
    rig = started()
    rig.play_to(rig.BAR)
    at = rig.engine.frame() + 9600
    for number, command in enumerate(
        (
            Command("level", {"roles": ("bass",), "db": -1.0}),
            Command("mute", {"roles": ("bass",)}, When("now")),
            Command("level", {"roles": ("bass",), "db": -3.0}),
        )
    ):
        rig.session.submit(command, due_frame=at + 960 * number)
    rig.play_to(at + 48000)
    assert len(rig.session.state.done) == 3
    submit(rig, "undo")
    assert rig.session.state.document.level_db("bass") == -1.0


def test_faders_that_move_together_are_one_gesture_and_undone_as_one() -> None:
    rig = started()
    for db in (-1.0, -2.0, -3.0):
        submit(rig, "level", roles=("bass",), db=db)
        submit(rig, "pan", roles=("bass",), place=db)
        submit(rig, "level", roles=("drums",), db=db)
    assert len(rig.session.state.done) == 2  # faders, and the controls beside them
    submit(rig, "undo")
    submit(rig, "undo")
    document = rig.session.state.document
    assert [document.level_db(role) for role in ("bass", "drums")] == [0.0, 0.0]
    assert document.control("bass", "pan") == 0.0
    submit(rig, "redo")
    submit(rig, "redo")
    assert rig.session.state.document.level_db("drums") == -3.0


def test_another_change_or_a_rest_ends_a_gesture() -> None:
    rig = started()
    submit(rig, "level", roles=("bass",), db=-1.0)
    submit(rig, "lock", roles=("bass",))
    submit(rig, "level", roles=("bass",), db=-2.0)
    rig.play_to(rig.BAR)
    submit(rig, "level", roles=("bass",), db=-3.0)
    assert [step.text for step in rig.session.state.done] == ["level", "lock", "level", "level"]
    submit(rig, "undo")
    assert rig.session.state.document.level_db("bass") == -2.0


def test_as_many_steps_are_kept_as_can_be_undone() -> None:
    rig = started()
    for number in range(MOST_STEPS + 9):
        submit(rig, ("lock", "unlock")[number % 2], roles=("bass",))
    assert len(rig.session.state.done) == MOST_STEPS


def test_a_fader_leaves_the_rows_alone() -> None:
    rig = started()
    rig.play_to(rig.BAR)
    sent, kept = len(rig.engine.splices), rig.shelf.kept
    submit(rig, "level", roles=("bass",), db=-6.0)
    rig.session.advance()
    assert len(rig.engine.splices) == sent and rig.shelf.kept is kept
    submit(rig, "mute", roles=("bass",))
    rig.session.advance()
    assert len(rig.engine.splices) > sent and rig.shelf.kept is not kept


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
    rig.play_to(rig.BAR)
    assert submit(rig, "send", **reverb, db=-60.0) == "reverb vocal off"
    submit(rig, "undo")
    assert [value for _, value in told(rig)] == [0.251, 0.355, 0.0, 0.355]


def test_without_parts_every_part_is_meant() -> None:
    rig = started()
    assert submit(rig, "filter", sweep=0.0) == "filter all parts off"
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
