"""JACK servers that nobody hears, and waiting for what other processes do."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from loopmind_live.engine.client import ProcessEngine
from loopmind_live.engine.patchbay import FILE_NAME

RATE, BLOCK = 48000, 256
PATIENCE_S = 60.0


def until(condition: Callable[[], bool]) -> None:
    """Wait for `condition`, for as long as a stalled machine may need."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def jack(server: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run one of JACK's programs on `server`."""
    environment = {**os.environ, "JACK_DEFAULT_SERVER": server, "JACK_NO_START_SERVER": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def links_on(server: str, client: str = "loopmind") -> set[tuple[str, str]]:
    """Return what JACK's own program says of the client's links: (its output, an input)."""
    found, port = set(), ""
    for line in jack(server, "jack_lsp", "-c").stdout.splitlines():
        if line.startswith(" ") and port.startswith(client + ":output"):
            found.add((port.partition(":")[2], line.strip()))
        elif not line.startswith(" "):
            port = line.strip()
    return found


def kept_by(engine: ProcessEngine) -> str:
    """Return what the next engine would read of this one's links."""
    return (engine.arena.path.parent / FILE_NAME).read_text()


@contextmanager
def jack_server(name: str, log: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a JACK server until the end of the block; it answers from the beginning."""
    rate, block = str(RATE), str(BLOCK)
    command = ["jackd", "-n", name, "-d", "dummy", "-r", rate, "-p", block, *options]
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        until(lambda: jack(name, "jack_lsp").returncode == 0)
        yield server
    finally:
        server.terminate()
        server.wait()


def gone(pid: int) -> bool:
    """Tell whether process `pid` has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True
