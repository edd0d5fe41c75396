"""A prompt with a handler of a few lines: what the terminal tests run in a process of its own."""

import asyncio
import ctypes
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path

from loopmind_live.control.touchosc.example import example_panel
from loopmind_live.errors import SessionError
from loopmind_live.repl.names import Names
from loopmind_live.repl.prompt import Prompt
from loopmind_live.repl.view import View
from loopmind_live.session.panel import Panel

LIBC = ctypes.CDLL(None)


class Performance:
    """Answers what it is told, prints behind the prompt's back, and fails when asked to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.beat = 0
        self.playing = True
        self.kept = (folder / "kept").open("a")
        self.prompt = Prompt(
            self.handle, self.view, history_path=folder / "history", keep=self.keep,
            names=lambda: Names(sections=("intro", "verse 1", "verse 2", "hook")),
            panel=self.panel, plain="--plain" in sys.argv,
        )  # fmt: skip

    def keep(self, line: str) -> None:
        print(line, file=self.kept, flush=True)

    def view(self) -> View:
        self.beat += 1
        return View(f"{self.beat // 4 + 1}.{self.beat % 4 + 1}", 140.0, "hook", 4, ("verse at 9",),
                    -6.0, 0.25, 0, self.playing)  # fmt: skip

    def panel(self) -> Panel:
        now = example_panel()
        return now if self.playing else replace(now, playing=False)

    async def handle(self, line: str) -> str | None:
        match line:
            case "quit":
                self.prompt.close()
                return "so long"
            case "wrong":
                raise SessionError("no such thing: try another")
            case "broken":
                raise ZeroDivisionError("a fault")
            case "stop":
                self.playing = False
                return "stopped"
            case "print":
                LIBC.puts(b"printed by C")
                LIBC.fflush(None)
                os.write(2, b"xrun told on stderr\n")
                print("printed by Python")
                return None
            case "chatter":
                for number in range(200):
                    self.prompt.show(f"message {number}")
                    await asyncio.sleep(0.005)
            case "later":
                threading.Timer(1.0, self.noise).start()
                return "noise follows"
            case "wait":
                while not (self.folder / "go on").exists():
                    await asyncio.sleep(0.05)
        return f"heard {line}"

    def noise(self) -> None:
        for _ in range(3):
            os.write(1, b"NOISE from a library\n")
        self.prompt.show("a message of another thread")


if __name__ == "__main__":
    asyncio.run(Performance(Path(sys.argv[1])).prompt.run())
    print("after the end")
