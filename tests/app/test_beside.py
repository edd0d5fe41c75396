"""What waits for a disk or a language model waits beside the music: saved sets, and questions."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from loopmind_live.app import shelf
from loopmind_live.app.beside import Beside, at_once
from loopmind_live.app.questions import Questions
from loopmind_live.app.set_folder import read_folder
from loopmind_live.app.set_writing import write_folder
from loopmind_live.errors import SessionError
from tests.app.test_shelf import Stage
from tests.engine.processes import until

LINE = "make it feel like rain on a tin roof"


class SlowStage(Stage):
    """A stage whose disk, and whose language model, wait for `go`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.go, self.told = Event(), list[str]()
        self.writing = Beside(self.told.append, 2, "save: too many")
        self.show.write_beside = self.writing.start
        self.answers: list[str] = []
        self.questions = Questions(self.show, self, self.told.append)

    def write(self, *what: object) -> None:
        self.go.wait(10.0)
        write_folder(*what)  # type: ignore[arg-type]

    def answer(self, text: str) -> str:
        self.answers.append(text)
        self.go.wait(1.4)
        return '{"operations": [{"intent": "mute", "roles": ["bass"]}]}'

    def close(self) -> None:
        self.go.set()
        self.writing.close()
        self.questions.close()

    def hears(self, lines: int = 1) -> str:
        """Return what is told once the disk and the model may go on."""
        self.go.set()

        def told() -> bool:
            self.writing.advance()
            self.questions.advance()
            return len(self.told) >= lines

        until(told)
        return "\n".join(self.told)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowStage]:
    monkeypatch.setenv("LOOPMIND_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    stage = SlowStage(tmp_path)
    monkeypatch.setattr(shelf, "write_folder", stage.write)
    yield stage
    stage.close()


def test_a_set_is_kept_as_it_was_when_that_was_said_and_told_later(stage: SlowStage) -> None:
    stage.enter("level drums -6")
    assert stage.enter("save friday") == ""
    stage.enter("level drums 0")
    stage.on()
    assert stage.enter("load friday") == "load: friday is being saved: load it in a moment"
    friday = stage.sets / "friday"
    assert not friday.exists() and stage.shelf.current == friday
    assert stage.hears() == f"saved {friday}"
    assert dict(read_folder(friday).kept.levels_db) == {"drums": -6.0}
    assert stage.enter("load friday").startswith("friday: ")


def test_sets_are_written_in_the_order_in_which_that_was_said(stage: SlowStage) -> None:
    stage.enter("save friday")
    stage.enter("save sunday")
    assert stage.enter("save monday") == "save: too many"
    assert stage.shelf.current == stage.sets / "sunday"
    assert stage.hears(2).splitlines() == [
        f"saved {stage.sets / name}" for name in ("friday", "sunday")
    ]
    assert not (stage.sets / "monday").exists()
    assert stage.enter("save") == ""
    assert stage.hears(3).endswith("sunday")


def test_a_set_that_cannot_be_written_is_not_gone_on_with(stage: SlowStage) -> None:
    (stage.sets / "friday").mkdir()
    stage.enter("save sunday")
    stage.enter("save friday")
    assert "there is something else, no set" in stage.hears(2)
    assert stage.shelf.current == stage.sets / "sunday"


def test_a_model_is_asked_beside_the_music_a_line_at_a_time(stage: SlowStage) -> None:
    assert stage.enter(LINE) == ""
    assert "still thinks about the line before" in stage.enter(f"{LINE} again")
    assert stage.enter("level drums -6") == "level drums -6.0 dB"
    assert "mute" in stage.hears()
    stage.on()
    assert stage.rig.session.state.document.muted == {"bass"}
    assert stage.answers == [LINE]


def test_a_model_is_asked_about_nothing_but_what_is_entered_at_a_prompt(stage: SlowStage) -> None:
    answer = stage.show.type(LINE)
    assert not answer.ok and answer.lines
    assert stage.answers == []


def test_what_a_model_makes_nothing_of_is_refused(
    stage: SlowStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = "\n".join(stage.show.type(LINE).lines)
    monkeypatch.setattr(stage, "answer", lambda _: '{"operations": [{"intent": "none"}]}')
    stage.enter(LINE)
    assert stage.hears() == refused
    monkeypatch.setattr(stage, "answer", lambda _: "no JSON")
    stage.enter(LINE)
    assert "ignored" in stage.hears(2) or "language model" in stage.told[-1]


@pytest.mark.parametrize("beside", [False, True])
def test_what_comes_of_work_is_gone_on_with_once(beside: bool) -> None:
    told: list[str] = []
    lane = Beside(told.append, 1, "busy")
    run = lane.start if beside else at_once

    def failing() -> int:
        raise SessionError("the disk is full")

    def counted(work: Callable[[], int]) -> None:
        try:
            told.extend(run(work, lambda done: [str(done.result())]))
        except SessionError as error:
            told.append(str(error))
        until(lambda: lane.advance() is None and bool(told))

    counted(lambda: 7)
    assert told == ["7"]
    told.clear()
    counted(failing)
    assert told == ["the disk is full"]
    lane.close()
