"""What every test may use, and the rule for tests that skip themselves.

A skip says what is missing. On a machine that has everything (LOOPMIND_NO_SKIP=1, as in
`.ci/run`) a skip is a failure, unless it is for one of the things that no install can provide.

Files in which a test is marked `live`, or a sound server is started, play in real time. Where
several processes share the tests (`make test`), they share all others first; then one of them runs
these, one after another, with nothing beside them.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

# Before anything imports pyo: it asks for a GUI toolkit otherwise.
os.environ["PYO_GUI_WX"] = "0"

MAY_BE_MISSING = ("test data:", "sound device:", "platform:")
"""How the reason of a skip begins that is never a failure."""

try:
    from hypothesis import settings
except ImportError as error:
    raise RuntimeError("the tests need the dev packages: make test installs them") from error

# A shared machine may stall for seconds at any place: no test is judged by the wall clock.
# In CI the same examples are tried each time; at the desk new ones, where faults are found.
settings.register_profile(
    "loopmind", deadline=None, print_blob=True, derandomize="CI" in os.environ
)
settings.load_profile("loopmind")


LIVE = re.compile(r"mark\.live|\bjack_server\(")
"""What the text of a file says that plays in real time: who shares the tests out reads no more."""
LIVE_GROUP = "live"


def pytest_configure(config: pytest.Config) -> None:
    """Let every engine find its kernel compiled, in this run of the tests and in the next.

    Each process that runs tests has a folder of its own: numba's cache is not made for two that
    compile the same at once.
    """
    own = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    os.environ["NUMBA_CACHE_DIR"] = str(config.cache.mkdir(f"kernel-{own}"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the live tests last."""
    items.sort(key=lambda item: _is_live(item.path))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Give each process whole files, so that what a file shares is made once; the live ones last.

    A process whose queue is not refilled stops before its last test, until it is told to end.
    """
    from xdist.scheduler import LoadFileScheduling

    class LiveAlone(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return LIVE_GROUP if _is_live(config.rootpath / file) else file

        def _assign_work_unit(self, node: Any) -> None:
            others = [other for other in self.nodes if other is not node]
            if next(iter(self.workqueue)) == LIVE_GROUP:
                if any(self._pending_of(self.assigned_work[other]) > 2 for other in others):
                    return  # the last of them will take it
                for other in others:
                    other.shutdown()
            super()._assign_work_unit(node)

    return LiveAlone(config, log)


@cache
def _is_live(file: Path) -> bool:
    return LIVE.search(file.read_text(encoding="utf-8")) is not None


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Return the folder of real loops to test with, or skip where there is none."""
    default = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("LOOPMIND_TEST_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"test data: no folder {folder}: set LOOPMIND_TEST_DATA")
    return folder


@pytest.fixture(scope="session")
def require_program() -> Callable[[str], str]:
    """Return a function that gives a program's path, or skips the test where it is missing."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"program: {name} is not installed")
        return path

    return find


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a fresh folder that stands for the user's data, caches and logs."""
    folder = tmp_path / "home"
    monkeypatch.setenv("LOOPMIND_HOME", str(folder))
    return folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of one megabyte, or skip where that is not allowed."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if os.geteuid() or mount is None or subprocess.run([mount, *options], check=False).returncode:
        pytest.skip("platform: a small disk cannot be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure where skips are not allowed."""
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    if os.environ.get("LOOPMIND_NO_SKIP", "") in ("", "0"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not reason.startswith(MAY_BE_MISSING):
        report.outcome = "failed"
        report.longrepr = f"skipped, and LOOPMIND_NO_SKIP is set: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report
