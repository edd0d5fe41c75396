"""What every test may use, and the rule for tests that skip themselves.

A skip says what is missing. On a machine that has everything (LOOPMIND_NO_SKIP=1, as in
`.ci/run`) a skip is a failure, unless it is for one of the things that no install can provide.
"""

import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path

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
