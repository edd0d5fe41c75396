"""The supervisor process: keeps an engine playing until the performer is gone.

`python -m loopmind_live.engine.supervisor FOLDER ENGINE-ARGUMENTS...`. The performer holds its
standard input: when that ends, the engine ends, and the folder with the shared files too. On
standard output it tells of the engine, one JSON object a line: {"kind": "started", "pid"},
{"kind": "died", "status", "reason"}.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from loopmind_live.engine import shared

ERROR_NAME = "error"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 2.0
STEADY_S = 10.0
"""An engine that played this long is started again at once."""
_END_S = 2.0


class Supervisor:
    """Starts the engine, and starts it again."""

    def __init__(self, folder: Path, arguments: list[str]) -> None:
        self._folder = folder
        self._command = [
            sys.executable, "-m", "loopmind_live.engine.process", str(folder), *arguments
        ]  # fmt: skip
        self._ended = threading.Event()
        self._engine: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def run(self) -> None:
        """Keep an engine running until `end`."""
        pause_s = FIRST_PAUSE_S
        while not self._ended.is_set():
            started = time.monotonic()
            engine = self._start()
            if engine is None:
                return
            _tell(kind="started", pid=engine.pid)
            status = engine.wait()
            if self._ended.is_set():
                return
            _tell(kind="died", status=status, reason=self._reason(status))
            if time.monotonic() - started > STEADY_S:
                pause_s = FIRST_PAUSE_S
            self._ended.wait(pause_s)
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)

    def end(self) -> None:
        """End the engine, by force where it does not go."""
        with self._lock:
            self._ended.set()
            engine = self._engine
        if engine is None or engine.poll() is not None:
            return
        engine.terminate()
        try:
            engine.wait(_END_S)
        except subprocess.TimeoutExpired:
            engine.kill()
            engine.wait()

    def _start(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._ended.is_set():
                return None
            (self._folder / ERROR_NAME).unlink(missing_ok=True)
            self._engine = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=sys.stderr, stderr=sys.stderr
            )
            return self._engine

    def _reason(self, status: int) -> str:
        try:
            return (self._folder / ERROR_NAME).read_text()
        except FileNotFoundError:
            how = f"was killed by signal {-status}" if status < 0 else f"ended with {status}"
            return f"the engine {how}"


def main() -> int:
    """Supervise until standard input ends. "close" on it leaves the folder to the performer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    folder = Path(sys.argv[1])
    lock = shared.hold(folder)
    supervisor = Supervisor(folder, sys.argv[2:])
    # The engine is ended with the thread that started it, so that must be the main one.
    orderly = threading.Event()

    def listen() -> None:
        for line in sys.stdin:
            if line.strip() == "close":
                orderly.set()
                break
        supervisor.end()

    threading.Thread(target=listen, daemon=True).start()
    supervisor.run()
    supervisor.end()
    if not orderly.is_set():
        shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)
    return 0


def _tell(**facts: object) -> None:
    try:
        print(json.dumps(facts), flush=True)
    except BrokenPipeError:
        # The performer is gone; its standard input says so too, and that ends everything.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


if __name__ == "__main__":
    sys.exit(main())
