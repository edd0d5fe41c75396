"""The reverb and the delay that all parts share; and faders that wait for their line."""

import pytest

from loopmind_live.engine.effects import _DEFAULTS
from loopmind_live.engine.guard import _RANGES
from loopmind_live.session.actions import SetEffects
from loopmind_live.session.commands import BY_NAME, Command, When
from loopmind_live.session.desk import faders, standing
from loopmind_live.session.document import EFFECTS_AT_FIRST, Document
from loopmind_live.session.effect_rules import CONTROLS
from tests.session.stage import Rig


def started() -> Rig:
    rig = Rig()
    rig.session.submit(Command("play"))
    rig.session.advance()
    return rig


RATE_HZ = 48_000


def told(rig: Rig) -> list[tuple[str, float]]:
    return [(name, round(value, 3)) for _, name, value in rig.engine.parameters]


def submit(rig: Rig, name: str, when: When | None = None, **arguments: object) -> str:
    return " ".join(rig.session.submit(Command(name, arguments, when)).lines)  # type: ignore[arg-type]


def test_the_first_values_and_all_ranges_are_the_engine_s() -> None:
    first = {fader.name: fader.value for fader in faders(SetEffects((*EFFECTS_AT_FIRST.items(),)))}
    assert first == {name: _DEFAULTS[name] for name in CONTROLS.values()}
    for name, control in CONTROLS.items():
        argument = BY_NAME[name].arguments[0]
        ends = [
            faders(SetEffects(((control, end),)))[0].value
            for end in (argument.minimum, argument.maximum)
        ]
        assert tuple(ends) == _RANGES[control][1:]


def test_an_effect_is_set_at_once_undone_and_redone() -> None:
    rig = started()
    assert submit(rig, "reverb_size", size=80.0) == "reverb size 80 %"
    rig.play_to(rig.BAR)  # later: another gesture
    assert submit(rig, "delay_time", beats=1.5) == "delay time 1.5 beats"
    submit(rig, "undo")
    submit(rig, "undo")
    submit(rig, "redo")
    assert told(rig) == [
        ("reverb/size", 0.8), ("delay/beats", 1.5), ("delay/beats", 0.75), ("reverb/size", 0.7),
        ("reverb/size", 0.8),
    ]  # fmt: skip


def test_a_gesture_on_an_effect_is_one_step() -> None:
    rig = started()
    for size in (10.0, 20.0, 30.0):
        submit(rig, "reverb_size", size=size)
    submit(rig, "undo")
    assert told(rig)[-1] == ("reverb/size", 0.7)
    assert "nothing" in submit(rig, "undo") or "play" in submit(rig, "undo")


def test_effects_that_were_moved_are_told_to_an_engine_that_comes_anew() -> None:
    document = Document(effects=(("delay/feedback", 20.0),))
    assert [(fader.name, fader.value) for fader in standing(document)] == [("delay/feedback", 0.2)]


FADERS: list[tuple[str, dict[str, object], tuple[str, float]]] = [
    ("level", {"roles": ("bass",), "db": -20.0}, ("track/5/gain", 0.1)),
    ("filter", {"roles": ("bass",), "sweep": -40.0}, ("track/5/filter", -0.4)),
    ("pan", {"roles": ("bass",), "place": 50.0}, ("track/5/pan", 0.5)),
    ("send", {"roles": ("bass",), "to": "delay", "db": -20.0}, ("track/5/delay", 0.1)),
    ("delay_feedback", {"feedback": 90.0}, ("delay/feedback", 0.9)),
]


@pytest.mark.parametrize(("name", "arguments", "heard"), FADERS, ids=lambda value: str(value)[:12])
def test_a_fader_asked_for_in_bars_waits_for_its_line_and_is_undone_at_once(
    name: str, arguments: dict[str, object], heard: tuple[str, float]
) -> None:
    rig = started()
    rig.play_to(rig.BAR // 2)
    answer = submit(rig, name, When("bar", 2), **arguments)
    assert "at bar 3" in answer and told(rig) == []
    rig.play_to(2 * rig.BAR - RATE_HZ)
    assert told(rig) == []
    rig.play_to(2 * rig.BAR + 64 * rig.engine.block)
    assert told(rig) == [heard]
    assert rig.engine.parameters[0][0] == 2 * rig.BAR  # told ahead, for the line's own frame
    assert any(entry["name"] == heard[0] for entry in rig.diary.of("param"))
    submit(rig, "undo")
    assert len(told(rig)) == 2 and told(rig)[-1][0] == heard[0] and told(rig)[-1] != heard


def test_a_fader_that_waits_is_canceled_by_undo_and_never_heard() -> None:
    rig = started()
    submit(rig, "level", When("bar", 2), roles=("bass",), db=-6.0)
    assert "canceled" in submit(rig, "undo")
    rig.play_to(4 * rig.BAR)
    assert told(rig) == []


def test_a_fader_canceled_when_the_engine_knew_of_it_is_back_on_its_own_frame() -> None:
    rig = started()
    submit(rig, "level", When("bar", 2), roles=("bass",), db=-20.0)
    rig.play_to(2 * rig.BAR - 1024)
    assert told(rig) == [("track/5/gain", 0.1)]
    assert "canceled" in submit(rig, "undo")
    rig.play_to(4 * rig.BAR)
    assert told(rig) == [("track/5/gain", 0.1), ("track/5/gain", 1.0)]
    assert [frame for frame, _, _ in rig.engine.parameters] == [2 * rig.BAR, 2 * rig.BAR]


def test_steps_of_faders_that_wait_add_up() -> None:
    rig = started()
    rig.play_to(rig.BAR // 2)
    for bars in (1, 2):
        submit(rig, "level", When("bar", bars), roles=("bass",), delta_db=-10.0)
    rig.play_to(4 * rig.BAR)
    assert told(rig) == [("track/5/gain", 0.316), ("track/5/gain", 0.1)]


def test_now_is_at_once() -> None:
    rig = started()
    assert submit(rig, "level", When("now"), roles=("bass",), db=-20.0) == "level bass -20.0 dB"
    assert told(rig) == [("track/5/gain", 0.1)]
