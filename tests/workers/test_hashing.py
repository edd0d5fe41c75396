"""A file's name by what it holds."""

import hashlib
from pathlib import Path

import pytest

from loopmind_live.config import PIECE_BYTES
from loopmind_live.workers.hashing import sha256_of


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES, 2 * PIECE_BYTES + 1])
def test_the_hash_is_that_of_all_bytes(tmp_path: Path, size: int) -> None:
    held = bytes(range(251)) * (size // 251 + 1)
    (tmp_path / "file").write_bytes(held[:size])
    assert sha256_of(tmp_path / "file") == hashlib.sha256(held[:size]).hexdigest()
