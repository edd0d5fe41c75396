"""Watch a folder: look at it every few seconds, and say when it has changed and come to rest."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.errors import LibraryError
from loopmind_live.library.walk import find_audio

PERIOD_S = 2.0
MOST_OF_TIME = 0.05
"""So much of the time is spent looking, at most: large folders are looked at less often."""
REST_LOOKS = 10
"""Files that are still being written are waited for, but no more than so many looks."""

Looked = frozenset[tuple[Path, int, int]] | str
"""The files of a folder with their times and sizes, or why it cannot be looked at."""


def look(folder: Path) -> Looked:
    """Return what lies in a folder."""
    try:
        found, _ = find_audio(folder)
    except LibraryError as error:
        return str(error)
    return frozenset((file.path, file.mtime_ns, file.size) for file in found)


@dataclass(slots=True)
class Watch:
    """Decides, look by look, whether a folder wants a scan. `scanned`: as it was at the last one.

    A change is told when the folder looks the same twice: what is copied into it is scanned once,
    and not while it is half there. A folder that cannot be read, as of a disk that was taken out,
    is no change.
    """

    scanned: Looked | None = None
    _before: Looked | None = None
    _waited: int = 0

    def wants_scan(self, now: Looked) -> bool:
        """Tell whether to scan, having looked; what it looks like now counts as scanned then."""
        settled = now == self._before
        self._before = now
        if isinstance(now, str) or now == self.scanned:
            self._waited = 0
            return False
        self._waited += 1
        if not settled and self._waited < REST_LOOKS:
            return False
        self.scanned, self._waited = now, 0
        return True


def watch(
    folder: Path,
    scan: Callable[[], None],
    tell: Callable[[str], None],
    looks: int | None = None,
    period_s: float = PERIOD_S,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Look at `folder` again and again, and call `scan` when it has changed and come to rest.

    It is called once at the beginning, too: what changed since the scan before must not be missed.
    `tell` is given a line when the folder cannot be looked at or scanned, and when it can again.
    Ends after `looks` looks; never, where that is None.
    """
    watching = Watch()
    lost: str | None = None
    done, took_s = 0, 0.0
    while looks is None or done < looks:
        sleep(max(period_s, took_s / MOST_OF_TIME))
        began = clock()
        now = look(folder)
        took_s = clock() - began
        done += 1
        if isinstance(now, str):
            if now != lost:
                tell(f"{now}: what the library knows of it stays; watching on")
            lost = now
            continue
        if lost is not None:
            tell(f"{folder}: is there again")
            lost = None
        if watching.wants_scan(now):
            try:
                scan()
            except LibraryError as error:
                tell(f"{error}; watching on")
                watching.scanned = None
