"""A performance goes before other programs where that may be, and goes on where it may not."""

import asyncio
import gc
import os
import subprocess
import sys
import weakref

import pytest

from loopmind_live.workers import niceness

ASK = """
import os
from loopmind_live.workers.niceness import come_first
print(come_first(), os.getpriority(os.PRIO_PROCESS, 0))
"""


def test_what_was_asked_for_is_what_there_is():
    before = os.getpriority(os.PRIO_PROCESS, 0)
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    granted, place = done.stdout.split()
    assert int(place) == (niceness.PERFORMER if granted == "True" else before)


def test_without_the_right_to_it_all_stays_as_it_is(monkeypatch):
    def refuse(*_arguments: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refuse)
    assert niceness.come_first() is False


PAGES = """
from loopmind_live.workers.niceness import ask_for_small_pages
print(ask_for_small_pages())
import subprocess, sys
words = "[l for l in open('/proc/self/status') if l.startswith('THP_enabled')]"
subprocess.run([sys.executable, "-c", f"print({words})"], check=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has huge pages to refuse")
def test_small_pages_are_for_this_process_and_those_it_starts():
    done = subprocess.run(
        [sys.executable, "-uc", PAGES], capture_output=True, text=True, check=True
    )
    granted, told = done.stdout.splitlines()
    if told == "[]":
        pytest.skip("system: this kernel does not tell of huge pages")
    assert granted == "True"
    assert "THP_enabled:\\t0" in told


def test_a_process_that_answers_quickly_looks_at_its_start_no_more() -> None:
    code = (
        "import gc, sys; from loopmind_live.workers.niceness import answer_quickly; "
        "answer_quickly(); print(gc.get_freeze_count() > 1000, sys.getswitchinterval())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["True", "0.0005"]


def test_what_nothing_holds_is_given_back_again_and_again_until_it_is_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(niceness, "TIDY_S", 0.0)
    gone: list[int] = []

    class Cycle:
        def __init__(self) -> None:
            self.own = self

    async def both() -> None:
        tidy = asyncio.create_task(niceness.keep_tidy())
        for number in range(2):
            weakref.finalize(Cycle(), gone.append, number)
            await asyncio.sleep(0.0)
            await asyncio.sleep(0.0)
        tidy.cancel()

    gc.disable()
    try:
        asyncio.run(both())
    finally:
        gc.enable()
    assert gone == [0, 1]
