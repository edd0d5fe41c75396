"""A terminal that keys are typed into and whose screen is read: tmux, on a server of its own."""

import re
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

COLUMNS, ROWS = 200, 50
_POSITION = re.compile(r"(?:REC )?[>-] (\d+)\.(\d+)")
POLL_S = 0.05


class Terminal:
    """A shell in a window of tmux."""

    def __init__(
        self, server: str, name: str, folder: Path, environment: Mapping[str, str],
        columns: int = COLUMNS, rows: int = ROWS,
    ) -> None:  # fmt: skip
        self._server, self._name = server, name
        self._environment = {**environment, "TERM": "xterm-256color"}
        self._environment.pop("ENV", None)
        # The user's own shell starts this one, and may set what it likes before.
        again = {"PATH": self._environment["PATH"], "PS1": "$ "}
        shell = shlex.join(["env", *(f"{name}={value}" for name, value in again.items()), "sh"])
        size = ("-x", str(columns), "-y", str(rows))
        self.tmux("new-session", "-d", "-s", name, "-c", str(folder), *size, shell)
        self.tmux("set-option", "-t", name, "history-limit", "50000")
        if not self.until(lambda: self.lines()[-1:] == ["$"], 10.0):
            raise TimeoutError(f"no shell: {self.lines()}")

    def tmux(self, *words: str) -> str:
        """Run tmux and return what it prints."""
        command = ["tmux", "-L", self._server, "-f", "/dev/null", *words]
        ran = subprocess.run(
            command, env=self._environment, check=True, capture_output=True, text=True
        )
        return ran.stdout

    def type(self, text: str) -> None:
        """Type a line, key by key; lines of code are pasted, as one would."""
        if "\n" in text:
            self.tmux("set-buffer", "-b", "code", text + "\n")
            self.tmux("paste-buffer", "-p", "-b", "code", "-t", self._name)
            time.sleep(1.0)
        else:
            self.tmux("send-keys", "-t", self._name, "-l", "--", text)
        self.key("Enter")

    def key(self, name: str) -> None:
        """Press a key by tmux's name of it."""
        self.tmux("send-keys", "-t", self._name, name)

    def picture(self) -> str:
        """Return what stands on the screen now, with its colors."""
        return self.tmux("capture-pane", "-p", "-e", "-t", self._name)

    def lines(self) -> list[str]:
        """Return all lines since the beginning, whole where the terminal broke them."""
        text = self.tmux("capture-pane", "-p", "-J", "-S", "-", "-t", self._name)
        return [line.rstrip() for line in text.rstrip().splitlines()]

    def position(self) -> tuple[int, int] | None:
        """Return bar and beat, from 1, as the toolbar shows them; None where it shows none."""
        found = [_POSITION.match(line) for line in self.lines()[-1:]]
        return (int(found[0][1]), int(found[0][2])) if found and found[0] else None

    def until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Wait until something is so; tell whether it came in time."""
        limit = time.monotonic() + seconds
        while not true():
            if time.monotonic() > limit:
                return False
            time.sleep(POLL_S)
        return True


def after(lines: list[str], prompt: str, typed: str, waits: str | None = None) -> list[str] | None:
    """Return what came after a line was typed last, up to the prompt that waits; None before.

    `waits` is the prompt that waits then, where it is another.

    >>> after(["loopmind> undo", "undo: mute", "loopmind>"], "loopmind> ", "undo")
    ['undo: mute']
    >>> after(["$ loopmind scan x", "scanning"], "$ ", "loopmind scan x")
    """
    first = typed.splitlines()[0]
    places = [at for at, line in enumerate(lines) if line == f"{prompt}{first}".rstrip()]
    if not places:
        return None
    told = []
    for line in lines[places[-1] + 1 :]:
        if line == (waits or prompt).rstrip():
            return told
        if line and not ("\n" in typed and line.lstrip().startswith("...")):
            told.append(line)
    return None
