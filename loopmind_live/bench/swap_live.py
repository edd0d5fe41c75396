"""The bench "swap": random changes at their frames, offline and through a loaded JACK server.

LOOPMIND_SWAP_CHANGES says how many offline, LOOPMIND_SWAP_JACK_MINUTES how long through JACK; 0
leaves that half out.
"""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from loopmind_live.bench.jack_clients import missing
from loopmind_live.bench.listening import PEER_US
from loopmind_live.bench.live_rows import control_row, live_rows
from loopmind_live.bench.live_run import Piece, check_live
from loopmind_live.bench.rows import BenchRow
from loopmind_live.bench.settings import Progress, number, share
from loopmind_live.bench.swap import run_swap_bench

CHANGES_VARIABLE, MINUTES_VARIABLE = "LOOPMIND_SWAP_CHANGES", "LOOPMIND_SWAP_JACK_MINUTES"
DEFAULT_CHANGES, DEFAULT_MINUTES = 10_000, 10.0
CHANGES_PER_MINUTE = 100.0
CONTROLS_PER_S = 800.0
_MARGIN = 1.02
"""So much more is typed, as what comes before the first bar and after the last does not count."""
_BUSY = 2
_LEAST_CHANGES = 8


def run_swap_benches(
    progress: Progress, environment: Mapping[str, str] = os.environ
) -> list[BenchRow]:
    """Return the rows of both halves. Raises ConfigError where a length is none."""
    changes = number(environment, CHANGES_VARIABLE, DEFAULT_CHANGES, 0, 1_000_000)
    minutes = number(environment, MINUTES_VARIABLE, DEFAULT_MINUTES, 0.0, 180.0)
    rows: list[BenchRow] = []
    if changes:
        rows += run_swap_bench(round(changes), progress=share(progress, 0.0, 0.3))
    if minutes:
        rows += run_live_swap_bench(share(progress, 0.3, 1.0), minutes)
    progress("done", 1.0)
    return rows


def run_live_swap_bench(progress: Progress, minutes: float, seed: int = 1) -> list[BenchRow]:
    """Return how many changes are heard at their frame beside busy processes and moving faders.

    Takes a minute longer than `minutes` at the most. One row says why where JACK is missing.
    """
    commands = max(_LEAST_CHANGES, round(minutes * CHANGES_PER_MINUTE))
    lacking = missing()
    if lacking is not None:
        figure, bar = "changes at their frame through JACK", f"= {commands}"
        return [BenchRow("swap", figure, None, lacking, bar)]
    piece = Piece(commands, 1.0, _BUSY, seed=seed, controls_per_s=CONTROLS_PER_S * _MARGIN)
    per_bar = commands / (minutes * piece.bpm / 4)
    piece = replace(piece, per_bar=per_bar, peer_us=PEER_US)
    progress(f"{commands:,} changes in {minutes:g} minutes through JACK", 0.0)
    with tempfile.TemporaryDirectory(prefix="swap-bench-") as folder:
        live = check_live(
            Path(folder), piece,
            look=lambda _pid, passed_s, heard: progress(
                f"{heard.wrong_bars} bars wrong", min(1.0, passed_s / piece.seconds)
            ),
            every_s=5.0,
        )  # fmt: skip
    return [*live_rows("swap", live, piece), control_row("swap", live, CONTROLS_PER_S)]
