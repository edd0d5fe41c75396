"""Follow a document's steps with somebody who can type, and compare what comes of them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from loopmind_live.score.script import ScriptLine
from tests.tutorial.document import Step

MOST_WRONG = 6
Matches = Callable[[list[str]], bool]


class Player(Protocol):
    """Who follows: in a shell, and at the prompt of a performance."""

    @property
    def folder(self) -> Path:
        """Return the folder in which the shell is."""
        ...

    def shell(self, command: str, done: Matches) -> list[str]:
        """Run a command; return what it prints. One that opens a prompt goes on until it ends.

        `done` tells of a prompt's first lines whether they are all.
        """
        ...

    def type(self, text: str, done: Matches) -> list[str]:
        """Type at the prompt; return what comes, as soon as `done` or after a while."""
        ...

    def act(self, what: str, done: Matches) -> list[str]:
        """Do something by hand; return what comes of it."""
        ...

    def play(self, plan: Sequence[ScriptLine]) -> None:
        """Type each line of a plan at its bar."""
        ...


def walk(steps: Sequence[Step], player: Player, say: Callable[[str], None]) -> list[str]:
    """Follow all steps; return what differs from the document, a text for each step.

    Where much differs, the rest is left alone.
    """
    wrong = []
    for step in steps:
        say(f"line {step.number}: {step.kind}: {step.text.splitlines()[0]}")
        told = _follow(step, player)
        for line in told:
            say(f"    {line}")
        if step.kind in ("shell", "type", "act") and not step.answers(told):
            shown = "\n    ".join(step.answer)
            wrong.append(
                f"line {step.number}: {step.text}\n  shown:\n    {shown}\n  told:\n    "
                + "\n    ".join(told)
            )
            say(f"DIFFERS: {wrong[-1]}")
            if len(wrong) == MOST_WRONG:
                return [*wrong, f"line {step.number}: no further: too much differs"]
    return wrong


def _follow(step: Step, player: Player) -> list[str]:
    match step.kind:
        case "file":
            path = player.folder / step.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.text)
            return []
        case "plan":
            player.play(step.plan)
            return []
        case "shell":
            return player.shell(step.text, step.answers)
        case "type":
            return player.type(step.text, step.answers)
        case "act":
            return player.act(step.text, step.answers)
