"""Draw the README's pictures: the demo's loops played at a real prompt, in tmux, at 80 columns.

Usage: python .make/pictures.py DEMO_FOLDER [OUT_FOLDER], with a JACK server running.
Writes prompt.svg, view.svg, error.svg and plain.svg to OUT_FOLDER (default: examples/pictures).
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

COLUMNS, ROWS = 80, 24
START_S, BAR_S = 120.0, 1.8
OUT = Path("examples/pictures")
THEME = TerminalTheme(
    (16, 18, 22), (222, 222, 222),
    [(60, 60, 60), (240, 120, 110), (120, 200, 120), (225, 195, 100), (120, 170, 240),
     (205, 145, 225), (110, 205, 205), (222, 222, 222)],
    [(130, 130, 130), (255, 150, 140), (150, 225, 150), (245, 215, 130), (150, 195, 255),
     (225, 170, 245), (140, 225, 225), (255, 255, 255)],
)  # fmt: skip
"""Light on dark, each color at least six times as bright as what is behind it."""
CODE = """\
>>> @loop(every=2)
... def steps():
...     live.tracks.melody.mask("x(5,8)")
...     yield 1
...     live.tracks.melody.mask("x(3,8)")
...
"""


class Terminal:
    """A program in a window of tmux, on a server of its own."""

    def __init__(self, name: str) -> None:
        self._server, self._name = f"pictures-{os.getpid()}", name

    def tmux(self, *words: str) -> str:
        """Run tmux and return what it prints."""
        done = subprocess.run(
            ["tmux", "-L", self._server, "-f", "/dev/null", *words],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout

    def open(self, program: str, until: str) -> None:
        """Start a program; wait until it says a word."""
        size = ("-x", str(COLUMNS), "-y", str(ROWS))
        self.tmux("new-session", "-d", "-s", self._name, *size, program)
        limit = time.monotonic() + START_S
        while until not in self.tmux("capture-pane", "-p", "-t", self._name):
            if time.monotonic() > limit:
                raise SystemExit(f"{program}: did not start within {START_S:.0f} s")
            time.sleep(0.2)

    def type(self, text: str, bars: float = 1.0) -> None:
        """Type a line, or paste lines of code; let some bars go by."""
        if "\n" in text:
            self.tmux("set-buffer", "-b", "code", text)
            self.tmux("paste-buffer", "-p", "-b", "code", "-t", self._name)
            time.sleep(1.0)
        else:
            self.tmux("send-keys", "-t", self._name, "-l", "--", text)
        self.key("Enter", bars)

    def key(self, name: str, bars: float = 1.0) -> None:
        """Press a key; let some bars go by."""
        self.tmux("send-keys", "-t", self._name, name)
        time.sleep(bars * BAR_S)

    def draw(self, out: Path, title: str) -> None:
        """Write what stands on the screen to a picture."""
        screen = self.tmux("capture-pane", "-e", "-p", "-t", self._name)
        with Path(os.devnull).open("w") as nowhere:
            console = Console(
                record=True, width=COLUMNS, file=nowhere, force_terminal=True,
                color_system="truecolor",
            )  # fmt: skip
            console.print(Text.from_ansi(screen.rstrip("\n")))
            drawn = console.export_svg(title=title, theme=THEME, unique_id=out.stem)
        out.write_text("\n".join(line.rstrip() for line in drawn.splitlines()) + "\n")
        print(f"wrote {out}")

    def close(self) -> None:
        """End all that was started here."""
        self.tmux("kill-server")


def main(demo: Path, out: Path) -> None:
    """Play, type, and draw."""
    out.mkdir(parents=True, exist_ok=True)
    program = f"{sys.executable} -m loopmind_live.cli"
    stage, beside = Terminal("stage"), Terminal("beside")
    try:
        stage.open(f"{program} perform --library {demo.resolve() / 'library.sqlite'}", "help")
        stage.type("dark trap 140 bpm", 3)
        beside.open(f"{program} attach --plain", "attached")
        stage.type(">>> live.bar")
        stage.key("C-l", 0.5)
        stage.type("goto hook")
        stage.type("regenerate hook", 2)
        stage.type("mute drums in 2 bars")
        stage.type("mask melody x(3,8)")
        stage.type(CODE, 2)
        stage.draw(out / "prompt.svg", "loopmind perform")
        for text in ('>>> end("steps")', "mask melody off", "unmute drums", "lock bass"):
            stage.type(text)
        stage.key("F2", 0.5)
        stage.type("goto verse 2 after this section", 0.5)
        stage.draw(out / "view.svg", "loopmind perform: F2")
        stage.key("F2", 0.5)
        stage.key("C-l", 0.5)
        for text in ("mute kazoo", "regnerate hook", "knob bass depth 0.5", ">>> live.tracks.bas"):
            stage.type(text)
        stage.draw(out / "error.svg", "loopmind perform: what is wrong, in a line")
        beside.tmux("clear-history", "-t", "beside")
        beside.tmux("send-keys", "-R", "-t", "beside")
        for text in ("mute chords", "level bass -3", "view"):
            beside.type(text, 3)
        beside.draw(out / "plain.svg", "loopmind attach --plain")
    finally:
        stage.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else OUT)
