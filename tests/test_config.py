"""Where files live is told by the environment, and by the system where it says nothing."""

from pathlib import Path

import pytest

from loopmind_live import config


def test_the_compiled_kernel_lies_where_numba_is_told_else_among_the_caches(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "compiled"))
    assert config.kernel_folder() == tmp_path / "compiled"
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    assert config.kernel_folder() == home / "cache" / "numba"
