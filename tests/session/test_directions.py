"""Sections moved while they play: by loops, and by tone where there are no others."""

from loopmind_live.arranger.rules import RuleArranger
from loopmind_live.repl.grammar import parse
from loopmind_live.score.arrangement import Arrangement
from tests.arranger.synthetic_loops import make_loop
from tests.session.stage import Rig

SHADES = (500.0, 1500.0, 4000.0)
LOOPS = [
    make_loop(role, number, bpm=120.0, brightness_hz=hz)
    for role in ("drums", "bass", "pad")
    for number, hz in enumerate(SHADES)
]


def playing(rig: Rig) -> Arrangement:
    arrangement = rig.session.state.arrangement
    assert arrangement is not None
    return arrangement


def say(rig: Rig, text: str) -> str:
    (command,) = parse(text)
    lines = rig.session.submit(command).lines
    rig.play_to(rig.engine.frame() + 2 * rig.BAR)
    return " ".join(lines)


def test_a_section_is_asked_darker_until_it_is_and_told_how_it_got_there() -> None:
    rig = Rig(loaded=False)
    arranger = RuleArranger(LOOPS)
    rig.session.arranger = arranger
    rig.session.load(arranger.arrange("trap 120 bpm", 3))
    rig.session.submit(parse("play")[0])
    rig.play_to(rig.BAR)
    said = [say(rig, "regenerate hook darker") for _ in range(8)]
    assert "nothing darker fits it" in said[-1]
    assert any("in tone" in line for line in said)
    arrangement = playing(rig)
    for place in arrangement.find("hook"):
        assert {p.loop.brightness_hz for p in arrangement.sections[place].parts} == {SHADES[0]}
    say(rig, "undo")
    assert playing(rig) != arrangement
