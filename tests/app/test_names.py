"""The names that completion is given: looked for seldom, though asked at each key."""

from dataclasses import replace
from pathlib import Path

import pytest

from loopmind_live.app.names import LIST_S, KnownNames
from loopmind_live.repl.grammar import parse
from loopmind_live.score.loop import Loop
from loopmind_live.score.patch import Knob, Made, Object, Parameter, Patch, Side
from tests.session.stage import Rig


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def rig() -> Rig:
    return Rig()


def write_patch(folder: Path, name: str) -> None:
    (folder / f"{name}.py").write_text("knobs = {}\n\ndef build(input, parameters):\n    ...\n")


def test_patches_are_listed_anew_after_a_while(tmp_path: Path, rig: Rig) -> None:
    clock = Clock()
    names = KnownNames([tmp_path], clock=clock)
    write_patch(tmp_path, "gate")
    (tmp_path / "curves.py").write_text("SHAPE = 1\n")
    assert names.of(rig.session.state, ()).patches == ("gate",)
    write_patch(tmp_path, "echo")
    assert names.of(rig.session.state, ()).patches == ("gate",)
    clock.now_s = LIST_S
    assert names.of(rig.session.state, ()).patches == ("echo", "gate")


def test_loops_are_named_with_part_tempo_and_key_but_for_broken_ones(rig: Rig) -> None:
    good = Loop(Path("sub.wav"), "a", bpm=70.0, key="F#:min", role="bass")
    bare, broken = Loop(Path("noise.wav"), "b"), replace(good, error="cut off")
    names = KnownNames([], clock=Clock())
    found = names.of(rig.session.state, [good, bare, broken]).loops
    assert found == (("sub.wav", "bass, 70 bpm, F# minor"), ("noise.wav", ""))


def test_knobs_of_mounted_patches_are_named_where_they_stand(rig: Rig) -> None:
    objects = tuple(Object("Sig", (("value", Side(n)), ("mul", Knob("depth")))) for n in (0, 1))
    knobs = {"depth": Parameter(0.5, 0.0, 2.0, "beats")}
    rig.session.submit(parse("play")[0])
    rig.session.advance()
    rig.session.learn(Patch("gate", "", knobs, objects, (Made(0), Made(1))))
    names = KnownNames([], clock=Clock())
    assert names.of(rig.session.state, ()).knobs == ()
    rig.session.submit(parse("patch drums gate")[0])
    rig.play_to(2 * rig.BAR)
    assert names.of(rig.session.state, ()).knobs == (("drums", "depth", "0.5, 0 to 2 beats"),)
    assert "intro" in " ".join(names.of(rig.session.state, ()).sections)
