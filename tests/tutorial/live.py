"""Follow the tutorial as a user does: keys typed into a terminal, through a JACK server."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from loopmind_live.score.script import ScriptLine
from tests.app.midi_pads import Pads
from tests.tutorial.document import PROMPT, SHELL
from tests.tutorial.terminal import Terminal, after
from tests.tutorial.walk import Matches

LONGEST_S = 900.0
SHELL_S, START_S, ANSWER_S, BAR_S = 600.0, 120.0, 40.0, 2.0
SHORT_OF_TIME = re.compile(r"^engine: frame|(?:moves to|: landed at) bar \d+$| is late for bar ")
"""The document says that such lines may come between the others."""
_BARS = re.compile(r"wait (\d+) bars?")


class Live:
    """Follows in two terminals: one performs, the other is for what is typed beside it."""

    def __init__(
        self, server: str, folder: Path, environment: Mapping[str, str], say: Callable[[str], None]
    ) -> None:
        self.folder, self._say = folder, say
        self.stage = Terminal(server, "stage", folder, environment)
        self._beside = Terminal(server, "beside", folder, environment)
        self.short: list[str] = []
        """What was told because the machine was short of time."""
        self._performs = False
        self._seen = 0
        self._pads: Pads | None = None

    def close(self) -> None:
        """Let go of the pads and of the terminals."""
        if self._pads is not None:
            self._pads.unplug()
        self.stage.tmux("kill-server")

    def shell(self, command: str, done: Matches) -> list[str]:
        """Run a command where nothing plays, or begin a performance."""
        begins = command.startswith("loopmind perform")
        terminal = self._beside if self._performs else self.stage
        terminal.type(command)
        if not begins:
            told = self._read(terminal, SHELL, command, lambda _: True, SHELL_S)
            time.sleep(BAR_S if self._performs else 0.0)
            return told
        self._performs = True
        found: list[str] = []

        def greeted() -> bool:
            lines = terminal.lines()
            first = max(at for at, line in enumerate(lines) if line == SHELL + command)
            here = [line for line in lines[first + 1 :] if line]
            found[:] = [line for line in here[:-1] if line != PROMPT.rstrip()][:1]
            return PROMPT.rstrip() in here and done(found)

        terminal.until(greeted, START_S)
        return found

    def type(self, text: str, done: Matches) -> list[str]:
        """Type at the prompt, and let a bar go by."""
        self.stage.type(text)
        if text == "quit":
            self._performs = False
            return self._read(self.stage, PROMPT, text, done, ANSWER_S, SHELL)
        self._read(self.stage, PROMPT, text, done, ANSWER_S)
        time.sleep(BAR_S)
        self._seen = len(self._said())
        return self._undisturbed(after(self.stage.lines(), PROMPT, text) or [])

    def act(self, what: str, done: Matches) -> list[str]:
        """Wait for some bars, press a pad of a keyboard, or a key of the computer."""
        before = len(self._said())
        bars = _BARS.fullmatch(what)
        if bars is not None:
            here = self.stage.position()
            assert here is not None, "no bar is shown"
            self._wait_for(here[0] + int(bars[1]), here[1])
        elif what == "wait until it stops":
            self.stage.until(lambda: "- " in self.stage.lines()[-1][:6], LONGEST_S)
        elif what == "wait for an answer":
            before = self._seen
        elif what == "press F2":
            self.stage.key("F2")
            time.sleep(BAR_S)
            return []
        elif "press" in what:
            if self._pads is None:
                self._pads = Pads("Stage Pads", "pads")
                self.stage.until(lambda: any("Stage Pads" in one for one in self._said()), 20.0)
                before = len(self._said())
            self._pads.play((0x90, 60, 100), (0x80, 60, 0))
        else:
            raise ValueError(f"({what}) is nothing that can be done")
        told: list[str] = []

        def all_there() -> bool:
            told[:] = [one for one in self._said()[before:] if not SHORT_OF_TIME.search(one)]
            return done(told)

        self.stage.until(all_there, ANSWER_S)
        time.sleep(BAR_S)
        self._seen = len(self._said())
        return self._undisturbed(self._said()[before:])

    def _undisturbed(self, told: list[str]) -> list[str]:
        """Return lines without those that a machine short of time adds; keep those."""
        self.short += [line for line in told if SHORT_OF_TIME.search(line)]
        return [line for line in told if not SHORT_OF_TIME.search(line)]

    def play(self, plan: Sequence[ScriptLine]) -> None:
        """Type each line of a plan in its bar."""
        for line in plan:
            self._wait_for(line.position.bar, line.position.beat)
            self.stage.type(line.text)
            told = self._read(self.stage, PROMPT, line.text, lambda _: True, ANSWER_S,
                              SHELL if line.text == "quit" else PROMPT)  # fmt: skip
            self._say("\n    ".join([f"@{line.position} {line.text}", *told]))
        if plan and plan[-1].text == "quit":
            self._performs = False

    def _wait_for(self, bar: int, beat: float) -> None:
        """Wait for a place, for as long as the music goes on."""

        def there() -> bool:
            here = self.stage.position()
            return here is not None and here >= (bar, beat)

        if bar > 1 and not self.stage.until(there, LONGEST_S):
            raise TimeoutError(f"bar {bar} never came")

    def _said(self) -> list[str]:
        """Return all lines but the prompt that waits and the toolbar."""
        lines = [line for line in self.stage.lines() if line]
        return lines[: max(at for at, line in enumerate(lines) if line == PROMPT.rstrip())]

    def _read(
        self, terminal: Terminal, prompt: str, typed: str, done: Matches, seconds: float,
        waits: str | None = None,
    ) -> list[str]:  # fmt: skip
        """Return what comes after a typed line, as soon as it is `done` or after some seconds."""
        told: list[str] = []

        def all_there() -> bool:
            found = after(terminal.lines(), prompt, typed, waits)
            told[:] = [line for line in found or [] if not SHORT_OF_TIME.search(line)]
            return found is not None and done(told)

        terminal.until(all_there, seconds)
        return told
