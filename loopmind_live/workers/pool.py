"""A pool of worker processes in which a crash costs one worker and one job, never the pool.

Each worker is a fresh interpreter, started by subprocess (never forked from a process with threads)
and driven by one thread of its own over its standard streams. The parent's main module is not
imported there, so it needs no guard. Jobs are functions that the worker can import by name.
"""

import heapq
import itertools
import pickle
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from os import environ
from pathlib import Path
from types import TracebackType
from typing import IO, Any, TypeVar

from loopmind_live.errors import WorkerDied, WorkerError

_T = TypeVar("_T")
_BOOT = (
    "import sys; sys.path[:] = {path!r}; from loopmind_live.workers.process import serve; serve()"
)
_START_TIMEOUT_S = 120.0
_ATTEMPTS = 2
HEADER = struct.Struct("<Q")
"""Before each message between pool and worker: the length of its pickle, in bytes."""
_SINGLE_THREADED = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS",
)  # fmt: skip
_KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(128 << 20)}
"""glibc, as it comes, hands every larger array back to the system: jobs take a quarter longer, and
each page that is asked for again may hold up the sound."""


@dataclass(eq=False, slots=True)
class _Job:
    future: Future[Any]
    payload: bytes
    name: str
    timeout_s: float | None
    taken: bool = False
    priority: int = 0


@dataclass(eq=False, slots=True)
class _Process:
    """One worker process. `limit` kills it, and says so, when the job outlasts its time."""

    popen: "subprocess.Popen[bytes]"
    timed_out: threading.Event = field(default_factory=threading.Event)

    def exchange(self, payload: bytes | None, timeout_s: float | None) -> bytes:
        """Send `payload` (None: nothing) and return the next message; EOFError where it dies."""
        limit = threading.Timer(timeout_s, self._expire) if timeout_s is not None else None
        if limit is not None:
            limit.daemon = True
            limit.start()
        try:
            if payload is not None:
                _stream(self.popen.stdin).write(HEADER.pack(len(payload)) + payload)
                _stream(self.popen.stdin).flush()
            return read_message(_stream(self.popen.stdout))
        except OSError as error:
            raise EOFError from error
        finally:
            if limit is not None:
                limit.cancel()

    def end(self) -> None:
        """Kill the process where it still runs, and reap it."""
        self.popen.kill()
        self.popen.wait()
        for stream in (self.popen.stdin, self.popen.stdout):
            try:
                _stream(stream).close()
            except BrokenPipeError:
                continue  # half a job was still buffered for a worker that is dead anyway

    def _expire(self) -> None:
        self.timed_out.set()
        self.popen.kill()


class WorkerPool:
    """Runs functions in `workers` processes, the lowest priority number first.

    A job whose worker dies is tried once more on a fresh worker, then fails with WorkerDied; other
    jobs never notice. `initializer(*initargs)` runs first in each worker. Workers are started when
    the first jobs need them, or at once where `eager`. Jobs of priority `spare` and above leave
    one worker free, where there are several, for others to start at once. Workers run
    single-threaded, at lower priority than the music, without SIGINT, with a numba cache of their
    own, and die with this process.
    """

    def __init__(
        self,
        workers: int,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[object, ...] = (),
        eager: bool = False,
        spare: int | None = None,
    ) -> None:
        if workers < 1:
            raise WorkerError(f"{workers} workers: at least 1 is needed")
        self._initial = pickle.dumps((initializer, initargs))
        self._scratch = tempfile.TemporaryDirectory(prefix="loopmind-workers-")
        self._changed = threading.Condition()
        self._queue: list[tuple[int, int, _Job]] = []
        self._waiting: dict[Future[Any], _Job] = {}
        self._order = itertools.count()
        self._processes: dict[int, _Process] = {}
        self._closed = False
        self._spare = spare
        self._patient, self._most_patient = 0, max(1, workers - 1)
        self._threads = [
            threading.Thread(target=self._drive, args=(slot, eager), daemon=True)
            for slot in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def submit(
        self,
        function: Callable[..., _T],
        *args: object,
        priority: int = 0,
        timeout_s: float | None = None,
    ) -> "Future[_T]":
        """Queue `function(*args)`; its worker is killed where it runs longer than `timeout_s`.

        Function, arguments and result travel by pickle; an exception raised by the job is the
        future's. Raises WorkerError on a closed pool.
        """
        payload = pickle.dumps((function, args))
        future: Future[_T] = Future()
        name = getattr(function, "__name__", repr(function))
        job = _Job(future, payload, name, timeout_s)
        with self._changed:
            if self._closed:
                raise WorkerError(f"{name}: the workers are closed: make a new pool")
            self._waiting[future] = job
            heapq.heappush(self._queue, (priority, next(self._order), job))
            self._changed.notify()
        return future

    def reprioritize(self, future: "Future[Any]", priority: int) -> bool:
        """Bring a waiting job forward; False where it runs already, is done or is unknown.

        A number higher than the job's own changes nothing.
        """
        with self._changed:
            job = self._waiting.get(future)
            if job is None:
                return False
            # The old entry stays in the heap and is passed over once the job has been taken.
            heapq.heappush(self._queue, (priority, next(self._order), job))
        return True

    def worker_pids(self) -> tuple[int, ...]:
        """Return the process ids of the workers that have been started and not ended."""
        with self._changed:
            return tuple(process.popen.pid for process in self._processes.values())

    def close(self) -> None:
        """Cancel what waits, end all workers; a job still running fails with WorkerDied."""
        with self._changed:
            self._closed = True
            waiting = list(self._waiting)
            self._waiting.clear()
            self._queue.clear()
            for process in self._processes.values():
                process.popen.kill()
            self._changed.notify_all()
        for future in waiting:
            future.cancel()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()
        self._scratch.cleanup()

    def _drive(self, slot: int, eager: bool) -> None:
        process: _Process | None = None
        if eager:
            try:
                process = self._start(slot)
            except WorkerDied:
                process = None  # the first job will meet the same error and report it
        while (job := self._take()) is not None:
            process = self._run(job, slot, process)
            if self._is_patient(job.priority):
                with self._changed:
                    self._patient -= 1
                    self._changed.notify()
        if process is not None:
            self._end(slot, process)

    def _take(self) -> _Job | None:
        with self._changed:
            while True:
                while self._queue:
                    priority, _, job = self._queue[0]
                    patient = self._is_patient(priority)
                    if patient and not job.taken and self._patient >= self._most_patient:
                        break
                    heapq.heappop(self._queue)
                    if job.taken:
                        continue
                    job.taken, job.priority = True, priority
                    self._waiting.pop(job.future, None)
                    if job.future.set_running_or_notify_cancel():
                        self._patient += patient
                        return job
                if self._closed:
                    return None
                self._changed.wait()

    def _is_patient(self, priority: int) -> bool:
        return self._spare is not None and priority >= self._spare

    def _run(self, job: _Job, slot: int, process: _Process | None) -> _Process | None:
        """Run one job to its end and return the worker to go on with (None: start a fresh one)."""
        reason = ""
        for _ in range(_ATTEMPTS):
            if process is not None and process.popen.poll() is not None:
                self._end(slot, process)
                process = None
            try:
                process = process or self._start(slot)
                answer = process.exchange(job.payload, job.timeout_s)
            except WorkerDied as error:
                reason = str(error)
            except EOFError:
                assert process is not None  # only an exchange ends so
                self._end(slot, process)
                late = process.timed_out.is_set()
                reason = _why(process.popen.returncode, job.timeout_s if late else None)
                process = None
                if late:
                    break
            else:
                _settle(job.future, answer)
                return process
            if self._closed:
                reason = "the workers were closed"
                break
        job.future.set_exception(WorkerDied(f"{job.name}: {reason}"))
        return None

    def _start(self, slot: int) -> _Process:
        """Start a worker and wait until it is ready; WorkerDied where it cannot be.

        Called by the slot's own thread: on Linux a worker dies with the thread that started it.
        """
        cache = Path(self._scratch.name) / f"numba-{next(self._order)}"
        own = dict.fromkeys(_SINGLE_THREADED, "1") | {"NUMBA_CACHE_DIR": str(cache)}
        with self._changed:
            if self._closed:
                raise WorkerDied("the workers were closed")
            try:
                popen = subprocess.Popen(
                    [sys.executable, "-c", _BOOT.format(path=sys.path)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    # Decoders print there, in the middle of what the performer types.
                    stderr=subprocess.DEVNULL,
                    env={**_KEEP_MEMORY, **environ, **own},
                )
            except OSError as error:
                raise WorkerDied(f"no worker could be started: {error.strerror}") from error
            process = _Process(popen)
            self._processes[slot] = process
        try:
            trouble = process.exchange(self._initial, _START_TIMEOUT_S).decode()
        except EOFError:
            self._end(slot, process)
            why = _why(popen.returncode, _START_TIMEOUT_S if process.timed_out.is_set() else None)
            raise WorkerDied(f"no worker could be started: {why}") from None
        if trouble:
            self._end(slot, process)
            raise WorkerDied(f"no worker could be started: {trouble}")
        return process

    def _end(self, slot: int, process: _Process) -> None:
        process.end()
        with self._changed:
            if self._processes.get(slot) is process:
                del self._processes[slot]


def read_message(stream: IO[bytes]) -> bytes:
    """Return the next message of a stream; EOFError where it ends first."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        raise EOFError
    (size,) = HEADER.unpack(header)
    body = stream.read(size)
    if len(body) < size:
        raise EOFError
    return body


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # both are pipes by construction
    return stream


def _settle(future: "Future[Any]", answer: bytes) -> None:
    try:
        good, value = pickle.loads(answer)
    except Exception as error:  # noqa: BLE001 -- unpickling runs the result's own code
        unreadable = WorkerError(f"a worker's result cannot be read here: {error}")
        unreadable.__cause__ = error
        good, value = False, unreadable
    if good:
        future.set_result(value)
    else:
        future.set_exception(value)


def _why(status: int, limit_s: float | None) -> str:
    """Say how a worker ended.

    >>> _why(-11, None), _why(3, None), _why(-9, 5.0)
    ('its worker was ended by SIGSEGV', 'its worker exited with status 3', 'took longer than 5 s')
    """
    if limit_s is not None:
        return f"took longer than {limit_s:g} s"
    if status < 0:
        return f"its worker was ended by {signal.Signals(-status).name}"
    return f"its worker exited with status {status}"
