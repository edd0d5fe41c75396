"""Scan a folder into a library."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loopmind_live.library.report import ScanReport


def scan_folder(
    folder: Path,
    library: Path,
    workers: int | None,
    progress: Callable[[int, int], None] | None = None,
) -> "ScanReport":
    """Bring the library up to date with `folder` and return what was found."""
    from loopmind_live.library.ingest import scan
    from loopmind_live.library.store import Library

    library.parent.mkdir(parents=True, exist_ok=True)

    def advance(done: int, total: int, _path: Path) -> None:
        if progress is not None:
            progress(done, total)

    with Library(library) as store:
        return scan(folder, store, workers, advance)
