"""Scan a folder into a library, once or again whenever it changes."""

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
    cluster: str | None = None,
) -> "ScanReport":
    """Bring the library up to date with `folder` and return what was found.

    `cluster`: the address of a Dask scheduler whose workers look at the files.
    """
    from loopmind_live.library.cluster import Cluster
    from loopmind_live.library.ingest import FILE_TIMEOUT_S, scan
    from loopmind_live.library.store import Library

    library.parent.mkdir(parents=True, exist_ok=True)

    def advance(done: int, total: int, _path: Path) -> None:
        if progress is not None:
            progress(done, total)

    with Library(library) as store:
        examiners = Cluster(cluster, FILE_TIMEOUT_S) if cluster is not None else None
        return scan(folder, store, workers, advance, examiners=examiners)


def watch_folder(
    folder: Path,
    scan: Callable[[], "ScanReport"],
    show: Callable[["ScanReport"], None],
    tell: Callable[[str], None],
    looks: int | None = None,
) -> None:
    """Scan again whenever `folder` changes; `show` what changed, until Ctrl-C or `looks` looks."""
    from loopmind_live.library.watch import watch

    def again() -> None:
        report = scan()
        if report.changed:
            show(report)

    try:
        watch(folder, again, tell, looks)
    except KeyboardInterrupt:
        tell(f"{folder}: no longer watched; the library holds all that was found")
