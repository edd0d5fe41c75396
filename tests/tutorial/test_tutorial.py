"""The tutorial is followed word for word, and the sets in examples/ are played whole.

All in one file: what the tutorial makes takes a while, and the sets are played with its loops.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.app.offline import Request
from loopmind_live.app.replay import replay
from loopmind_live.app.stage import Sound
from loopmind_live.score.script import ScriptLine, read_script
from tests.tutorial.conftest import EXAMPLES
from tests.tutorial.document import steps
from tests.tutorial.heard import events_of, faults, gaps, same, sections
from tests.tutorial.stage import stage
from tests.tutorial.walk import Matches, walk

SETS = ("techno", "trap", "lofi")
SILENT_DB = -45.0

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
    assert same(differs[1] / "show.wav", differs[1] / "again.wav")


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


@dataclass(frozen=True)
class Played:
    """What came of a set: what was told, what happened, and what it sounds like."""

    told: list[str]
    events: list[dict[str, object]]
    record: Path
    log: Path


def play(checkout: Path, name: str, into: Path) -> Played:
    """Play a set with its script to its end."""
    folder = checkout / "examples" / "sets" / name
    record, log = into / f"{name}.wav", into / f"{name}.jsonl"
    request = Request(
        into / "none.sqlite", Sound("offline"), record=record, events=log, set_folder=folder
    )
    with stage(request) as on:
        on.pads.plug("Two Octaves:keys")
        on.enter("play")
        on.perform(read_script(folder / "script.txt", 4))
        on.play_to_the_end()
        told = on.told
    return Played(told, events_of(log), record, log)


@pytest.fixture(scope="module", params=SETS)
def played(request: pytest.FixtureRequest, differs: tuple[list[str], Path]) -> Played:
    """Play a set beside the loops that the tutorial has made, as in a checkout after make demo."""
    checkout = differs[1]
    shutil.copytree(EXAMPLES, checkout / "examples", dirs_exist_ok=True)
    return play(checkout, request.param, checkout)


def test_a_set_plays_as_its_script_says_and_sounds_in_every_section(played: Played) -> None:
    script = read_script(EXAMPLES / "sets" / played.record.stem / "script.txt", 4)
    assert not faults(played.events, [line.text for line in script]), "\n".join(played.told)
    assert not [line for line in played.told if "not understood" in line or "->" in line]
    # Offline the first bar begins at once: code that plays it comes too late for its line.
    assert not [one for one in played.events if one["kind"] == "late" and one["frame"] != 0]
    audio, rate_hz = soundfile.read(played.record)
    assert not gaps(audio, rate_hz)
    assert 0.1 < np.abs(audio).max() < 1.0
    levels = sections(played.events, audio)
    assert len(levels) >= 5
    assert min(level for _, level in levels) > SILENT_DB, levels
    assert max(level for _, level in levels) > min(level for _, level in levels) + 2.0, levels


def test_a_set_played_again_from_its_events_is_the_same(played: Played) -> None:
    again = played.record.with_suffix(".again.wav")
    assert replay(played.log, again, []) > 0
    assert again.read_bytes() == played.record.read_bytes()
