"""Look at files on a Dask cluster: joblib's dask back-end, with what each of its workers runs.

Every worker of the cluster reads the files itself, at the very paths that the scan found: they lie
on storage that all machines share. On each machine a pool of processes stands between the files and
the cluster's worker, as in a scan at home, so that a damaged file costs nothing but itself; a
worker that is lost costs the time of its jobs, which the scheduler gives to another.
"""

import logging
import queue
import re
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from loopmind_live.errors import LibraryError, LoopMindError
from loopmind_live.library.heard import Heard
from loopmind_live.library.task import Job, Results, Task, Unseen, failed
from loopmind_live.library.version import ANALYSIS_VERSION

if TYPE_CHECKING:
    from distributed import Client

log = logging.getLogger(__name__)

CONNECT_S = 10.0
"""So long a scheduler may take to answer, and a cluster without workers to get one."""
LOST_S = 60.0
"""So long a cluster may be without any worker before the scan ends."""
_LOOK_S = 0.5
_AHEAD = "8*n_jobs"
_ADDRESS = re.compile(r"(tcp|tls)://\S+:\d+")

_Answer = tuple[int, Heard | Unseen | str | None]
"""The number of a task, and its analysis; a line of text where its job failed."""
_Answers = queue.Queue[_Answer | BaseException | None]
"""What comes from the cluster; None once that was all."""


class Cluster:
    """The workers of the Dask scheduler at `address`, as in tcp://192.168.1.5:8786.

    Nothing is connected before there is a file to look at. Raises LibraryError where no scheduler
    answers, where it has no workers or loses all, and where they cannot do what is asked.
    """

    def __init__(self, address: str, timeout_s: float, connect_s: float = CONNECT_S) -> None:
        if not _ADDRESS.fullmatch(address):
            raise LibraryError(f"{address}: name a Dask scheduler, as in tcp://192.168.1.5:8786")
        self.address = address
        self._timeout_s, self._connect_s = timeout_s, connect_s

    def examine_all(self, tasks: Iterable[Task], job: Job) -> Results:
        """Yield each task with what `job` gives of its file, as it is done."""
        all_tasks = list(tasks)
        client = self._connected()
        answers: _Answers = queue.Queue()
        calls = [
            (number, str(task.file.path), task.known_hash, job, ANALYSIS_VERSION, self._timeout_s)
            for number, task in enumerate(all_tasks)
        ]
        try:
            threading.Thread(target=_run, args=(client, calls, answers), daemon=True).start()
            waiting = len(all_tasks)
            for answer in self._watched(client, answers):
                yield self._told(all_tasks, answer)
                waiting -= 1
            if waiting:  # so it ends where the connection was lost
                raise LibraryError(f"{self.address}: {_GONE}")
            _end_processes(client)
        finally:
            client.close(timeout=self._connect_s)

    def _connected(self) -> "Client":
        try:
            import joblib  # noqa: F401 - missed here, and not in the middle
            from distributed import Client
        except ImportError as error:
            raise LibraryError(
                f"--cluster needs Dask: install it with pip install 'loopmind-live[cluster]'"
                f" ({error.name or error} is missing)"
            ) from error
        _log_to_file()
        try:
            client = Client(self.address, timeout=self._connect_s, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise LibraryError(
                f"{self.address}: no Dask scheduler answers: start one with dask scheduler, or"
                " leave --cluster out"
            ) from error
        try:
            client.wait_for_workers(1, timeout=self._connect_s)
        except TimeoutError as error:
            client.close()
            raise LibraryError(
                f"{self.address}: has no workers: start some with dask worker {self.address}"
            ) from error
        return client

    def _watched(self, client: "Client", answers: _Answers) -> Iterator[_Answer]:
        """Yield answers until all are there; LibraryError once none can be expected any more."""
        without_s = 0.0
        while True:
            try:
                answer = answers.get(timeout=_LOOK_S)
            except queue.Empty:
                without_s = 0.0 if _has_workers(client) else without_s + _LOOK_S
                if without_s >= LOST_S:
                    raise LibraryError(f"{self.address}: {_GONE}") from None
                self._refuse_failures(client)
                continue
            if answer is None:
                return
            if isinstance(answer, LoopMindError):
                raise LibraryError(f"{self.address}: {answer}") from answer
            if isinstance(answer, BaseException):
                raise LibraryError(f"{self.address}: {_GONE} ({_first_line(answer)})") from answer
            without_s = 0.0
            yield answer

    def _refuse_failures(self, client: "Client") -> None:
        """Raise LibraryError where a call could not be run at all: joblib would wait for it."""
        from distributed import KilledWorker

        for state in list(client.futures.values()):
            if state.status != "error":
                continue
            why = (
                "several workers were lost over the same file: what was done is kept, scan again"
                if isinstance(state.exception, KilledWorker)
                else "loopmind cannot be run there: install the same version, with its extra"
                f" cluster, on every machine ({_first_line(state.exception)})"
            )
            raise LibraryError(f"{self.address}: {why}") from state.exception

    def _told(self, tasks: list[Task], answer: _Answer) -> tuple[Task, Heard | None]:
        number, heard = answer
        task = tasks[number]
        path = task.file.path
        if isinstance(heard, str):
            return task, failed(path, LibraryError(heard))
        if isinstance(heard, Unseen):
            if path.exists():
                raise LibraryError(
                    f"{path}: is not seen by the worker on {heard.host}: its folder must be"
                    " mounted at the same place on every machine of the cluster"
                )
            return task, failed(path, LibraryError("it is gone"))
        return task, heard


_GONE = "the cluster is gone: what was done is kept, scan again"


def _run(
    client: "Client",
    calls: list[tuple[Any, ...]],
    answers: _Answers,
) -> None:
    """Run all calls through joblib, and pass on what comes; the thread of a scan's cluster."""
    from joblib import Parallel, delayed, parallel_config
    from joblib._dask import DaskDistributedBackend

    from loopmind_live.library.on_cluster import examine_there

    class Backend(DaskDistributedBackend):
        def effective_n_jobs(self, n_jobs: int) -> int:
            # Of one job at a time joblib thinks that it need not leave this process.
            return max(2, int(super().effective_n_jobs(n_jobs)))

    try:
        with parallel_config(backend=Backend(client=client)):
            parallel = Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch=_AHEAD)
            for answer in parallel(delayed(examine_there)(*call) for call in calls):
                if not isinstance(answer, tuple):  # what was canceled comes as its own result
                    raise OSError(str(answer))
                answers.put(answer)
    except Exception as error:  # noqa: BLE001 - it belongs to the scan, which raises it
        answers.put(error)
    else:
        answers.put(None)


def _has_workers(client: "Client") -> bool:
    if client.status != "running":
        return False
    try:
        return bool(client.nthreads())
    except (OSError, TimeoutError):
        return False


def _end_processes(client: "Client") -> None:
    from loopmind_live.library.on_cluster import end_processes

    try:
        client.run(end_processes, on_error="ignore")
    except (OSError, TimeoutError, ValueError):  # the scan is done: they end with their workers
        log.info("processes stay on the cluster", exc_info=True)


def _log_to_file() -> None:
    """Send what Dask has to say where all else is logged, not between the lines of a scan."""
    for name in ("distributed", "bokeh", "tornado"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def _first_line(error: BaseException) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:200]
