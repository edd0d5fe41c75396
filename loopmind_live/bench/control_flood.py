"""Type faders, filters, pans and sends by the hundred, as a tablet full of moving faders would.

    python -m loopmind_live.bench.control_flood LINES_PER_SECOND SECONDS

prints them, one a line, in the pace of the clock, until nobody reads them any more.
"""

import math
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from loopmind_live.bench.jack_server import end
from loopmind_live.score.loop import ROLES

_STEP_S = 0.005
_SWING_S = 2.0


@contextmanager
def flood(lines_per_s: float, seconds: float) -> Iterator[IO[str]]:
    """Start the typing in a process of its own; give what it types, to be somebody's input."""
    command = [sys.executable, "-m", "loopmind_live.bench.control_flood"]
    process = subprocess.Popen(
        [*command, str(lines_per_s), str(seconds)], stdout=subprocess.PIPE, text=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.stdout.close()
        end(process)


def control_line(number: int, at_s: float) -> str:
    """Return the `number`-th move: faders, filters, pans and sends of all tracks take turns.

    >>> [control_line(number, 0.5) for number in (0, 2, 3)]
    ['level drums 0.0', 'pan snare -33', 'reverb hats -29.9']
    """
    role = ROLES[number % len(ROLES)]
    place = math.sin(2 * math.pi * at_s / _SWING_S + number % len(ROLES))
    match number % 4:
        case 0:
            return f"level {role} {3.0 * place - 3.0:.1f}"
        case 1:
            return f"filter {role} {60 * place:.0f}"
        case 2:
            return f"pan {role} {80 * place:.0f}"
        case _:
            return f"reverb {role} {10 * place - 20:.1f}"


def main() -> int:
    """Type until the time is over or nobody reads."""
    lines_per_s, seconds = map(float, sys.argv[1:])
    began, typed = time.monotonic(), 0
    while (passed := time.monotonic() - began) < seconds:
        due = int(passed * lines_per_s)
        lines = [control_line(number, number / lines_per_s) for number in range(typed, due)]
        typed = due
        try:
            print(*lines, sep="\n", end="\n" if lines else "", flush=True)
        except BrokenPipeError:
            sys.stderr.close()
            return 0
        time.sleep(_STEP_S)
    return 0


if __name__ == "__main__":
    sys.exit(main())
