"""The bench "rescan": a large folder in which nothing has changed, scanned by the whole program."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from loopmind_live.bench.rows import BenchRow
from loopmind_live.bench.settings import Progress, number
from loopmind_live.errors import LibraryError
from loopmind_live.library.store import Library, Stamp
from loopmind_live.library.version import ANALYSIS_VERSION
from loopmind_live.score.loop import Loop

FILES = 10_000
FILES_A_FOLDER = 100
RUNS = 5
BAR_S = 2.0
_VARIABLE = "LOOPMIND_RESCAN_FILES"


def run_rescan_bench(progress: Progress, count: int | None = None) -> list[BenchRow]:
    """Return how long `loopmind scan` takes, start-up and all, where nothing has changed.

    The files are tiny, and the library knows them as a scan would have left it.
    """
    if count is None:
        count = int(number(os.environ, _VARIABLE, FILES, 1, 1e7))
    with tempfile.TemporaryDirectory(prefix="rescan-bench-") as place:
        folder, library = Path(place).resolve() / "loops", Path(place) / "library.sqlite"
        progress("making files", 0.0)
        with Library(library) as opened:
            opened.put(_made(folder, count))
        seconds = []
        for run in range(RUNS):
            progress("scanning", (run + 1) / (RUNS + 1))
            seconds.append(_rescan(folder, library, count))
    middle_s = statistics.median(seconds)
    figure = f"{count} unchanged files, the whole command, middle of {RUNS} runs"
    return [
        BenchRow("rescan", figure, middle_s, "s", f"<= {BAR_S:g}", middle_s <= BAR_S),
        BenchRow("rescan", "the slowest run", max(seconds), "s"),
    ]


def _made(folder: Path, count: int) -> Iterator[tuple[Loop, Stamp]]:
    """Make files, and yield what a scan would have kept of them."""
    for place in range(count):
        path = folder / f"pack {place // FILES_A_FOLDER}" / f"loop_{place}_120bpm.wav"
        if place % FILES_A_FOLDER == 0:
            path.parent.mkdir(parents=True)
        path.write_bytes(b"%d" % place)
        facts = path.stat()
        loop = Loop(path, f"{place:064x}", duration_s=2.0, bpm=120.0, beats=4, role="drums")
        yield loop, Stamp(facts.st_mtime_ns, facts.st_size, ANALYSIS_VERSION, loop.content_hash)


def _rescan(folder: Path, library: Path, count: int) -> float:
    """Return the seconds of one scan; LibraryError where it finds anything but what is there."""
    program = [sys.executable, "-m", "loopmind_live.cli", "scan", str(folder)]
    before = time.perf_counter()
    run = subprocess.run(
        [*program, "--library", str(library)], capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - before
    if run.returncode or f" {count} unchanged," not in run.stdout:
        raise LibraryError(
            f"the scan did not find {count} unchanged files: {run.stdout}{run.stderr}"
        )
    return seconds
