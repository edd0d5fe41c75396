"""The bench of rescans measures a scan that finds everything as it was."""

from pathlib import Path

import pytest

from loopmind_live.app.benches import BENCHES
from loopmind_live.bench import rescan
from loopmind_live.errors import ConfigError, LibraryError


def silent(_what: str, _done: float) -> None:
    pass


def test_a_rescan_is_measured_by_its_command(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescan, "RUNS", 2)
    monkeypatch.setenv("LOOPMIND_RESCAN_FILES", "150")
    middle, slowest = BENCHES["rescan"](silent)
    assert middle.figure.startswith("150 unchanged files")
    assert middle.value is not None and slowest.value is not None
    assert 0.0 < middle.value <= slowest.value
    assert middle.met == (middle.value <= rescan.BAR_S)


def test_a_scan_that_finds_something_else_is_no_measurement(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = rescan._made

    def one_forgotten(folder: Path, count: int):
        return list(real(folder, count))[1:]

    monkeypatch.setattr(rescan, "_made", one_forgotten)
    with pytest.raises(LibraryError, match="did not find 20 unchanged"):
        rescan.run_rescan_bench(silent, 20)


def test_a_count_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOPMIND_RESCAN_FILES", "many")
    with pytest.raises(ConfigError, match="LOOPMIND_RESCAN_FILES"):
        rescan.run_rescan_bench(silent)
