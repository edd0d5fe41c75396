"""Cells and routines: what they ask for, and for when."""

import dataclasses
from typing import Any

import pytest

from loopmind_live.engine.base import EngineStatus
from loopmind_live.repl.livecode.runner import Runner
from loopmind_live.repl.livecode.views import Live
from loopmind_live.repl.livecode.wire import Ask, Enter, Fault, FromCode, Go, Recall, Resting, Said
from loopmind_live.repl.livecode.words import MOST_ASKS, Words
from loopmind_live.session.commands import BY_NAME
from loopmind_live.session.panel import Pad, panel_of
from loopmind_live.session.state import State
from loopmind_live.timing.tempo_map import TempoMap


def seen(**facts: Any) -> dict[str, Any]:
    """Return a panel with two hooks, as it comes over the wire."""
    panel = panel_of(State(TempoMap.constant(120.0, 48000)), EngineStatus(0), 0)
    pads = (Pad("hook", "hook", 1, 8, "playing"), Pad("hook 2", "hook", 2, 16, "stopped"))
    return dataclasses.asdict(dataclasses.replace(panel, pads=pads)) | facts


class Desk:
    """A runner, and what it told since the last look."""

    def __init__(self, run_s: float = 5.0) -> None:
        self.told: list[FromCode] = []
        self.runner = Runner(self.told.append, run_s, run_s)
        self.cells = 0

    def enter(self, source: str, bar: float | None = 0.0) -> list[FromCode]:
        self.told.clear()
        self.cells += 1
        self.runner.take(Enter(self.cells, source, bar, 4, seen()))
        return list(self.told)

    def go(self, now: float, until: float, **more: Any) -> list[tuple[str, float | None]]:
        """Return what was asked for, and for when."""
        self.told.clear()
        self.runner.take(Go(now, until, 4, seen(), **more))
        return [(one.command or one.phrase, one.bar) for one in self.told if isinstance(one, Ask)]

    def of(self, kind: type) -> list[Any]:
        return [one for one in self.told if isinstance(one, kind)]


def test_a_cell_asks_as_if_typed() -> None:
    told = Desk().enter('live.tracks.bass.mute()\nlive("goto hook")\nlive.sections.hook[2].goto()')
    asks = [one for one in told if isinstance(one, Ask)]
    assert [(one.command, one.arguments, one.phrase, one.bar) for one in asks] == [
        ("mute", {"roles": ("bass",)}, "", None),
        ("", {}, "goto hook", None),
        ("goto", {"section": "hook", "number": 2}, "", None),
    ]


def test_the_last_expression_of_a_cell_is_shown_and_what_is_printed() -> None:
    desk = Desk()
    desk.enter('print("one", 2)\nlive.sections.hook[2].bars')
    assert [one.text for one in desk.of(Said)] == ["one 2", "16"]


def test_a_loop_runs_for_each_of_its_lines() -> None:
    desk = Desk()
    desk.enter("@loop(every=2)\ndef bass():\n    live.tracks.bass.swap()", bar=2.3)
    assert desk.go(2.3, 3.9) == []
    assert desk.go(3.6, 4.1) == [("swap", 4.0)]
    assert desk.go(5.9, 6.5) == [("swap", 6.0)]
    assert desk.of(Resting)[-1] == Resting(8.0, ("bass",), False)


def test_a_loop_that_rests_asks_for_what_lies_between_the_lines() -> None:
    desk = Desk()
    desk.enter(
        "@loop\ndef hats():\n    live.tracks.hats.mute()\n    yield 0.25\n"
        "    live.tracks.hats.unmute()\n    yield 0.5"
    )
    assert desk.go(0.0, 1.1) == [("mute", 0.0), ("unmute", 0.25), ("mute", 1.0)]


def test_a_mask_mutes_on_the_frames_of_its_steps() -> None:
    desk = Desk()
    desk.enter('@every(1)\ndef gate():\n    live.tracks.pad.gate("x(3,8)")')
    assert desk.go(0.0, 0.5) == [
        ("unmute", 0.0), ("mute", 0.125), ("unmute", 0.375), ("mute", 0.5), ("unmute", 0.75),
        ("mute", 0.875), ("unmute", 1.0),
    ]  # fmt: skip
    assert {one.grid for one in desk.of(Ask)} == {0.125}


def test_a_mask_entered_at_once_begins_with_the_next_bar() -> None:
    desk = Desk()
    desk.enter('live.tracks.pad.gate("x.", bars=2)', bar=4.3)
    assert [(one.command, one.bar) for one in desk.of(Ask)] == [
        ("unmute", 5.0), ("mute", 6.0), ("unmute", 7.0),
    ]  # fmt: skip


def test_a_loop_made_anew_goes_on_at_its_next_line() -> None:
    desk = Desk()
    desk.enter("@loop\ndef one():\n    live.tracks.bass.swap()")
    assert desk.go(0.0, 1.5) == [("swap", 0.0), ("swap", 1.0)]
    desk.enter("@loop\ndef one():\n    live.tracks.pad.swap()", bar=1.2)
    desk.go(1.6, 2.5)
    assert [(one.arguments, one.bar) for one in desk.of(Ask)] == [({"roles": ("pad",)}, 2.0)]


def test_the_last_good_version_plays_on_where_a_new_one_fails() -> None:
    desk = Desk()
    desk.enter("@loop\ndef one():\n    live.tracks.bass.swap()")
    desk.go(0.0, 0.5)
    desk.enter("@loop\ndef one():\n    live.tracks.pad.swap()\n    oops", bar=0.6)
    assert desk.go(0.8, 1.2) == []
    (fault,) = desk.of(Fault)
    assert (fault.name, fault.line) == ("one", 4)
    assert "NameError" in fault.text
    assert "last good" in fault.then
    assert desk.go(1.8, 2.2) == [("swap", 2.0)]


def test_a_routine_that_fails_ends_and_the_others_go_on() -> None:
    desk = Desk()
    desk.enter("@loop\ndef bad():\n    1 / 0\n@loop\ndef good():\n    live.tracks.bass.swap()")
    assert desk.go(0.0, 0.5) == [("swap", 0.0)]
    assert desk.of(Resting)[-1].routines == ("good",)
    assert desk.of(Fault)[0].text == "ZeroDivisionError: division by zero"


@pytest.mark.parametrize("swallow", ["", "except Exception: pass"])
def test_an_endless_loop_ends_that_routine_alone(swallow: str) -> None:
    desk = Desk(run_s=0.1)
    body = (
        "    while True: pass" if not swallow else f"    while True:\n     try: 1\n     {swallow}"
    )
    desk.enter(f"@loop\ndef bad():\n{body}\n@loop\ndef good():\n    live.tracks.bass.swap()")
    assert desk.go(0.0, 0.5) == [("swap", 0.0)]
    (fault,) = desk.of(Fault)
    assert fault.name == "bad"
    assert "endless" in fault.text


def test_a_cell_that_fails_does_nothing_at_all() -> None:
    desk = Desk()
    desk.enter("@loop\ndef one():\n    pass\nlive.tracks.bass.mute()\n1 / 0")
    assert desk.of(Ask) == []
    assert desk.of(Resting)[-1].routines == ()
    assert (desk.of(Fault)[0].name, desk.of(Fault)[0].line) == ("cell 1", 5)


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("x = 1\ndef (", 2, "SyntaxError"),
        ("\nlive.tracks.bassoon", 2, "no track 'bassoon'"),
        ("live.sections.chorale.goto()", 1, "no section 'chorale'"),
        ("live.tracks.bass.level(99)", 1, "out of range"),
        ("live.tracks.bass.level(1, 2, 3)", 1, "2 at most"),
        ("live.quit()", 1, "no 'quit'"),
        ("live.bpm = 3", 1, "only seen"),
        ("live.tracks.bass.gate('xo')", 1, "no step 'o'"),
        ("@loop(every=0)\ndef x(): pass", 1, "every 0"),
        ("at(-3)(print)", 1, "at -3"),
        ("after('chorale')", 1, "no section"),
        ("end('nobody')", 1, "no nobody"),
        ("raise SystemExit", 1, "SystemExit"),
        ("import sys; sys.exit(3)", 1, "SystemExit"),
        ("class E(Exception):\n def __str__(self): 1/0\nraise E", 3, "E"),
        ("def f(): f()\nf()", 1, "RecursionError"),
        (f"for n in range({MOST_ASKS + 1}): live.undo()", 1, "more than"),
        ("x" + "+x" * 100_000, 0, "Error"),
        ("\x00", 0, "Error"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(source: str, line: int, words: str) -> None:
    desk = Desk()
    desk.enter(source)
    (fault,) = desk.of(Fault)
    assert words in fault.text
    assert fault.line == line
    assert "\n" not in fault.text
    assert desk.of(Ask) == []


def test_a_flood_of_lines_is_counted() -> None:
    desk = Desk()
    desk.enter("for n in range(1000): print(n)")
    lines = [one.text for one in desk.of(Said)]
    assert len(lines) < 30
    assert lines[-1] == "... and 980 lines more"


def test_at_and_after_come_once() -> None:
    desk = Desk()
    desk.enter(
        "@at(5)\ndef drop(): live.sections.drop.goto()\n@after('hook')\ndef out(): live.unsolo()"
    )
    assert desk.of(Resting)[-1] == Resting(4.0, ("drop", "out"), True)
    assert desk.go(2.8, 3.2, ends="hook 2", label="hook", ends_bar=3.0) == [("unsolo", 3.0)]
    assert desk.go(3.8, 4.2, ends="hook", label="hook", ends_bar=4.0) == [("goto", 4.0)]
    assert desk.of(Resting)[-1] == Resting(None, (), False)


def test_turns_that_were_missed_run_once_and_not_after_a_pause() -> None:
    desk = Desk()
    desk.enter("@loop\ndef one(): live.tracks.bass.swap()")
    assert desk.go(5.7, 6.2) == [("swap", 5.0), ("swap", 6.0)]
    assert desk.go(20.7, 20.9, paused=True) == []
    assert desk.go(20.8, 21.2) == [("swap", 21.0)]


def test_routines_end_by_name_by_function_and_all() -> None:
    desk = Desk()
    desk.enter("\n".join(f"@loop\ndef {name}(): pass" for name in "abcd"))
    desk.enter("end('a', b)")
    assert desk.of(Resting)[-1].routines == ("c", "d")
    desk.enter("end()")
    assert desk.of(Resting)[-1].routines == ()


def test_a_routine_may_end_itself_and_make_itself_anew() -> None:
    desk = Desk()
    desk.enter("@loop\ndef a():\n    live.undo()\n    end(a)")
    assert desk.go(0.0, 9.0) == [("undo", 0.0)]
    desk.enter("def make():\n    @loop\n    def b():\n        live.redo()\n        make()\nmake()")
    assert desk.go(0.0, 2.5) == [("redo", 0.0), ("redo", 1.0), ("redo", 2.0)]


def test_what_was_entered_before_is_recalled_without_a_sound() -> None:
    desk = Desk()
    cells = (
        (1, "count = 7"),
        (2, "live.play()\nprint('hello')\n@loop\ndef a(): live(f'level bass -{count}')"),
        (3, "@loop\ndef b(): pass\n@at(2)\ndef over(): live.undo()"),
    )
    desk.runner.take(Recall(cells, ("a",), 4.4, 4, seen()))
    assert desk.of(Ask) + desk.of(Said) + desk.of(Fault) == []
    assert desk.of(Resting) == [Resting(5.0, ("a",), False)]
    assert desk.go(4.8, 5.2) == [("level bass -7", 5.0)]


def test_live_tells_the_time_that_code_runs_for() -> None:
    desk = Desk()
    desk.enter("@loop(every=0.25)\ndef tell(): print(live.bar, live.beat)", bar=6.1)
    desk.go(6.9, 7.3)
    assert [one.text for one in desk.of(Said)] == ["8.0 1.0", "8.25 2.0"]


def test_nothing_seen_hides_a_command() -> None:
    live = Live(Words())
    own = {"bar", "beat", "tracks", "sections", "loops"}
    assert not own & set(BY_NAME)
    assert callable(live.play)
    desk = Desk()
    desk.enter("[callable(getattr(live, n)) for n in dir(live)].count(True)")
    assert int(desk.of(Said)[0].text) == len(BY_NAME) - 1


def test_a_rhythm_before_the_clock_runs_is_refused() -> None:
    desk = Desk()
    desk.enter('live.tracks.bass.gate("x.")', bar=None)
    assert "nothing plays yet" in desk.of(Fault)[0].text
    desk.enter('@loop\ndef gate(): live.tracks.bass.gate("x")', bar=None)
    assert desk.of(Resting)[-1] == Resting(0.0, ("gate",), False)


def test_a_routine_that_rested_for_too_long_begins_anew() -> None:
    desk = Desk()
    desk.enter("@loop\ndef one():\n    live.undo()\n    yield 0.5\n    live.redo()")
    assert desk.go(0.0, 0.2) == [("undo", 0.0)]
    assert desk.go(5.2, 5.3) == [("undo", 5.0)]
    assert desk.go(5.3, 5.6) == [("redo", 5.5)]


def test_a_section_is_named_by_itself_or_by_what_is_seen_of_it() -> None:
    desk = Desk()
    desk.enter(
        "@after(live.sections.hook[2])\ndef one(): live.undo()\n"
        "@after('Hook')\ndef two(): live.redo()"
    )
    assert desk.go(7.8, 8.2, ends="hook 1", label="hook", ends_bar=8.0) == [("redo", 8.0)]
    assert desk.go(15.8, 16.2, ends="hook 2", label="hook", ends_bar=16.0) == [("undo", 16.0)]


def test_a_routine_that_ran_well_may_be_slow_now_and_then_but_not_for_ever() -> None:
    desk = Desk(run_s=0.1)
    desk.enter("slow = False\n@loop\ndef one():\n    live.undo()\n    while slow: pass")
    assert desk.go(0.0, 0.5) == [("undo", 0.0)]
    desk.enter("slow = True")
    for bar in (1.0, 2.0, 3.0):
        assert desk.go(bar - 0.1, bar + 0.1) == []
        assert "goes on" in desk.of(Fault)[0].then
        assert desk.of(Resting)[-1].routines == ("one",)
    desk.go(3.9, 4.1)
    assert "has ended" in desk.of(Fault)[0].then
    assert desk.of(Resting)[-1].routines == ()
