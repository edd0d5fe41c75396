"""Name a file by what it holds."""

import hashlib
from pathlib import Path

from loopmind_live.config import PIECE_BYTES


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal; OSError where it cannot be read.

    It is read in small pieces, so that it may be done while music plays.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()
