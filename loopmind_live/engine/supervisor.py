"""The supervisor process: keeps an engine playing, with another one ready to play on.

`python -m loopmind_live.engine.supervisor FOLDER KEEP_S ENGINE-ARGUMENTS...`. It adopts the engine
that plays in FOLDER, where one does, else it starts one. Through JACK a stand-by is booted beside
it, which takes over where the engine ends or is stuck. A performer connects to a socket in FOLDER
and hears of the engine there, one JSON object a line: {"kind": "started", "pid"}, {"kind":
"adopted", "pid"}, {"kind": "died", "status", "reason", "stand_by"}, {"kind": "ready", "pid"},
{"kind": "unready"}; first of all {"kind": "watching", "pid"}, the supervisor's own. Its
line "close" ends all and leaves the folder to it. When it goes without a word the music plays on
for KEEP_S seconds, then everything ends, and the folder too.
"""

import os
import select
import shutil
import signal
import sys
import time
from pathlib import Path

from loopmind_live.engine import shared
from loopmind_live.engine.children import Child
from loopmind_live.engine.patchbay import FILE_NAME as LINKS_NAME
from loopmind_live.engine.reporting import Reports
from loopmind_live.engine.status import FILE_NAME as STATUS_NAME
from loopmind_live.engine.status import StatusBlock
from loopmind_live.engine.waiting import READY, STUCK, SUPERVISOR_LOCK
from loopmind_live.errors import EngineError
from loopmind_live.workers import realtime

ERROR_NAME = "error"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 2.0
STEADY_S = 10.0
"""An engine that played this long is started again at once."""
STAND_BY_AFTER_S = 0.5
"""How long an engine plays before its stand-by is booted."""
_TICK_S = 0.1
_END_S = 2.0
_LOCK_S = 5.0
_MODULES = "loopmind_live.engine.process", "loopmind_live.engine.standby"


class Supervisor:
    """Starts the engine, its stand-by, and both again."""

    def __init__(self, folder: Path, keep_s: float, arguments: list[str]) -> None:
        self._folder = folder
        engine, stand_by = (
            [sys.executable, "-m", module, str(folder), "--keep", str(keep_s), *arguments]
            for module in _MODULES
        )
        self._engine_command, self._stand_by_command = engine, stand_by
        self._reports = Reports(folder, keep_s)
        self._status = StatusBlock(folder / STATUS_NAME, writable=False)
        self._engine: Child | None = None
        self._stand_by: Child | None = None
        self._stuck = False
        self._pause_s = self._stand_by_pause_s = FIRST_PAUSE_S
        self._next_s = self._next_stand_by_s = 0.0

    def run(self) -> bool:
        """Keep an engine playing until all is to end; return whether the performer said so."""
        owner = self._status.owner()
        self._engine = Child.adopt(owner, self._folder) if owner else None
        if self._engine is not None:
            self._reports.tell(kind="adopted", pid=owner)
        while not self._reports.over():
            now_s = time.monotonic()
            self._watch_engine(now_s)
            self._watch_stand_by(now_s)
            children = [each for each in (self._engine, self._stand_by) if each is not None]
            waiting = [one for each in children for one in each.descriptors()]
            select.select([*waiting, *self._reports.descriptors()], [], [], self._rest_s(now_s))
            self._reports.serve()
        self._end()
        return self._reports.orderly

    def _rest_s(self, now_s: float) -> float:
        due_s = self._next_s - now_s if self._engine is None else _TICK_S
        return max(0.0, min(_TICK_S, due_s))

    def _watch_engine(self, now_s: float) -> None:
        engine = self._engine
        if engine is None:
            if now_s >= self._next_s:
                (self._folder / ERROR_NAME).unlink(missing_ok=True)
                self._engine = Child.start(self._engine_command)
                self._reports.tell(kind="started", pid=self._engine.pid)
            return
        if not engine.ended():
            return
        reason, self._stuck = self._reason(engine.status), False
        self._engine = None
        taken = self._take()
        self._reports.tell(kind="died", status=engine.status, reason=reason, stand_by=taken)
        if now_s - engine.started_s > STEADY_S:
            self._pause_s = FIRST_PAUSE_S
        self._next_s = now_s + self._pause_s
        self._pause_s = min(LONGEST_PAUSE_S, self._pause_s * 2)

    def _take(self) -> bool:
        """Let the stand-by play, where there is one; return whether there was."""
        child, self._stand_by = self._stand_by, None
        if child is None or child.ended():
            return False
        child.wake()
        child.started_s = time.monotonic()
        self._engine = child
        return True

    def _watch_stand_by(self, now_s: float) -> None:
        child, engine = self._stand_by, self._engine
        if child is None:
            if engine is not None and now_s >= self._next_stand_by_s and self._is_playing(engine):
                self._stand_by = Child.start(self._stand_by_command, piped=True)
                self._next_stand_by_s = now_s + self._stand_by_pause_s
                self._stand_by_pause_s = min(LONGEST_PAUSE_S, self._stand_by_pause_s * 2)
            return
        for word in child.says():
            if word == READY:
                self._stand_by_pause_s = FIRST_PAUSE_S
                self._reports.tell(kind="ready", pid=child.pid)
            elif word == STUCK and engine is not None:
                self._stuck = True
                engine.kill()
        if child.ended():
            self._stand_by = None
            self._reports.tell(kind="unready")

    def _is_playing(self, engine: Child) -> bool:
        """Tell whether the engine plays through JACK, and steadily: no other device is shared."""
        facts = self._status.read()
        fresh = time.monotonic_ns() - facts.time_ns < STAND_BY_AFTER_S * 1e9
        young = time.monotonic() - engine.started_s < STAND_BY_AFTER_S
        on_jack = (self._folder / LINKS_NAME).exists()
        return on_jack and fresh and not young and facts.pid == engine.pid

    def _end(self) -> None:
        for child in (self._stand_by, self._engine):
            if child is not None:
                child.end(_END_S)

    def _reason(self, status: int | None) -> str:
        if self._stuck:
            return "the engine stood still and was ended"
        try:
            return (self._folder / ERROR_NAME).read_text()
        except FileNotFoundError:
            if status is None:
                return "the engine ended"
            how = f"was killed by signal {-status}" if status < 0 else f"ended with {status}"
            return f"the engine {how}"


def main() -> int:
    """Supervise until the performer closes, or stays away for too long."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    folder, keep_s = Path(sys.argv[1]), float(sys.argv[2])
    holds = shared.hold(folder), _lock(folder)
    realtime.ask_for_priority("jack", alone=True)  # an engine that dies must not wait to be seen
    if not Supervisor(folder, keep_s, sys.argv[3:]).run():
        shutil.rmtree(folder, ignore_errors=True)
    for descriptor in holds:
        os.close(descriptor)
    return 0


def _lock(folder: Path) -> int:
    """Return the lock that only one supervisor holds; engines look at it, for a moment each."""
    end_s = time.monotonic() + _LOCK_S
    while (lock := shared.try_lock(folder / SUPERVISOR_LOCK)) is None:
        if time.monotonic() > end_s:
            raise EngineError(f"{folder}: another supervisor watches over it")
        time.sleep(0.01)
    return lock


if __name__ == "__main__":
    sys.exit(main())
