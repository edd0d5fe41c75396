"""Private memory of a process and all that it started, watched while it runs (Linux)."""

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from loopmind_live.bench.rows import BenchRow

_FIELDS = ("RssAnon:", "VmSwap:")
"""What is neither a file's nor shared memory: clips that one process alone has touched are not.

The kernel keeps these counts; to add up /proc/PID/smaps_rollup it walks all pages, which takes so
long where clips are mapped that the sound is lost.
"""
MB = 1e6
SETTLED_MINUTES = 10.0
"""Growth counts from here on, or, in a shorter run, from its middle on."""
SLOPE_MB_PER_HOUR = 1.0
JUDGED_MINUTES = 20.0
"""A shorter run says nothing about an hour: its slope is told, not judged."""
_ENDING = 0.98
_NAMES = {
    "loopmind_live.cli": "performer",
    "loopmind_live.engine.supervisor": "supervisor",
    "loopmind_live.engine.process": "engine",
    "loopmind_live.engine.standby": "stand-by",
    "loopmind_live.workers": "worker",
}


@dataclass
class Watched:
    """One process: when it was looked at, in seconds, and its private memory then, in MB."""

    name: str
    at_s: list[float] = field(default_factory=list)
    private_mb: list[float] = field(default_factory=list)

    def slope(self, from_s: float, until_s: float = float("inf")) -> float | None:
        """Return the growth in that time, in MB a second; None with fewer than three looks."""
        both = zip(self.at_s, self.private_mb, strict=True)
        looks = [(t, mb) for t, mb in both if from_s <= t <= until_s]
        if len(looks) < 3:
            return None
        times, sizes = np.array(looks).T
        return float(np.polyfit(times, sizes, 1)[0])


class Watch:
    """Looks at a process and its descendants, again and again."""

    def __init__(self) -> None:
        self._seen: dict[int, Watched] = {}

    @property
    def watched(self) -> list[Watched]:
        """Return what was seen, the eldest first."""
        return list(self._seen.values())

    def look(self, pid: int, at_s: float) -> None:
        """Look at `pid` and its descendants, `at_s` seconds after the beginning."""
        for each in family(pid):
            private = private_bytes(each)
            if private is None:
                continue
            one = self._seen.setdefault(each, Watched(""))
            one.name = name_of(each) or one.name or f"process {len(self._seen)}"
            one.at_s.append(at_s)
            one.private_mb.append(private / MB)


def watch(
    process: subprocess.Popen[str],
    timeout_s: float,
    every_s: float = 0.5,
    look: Callable[[], None] = lambda: None,
) -> list[Watched]:
    """Look at `process` and its descendants until it ends; TimeoutExpired where it does not.

    `look` is called each time as well.
    """
    watching = Watch()
    began = time.monotonic()
    while process.poll() is None:
        watching.look(process.pid, time.monotonic() - began)
        look()
        if time.monotonic() - began > timeout_s:
            raise subprocess.TimeoutExpired(process.args, timeout_s)
        time.sleep(every_s)
    return watching.watched


def growth_rows(
    bench: str, where: str, watched: Sequence[Watched], seconds: float, minutes: float
) -> list[BenchRow]:
    """Return how each process grew in an hour of music, counted from when it had settled.

    `minutes` of music took `seconds`. A process that did not live until then is left out.
    """
    bar = f"<= {SLOPE_MB_PER_HOUR:g}"
    if not watched:
        reason = "not measured: no /proc/PID/status here"
        return [BenchRow(bench, f"private memory {where}", None, reason, bar)]
    # A process that ends gives its memory back, which would hide what it had gained.
    settled_s = seconds * min(SETTLED_MINUTES / minutes, 0.5)
    counts, rows = Counter(one.name for one in watched), []
    numbers: Counter[str] = Counter()
    judged = minutes >= JUDGED_MINUTES
    for one in watched:
        numbers[one.name] += 1
        slope = one.slope(settled_s, seconds * _ENDING)
        if slope is None:
            continue
        name = f"{one.name} {numbers[one.name]}" if counts[one.name] > 1 else one.name
        hourly = slope * seconds / (minutes / 60.0)
        unit = f"MB an hour of music; {max(one.private_mb):.0f} MB at most"
        rows.append(
            BenchRow(
                bench, f"private memory of the {name} {where}, growth", hourly,
                unit if judged else f"{unit}, too short a run to judge", bar,
                hourly <= SLOPE_MB_PER_HOUR if judged else None,
            )
        )  # fmt: skip
    return rows or [BenchRow(bench, f"private memory {where}", None, "ended too soon to tell", bar)]


def family(pid: int) -> list[int]:
    """Return `pid` and its descendants, the eldest first; those that are gone are left out."""
    found = [pid]
    for task in sorted(Path(f"/proc/{pid}/task").glob("*/children")):
        try:
            children = task.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # the thread ended meanwhile
        for child in children:
            found += family(int(child))
    return found


def private_bytes(pid: int) -> int | None:
    """Return the memory that is of `pid` alone, not shared by its nature; None where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(_FIELDS))


def name_of(pid: int) -> str:
    """Return what a process of the program does, "" for any other."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return next((name for module, name in _NAMES.items() if module in command), "")
