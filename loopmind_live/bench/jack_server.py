"""A JACK server of the bench's own, on the dummy driver, and processes that keep the machine busy.

Everything that is started here is ended by its process id.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from loopmind_live.errors import LoopMindError

_HOG = """
import time
end = time.monotonic() + {seconds}
while time.monotonic() < end:
    sum(range(10000))
"""
LOG_NAME = "jackd.log"
_START_S = 10.0
_POLL_S = 0.1
_PROGRAMS = ("jackd", "jack_lsp")


def missing() -> str | None:
    """Return what has to be installed before a server can be started, or None."""
    gone = [program for program in _PROGRAMS if shutil.which(program) is None]
    return f"not installed: {', '.join(gone)}" if gone else None


@contextmanager
def jack_server(folder: Path, rate_hz: int, block: int) -> Iterator[Mapping[str, str]]:
    """Run a server that nobody else uses; give the environment in which clients reach it.

    Real-time priority where the system allows it. Raises LoopMindError where it does not start.
    """
    with ranked_server(folder, rate_hz, block) as (env, _):
        yield env


@contextmanager
def ranked_server(
    folder: Path, rate_hz: int, block: int, before: Sequence[str] = ()
) -> Iterator[tuple[Mapping[str, str], bool]]:
    """Run a server as `jack_server` does; tell, too, whether it has real-time priority.

    What it says lies in `folder`/jackd.log. The words `before` stand before its command.
    """
    name = f"bench{os.getpid()}{secrets.token_hex(3)}"
    env = {**os.environ, "JACK_DEFAULT_SERVER": name, "JACK_NO_AUDIO_RESERVATION": "1"}
    log = folder / LOG_NAME
    for priority in ("-R", "-r"):
        command = [*before, "jackd", "-n", name, priority, "-d", "dummy", "-r", str(rate_hz), "-p"]
        with log.open("w") as said:
            server = subprocess.Popen([*command, str(block)], env=env, stdout=said, stderr=said)
        try:
            refused = "Cannot use real-time scheduling"
            if _answers(server, env) and not (priority == "-R" and refused in log.read_text()):
                yield env, priority == "-R"
                return
        finally:
            end(server)
    raise LoopMindError(f"jackd does not start: {log.read_text().strip() or 'it said nothing'}")


@contextmanager
def hogs(count: int, seconds: float) -> Iterator[None]:
    """Keep `count` processes busy, for `seconds` at most."""
    code = _HOG.format(seconds=seconds)
    started = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(count)]
    try:
        yield
    finally:
        for process in started:
            end(process)


def end(process: subprocess.Popen[Any], seconds: float = 10.0) -> None:
    """End a process that was started here: ask, then kill."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(server: subprocess.Popen[Any], env: Mapping[str, str]) -> bool:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and server.poll() is None:
        done = subprocess.run(["jack_lsp"], env=env, capture_output=True, check=False)
        if done.returncode == 0:
            return True
        time.sleep(_POLL_S)
    return False
