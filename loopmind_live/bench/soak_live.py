"""The bench "soak": long sets offline and through JACK, all checked, the memory of each process.

LOOPMIND_SOAK_MINUTES says how much offline, LOOPMIND_SOAK_JACK_MINUTES how much through JACK; 0
leaves that half out. The figures that count are those of 60 and of 20 minutes.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from loopmind_live.bench.following import Following
from loopmind_live.bench.jack_clients import missing
from loopmind_live.bench.live_rows import live_rows
from loopmind_live.bench.live_run import Piece, check_live
from loopmind_live.bench.memory import Watch, growth_rows
from loopmind_live.bench.rows import BenchRow
from loopmind_live.bench.settings import Progress, number, share
from loopmind_live.bench.soak import DEFAULT_MINUTES, MOST_MINUTES, VARIABLE, run_soak_bench

JACK_VARIABLE = "LOOPMIND_SOAK_JACK_MINUTES"
DEFAULT_JACK_MINUTES = 2.0
_LOOK_S = 5.0
_LEAST_CHANGES = 8


def run_soak_benches(
    progress: Progress, environment: Mapping[str, str] = os.environ
) -> list[BenchRow]:
    """Return the rows of both halves. Raises ConfigError where a length is none."""
    offline = number(environment, VARIABLE, DEFAULT_MINUTES, 0.0, MOST_MINUTES)
    minutes = number(environment, JACK_VARIABLE, DEFAULT_JACK_MINUTES, 0.0, MOST_MINUTES)
    rows: list[BenchRow] = []
    if offline:
        rows += run_soak_bench(share(progress, 0.0, 0.4 if minutes else 1.0), offline)
    if minutes:
        rows += run_live_soak_bench(share(progress, 0.4 if offline else 0.0, 1.0), minutes)
    progress("done", 1.0)
    return rows


def run_live_soak_bench(progress: Progress, minutes: float, seed: int = 1) -> list[BenchRow]:
    """Return what was wrong in `minutes` through JACK with a change a bar, and how memory grows.

    Takes a minute longer than `minutes` at the most. One row says why where JACK is missing.
    """
    lacking = missing()
    if lacking is not None:
        return [BenchRow("soak", "bars with a wrong sample through JACK", None, lacking, "= 0")]
    bpm = Piece.bpm
    piece = Piece(max(_LEAST_CHANGES, round(minutes * bpm / 4)), 1.0, busy=0, bpm=bpm, seed=seed)
    watching = Watch()

    def look(pid: int, passed_s: float, heard: Following) -> None:
        watching.look(pid, passed_s)
        progress(f"{heard.wrong_bars} bars wrong", min(1.0, passed_s / piece.seconds))

    progress(f"{minutes:g} minutes through JACK", 0.0)
    with tempfile.TemporaryDirectory(prefix="soak-bench-") as folder:
        live = check_live(Path(folder), piece, look=look, every_s=_LOOK_S)
    seconds = piece.seconds
    return [
        *live_rows("soak", live, piece),
        *growth_rows("soak", "through JACK", watching.watched, seconds, seconds / 60.0),
    ]
