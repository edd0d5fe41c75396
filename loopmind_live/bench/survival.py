"""The bench "survival": what is killed while music plays through JACK, and what that costs.

Engine, supervisor and performer are killed in turn with SIGKILL. What counts is read from the
status block and the tap, as the engine itself left them: frames that were never computed, and by
how much the music moved against the frames that the server counts.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from loopmind_live.bench.jack_server import jack_server, missing
from loopmind_live.bench.rows import BenchRow
from loopmind_live.engine.status import FILE_NAME as STATUS_NAME
from loopmind_live.engine.status import Facts, StatusBlock
from loopmind_live.engine.tap import FILE_NAME as TAP_NAME
from loopmind_live.engine.tap import MasterTap
from loopmind_live.errors import LoopMindError

Progress = Callable[[str, float], None]
KILLS = 20
GAP_BAR_MS = 250.0
_RATE_HZ, _BLOCK = 48000, 256
_PATIENCE_S = 60.0
_CALM_S = 0.3
_PROGRAM = "loopmind_live.bench.survival_performer"


class Stage:
    """A performer in a process of its own, and what its engine leaves in shared memory."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._folder, self._env = folder, env
        self._performer: subprocess.Popen[str] | None = None
        self.engine_folder = ""
        self.supervisor = 0
        self.perform()
        self.status = StatusBlock(Path(self.engine_folder) / STATUS_NAME, writable=False)
        self.tap = MasterTap(Path(self.engine_folder) / TAP_NAME, writable=False)

    def perform(self) -> None:
        """Start a performer, which takes up the engine that plays, where one does."""
        words = [sys.executable, "-m", _PROGRAM, str(self._folder), self.engine_folder]
        self._performer = subprocess.Popen(
            words,
            env=self._env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until the performer says that a new stand-by is ready."""
        told = (
            self._performer.stdout.readline() if self._performer and self._performer.stdout else ""
        )
        if not told:
            raise LoopMindError("the performer of the survival bench ended: see its engine.log")
        self.engine_folder, self.supervisor = json.loads(told)
        time.sleep(_CALM_S)

    def kill_performer(self) -> None:
        """Kill the performer."""
        if self._performer is not None:
            self._performer.kill()
            self._performer.communicate()

    def close(self) -> None:
        """End the performer and all that is its own."""
        if self._performer is not None and self._performer.stdin is not None:
            self._performer.communicate(timeout=_PATIENCE_S)
        self.status.close()
        self.tap.close()


def run_survival_bench(progress: Progress, kills: int = KILLS) -> list[BenchRow]:
    """Return what `kills` of each process cost; one row that says why where JACK is missing."""
    reason = missing()
    if reason is not None:
        return [BenchRow("survival", "kills", None, reason)]
    with _stage() as stage:
        gaps, drifts = [], []
        for number in range(kills):
            progress("killing the engine", number / kills / 3)
            gap, drift = kill_engine(stage)
            gaps.append(gap)
            drifts.append(drift)
        lost = []
        for number in range(2 * kills):
            progress("killing supervisor and performer", (kills + number) / kills / 3)
            lost.append(kill_beside(stage, performer=number >= kills))
    progress("done", 1.0)
    return survival_rows(gaps, drifts, lost[:kills], lost[kills:])


def kill_engine(stage: Stage) -> tuple[float, int]:
    """Kill the engine; return the gap in ms, and by how many frames the music left its grid."""
    before, gap_before = stage.status.read(), stage.tap.gap()
    os.kill(before.pid, signal.SIGKILL)
    _until(lambda: stage.tap.gap() != gap_before and stage.status.read().pid != before.pid)
    begin, end = stage.tap.gap()
    moved = _moved(before, stage.status.read())
    stage.wait_until_ready()
    return 1000.0 * (end - begin) / _RATE_HZ, moved


def kill_beside(stage: Stage, performer: bool) -> int:
    """Kill the supervisor, or the performer, and wait for another; return the blocks lost."""
    before, gap = stage.status.read(), stage.tap.gap()
    if performer:
        stage.kill_performer()
        time.sleep(_CALM_S)
        stage.perform()
    else:
        os.kill(stage.supervisor, signal.SIGKILL)
        stage.wait_until_ready()
    after = stage.status.read()
    computed = (after.frame - before.frame) // _BLOCK - (after.blocks - before.blocks)
    same = after.pid == before.pid and stage.tap.gap() == gap
    return abs(computed) if same else after.frame - before.frame


def survival_rows(
    gaps_ms: list[float], drifts: list[int], supervisor: list[int], performer: list[int]
) -> list[BenchRow]:
    """Return the rows of what was measured.

    >>> [row.met for row in survival_rows([100.0] * 19 + [300.0], [0], [0], [0, 2])]
    [True, None, True, True, False]
    """
    ordered = sorted(gaps_ms)
    p95 = ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]
    kills = f"over {len(gaps_ms)} kills"
    rows = [
        BenchRow(
            "survival", f"engine killed: gap, p95 {kills}", p95, "ms", "<= 250", p95 <= GAP_BAR_MS
        ),
        BenchRow("survival", f"engine killed: longest gap {kills}", ordered[-1], "ms"),
        BenchRow(
            "survival", f"engine killed: largest phase error {kills}", max(drifts), "frames",
            "= 0", max(drifts) == 0,
        ),
    ]  # fmt: skip
    for name, lost in (("supervisor", supervisor), ("performer", performer)):
        figure = f"{name} killed: blocks lost over {len(lost)} kills"
        rows.append(BenchRow("survival", figure, sum(lost), "blocks", "= 0", sum(lost) == 0))
    return rows


@contextmanager
def _stage() -> Iterator[Stage]:
    with (
        tempfile.TemporaryDirectory(prefix="survival-") as folder,
        jack_server(Path(folder), _RATE_HZ, _BLOCK) as env,
    ):
        stage = Stage(Path(folder), env)
        try:
            yield stage
        finally:
            stage.close()


def _moved(before: Facts, after: Facts) -> int:
    """Return by how many frames the music moved against the server's own count, of 32 bits."""
    moved = (after.frame - after.device_frame) - (before.frame - before.device_frame)
    return abs((moved + (1 << 31)) % (1 << 32) - (1 << 31))


def _until(condition: Callable[[], bool]) -> None:
    end_s = time.monotonic() + _PATIENCE_S
    while not condition():
        if time.monotonic() > end_s:
            raise LoopMindError(f"the music did not come back within {_PATIENCE_S:g} s")
        time.sleep(0.005)
