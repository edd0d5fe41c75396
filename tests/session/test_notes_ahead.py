"""Instruments in a set: what is played, on which frames, and what silences it."""

import pytest

from loopmind_live.config import FIRST_PATCH
from loopmind_live.repl.grammar import parse
from loopmind_live.score.loop import ROLES
from loopmind_live.score.melody import degree_hz
from loopmind_live.score.patch import Knob, Made, Object, Parameter, Patch, Side
from tests.session.stage import Rig

BASS = ROLES.index("bass")
Params = list[tuple[int, str, float]]


def instrument(pattern: str = "x...", name: str = "acid") -> Patch:
    objects = (Object("Sine", (("freq", Knob("hz")), ("mul", Knob("gate")))),)
    knobs = {"cutoff": Parameter(0.5)}
    return Patch(name, "", knobs, objects, (Made(0), Made(0)), pattern)


def effect(name: str = "gate") -> Patch:
    objects = tuple(Object("Sig", (("value", Side(n)),)) for n in (0, 1))
    return Patch(name, "", {"depth": Parameter(0.5)}, objects, (Made(0), Made(1)))


@pytest.fixture
def rig() -> Rig:
    rig = Rig()
    rig.session.submit(parse("play")[0])
    rig.session.advance()
    rig.session.learn(instrument())
    play_to(rig, rig.BAR // 2)
    return rig


def play_to(rig: Rig, frame: int) -> None:
    """Let the clock run block by block, the session looked at in each."""
    while rig.engine.frame() < frame:
        rig.session.advance()
        rig.engine.play_to(min(frame, rig.engine.frame() + rig.engine.block))


def typed(rig: Rig, text: str) -> str:
    lines: list[str] = []
    for command in parse(text):
        lines += rig.session.submit(command).lines
    return " ".join(lines)


def told(rig: Rig, control: str, role: int = BASS) -> list[tuple[int, float]]:
    name = f"track/{role}/{control}"
    return [(frame, value) for frame, one, value in rig.engine.parameters if one == name]


def begun(rig: Rig) -> list[int]:
    return [frame for frame, hz in told(rig, "note") if hz]


def test_an_instrument_plays_its_own_pattern_from_its_line_on(rig: Rig) -> None:
    assert typed(rig, "patch bass acid").startswith("acid on bass at bar 2")
    play_to(rig, 3 * rig.BAR - 512)
    assert begun(rig) == [rig.BAR, 2 * rig.BAR]
    assert told(rig, "heard")[0] == (rig.BAR, 1.0)
    names = [name for _, name, _ in rig.engine.parameters if name.startswith(f"track/{BASS}/")]
    assert names.index(f"track/{BASS}/insert1") < names.index(f"track/{BASS}/note")
    ends = [frame for frame, hz in told(rig, "note") if not hz]
    assert ends == [bar * rig.BAR + round(0.9 * rig.BAR / 4) for bar in (1, 2)]


def test_a_pattern_lands_on_its_line_in_the_key_and_is_undone(rig: Rig) -> None:
    typed(rig, "patch bass acid")
    play_to(rig, 3 * rig.BAR // 2)
    number = rig.session.state.next_number
    assert typed(rig, "pattern bass 0 . 3 _ /2") == f"pattern bass 0.3_/2 at bar 3 (#{number})"
    play_to(rig, 9 * rig.BAR // 2)
    typed(rig, "undo")
    play_to(rig, 6 * rig.BAR - 512)
    notes = [one for one in told(rig, "note") if one[1]]
    key = rig.session.state.document.arrangement
    assert key is not None
    low, high = degree_hz(0, key.key), degree_hz(3, key.key)
    # The intro ends and another section begins at bar 5: two bars are counted from there.
    assert notes == [
        (rig.BAR, low), (2 * rig.BAR, low), (3 * rig.BAR, high), (4 * rig.BAR, low),
        (5 * rig.BAR, low),
    ]  # fmt: skip


def test_what_is_muted_is_not_heard_and_what_stops_falls_silent(rig: Rig) -> None:
    typed(rig, "patch bass acid; pattern bass x...x...")
    play_to(rig, 3 * rig.BAR // 2)
    typed(rig, "mute bass now")
    play_to(rig, 9 * rig.BAR // 4)
    typed(rig, "unmute bass")
    play_to(rig, 7 * rig.BAR // 2 + 1)
    heard = told(rig, "heard")
    muted = heard[1][0]
    assert [value for _, value in heard] == [1.0, 0.0, 1.0] and heard[2][0] == 3 * rig.BAR
    assert 3 * rig.BAR // 2 <= muted <= 3 * rig.BAR // 2 + 2 * rig.engine.block
    assert [frame for frame in begun(rig) if muted <= frame < 3 * rig.BAR] == []
    assert begun(rig)[-2:] == [3 * rig.BAR, 7 * rig.BAR // 2]
    typed(rig, "stop now")
    play_to(rig, 5 * rig.BAR)
    assert told(rig, "heard")[-1][1] == 0.0 and begun(rig)[-1] == 7 * rig.BAR // 2


@pytest.mark.parametrize("bpm", [133.0, 97.3])
def test_notes_follow_the_tempo_to_the_frame(rig: Rig, bpm: float) -> None:
    typed(rig, f"patch bass acid; pattern bass x(5,16); set tempo {bpm}")
    play_to(rig, 6 * rig.BAR)
    tempo = rig.session.state.tempo
    steps = (0, 3, 6, 9, 12)
    lines = [tempo.line(bar + step / 16) for bar in range(1, 12) for step in steps]
    found = begun(rig)
    assert len(found) > 15 and found == lines[: len(found)]


def test_an_instrument_comes_before_the_effects_of_a_part(rig: Rig) -> None:
    rig.session.learn(effect())
    typed(rig, "patch bass gate")
    play_to(rig, 2 * rig.BAR)
    typed(rig, "knob bass depth 0.25")
    typed(rig, "patch bass acid")
    play_to(rig, 4 * rig.BAR)
    document = rig.session.state.document
    assert document.control("bass", "insert1") == FIRST_PATCH
    assert document.control("bass", "insert2") == FIRST_PATCH + 1
    assert document.control("bass", "knob2/depth") == 0.25
    rig.session.learn(instrument("x.x.", "blip"))
    assert typed(rig, "patch bass blip").startswith("blip on bass")  # in place of the other


def test_what_no_instrument_plays_is_refused(rig: Rig) -> None:
    assert typed(rig, "pattern bass x(3,8)") == (
        "pattern: bass has no instrument: put one in first, as in: patch bass acid"
    )
    assert "is an instrument, for a part" in typed(rig, "patch master acid")


def test_a_pattern_of_code_that_asks_for_the_same_again_is_no_change(rig: Rig) -> None:
    typed(rig, "patch bass acid; pattern bass x.x.")
    play_to(rig, 2 * rig.BAR)
    (command,) = parse("pattern bass x.x.")
    again = type(command)(command.name, command.arguments, by_routine=True)
    before = rig.session.state
    assert rig.session.submit(again).lines == ()
    assert rig.session.state == before


def test_pattern_off_rests(rig: Rig) -> None:
    typed(rig, "patch bass acid; pattern bass off")
    play_to(rig, 4 * rig.BAR)
    assert told(rig, "note") == []
