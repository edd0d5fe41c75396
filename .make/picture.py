"""Draw the picture of a performance in the README: plays the demo at a real prompt, in tmux.

Usage: python .make/picture.py DEMO_FOLDER OUT.svg, with a JACK server running.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

TYPED = (
    ("dark trap 140 bpm", 12.0),
    ("goto hook", 4.0),
    ("regenerate hook", 4.0),
    ("mute drums in 2 bars", 1.0),
    ("undo", 2.0),
    ("regnerate bass", 1.0),
    ("status", 2.0),
)
COLUMNS, ROWS = 92, 30


def tmux(*words: str) -> str:
    """Run tmux on a server of its own and return what it prints."""
    done = subprocess.run(
        ["tmux", "-L", f"picture-{os.getpid()}", "-f", "/dev/null", *words],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout


def main(demo: Path, out: Path) -> None:
    """Play, type, and draw the screen to `out`."""
    command = f"loopmind perform --library {demo.resolve() / 'library.sqlite'}"
    program = f"{Path(sys.executable).parent / command}"
    tmux("new-session", "-d", "-s", "show", "-x", str(COLUMNS), "-y", str(ROWS), program)
    try:
        time.sleep(8)
        for text, wait_s in TYPED:
            tmux("send-keys", "-t", "show", text, "Enter")
            time.sleep(wait_s)
        screen = tmux("capture-pane", "-e", "-p", "-t", "show")
    finally:
        tmux("kill-server")
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere)
        console.print(Text.from_ansi(screen.rstrip()))
        console.save_svg(str(out), title="loopmind perform")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
