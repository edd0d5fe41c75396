"""What the tests of real loops share: the loops are scanned once."""

from pathlib import Path

import pytest

from loopmind_live.bench.performing import run_program


@pytest.fixture(scope="session")
def real_library(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the library of the folder of real loops, scanned as a user does."""
    loops = test_data / "loops" / "loops"
    if not loops.is_dir():
        pytest.skip("test data: no folder of loops")
    folder = tmp_path_factory.mktemp("real-loops")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOPMIND_HOME", str(folder / "home"))
        run_program(["scan", str(loops), "--library", str(folder / "l.sqlite")], 300)
    return folder / "l.sqlite"
