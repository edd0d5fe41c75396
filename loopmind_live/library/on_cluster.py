"""What runs in a Dask worker: each file is looked at by a process of its own.

It needs nothing of Dask's, so that it can be called, and tested, anywhere.
"""

import socket
import threading
from concurrent.futures import CancelledError
from pathlib import Path

from loopmind_live.errors import LibraryError, LoopMindError
from loopmind_live.library.heard import Heard
from loopmind_live.library.task import Job, Unseen
from loopmind_live.library.version import ANALYSIS_VERSION
from loopmind_live.workers import WorkerPool


class Pools:
    """A process for each thread in which a Dask worker runs jobs; begun when it has its first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of_threads: dict[int, WorkerPool] = {}

    def mine(self) -> WorkerPool:
        """Return the pool of the calling thread."""
        thread = threading.get_ident()
        with self._lock:
            if thread not in self._of_threads:
                self._of_threads[thread] = WorkerPool(1)
            return self._of_threads[thread]

    def is_mine(self, pool: WorkerPool) -> bool:
        """Return whether a pool is still the calling thread's."""
        with self._lock:
            return self._of_threads.get(threading.get_ident()) is pool

    def close(self) -> None:
        """End all processes; a job that still runs begins again in another."""
        with self._lock:
            pools = list(self._of_threads.values())
            self._of_threads.clear()
        for pool in pools:
            pool.close()


POOLS = Pools()
"""Those of this Dask worker: Dask calls functions, which have no other place to find them."""


def examine_there(
    number: int, path: str, known_hash: str | None, job: Job, version: int, timeout_s: float
) -> tuple[int, Heard | Unseen | str | None]:
    """Return `number` with what `job` gives of a file; a line of text where the job failed.

    The job of a Dask worker. Raises LibraryError where the analysis installed here is not of that
    `version`.
    """
    if version != ANALYSIS_VERSION:
        raise LibraryError(
            f"{socket.gethostname()} has another version of loopmind (its analysis is"
            f" {ANALYSIS_VERSION}, not {version}): install the same on every machine"
        )
    file = Path(path)
    if not file.exists():
        return number, Unseen(socket.gethostname())
    while True:
        pool = POOLS.mine()
        try:
            return number, pool.submit(job, file, known_hash, timeout_s=timeout_s).result()
        except (Exception, CancelledError) as error:  # noqa: BLE001 - it belongs to the file
            if POOLS.is_mine(pool):
                told = isinstance(error, LoopMindError)
                return number, str(error) if told else f"{type(error).__name__}: {error}"
            # Another scan ended, and the processes with it: this file begins again.


def end_processes() -> None:
    """End the processes of this Dask worker."""
    POOLS.close()
