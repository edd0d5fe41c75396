"""Private memory of a process and all that it started, watched while it runs (Linux)."""

import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

_FIELDS = ("Private_Clean:", "Private_Dirty:")
MB = 1e6


@dataclass
class Watched:
    """One process: when it was looked at, in seconds, and its private memory then, in MB."""

    name: str
    at_s: list[float] = field(default_factory=list)
    private_mb: list[float] = field(default_factory=list)

    def slope(self, from_s: float) -> float | None:
        """Return the growth from `from_s` on, in MB a second; None with fewer than three looks."""
        looks = [(t, mb) for t, mb in zip(self.at_s, self.private_mb, strict=True) if t >= from_s]
        if len(looks) < 3:
            return None
        times, sizes = np.array(looks).T
        return float(np.polyfit(times, sizes, 1)[0])


def watch(process: subprocess.Popen[str], timeout_s: float, every_s: float = 0.5) -> list[Watched]:
    """Look at `process` and its descendants until it ends; TimeoutExpired where it does not."""
    seen: dict[int, Watched] = {}
    began = time.monotonic()
    while process.poll() is None:
        for pid in family(process.pid):
            private = private_bytes(pid)
            if private is not None:
                one = seen.setdefault(pid, Watched(f"process {len(seen) + 1}"))
                one.at_s.append(time.monotonic() - began)
                one.private_mb.append(private / MB)
        if time.monotonic() - began > timeout_s:
            raise subprocess.TimeoutExpired(process.args, timeout_s)
        time.sleep(every_s)
    return list(seen.values())


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
    """Return the memory that only `pid` uses (its unique set size), None where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(_FIELDS))
