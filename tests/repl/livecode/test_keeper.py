"""What is kept of code where a process ends."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loopmind_live.engine.base import EngineStatus
from loopmind_live.errors import SessionError
from loopmind_live.repl.livecode.cells import MOST_CELLS, MOST_CHARACTERS, Cells
from loopmind_live.repl.livecode.keeper import MOST_TYPED, CodeKeeper, Scene
from loopmind_live.repl.livecode.wire import MAX_SOURCE, Ask, Go
from loopmind_live.session.panel import panel_of
from loopmind_live.session.state import State
from loopmind_live.timing.tempo_map import TempoMap

SEEN = dataclasses.asdict(panel_of(State(TempoMap.constant(120.0, 48000)), EngineStatus(0), 0))
PATIENCE_S = 30.0
CRASH = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"


class Desk:
    """A keeper, and what came of it."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.asked: list[Ask] = []
        self.keeper = CodeKeeper(lambda: Scene(4.0, 4, SEEN), self.told.append, time.monotonic)

    def until(self, true: Callable[[], bool]) -> None:
        limit = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < limit, self.told
            self.asked += self.keeper.advance()
            time.sleep(0.002)

    def enter(self, source: str) -> None:
        self.keeper.enter(source)
        self.until(lambda: self.keeper.is_idle)

    def go(self, now: float, until: float) -> list[str]:
        """Return the commands that are asked for."""
        self.until(lambda: self.keeper.is_free)
        self.asked.clear()
        self.keeper.go(Go(now, until, 4, SEEN))
        self.until(lambda: self.keeper.is_idle)
        return [one.command for one in self.asked]


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.keeper.close()


def test_no_process_runs_before_the_first_cell(desk: Desk) -> None:
    desk.asked += desk.keeper.advance()
    assert desk.keeper.pid is None
    assert desk.keeper.is_idle
    assert not desk.keeper.is_free


def test_a_crash_of_one_routine_is_told_and_the_others_run_on_in_another_process(
    desk: Desk,
) -> None:
    desk.enter("name = 'bass'\n@loop\ndef good(): live.tracks[name].swap()")
    desk.enter(f"@loop\ndef bad():\n    {CRASH}")
    first = desk.keeper.pid
    assert desk.go(4.0, 5.5) == ["swap"]
    (line,) = desk.told
    assert line.startswith("bad: it crashed the process that runs code (SIGKILL)")
    assert line.endswith("and so does good")
    desk.until(lambda: desk.keeper.is_free)
    assert desk.keeper.pid not in (None, first)
    assert desk.keeper.plan.routines == ("good",)
    assert desk.go(5.0, 6.5)[-1] == "swap"


def test_a_cell_that_crashes_is_not_recalled(desk: Desk) -> None:
    desk.enter("@loop\ndef good(): live.undo()")
    desk.keeper.enter(CRASH)
    desk.until(lambda: len(desk.told) == 1)
    assert desk.told[0].startswith("cell 2: ")
    desk.until(lambda: desk.keeper.is_free)
    assert desk.go(4.0, 4.5) == ["undo"]
    assert len(desk.told) == 1


def test_what_was_typed_after_it_runs_in_the_next_process(desk: Desk) -> None:
    desk.enter("1")
    desk.keeper.enter(CRASH)
    desk.keeper.enter("live.undo()")
    desk.keeper.enter("live.redo()")
    desk.until(lambda: len(desk.asked) == 2)
    assert [(one.name, one.command) for one in desk.asked] == [
        ("cell 3", "undo"), ("cell 4", "redo"),
    ]  # fmt: skip


def test_a_cell_that_crashes_when_it_is_recalled_is_left_out_from_then_on(
    desk: Desk, tmp_path: Path
) -> None:
    desk.enter("@loop\ndef good(): live.undo()")
    mark = f"import pathlib\nmark = pathlib.Path({str(tmp_path / 'mark')!r})"
    desk.enter(f"{mark}\nif mark.exists():\n    {CRASH}\nmark.touch()")
    desk.keeper.enter(CRASH)
    desk.until(lambda: len(desk.told) == 2 and desk.keeper.is_free)
    assert [line.split(":")[0] for line in desk.told] == ["cell 3", "cell 2"]
    assert desk.keeper.plan.routines == ("good",)


def test_a_cell_with_a_fault_is_not_recalled(desk: Desk) -> None:
    desk.enter("@loop\ndef good(): live.undo()")
    desk.enter("1 / 0")
    (line,) = desk.told
    assert line == "cell 2, line 1: ZeroDivisionError: division by zero: nothing of it was done"
    desk.keeper.enter(CRASH)
    desk.until(lambda: len(desk.told) == 2)
    desk.until(lambda: desk.keeper.is_free)
    assert len(desk.told) == 2


def test_too_much_is_refused(desk: Desk) -> None:
    with pytest.raises(SessionError, match="at most"):
        desk.keeper.enter("#" * (MAX_SOURCE + 1))
    desk.enter("1")
    desk.keeper.enter(CRASH)
    desk.until(lambda: len(desk.told) == 1)
    with pytest.raises(SessionError, match="wait already"):
        for _ in range(MOST_TYPED + 2):
            desk.keeper.enter("2")


def test_of_very_many_cells_the_oldest_are_forgotten() -> None:
    cells = Cells()
    for number in range(MOST_CELLS + 5):
        cells = cells.with_cell(number, f"x = {number}")
    assert len(cells.ran) == MOST_CELLS
    assert cells.ran[0][0] == 5
    cells = cells.with_cell(999, "#" * MOST_CHARACTERS)
    assert cells.ran == ((999, "#" * MOST_CHARACTERS),)


def test_code_that_ends_its_process_from_a_thread_again_and_again_is_given_up() -> None:
    desk = Desk()
    try:
        desk.enter(
            "import os, threading, time\n"
            "@loop\ndef good(): live.undo()\n"
            "def end():\n    time.sleep(0.2)\n    os._exit(5)\n"
            "threading.Thread(target=end, daemon=True).start()"
        )
        desk.until(lambda: len(desk.told) == 3)
        assert all(line.startswith("code: it ended the process") for line in desk.told)
        assert desk.keeper.plan.routines == ()
        assert "so does" not in desk.told[-1]
    finally:
        desk.keeper.close()
