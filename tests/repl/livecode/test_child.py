"""The process in which code runs: what ends it, and how that is told."""

import dataclasses
import os
import time
from collections.abc import Iterator

import pytest

from loopmind_live.engine.base import EngineStatus
from loopmind_live.repl.livecode.child import CodeProcess, Gone
from loopmind_live.repl.livecode.wire import (
    Ask,
    Begun,
    Enter,
    Fault,
    FromCode,
    Go,
    Resting,
    Said,
)
from loopmind_live.session.panel import panel_of
from loopmind_live.session.state import State
from loopmind_live.timing.tempo_map import TempoMap

SEEN = dataclasses.asdict(panel_of(State(TempoMap.constant(120.0, 48000)), EngineStatus(0), 0))
LOOPS = """
import ctypes, os, signal
@loop
def good():
    live.tracks.bass.swap()
@loop
def bad():
    {}
"""


@pytest.fixture
def process() -> Iterator[CodeProcess]:
    made = CodeProcess(time.monotonic)
    yield made
    made.close()


def run(process: CodeProcess, message: Enter | Go, wait_s: float = 30.0) -> list[FromCode | Gone]:
    """Return all that is told of `message`, until it is done or the process is gone."""
    process.send(message)
    told: list[FromCode | Gone] = []
    end = time.monotonic() + wait_s
    while process.busy and time.monotonic() < end:
        told += process.advance()
        if told and isinstance(told[-1], Gone):
            break
        time.sleep(0.002)
    return told


def enter(process: CodeProcess, source: str) -> list[FromCode | Gone]:
    return run(process, Enter(1, source, 0.0, 4, SEEN))


def test_code_runs_and_is_told_in_order(process: CodeProcess) -> None:
    told = enter(process, "print('hello')\nlive.play()\n2 + 2")
    assert told == [
        Begun("cell 1"), Said("cell 1", "hello"), Said("cell 1", "4"),
        Ask("cell 1", "play", {}, "", None, 1.0), Resting(None),
    ]  # fmt: skip
    assert not process.busy


def test_an_endless_loop_costs_its_routine_alone(process: CodeProcess) -> None:
    enter(process, LOOPS.format("while True: pass"))
    told = run(process, Go(0.0, 0.5, 4, SEEN))
    assert [one.command for one in told if isinstance(one, Ask)] == ["swap"]
    assert [one.name for one in told if isinstance(one, Fault)] == ["bad"]
    assert told[-1] == Resting(1.0, ("good",))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ("os._exit(3)", "status 3"),
        ("ctypes.string_at(0)", "SIGSEGV"),
        ("x = b'x' * (3 << 30)", "2 GB"),
        ("x = []\n    while True: x.append(bytes(1 << 26))", "2 GB"),
        ("os.closerange(3, 99)", "status 1"),
    ],
)
def test_what_ends_the_process_is_told_by_name(process: CodeProcess, body: str, why: str) -> None:
    enter(process, LOOPS.format(body))
    told = run(process, Go(0.0, 0.5, 4, SEEN))
    gone = told[-1]
    assert isinstance(gone, Gone)
    assert gone.name == "bad"
    assert why in gone.why
    assert [one.command for one in told if isinstance(one, Ask)] == ["swap"]


def test_what_cannot_be_stopped_is_ended_with_all_that_it_started() -> None:
    now = [0.0]
    process = CodeProcess(lambda: now[0])
    enter(
        process,
        "import subprocess, signal, time\n"
        "child = subprocess.Popen(['sleep', '300'])\nprint(child.pid)\nimport os",
    )
    process.send(
        Enter(
            2,
            "signal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: time.sleep(1)",
            0.0,
            4,
            SEEN,
        )
    )
    told: list[FromCode | Gone] = []
    while Begun("cell 2") not in told:
        told += process.advance()
        time.sleep(0.002)
    now[0] = 99.0
    (gone,) = process.advance()
    assert isinstance(gone, Gone)
    assert gone.name == "cell 2"
    assert "cannot be stopped" in gone.why
    process.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_it_ends_with_the_performer(process: CodeProcess) -> None:
    enter(process, "1")
    pid = process.pid
    process.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
