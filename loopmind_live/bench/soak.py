"""The bench "soak", offline: a long set with a change on every bar, all checked, memory watched.

LOOPMIND_SOAK_MINUTES says how much music (0: none); the figure that counts is that of 60 minutes.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.bench.code_library import fill_library
from loopmind_live.bench.codes import make_code_set
from loopmind_live.bench.events import read_swaps
from loopmind_live.bench.memory import Watched, growth_rows, private_bytes, watch
from loopmind_live.bench.performing import PROGRAM, Order
from loopmind_live.bench.random_script import random_script
from loopmind_live.bench.recordings import wav_frames
from loopmind_live.bench.rows import BenchRow
from loopmind_live.bench.rules import Meter
from loopmind_live.bench.settings import Progress, number
from loopmind_live.bench.verify import Report, verify
from loopmind_live.errors import LoopMindError

VARIABLE = "LOOPMIND_SOAK_MINUTES"
DEFAULT_MINUTES, MOST_MINUTES = 2.0, 180.0
RATE_HZ, BPM = 48000, 140.0
_BYTES_A_FRAME = 8


@dataclass(frozen=True)
class Soaked:
    """What a run came to: the comparison, the processes, and how long it took by the clock."""

    report: Report
    watched: list[Watched]
    seconds: float


def run_soak_bench(
    progress: Progress, minutes: float | None = None, seed: int = 1
) -> list[BenchRow]:
    """Return the wrong bars of `minutes` of music with a change a bar, and how memory grows."""
    length = minutes
    if length is None:
        length = number(os.environ, VARIABLE, DEFAULT_MINUTES, 0.0, MOST_MINUTES)
    if not length:
        return []
    what = f"{length:g} minutes of music, offline"
    progress(what, 0.0)
    with tempfile.TemporaryDirectory(prefix="soak-bench-") as folder:
        found = soak(Path(folder), length, seed, lambda part: progress(what, part))
    progress("done", 1.0)
    report = found.report
    rows = [
        BenchRow(
            "soak", f"bars with a wrong sample in {length:g} minutes", report.wrong_bars,
            f"of {report.bars}", "= 0", report.wrong_bars == 0,
        ),
        BenchRow(
            "soak", "changes at their frame", report.verified, f"of {report.commands}",
            f"= {report.commands}", report.passed,
        ),
    ]  # fmt: skip
    return rows + growth_rows("soak", "offline", found.watched, found.seconds, length)


def soak(
    folder: Path, minutes: float, seed: int, told: Callable[[float], None] = lambda _part: None
) -> Soaked:
    """Perform a random script offline and compare all of it; raise LoopMindError where it fails."""
    import soundfile

    meter = Meter.of(BPM, RATE_HZ)
    made = make_code_set(folder, meter, seed)
    commands = max(8, round(minutes * 60 * RATE_HZ / meter.bar_frames))
    record = folder / "set.wav"
    script = random_script(made.plan, meter, commands, seed, per_bar=1.0)
    order = Order(
        timeline=made.timeline,
        script=folder / "set.txt",
        events=folder / "set.jsonl",
        until_bar=script.until_bar,
        record=record,
        library=folder / "library.sqlite",
        rate_hz=RATE_HZ,
        seed=seed,
    )
    fill_library(made, folder / "library.sqlite")
    order.script.write_text(script.text(), encoding="utf-8")
    whole = _BYTES_A_FRAME * meter.line(script.until_bar)

    def look() -> None:
        if record.exists():
            told(min(1.0, record.stat().st_size / whole))

    watched, seconds = _watched(order, 120.0 + 120.0 * minutes, look)
    with wav_frames(record) as read:
        frames = soundfile.info(record).frames
        report = verify(
            read, made, script.typed, read_swaps(order.events), script.until_bar, frames
        )  # fmt: skip
    return Soaked(report, watched, seconds)


def _watched(
    order: Order, timeout_s: float, look: Callable[[], None]
) -> tuple[list[Watched], float]:
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [*PROGRAM, *order.arguments()], stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            text=True,
        )  # fmt: skip
        try:
            if private_bytes(os.getpid()) is None:
                process.wait(timeout_s)
                watched = []
            else:
                watched = watch(process, timeout_s, look=look)
        except subprocess.TimeoutExpired as error:
            raise LoopMindError(f"the set did not end in {timeout_s:g} s") from error
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            said.seek(0)
            last = (said.read().strip() or "nothing").splitlines()[-1]
            raise LoopMindError(f"the set failed ({process.returncode}): {last}")
    return watched, time.monotonic() - began
