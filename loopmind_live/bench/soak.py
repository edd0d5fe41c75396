"""The bench "soak": a long set with a change on every bar, every sample checked, memory watched.

LOOPMIND_SOAK_MINUTES says how much music; the figure that counts is that of 60 minutes.
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
from loopmind_live.bench.memory import Watched, private_bytes, watch
from loopmind_live.bench.performing import PROGRAM, Order
from loopmind_live.bench.random_script import random_script
from loopmind_live.bench.recordings import wav_frames
from loopmind_live.bench.rows import BenchRow
from loopmind_live.bench.rules import Meter
from loopmind_live.bench.verify import Report, verify
from loopmind_live.errors import ConfigError, LoopMindError

Progress = Callable[[str, float], None]

VARIABLE = "LOOPMIND_SOAK_MINUTES"
DEFAULT_MINUTES = 2.0
RATE_HZ, BPM = 48000, 140.0
SETTLED_SHARE = 1 / 6
"""Memory counts from here on: after 10 minutes of 60."""
SLOPE_MB_PER_HOUR = 1.0
JUDGED_MINUTES = 30.0
"""A shorter run says nothing about an hour: its slope is told, not judged."""


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
    length = _minutes() if minutes is None else minutes
    progress(f"{length:g} minutes of music", 0.0)
    with tempfile.TemporaryDirectory(prefix="soak-bench-") as folder:
        found = soak(Path(folder), length, seed)
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
    if not found.watched:
        reason = "not measured: no /proc/PID/smaps_rollup here"
        bar = f"<= {SLOPE_MB_PER_HOUR:g}"
        return [*rows, BenchRow("soak", "private memory", None, reason, bar)]
    for one in found.watched:
        rows.append(_slope_row(one, found.seconds, length))
    return rows


def soak(folder: Path, minutes: float, seed: int) -> Soaked:
    """Perform a random script offline and compare all of it; raise LoopMindError where it fails."""
    import soundfile

    meter = Meter.of(BPM, RATE_HZ)
    made = make_code_set(folder, meter, seed)
    commands = max(8, round(minutes * 60 * RATE_HZ / meter.bar_frames))
    script = random_script(made.plan, meter, commands, seed, per_bar=1.0)
    order = Order(
        timeline=made.timeline,
        script=folder / "set.txt",
        events=folder / "set.jsonl",
        until_bar=script.until_bar,
        record=folder / "set.wav",
        library=folder / "library.sqlite",
        rate_hz=RATE_HZ,
        seed=seed,
    )
    fill_library(made, folder / "library.sqlite")
    order.script.write_text(script.text(), encoding="utf-8")
    watched, seconds = _watched(order, timeout_s=120.0 + 120.0 * minutes)
    record = folder / "set.wav"
    with wav_frames(record) as read:
        frames = soundfile.info(record).frames
        report = verify(
            read, made, script.typed, read_swaps(order.events), script.until_bar, frames
        )  # fmt: skip
    return Soaked(report, watched, seconds)


def _watched(order: Order, timeout_s: float) -> tuple[list[Watched], float]:
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
                watched = watch(process, timeout_s)
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


def _slope_row(one: Watched, seconds: float, minutes: float) -> BenchRow:
    """Return how a process grew in an hour of music, counted from when it had settled."""
    slope = one.slope(seconds * SETTLED_SHARE)
    figure = f"private memory of {one.name}, growth"
    bar = f"<= {SLOPE_MB_PER_HOUR:g}"
    if slope is None:
        return BenchRow("soak", figure, None, "ended too soon to tell", bar)
    hourly = slope * seconds / (minutes / 60.0)
    judged = minutes >= JUDGED_MINUTES
    unit = "MB an hour of music" if judged else "MB an hour of music, too short a run to judge"
    return BenchRow(
        "soak", figure, hourly, unit, bar, hourly <= SLOPE_MB_PER_HOUR if judged else None
    )


def _minutes() -> float:
    text = os.environ.get(VARIABLE, "")
    try:
        minutes = float(text) if text else DEFAULT_MINUTES
    except ValueError:
        minutes = 0.0
    if not 0.1 <= minutes <= 600.0:
        raise ConfigError(f"{VARIABLE}={text}: give minutes from 0.1 to 600")
    return minutes
