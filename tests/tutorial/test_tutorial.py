"""The tutorial is followed word for word, and answered as it says."""

from collections.abc import Sequence
from pathlib import Path

from loopmind_live.score.script import ScriptLine
from tests.tutorial.conftest import EXAMPLES
from tests.tutorial.document import steps
from tests.tutorial.heard import events_of, faults
from tests.tutorial.walk import Matches, walk

STEPS = steps((EXAMPLES / "tutorial.md").read_text(encoding="utf-8"))


def test_all_that_the_tutorial_shows_is_answered(differs: tuple[list[str], Path]) -> None:
    assert not differs[0], "\n".join(differs[0])


def test_its_performance_goes_without_an_error(differs: tuple[list[str], Path]) -> None:
    events = events_of(differs[1] / "show.jsonl")
    typed = [str(one["text"]) for one in events if one["kind"] == "command"]
    assert {"swap melody", "tempo 126", "fade out over 8 bars"} <= set(typed)
    plan = [line.text for step in STEPS for line in step.plan]
    assert len(plan) > 30
    assert not faults(events, plan)


def test_a_tutorial_that_is_no_longer_true_is_found(tmp_path: Path) -> None:
    class Parrot:
        folder = tmp_path

        def shell(self, command: str, done: Matches) -> list[str]:
            return ["made 82 loops"]

        def type(self, text: str, done: Matches) -> list[str]:
            return ["mute drums at bar 9 (#3)"]

        act = type

        def play(self, plan: Sequence[ScriptLine]) -> None:
            raise AssertionError(plan)

    text = """```console
$ loopmind demo
made 83 loops
loopmind> mute drums
mute drums at bar … (#3)
loopmind> mute bass
mute bass at bar …
```
"""
    wrong = walk(steps(text), Parrot(), lambda _: None)
    assert [line.split(":")[0] for line in wrong] == ["line 2", "line 6"]
