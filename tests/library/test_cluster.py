"""Scans on a Dask cluster: a scheduler and two workers on this machine's loopback."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from made_loops import chord_loop, drum_loop, one_hit, write

from loopmind_live.errors import LibraryError
from loopmind_live.library.cluster import Cluster
from loopmind_live.library.ingest import scan
from loopmind_live.library.on_cluster import examine_there
from loopmind_live.library.store import Library
from loopmind_live.library.task import Job, Task, Unseen
from loopmind_live.library.version import ANALYSIS_VERSION
from loopmind_live.library.walk import FoundFile

for package in ("distributed", "joblib"):
    pytest.importorskip(package, reason=f"program: {package} is not installed")

ROOT = Path(__file__).parents[2]
# Its own code and tornado's warn of what they will change, differently in each version.
pytestmark = pytest.mark.filterwarnings("ignore")

JOBS = """
import ctypes, hashlib, os, time
from loopmind_live.library.heard import Heard
from loopmind_live.score.loop import Loop

def whose(path, known_hash):
    return Heard(Loop(path, "", error=str(os.getppid())))

def light(path, known_hash):
    if "crash" in path.name:
        ctypes.string_at(0)
    if "slow" in path.name:
        time.sleep(0.15)
    if "stuck" in path.name:
        time.sleep(600)
    content_hash = hashlib.sha256(path.read_bytes()).hexdigest()
    return None if content_hash == known_hash else Heard(Loop(path, content_hash))
"""


class DaskCluster:
    """A scheduler and its workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "scheduler.json"
        self._folder = folder
        path = os.pathsep.join([str(folder), str(ROOT), os.environ.get("PYTHONPATH", "")])
        # Small, quiet, and quick to see that a worker is lost.
        self._environment = os.environ | {
            "PYTHONPATH": path,
            "PYTHONWARNINGS": "ignore",
            "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "10s",
        }
        (folder / "cluster_jobs.py").write_text(JOBS)
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
            "--scheduler-file", str(self._file),
        )  # fmt: skip
        self.address: str = self._address()
        self.workers: list[subprocess.Popen[bytes]] = []

    def start_workers(self, count: int) -> None:
        options = ["--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        for _ in range(count):
            worker = self._start(
                "worker", self.address, *options, "--local-directory", str(self._folder)
            )
            self.workers.append(worker)

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
        for process in (*self.workers, self.scheduler):
            process.wait()

    def _start(self, what: str, *arguments: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments],
            env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _address(self) -> str:
        for _ in range(600):
            assert self.scheduler.poll() is None, "the scheduler ended"
            if self._file.exists() and (text := self._file.read_text()).endswith("}"):
                return str(json.loads(text)["address"])
            time.sleep(0.1)
        raise AssertionError("no scheduler after a minute")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """Return a cluster of two workers that all tests share which leave it as it is."""
    made = DaskCluster(tmp_path_factory.mktemp("cluster"))
    made.start_workers(2)
    yield made
    made.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[DaskCluster]:
    """Return a scheduler of its own, without workers yet."""
    (tmp_path / "cluster").mkdir()
    made = DaskCluster(tmp_path / "cluster")
    yield made
    made.close()


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Return a job that starts fast, because it does not analyse, and may go wrong by name."""
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "cluster_jobs.py").write_text(JOBS)
    monkeypatch.syspath_prepend(str(tmp_path / "here"))
    monkeypatch.delitem(sys.modules, "cluster_jobs", raising=False)
    return __import__("cluster_jobs").light


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "loops"
    write(folder / "beat.wav", drum_loop(120, 4))
    write(folder / "keys" / "chords.wav", chord_loop(100, [[60, 64, 67], [57, 60, 64]]))
    write(folder / "kit" / "snare.wav", one_hit())
    (folder / "damaged.wav").write_text("not audio")
    return folder


def many(folder: Path, count: int) -> list[Path]:
    first = write(folder / "slow 0.wav", one_hit()).read_bytes()
    for number in range(1, count):
        (folder / f"slow {number}.wav").write_bytes(first + number.to_bytes(4, "little"))
    return sorted(folder.rglob("*.wav"))


def on(cluster: DaskCluster, timeout_s: float = 60.0, connect_s: float = 30.0) -> Cluster:
    return Cluster(cluster.address, timeout_s, connect_s)


def test_a_cluster_hears_what_this_machine_hears(
    cluster: DaskCluster, folder: Path, tmp_path: Path
) -> None:
    with Library(tmp_path / "here.sqlite") as here, Library(tmp_path / "there.sqlite") as there:
        wanted = scan(folder, here, 1)
        done: list[int] = []
        report = scan(
            folder, there, progress=lambda n, of, path: done.append(n), examiners=on(cluster)
        )
        assert there.loops() == here.loops()
        assert report == replace(wanted, errors=report.errors)
        assert report.errors == wanted.errors and len(report.errors) == 1
        assert done == [1, 2, 3, 4]
        for loop in here.loops():
            kept = here.vectors.get("dsp-1", loop.content_hash)
            assert there.vectors.get("dsp-1", loop.content_hash) == kept


def test_a_rescan_asks_the_cluster_only_for_what_changed(
    cluster: DaskCluster, folder: Path, tmp_path: Path, job: Job
) -> None:
    with Library(tmp_path / "library.sqlite") as library:
        scan(folder, library, job=job, examiners=on(cluster))
        write(folder / "new.wav", one_hit(0.5))
        os.utime(folder / "beat.wav", ns=(1, 1))
        report = scan(folder, library, job=job, examiners=on(cluster))
        assert (report.added, report.updated, report.unchanged) == (1, 0, 4)
        # Where nothing is new nobody is asked: there need be no cluster.
        away = Cluster("tcp://127.0.0.1:9", 1.0)
        assert scan(folder, library, job=job, examiners=away).unchanged == 5


def test_a_file_that_crashes_its_process_costs_the_cluster_nothing_else(
    cluster: DaskCluster, folder: Path, tmp_path: Path, job: Job
) -> None:
    for name in ("a crash.wav", "a stuck.wav", "b crash.wav"):
        write(folder / name, one_hit())
    with Library(tmp_path / "library.sqlite") as library:
        report = scan(folder, library, job=job, examiners=on(cluster, timeout_s=2.0))
    reasons = {path.name: reason for path, reason in report.errors}
    assert set(reasons) == {"a crash.wav", "a stuck.wav", "b crash.wav"}
    assert "SIGSEGV" in reasons["a crash.wav"] and "longer than 2 s" in reasons["a stuck.wav"]
    assert all(worker.poll() is None for worker in cluster.workers)


def test_every_file_is_looked_at_by_a_process_of_the_cluster(
    cluster: DaskCluster, folder: Path, tmp_path: Path, job: Job
) -> None:
    with Library(tmp_path / "library.sqlite") as library:
        scan(folder, library, job=sys.modules["cluster_jobs"].whose, examiners=on(cluster))
        parents = {int(loop.error or 0) for loop in library.loops()}
    assert parents <= {worker.pid for worker in cluster.workers}


def test_what_another_version_hears_is_not_wanted(folder: Path, job: Job) -> None:
    with pytest.raises(LibraryError, match=f"not {ANALYSIS_VERSION + 1}.: install the same"):
        examine_there(0, str(folder / "beat.wav"), None, job, ANALYSIS_VERSION + 1, 1.0)


def test_a_file_that_the_workers_do_not_see_is_told_with_their_machine(
    folder: Path, tmp_path: Path, job: Job
) -> None:
    number, heard = examine_there(7, str(tmp_path / "no.wav"), None, job, ANALYSIS_VERSION, 1.0)
    assert number == 7 and isinstance(heard, Unseen)
    there, gone = (
        Task(FoundFile(path, 0, 0), None) for path in (folder / "beat.wav", tmp_path / "no.wav")
    )
    scanner = Cluster("tcp://127.0.0.1:9", 1.0)
    with pytest.raises(LibraryError, match=f"not seen by the worker on {heard.host}: its folder"):
        scanner._told([there], (0, heard))
    task, told = scanner._told([there, gone], (1, heard))
    assert task is gone and told is not None and "it is gone" in str(told.loop.error)


def test_a_worker_that_is_lost_costs_nothing_but_time(
    fresh: DaskCluster, tmp_path: Path, job: Job
) -> None:
    paths = many(tmp_path.resolve() / "loops", 24)
    fresh.start_workers(2)
    lost: list[int] = []

    def lose(done: int, total: int, path: Path) -> None:
        if done == 5:
            fresh.workers[0].send_signal(signal.SIGKILL)
            lost.append(done)

    with Library(tmp_path / "library.sqlite") as library:
        report = scan(tmp_path / "loops", library, None, lose, job=job, examiners=on(fresh))
        assert [loop.path for loop in library.loops()] == paths
    assert lost and fresh.workers[0].wait(10) == -signal.SIGKILL
    assert (report.added, report.errors) == (24, [])


def test_a_cluster_whose_scheduler_dies_is_told_in_a_line_and_what_was_done_stays(
    fresh: DaskCluster, tmp_path: Path, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loopmind_live.library.cluster.LOST_S", 2.0)
    many(tmp_path.resolve() / "loops", 40)
    fresh.start_workers(1)

    def end(done: int, total: int, path: Path) -> None:
        if done == 4:
            fresh.scheduler.kill()

    with Library(tmp_path / "library.sqlite") as library:
        with pytest.raises(LibraryError, match="the cluster is gone") as caught:
            scan(
                tmp_path / "loops", library, None, end, job=job, examiners=on(fresh, connect_s=6.0)
            )
        assert "\n" not in str(caught.value)
        assert 4 <= len(library.loops()) < 40
        kept = len(library.loops())
        assert scan(tmp_path / "loops", library, 2, job=job).unchanged == kept


def test_an_unreachable_cluster_is_one_line(folder: Path, tmp_path: Path, job: Job) -> None:
    nobody = Cluster("tcp://127.0.0.1:9", 1.0, connect_s=1.0)
    with Library(tmp_path / "library.sqlite") as library:
        with pytest.raises(LibraryError, match=r"^tcp://127.0.0.1:9: no Dask scheduler") as caught:
            scan(folder, library, job=job, examiners=nobody)
        assert library.loops() == []
    assert "\n" not in str(caught.value)


def test_a_scheduler_without_workers_is_told(
    fresh: DaskCluster, folder: Path, tmp_path: Path, job: Job
) -> None:
    alone = Cluster(fresh.address, 1.0, connect_s=1.0)
    with (
        Library(tmp_path / "library.sqlite") as library,
        pytest.raises(LibraryError, match=f"has no workers: .* dask worker {fresh.address}"),
    ):
        scan(folder, library, job=job, examiners=alone)


def test_the_command_scans_on_a_cluster(
    cluster: DaskCluster, folder: Path, tmp_path: Path, home: Path
) -> None:
    command = [sys.executable, "-m", "loopmind_live.cli", "scan", str(folder), "--json"]
    library = ["--library", str(tmp_path / "library.sqlite")]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LOOPMIND_HOME": str(home)}
    done = subprocess.run(
        [*command, *library, "--cluster", cluster.address],
        capture_output=True, text=True, env=environment, timeout=120, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["added"] == 4
    assert "Traceback" not in done.stderr
    refused = subprocess.run(
        [*command, "--library", str(tmp_path / "other.sqlite"), "--cluster", "127.0.0.1"],
        capture_output=True, text=True, env=environment, timeout=120, check=False,
    )  # fmt: skip
    assert refused.returncode == 1
    assert refused.stderr == (
        "loopmind: 127.0.0.1: name a Dask scheduler, as in tcp://192.168.1.5:8786\n"
    )
