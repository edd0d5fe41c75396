"""Follow the tutorial in seconds: shell lines in a shell, the prompt in this process."""

import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from loopmind_live import config
from loopmind_live.app.offline import Request
from loopmind_live.app.stage import Sound
from loopmind_live.score.script import ScriptLine
from tests.tutorial.document import PROMPT
from tests.tutorial.stage import PATIENCE_S, Stage, stage
from tests.tutorial.walk import Matches

PORT = "9000"
"""The OSC port that the document names; here a free one stands for it."""
GREETING = "… loops, … Describe a set, as in: dark trap 140 bpm. Type help for all commands."
ANSWER_S = float(os.environ.get("ANSWER_S", "20"))
MOST_BARS = 2.0
"""A plan waits no longer than so many bars for its next line."""


def shell_environment(folder: Path) -> dict[str, str]:
    """Return the environment of a user who has just got the program, with `folder` as home."""
    programs = folder / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    program = programs / "loopmind"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m loopmind_live.cli "$@"\n')
    program.chmod(0o755)
    home = folder / "home"
    home.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    kept.pop("LOOPMIND_HOME", None)
    checkout = str(Path(__file__).parents[2])
    return {
        **kept, "HOME": str(home), "PATH": f"{programs}:{kept['PATH']}", "PYTHONPATH": checkout,
    }  # fmt: skip


class Quick:
    """Follows in `folder`; the environment has to be that of its shell, too."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self._environment = environment
        self._held = ExitStack()
        self.stage: Stage | None = None

    def close(self) -> None:
        """End what still plays."""
        self._held.close()
        self.stage = None

    def shell(self, command: str, done: Matches) -> list[str]:
        """Run a command, or begin the performance that it opens."""
        words = command.split()
        if words[:2] == ["loopmind", "perform"]:
            return self._begin(_options().parse_args(words[2:]))
        if self.stage is not None:
            command = command.replace(PORT, str(self.stage.port))
        ran = subprocess.run(
            ["sh", "-c", command], cwd=self.folder, env=dict(self._environment), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        if self.stage is not None:
            self._more_than(len(self.stage.told), 2.0)
        return ran.stdout.splitlines()

    def _begin(self, options: Namespace) -> list[str]:
        assert self.stage is None, "a performance plays already"
        request = Request(
            options.library or config.default_library(), Sound("offline"), options.timeline,
            record=options.record, events=options.events, set_folder=options.set,
        )  # fmt: skip
        self.stage = self._held.enter_context(
            stage(request, options.osc_port is not None, waits=False)
        )
        return [GREETING]

    @property
    def _stage(self) -> Stage:
        assert self.stage is not None, "nothing plays"
        return self.stage

    def _more_than(self, lines: int, seconds: float = PATIENCE_S) -> None:
        """Go on until more than so many lines were told."""
        on = self._stage
        on.until(lambda: len(on.told) > lines, seconds)

    def type(self, text: str, done: Matches) -> list[str]:
        """Type at the prompt, and let a bar go by."""
        on = self._stage
        before = len(on.told)
        on.enter(text)
        return self._taken(before, done)

    def act(self, what: str, done: Matches) -> list[str]:
        """Wait for some bars, or press a pad of a keyboard."""
        on, words = self._stage, what.split()
        before = len(on.told)
        match words:
            case ["wait", count, "bars" | "bar"]:
                on.play_to(on.bar + float(count))
            case ["wait", "until", "it", "stops"]:
                on.until(lambda: not on.show.session.state.playing)
            case ["press", "a", "pad"]:
                on.pads.plug("Stage Pads:pads")
                on.pads.play("Stage Pads:pads", (0x90, 60, 100), (0x80, 60, 0))
            case ["press", "it", "again"]:
                on.pads.play("Stage Pads:pads", (0x90, 60, 100), (0x80, 60, 0))
            case ["press", "F2"] | ["wait", "for", "an", "answer"]:
                pass  # there is no screen
            case _:
                raise ValueError(f"({what}) is nothing that can be done")
        return self._taken(before, done)

    def _taken(self, before: int, done: Matches) -> list[str]:
        on = self._stage
        told: list[str] = []

        def all_there() -> bool:
            told[:] = "\n".join(on.told[before:]).splitlines()
            return on.show.finished or done(told)

        on.until(all_there, ANSWER_S)
        if on.show.finished:
            self.close()
            return told
        on.play_to(on.bar + 1)
        all_there()  # what comes meanwhile is seen, too
        return told

    def play(self, plan: Sequence[ScriptLine]) -> None:
        """Type each line of a plan, sooner than it says."""
        on, place = self._stage, 0.0
        for line in plan:
            bar = line.position.to_bars(4)
            on.play_to(on.bar + min(MOST_BARS, bar - place))
            place = bar
            before = len(on.told)
            on.enter(line.text)
            if on.told[before:] and on.told[-1].endswith("is rehearsed first"):
                self._more_than(len(on.told))
            print(f"@{line.position} {PROMPT}{line.text}", *on.told[before:], sep="\n    ")
            if on.show.finished:
                self.close()
                return


def _options() -> ArgumentParser:
    """Return what of `loopmind perform` the document may use."""
    parser = ArgumentParser()
    for name in ("library", "timeline", "record", "events", "set"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--osc-port", type=int)
    parser.add_argument("--midi", action="store_true")
    return parser
