"""The bench "latency": from what is typed to what the engine plays, on a busy machine."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from loopmind_live.bench.jack_server import jack_server, missing
from loopmind_live.bench.rows import BenchRow
from loopmind_live.errors import LoopMindError

Progress = Callable[[str, float], None]

RATE_HZ, BLOCK = 48000, 256
BLOCK_MS = BLOCK * 1000.0 / RATE_HZ
P50_MS, P99_MS = BLOCK_MS / 2 + 2.0, BLOCK_MS + 5.0
ON_LINE_SHARE = 0.99
COMMANDS, REGENERATIONS, LOOPS = 500, 500, 1000
LIMIT_S = 1800.0
_LOST = float("inf")


def run_latency_bench(
    progress: Progress,
    commands: int = COMMANDS,
    regenerations: int = REGENERATIONS,
    loops: int = LOOPS,
    limit_s: float = LIMIT_S,
    busy: int = 2,
    seed: int = 1,
) -> list[BenchRow]:
    """Return the latencies of `commands`, and how many regenerations land on their line.

    Through jackd's dummy driver at 256 frames, beside `busy` processes that compute all the time.
    The regenerations end after `limit_s`; how many were made is a row.
    """
    lacking = missing()
    if lacking is not None:
        return [BenchRow("latency", "typed to applied, p50", None, lacking, f"<= {P50_MS:.2f}")]
    progress("typing", 0.0)
    with tempfile.TemporaryDirectory(prefix="latency-bench-") as name:
        folder = Path(name)
        with jack_server(folder, RATE_HZ, BLOCK) as env:
            found = _perform(
                folder, {**env, "LOOPMIND_HOME": str(folder / "home")},
                commands, regenerations, loops, limit_s, busy, seed,
            )  # fmt: skip
    progress("done", 1.0)
    return rows_of(found)


def rows_of(found: dict[str, Any]) -> list[BenchRow]:
    """Return the rows of what a performer measured (`latency_performer.Measured`, as JSON)."""
    rows = _latency_rows("mute now", found["mutes_ms"])
    rows += _latency_rows("fader", found["faders_ms"])
    on_line, moved = int(found["on_line"]), list(found["moved"])
    made = on_line + len(moved)
    if made:
        share = 100.0 * on_line / made
        rows.append(
            BenchRow(
                "latency", "regenerated on the very line", share, f"% of {made}",
                f">= {100 * ON_LINE_SHARE:g}", share >= 100 * ON_LINE_SHARE,
            )
        )  # fmt: skip
        rows.append(BenchRow("latency", "regenerations moved", len(moved), f"of {made}"))
    rows.append(BenchRow("latency", "xruns meanwhile", int(found["xruns"]), "xruns"))
    return rows


def _latency_rows(what: str, measured: Sequence[float | None]) -> list[BenchRow]:
    """Return p50 and p99, counted from the typing to the block in which it is heard."""
    if not measured:
        return []
    times = np.array([_LOST if one is None else one for one in measured])
    rows = []
    for share, bar in ((50, P50_MS), (99, P99_MS)):
        value = float(np.percentile(times, share, method="higher"))
        rows.append(
            BenchRow(
                "latency", f"{what}, typed to applied, p{share}",
                value if np.isfinite(value) else None,
                f"ms, {len(times)} times" if np.isfinite(value) else "did not land",
                f"<= {bar:.2f}", value <= bar,
            )
        )  # fmt: skip
    return rows


def _perform(
    folder: Path,
    env: dict[str, str],
    commands: int,
    regenerations: int,
    loops: int,
    limit_s: float,
    busy: int,
    seed: int,
) -> dict[str, Any]:
    asked = {
        "--commands": commands, "--regenerations": regenerations, "--loops": loops,
        "--limit": limit_s, "--busy": busy, "--seed": seed,
    }  # fmt: skip
    words = [str(word) for pair in asked.items() for word in pair]
    program = [sys.executable, "-m", "loopmind_live.bench.latency_performer", str(folder)]
    try:
        done = subprocess.run(
            [*program, *words], env=env, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL, timeout=limit_s + 1200.0,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise LoopMindError(f"the performer did not end in {error.timeout:g} s") from error
    if done.returncode:
        said = (done.stderr.strip() or "nothing").splitlines()[-1]
        raise LoopMindError(f"the performer failed ({done.returncode}): {said}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
