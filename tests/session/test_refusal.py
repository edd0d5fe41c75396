"""New work is refused while the engine is full, with its figure; what takes work off is not."""

import pytest

from loopmind_live.engine.base import EngineStatus
from loopmind_live.engine.overload import Relief
from loopmind_live.repl.grammar import parse
from loopmind_live.session.commands import Command
from loopmind_live.session.session import Reply
from tests.session.stage import Rig


@pytest.fixture
def rig() -> Rig:
    rig = Rig()
    rig.session.submit(Command("play"))
    rig.session.advance()
    typed(rig, "insert drums crush; send bass to reverb -12; filter pad -30")
    return rig


def typed(rig: Rig, text: str) -> list[Reply]:
    return [rig.session.submit(command) for command in parse(text)]


def full(rig: Rig, monkeypatch: pytest.MonkeyPatch, relief: Relief = Relief.FULL) -> Rig:
    status = EngineStatus(rig.engine.frame(), relief=relief, weighed_load=0.934)
    monkeypatch.setattr(rig.engine, "status", lambda: status)
    return rig


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("insert bass drive", "an insert"),
        ("insert drums drive", "an insert"),
        ("send drums to delay -6", "a send"),
        ("filter bass -20", "a filter"),
    ],
)
def test_new_work_is_refused_with_the_figure_and_changes_nothing(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, text: str, what: str
) -> None:
    before = rig.session.state
    told = len(rig.engine.parameters)
    (reply,) = typed(full(rig, monkeypatch), text)
    assert not reply.ok
    assert reply.lines[0].startswith(
        f"refused: the engine is at 93 % of its time, and this adds {what}: take something off"
    )
    assert rig.session.state is before
    assert len(rig.engine.parameters) == told


@pytest.mark.parametrize(
    "text",
    [
        "drums crush off", "inserts off", "insert drums crush 90", "reverb off", "filter off",
        "filter pad 20", "mute drums", "unmute drums", "level bass -3", "regenerate hook",
        "goto verse", "undo", "tempo 124", "stop", "panic",
    ],
)  # fmt: skip
def test_what_adds_no_work_is_taken(rig: Rig, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    assert all(reply.ok for reply in typed(full(rig, monkeypatch), text))


@pytest.mark.parametrize("relief", [Relief.NORMAL, Relief.REDUCED, Relief.BARE])
def test_nothing_is_refused_before_the_engine_is_full(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, relief: Relief
) -> None:
    assert all(reply.ok for reply in typed(full(rig, monkeypatch, relief), "insert bass drive"))


def test_taking_back_what_took_work_off_is_new_work(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(rig, "inserts off")
    (reply,) = typed(full(rig, monkeypatch), "undo")
    assert not reply.ok and "adds an insert" in reply.lines[0]
