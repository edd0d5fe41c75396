"""The worker pool: order, results, crashes, time limits, and its end."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, wait
from pathlib import Path

import pytest

from loopmind_live.errors import WorkerDied, WorkerError
from loopmind_live.workers import WorkerPool

JOBS = """
import os, time

def record(path, text):
    with open(path, "a") as file:
        file.write(text + "\\n")
    return text

def die_the_first_time(path):
    if not os.path.exists(path):
        open(path, "w").close()
        os._exit(3)
    return "second time"

class Odd(Exception):
    def __init__(self, one, two):
        super().__init__("odd")

def raise_odd():
    raise Odd(1, 2)

def noisy():
    print("printed by a job", flush=True)
    os.write(1, b"written by a decoder")
    return "quiet"

def remember(value):
    global REMEMBERED
    REMEMBERED = value

def remembered():
    return REMEMBERED
"""


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(1) as pool:
        yield pool


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Callable[..., object]]:
    (tmp_path / "pool_jobs.py").write_text(JOBS)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "pool_jobs", raising=False)
    module = __import__("pool_jobs")
    return lambda name: getattr(module, name)


def wait_until(condition: Callable[[], bool], limit_s: float = 30.0) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_job_runs_in_another_process_and_its_result_comes_back(pool: WorkerPool) -> None:
    pid = pool.submit(os.getpid).result(30)
    assert pid != os.getpid()
    assert pool.worker_pids() == (pid,)


def test_an_exception_of_a_job_is_its_futures_and_the_worker_goes_on(pool: WorkerPool) -> None:
    first = pool.submit(os.getpid).result(30)
    with pytest.raises(ValueError, match="invalid literal"):
        pool.submit(int, "x").result(30)
    assert pool.submit(os.getpid).result(30) == first


def test_an_exception_that_cannot_travel_is_named(
    pool: WorkerPool, job: Callable[[str], Callable[..., object]]
) -> None:
    with pytest.raises(WorkerError, match="Odd: odd"):
        pool.submit(job("raise_odd")).result(30)


def test_a_job_that_crashes_twice_fails_and_the_others_do_not(pool: WorkerPool) -> None:
    crash = pool.submit(ctypes.string_at, 0)
    other = pool.submit(abs, -7)
    with pytest.raises(WorkerDied, match=r"string_at: its worker was ended by SIGSEGV"):
        crash.result(30)
    assert other.result(30) == 7


def test_a_job_that_dies_once_is_tried_again(
    pool: WorkerPool, tmp_path: Path, job: Callable[[str], Callable[..., object]]
) -> None:
    marker = tmp_path / "been here"
    assert pool.submit(job("die_the_first_time"), str(marker)).result(30) == "second time"


def test_a_job_whose_worker_is_killed_runs_on_a_fresh_one() -> None:
    with WorkerPool(2) as pool:
        assert pool.submit(abs, -1).result(30) == 1
        slow = pool.submit(time.sleep, 0.6)
        wait_until(slow.running)
        killed = pool.worker_pids()
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        assert slow.result(30) is None
        assert all(pool.submit(abs, -n).result(30) == n for n in range(4))
        assert not set(killed) & set(pool.worker_pids())


def test_a_worker_killed_between_jobs_is_replaced_without_a_failure(pool: WorkerPool) -> None:
    for _ in range(3):
        pid = pool.submit(os.getpid).result(30)
        os.kill(pid, signal.SIGKILL)
    assert pool.submit(abs, -1).result(30) == 1


def test_a_stuck_job_is_killed_at_its_limit(pool: WorkerPool) -> None:
    pool.submit(abs, 1).result(30)
    stuck = pool.submit(time.sleep, 600, timeout_s=0.2)
    with pytest.raises(WorkerDied, match=r"sleep: took longer than 0\.2 s"):
        stuck.result(30)
    assert pool.submit(abs, -3, timeout_s=30).result(30) == 3


def test_the_lowest_priority_number_runs_first_and_may_be_lowered_later(
    pool: WorkerPool, tmp_path: Path, job: Callable[[str], Callable[..., object]]
) -> None:
    log = tmp_path / "log"
    record = job("record")
    blocker = pool.submit(time.sleep, 0.5)
    wait_until(blocker.running)
    jobs: dict[str, Future[object]] = {
        name: pool.submit(record, str(log), name, priority=priority)
        for name, priority in (("late", 5), ("second", 1), ("first", 0), ("third", 1), ("up", 9))
    }
    assert pool.reprioritize(jobs["up"], -1)
    assert pool.reprioritize(jobs["first"], 7)  # never put back
    wait(jobs.values(), 30)
    assert log.read_text().split() == ["up", "first", "second", "third", "late"]
    assert not pool.reprioritize(jobs["up"], 0)


def test_a_cancelled_job_never_runs(
    pool: WorkerPool, tmp_path: Path, job: Callable[[str], Callable[..., object]]
) -> None:
    log = tmp_path / "log"
    blocker = pool.submit(time.sleep, 0.3)
    wait_until(blocker.running)
    cancelled = pool.submit(job("record"), str(log), "never")
    assert cancelled.cancel()
    pool.submit(abs, 1).result(30)
    assert not log.exists()


def test_what_a_job_prints_does_not_disturb_its_answer(
    pool: WorkerPool,
    job: Callable[[str], Callable[..., object]],
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert pool.submit(job("noisy")).result(30) == "quiet"
    assert capfd.readouterr() == ("", "")


def test_the_initializer_runs_in_each_worker(job: Callable[[str], Callable[..., object]]) -> None:
    with WorkerPool(1, job("remember"), ("this",)) as pool:
        assert pool.submit(job("remembered")).result(30) == "this"


def test_an_initializer_that_fails_fails_each_job_and_says_why() -> None:
    with WorkerPool(1, int, ("x",), eager=True) as pool:
        for _ in range(2):
            with pytest.raises(WorkerDied, match=r"could not be started|ValueError.*'x'"):
                pool.submit(abs, 1).result(60)


def test_workers_are_single_threaded_nicer_and_share_no_numba_cache() -> None:
    with WorkerPool(2, eager=True) as pool:
        wait_until(lambda: len(pool.worker_pids()) == 2)
        environments = [
            dict(
                line.split("=", 1)
                for line in Path(f"/proc/{pid}/environ").read_text().split("\0")
                if "=" in line
            )
            for pid in pool.worker_pids()
            if Path(f"/proc/{pid}").exists()
        ]
        nice = pool.submit(os.nice, 0).result(30)
    if sys.platform == "linux":
        assert [env["OMP_NUM_THREADS"] for env in environments] == ["1", "1"]
        assert all(int(env["MALLOC_MMAP_THRESHOLD_"]) >= 1 << 20 for env in environments)
        assert len({env["NUMBA_CACHE_DIR"] for env in environments}) == 2
    assert nice == 19 or nice > os.nice(0)


def test_closing_cancels_what_waits_and_ends_what_runs() -> None:
    pool = WorkerPool(1)
    running = pool.submit(time.sleep, 600)
    waiting = pool.submit(abs, 1)
    wait_until(running.running)
    wait_until(lambda: len(pool.worker_pids()) == 1)
    (pid,) = pool.worker_pids()
    pool.close()
    with pytest.raises(WorkerDied, match="closed"):
        running.result(0)
    with pytest.raises(CancelledError):
        waiting.result(0)
    assert gone(pid)
    with pytest.raises(WorkerError, match="closed"):
        pool.submit(abs, 1)
    pool.close()


def test_a_pool_that_never_had_work_starts_nothing() -> None:
    with WorkerPool(2) as pool:
        assert pool.worker_pids() == ()


def test_no_workers_at_all_are_refused() -> None:
    with pytest.raises(WorkerError, match="0 workers"):
        WorkerPool(0)


def test_workers_die_with_a_killed_parent(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    long_job = f"import time; open({str(begun)!r}, 'w').close(); time.sleep(600)"
    script = tmp_path / "parent.py"  # no main guard on purpose
    script.write_text(
        "import os, time\n"
        "from loopmind_live.workers import WorkerPool\n"
        "pool = WorkerPool(1)\n"
        "print(pool.submit(os.getpid).result(30), flush=True)\n"
        f"pool.submit(exec, {long_job!r})\n"
        "time.sleep(600)\n"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        wait_until(begun.exists)
        parent.kill()
    wait_until(lambda: gone(pid))


def test_an_interrupt_from_the_keyboard_does_not_end_a_worker(pool: WorkerPool) -> None:
    pid = pool.submit(os.getpid).result(30)
    os.kill(pid, signal.SIGINT)
    assert pool.submit(os.getpid).result(30) == pid


def test_many_jobs_from_many_threads_all_come_back() -> None:
    results: list[int] = []
    with WorkerPool(2) as pool:

        def ask(start: int) -> None:
            futures = [pool.submit(abs, -n) for n in range(start, start + 50)]
            results.extend(future.result(30) for future in futures)

        threads = [threading.Thread(target=ask, args=(100 * n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(results) == sorted(100 * n + m for n in range(4) for m in range(50))


def test_jobs_that_can_wait_leave_a_worker_free_for_one_that_cannot(tmp_path: Path) -> None:
    with WorkerPool(2, spare=3) as pool:
        waiting = [pool.submit(_wait_for, tmp_path / "go", priority=3) for _ in range(3)]
        assert pool.submit(abs, -1, priority=0).result(60) == 1
        (tmp_path / "go").touch()
        assert [one.result(60) for one in waiting] == [True] * 3


def _wait_for(path: Path) -> bool:
    end = time.monotonic() + 60.0
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.01)
    return path.exists()
