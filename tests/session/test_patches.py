"""Patches as commands: which shell takes one, what its knobs do, and how new versions come."""

import pytest

from loopmind_live.config import FIRST_PATCH, MOST_PATCHES
from loopmind_live.repl.grammar import parse
from loopmind_live.score.patch import Knob, Made, Object, Parameter, Patch, Side
from loopmind_live.session.effects import Rehearse
from loopmind_live.session.patches import KnownPatch
from tests.session.stage import Rig


def patch(name: str = "gate", **knobs: Parameter) -> Patch:
    knobs = knobs or {"depth": Parameter(0.5), "time": Parameter(1.0, 0.25, 4.0, "beats")}
    objects = tuple(Object("Sig", (("value", Side(n)), ("mul", Knob("beat_s")))) for n in (0, 1))
    return Patch(name, "", knobs, objects, (Made(0), Made(1)))


@pytest.fixture
def rig() -> Rig:
    rig = Rig()
    rig.session.submit(parse("play")[0])
    rig.session.advance()
    rig.play_to(rig.BAR // 2)
    return rig


def typed(rig: Rig, text: str) -> str:
    lines: list[str] = []
    for command in parse(text):
        lines += rig.session.submit(command).lines
    return " ".join(lines)


def told(rig: Rig) -> list[tuple[int, str, float]]:
    parameters = [one for one in rig.engine.parameters if one[1].startswith("track/")]
    rig.engine.parameters.clear()
    return parameters


def test_a_patch_that_nobody_knows_is_rehearsed_first(rig: Rig) -> None:
    (command,) = parse("patch drums gate")
    reply = rig.session.submit(command)
    assert reply.effects == (Rehearse("gate", command),)
    assert not rig.session.state.pending


def test_a_patch_is_mounted_on_its_line_with_its_knobs_where_they_begin(rig: Rig) -> None:
    rig.session.learn(patch())
    assert rig.engine.patches[FIRST_PATCH].name == "gate"
    assert typed(rig, "patch drums gate").startswith("gate on drums at bar 2")
    rig.play_to(2 * rig.BAR)
    assert told(rig) == [
        (rig.BAR, "track/0/knob1/depth", 0.5), (rig.BAR, "track/0/knob1/time", 1.0),
        (rig.BAR, "track/0/insert1", float(FIRST_PATCH)),
    ]  # fmt: skip


def test_knobs_are_turned_at_once_and_undone(rig: Rig) -> None:
    rig.session.learn(patch())
    typed(rig, "patch drums gate; patch bass gate")
    rig.play_to(2 * rig.BAR)
    told(rig)
    assert typed(rig, "knob drums depth 0.75") == "depth drums 0.75"
    assert typed(rig, "knob drums time 8").startswith("knob: time 8 is out of range: choose 0.25")
    assert typed(rig, "knob pad depth 0.2") == (
        "knob: pad has no 'depth': no patch is there: put one in first, as in: patch pad dub_delay"
    )
    assert typed(rig, "knob drums deph 0.2").endswith("has no 'deph': did you mean depth?")
    assert "of which part?" in typed(rig, "knob depth 0.2")
    assert "there are depth, time" in typed(rig, "knob drums width 0.2")
    typed(rig, "undo")
    values = [(name, value) for _, name, value in told(rig)]
    assert values == [("track/0/knob1/depth", 0.75), ("track/0/knob1/depth", 0.5)]


def test_a_new_version_takes_the_place_of_the_old_one_and_keeps_its_knobs(rig: Rig) -> None:
    rig.session.learn(patch())
    typed(rig, "patch drums gate")
    rig.play_to(2 * rig.BAR)
    typed(rig, "knob drums depth 0.75")
    told(rig)
    newer = patch(depth=Parameter(0.1, 0.0, 0.6), swing=Parameter(0.3))
    reply = rig.session.learn(newer)
    assert reply.lines[0].startswith("gate on drums anew at bar 4")
    rig.play_to(4 * rig.BAR)
    assert told(rig) == [
        (3 * rig.BAR, "track/0/knob1/depth", 0.6), (3 * rig.BAR, "track/0/knob1/swing", 0.3),
        (3 * rig.BAR, "track/0/insert1", FIRST_PATCH + 1.0),
    ]  # fmt: skip
    assert typed(rig, "undo").startswith("undo: knob drums depth 0.75")  # no save of a file


def test_patches_are_taken_off_and_brought_back(rig: Rig) -> None:
    rig.session.learn(patch())
    typed(rig, "patch drums gate")
    rig.play_to(2 * rig.BAR)
    told(rig)
    assert typed(rig, "patch off").startswith("patch drums off at bar 4")
    rig.play_to(7 * rig.BAR // 2)
    typed(rig, "undo")
    rig.play_to(5 * rig.BAR)
    inserts = [(frame, value) for frame, name, value in told(rig) if name.endswith("insert1")]
    assert inserts == [(3 * rig.BAR, 0.0), (4 * rig.BAR, float(FIRST_PATCH))]
    assert typed(rig, "patch bass off") == "patch bass: there is none"


def test_a_part_takes_two_and_says_so(rig: Rig) -> None:
    for name in ("gate", "echo"):
        rig.session.learn(patch(name))
    typed(rig, "insert drums crush; patch drums gate")
    rig.play_to(2 * rig.BAR)
    assert "drums has crush and gate already" in typed(rig, "patch drums echo")
    assert "drums has crush and gate already" in typed(rig, "insert drums fold")
    assert "into which part?" in typed(rig, "patch echo")


def test_what_is_mounted_outlives_many_versions_of_another_patch(rig: Rig) -> None:
    for name in ("echo", "gate", "hall"):
        rig.session.learn(patch(name))
    typed(rig, "patch bass echo; patch drums gate")
    rig.play_to(2 * rig.BAR)
    for version in range(2 * MOST_PATCHES):
        rig.session.learn(patch(depth=Parameter(version / 1000)))
        rig.session.advance()
    known = rig.session.state.patches
    assert len(known) == MOST_PATCHES == len(rig.engine.patches)
    assert {one.number for one in known} == set(rig.engine.patches)
    assert {one.name for one in known} == {"echo", "gate", "hall"}
    rig.play_to(4 * rig.BAR)
    told(rig)
    assert typed(rig, "knob bass depth 0.75") == "depth bass 0.75"
    newest = max(rig.engine.patches)
    assert rig.session.state.document.control("drums", "insert1") == newest
    assert rig.session.learn(patch("echo")).lines[0].startswith("echo on bass anew")


def test_undo_brings_back_a_patch_after_many_versions_of_it(rig: Rig) -> None:
    rig.session.learn(patch())
    typed(rig, "patch drums gate")
    rig.play_to(2 * rig.BAR)
    typed(rig, "patch drums off")
    rig.play_to(4 * rig.BAR)
    for version in range(2 * MOST_PATCHES):
        rig.session.learn(patch(depth=Parameter(version / 1000)))
    typed(rig, "undo")
    rig.play_to(6 * rig.BAR)
    assert rig.session.state.document.control("drums", "insert1") == FIRST_PATCH
    assert rig.engine.patches[FIRST_PATCH].name == "gate"


def test_of_more_patches_than_are_kept_those_that_play_stay(rig: Rig) -> None:
    for name in ("first", "echo"):
        rig.session.learn(patch(name))
    typed(rig, "patch drums first")
    rig.play_to(2 * rig.BAR)
    for number in range(MOST_PATCHES + 2):
        rig.session.learn(patch(f"other{number}"))
    assert len(rig.engine.patches) == MOST_PATCHES
    assert rig.engine.patches[FIRST_PATCH].name == "first"
    (asked,) = parse("patch bass echo")
    assert rig.session.submit(asked).effects == (Rehearse("echo", asked),)


def test_what_was_learned_is_written_down(rig: Rig) -> None:
    rig.session.learn(patch())
    (entry,) = rig.diary.of("patch")
    known = rig.session.state.patches[0]
    assert entry["graph"] == known.graph
    assert known == KnownPatch(FIRST_PATCH, "gate", known.graph)


def test_where_the_bar_is_is_told_once_patches_are_there(rig: Rig) -> None:
    assert not [one for one in rig.engine.parameters if one[1] in ("grid", "meter")]
    rig.session.learn(patch())
    rig.play_to(20 * rig.BAR)
    grids = [value for _, name, value in rig.engine.parameters if name == "grid"]
    assert len(grids) == 1 and abs(grids[0] % (8 * rig.BAR)) < 1.0
    assert [value for _, name, value in rig.engine.parameters if name == "meter"] == [4.0]


def test_the_master_takes_a_patch_and_another_takes_its_place(rig: Rig) -> None:
    for name in ("gate", "echo"):
        rig.session.learn(patch(name, depth=Parameter(0.5)))
    assert typed(rig, "patch master gate").startswith("gate on master at bar 2")
    rig.play_to(2 * rig.BAR)
    assert typed(rig, "knob master depth 0.25") == "depth master 0.25"
    assert typed(rig, "patch the master echo").startswith("echo on master at bar 4")
    rig.play_to(4 * rig.BAR)
    typed(rig, "undo")
    rig.play_to(5 * rig.BAR)
    moved = [one for one in rig.engine.parameters if one[1].startswith("master/")]
    assert moved[:3] == [
        (rig.BAR, "master/knob1/depth", 0.5), (rig.BAR, "master/insert1", float(FIRST_PATCH)),
        (2 * rig.BAR, "master/knob1/depth", 0.25),
    ]  # fmt: skip
    assert moved[3:] == [
        (3 * rig.BAR, "master/knob1/depth", 0.5),
        (3 * rig.BAR, "master/insert1", FIRST_PATCH + 1.0),
        (5 * rig.BAR, "master/knob1/depth", 0.25), (5 * rig.BAR, "master/insert1", FIRST_PATCH),
    ]  # fmt: skip


def test_a_shared_effect_is_replaced_and_comes_back(rig: Rig) -> None:
    rig.session.learn(patch())
    typed(rig, "patch delay gate; patch drums gate")
    rig.play_to(2 * rig.BAR)
    newer = rig.session.learn(patch(depth=Parameter(0.1)))
    assert newer.lines[0].startswith("gate on drums, delay anew at bar 4")
    rig.play_to(4 * rig.BAR)
    assert typed(rig, "patch delay off").startswith("patch delay off at bar 6")
    assert typed(rig, "patch off").startswith("patch drums off at bar 6")
    rig.play_to(6 * rig.BAR)
    moved = [one for one in rig.engine.parameters if one[1] == "delay/insert1"]
    assert moved == [
        (rig.BAR, "delay/insert1", FIRST_PATCH), (3 * rig.BAR, "delay/insert1", FIRST_PATCH + 1.0),
        (5 * rig.BAR, "delay/insert1", 0.0),
    ]  # fmt: skip
    assert typed(rig, "patch reverb off") == "patch reverb: there is none"
