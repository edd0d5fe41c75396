"""Inserts as commands: which shell takes them, what the engine is told, and how they are undone."""

import pytest

from loopmind_live.config import INSERTS
from loopmind_live.errors import SessionError
from loopmind_live.repl.grammar import parse
from loopmind_live.session.commands import Command
from loopmind_live.session.document import INSERT_CONTROLS
from loopmind_live.session.patches import insert_name
from tests.session.stage import Rig


@pytest.fixture
def rig() -> Rig:
    rig = Rig()
    rig.session.submit(Command("play"))
    rig.session.advance()
    return rig


def typed(rig: Rig, text: str) -> str:
    lines: list[str] = []
    for command in parse(text):
        lines += rig.session.submit(command).lines
    return " ".join(lines)


def told(rig: Rig) -> list[tuple[str, float]]:
    parameters = [(name, round(value, 3)) for _, name, value in rig.engine.parameters]
    rig.engine.parameters.clear()
    return parameters


def bass(rig: Rig) -> tuple[str, ...]:
    document = rig.session.state.document
    numbers = (document.control("bass", shell) for shell in INSERT_CONTROLS)
    return tuple(insert_name((), number) for number in numbers if number)


def test_an_insert_takes_the_first_free_shell_and_a_second_one_the_next(rig: Rig) -> None:
    assert typed(rig, "insert bass crush 30") == "crush bass 30 %"
    assert told(rig) == [("track/5/amount1", 0.3), ("track/5/insert1", 1.0)]
    assert typed(rig, "insert bass drive") == "drive bass 50 %"
    assert told(rig) == [("track/5/amount2", 0.5), ("track/5/insert2", 2.0)]
    assert bass(rig) == ("crush", "drive")
    refused = rig.session.submit(parse("insert bass fold")[0])
    assert not refused.ok
    assert refused.lines[0].startswith("insert: bass has crush and drive already")
    assert told(rig) == []


def test_an_insert_that_is_there_moves_and_an_amount_of_0_takes_it_off(rig: Rig) -> None:
    typed(rig, "insert bass crush")
    typed(rig, "insert bass drive")
    told(rig)
    typed(rig, "bass crush 80")
    assert told(rig) == [("track/5/amount1", 0.8)]
    typed(rig, "insert bass crush")  # the engine may have taken it off
    assert told(rig) == [("track/5/amount1", 0.8), ("track/5/insert1", 1.0)]
    assert typed(rig, "bass crush off") == "crush bass off"
    assert told(rig) == [("track/5/insert1", 0.0)]
    assert bass(rig) == ("drive",)
    typed(rig, "insert bass fold")
    assert bass(rig) == ("fold", "drive")
    assert typed(rig, "insert bass off") == "insert bass off"
    assert bass(rig) == ()
    assert typed(rig, "insert bass off") == "insert bass: there is no insert"
    assert typed(rig, "bass crush off") == "insert bass: there is no crush"


def test_inserts_are_undone_one_by_one_however_quick_they_came(rig: Rig) -> None:
    typed(rig, "insert bass crush 30; insert bass drive; filter bass -20")
    typed(rig, "undo")
    typed(rig, "undo")
    assert bass(rig) == ("crush",)
    typed(rig, "undo")
    assert bass(rig) == ()
    typed(rig, "redo")
    assert bass(rig) == ("crush",)
    assert rig.session.state.document.control("bass", "amount1") == 30.0


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("insert drums crush", {"roles": ("drums",), "effect": "crush"}),
        ("insert drums, bass drive 60", {"roles": ("drums", "bass"), "effect": "drive",
                                         "amount": 60.0}),
        ("crush the drums", {"roles": ("drums",), "effect": "crush"}),
        ("add distortion to bass", {"roles": ("bass",), "effect": "drive"}),
        ("insert drums off", {"roles": ("drums",), "effect": "off"}),
        ("drums crush off", {"roles": ("drums",), "effect": "crush", "amount": 0.0}),
        ("no crush on drums", {"roles": ("drums",), "effect": "crush", "amount": 0.0}),
        ("inserts off", {"effect": "off"}),
    ],
)  # fmt: skip
def test_inserts_are_said_in_several_ways(text: str, arguments: dict[str, object]) -> None:
    (command,) = parse(text)
    assert (command.name, dict(command.arguments)) == ("insert", arguments)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("insert drums", "insert needs an effect"),
        ("insert drums wobble", "choose crush or drive or fold or off"),
        ("insert drums crush 101", "amount 101 is out of range: choose 0 to 100 %"),
        ("insert drums crush -1", "out of range"),
        ("insert kazoo crush", "no part 'kazoo'"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(text: str, why: str) -> None:
    with pytest.raises(SessionError, match=why):
        parse(text)


def test_an_insert_needs_to_be_told_where(rig: Rig) -> None:
    assert typed(rig, "crush").startswith("insert: into which part?")
    assert len(INSERTS) == 3
