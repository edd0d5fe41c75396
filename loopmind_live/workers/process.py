"""What runs inside a worker process: one job after another, over the standard streams."""

import ctypes
import os
import pickle
import signal
import sys
import threading
import time
from typing import IO, Any

from loopmind_live.errors import WorkerError
from loopmind_live.workers.pool import HEADER, read_message

_NICENESS = 5
_PR_SET_PDEATHSIG = 1
_PARENT_CHECK_S = 1.0


def serve() -> None:
    """Answer jobs until the pool closes the stream."""
    jobs, answers = _own_streams()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    _die_with_parent()
    try:
        _send(answers, _initialize(read_message(jobs)).encode())
        while True:
            _send(answers, _answer(read_message(jobs)))
    except (EOFError, BrokenPipeError):
        return


def _initialize(payload: bytes) -> str:
    """Run the pool's initializer and return what went wrong, else an empty string."""
    try:
        initializer, initargs = pickle.loads(payload)
        if initializer is not None:
            initializer(*initargs)
    except Exception as error:  # noqa: BLE001 -- told to the pool, whose next job fails with it
        return f"{type(error).__name__}: {error}"
    return ""


def _own_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Take the pipes for ourselves, so that whatever a job prints or reads cannot disturb them."""
    jobs = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return jobs, answers


def _send(answers: IO[bytes], message: bytes) -> None:
    answers.write(HEADER.pack(len(message)) + message)
    answers.flush()


def _answer(payload: bytes) -> bytes:
    try:
        function, args = pickle.loads(payload)
        value: Any = function(*args)
        return pickle.dumps((True, value), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 -- it belongs to the future, not to the worker
        return _error_answer(error)


def _error_answer(error: Exception) -> bytes:
    """Return the pickle of an exception, or of a WorkerError that names one that has no pickle."""
    try:
        answer = pickle.dumps((False, error))
        pickle.loads(answer)
    except Exception:  # noqa: BLE001 -- an exception's own pickling may raise anything
        return pickle.dumps((False, WorkerError(f"{type(error).__name__}: {error}")))
    return answer


def _die_with_parent() -> None:
    """Make sure that a worker never outlives the pool, even in the middle of a long job."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_CHECK_S)
    os._exit(1)
