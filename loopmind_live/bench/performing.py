"""Run a performance as a user does: the program, from outside, with files in and files out."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.errors import LoopMindError

PROGRAM = (sys.executable, "-m", "loopmind_live.cli")


@dataclass(frozen=True)
class Order:
    """A performance without an audience. `until_bar` counts from 1 and is not played.

    `typed_into` says that lines come through its standard input, too.
    """

    timeline: Path
    script: Path
    events: Path
    until_bar: int
    record: Path | None = None
    library: Path | None = None
    audio: str = "offline"
    rate_hz: int = 48000
    block: int = 256
    seed: int = 0
    typed_into: bool = False

    def arguments(self) -> list[str]:
        """Return the words of the command line, dry and without a prompt."""
        words = ["perform", "--timeline", str(self.timeline), "--script", str(self.script)]
        words += ["--events", str(self.events), "--until", str(self.until_bar), "--dry"]
        words += ["--audio", self.audio, "--rate", str(self.rate_hz), "--block", str(self.block)]
        words += ["--seed", str(self.seed)]
        if self.record is not None:
            words += ["--record", str(self.record)]
        if self.library is not None:
            words += ["--library", str(self.library)]
        if self.audio != "offline" and not self.typed_into:
            words.append("--headless")
        return words


Perform = Callable[[Order], None]


def run_program(
    words: Sequence[str], timeout_s: float, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the program with `words`; raise LoopMindError, with its last line, where it fails."""
    try:
        done = subprocess.run(
            [*PROGRAM, *words], capture_output=True, text=True, timeout=timeout_s, env=env,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise LoopMindError(f"loopmind {words[0]} did not end in {timeout_s:g} s") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()[-1]
        raise LoopMindError(f"loopmind {words[0]} failed ({done.returncode}): {said}")
    return done


def perform(order: Order) -> None:
    """Carry out an order with the program; raise LoopMindError where it fails."""
    run_program(order.arguments(), timeout_s=3600.0)
