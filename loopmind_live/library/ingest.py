"""Scan a folder into a library: only what is new or changed, in worker processes."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path

from loopmind_live.errors import LibraryError, LoopMindError
from loopmind_live.library import analysis
from loopmind_live.library.store import Library, Stamp
from loopmind_live.library.walk import FoundFile, find_audio
from loopmind_live.score.loop import Loop
from loopmind_live.workers import WorkerPool

FILE_TIMEOUT_S = 120.0
"""A decoder that needs longer for one file is stuck, and its worker is ended."""
_AHEAD = 4
"""Jobs handed out a worker: enough to keep it busy, few enough to stop at once."""

Job = Callable[[Path, str | None], Loop | None]
"""Examines the file at a path; None where it still holds what the hash says."""
Progress = Callable[[int, int, Path], None]
"""Called with (files done, files to do, the one just done)."""


@dataclass(slots=True)
class ScanReport:
    """What a scan did. `errors`: files that could not be analysed, and why, in one line each."""

    folder: Path
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    errors: list[tuple[Path, str]] = field(default_factory=list)

    @property
    def files(self) -> int:
        """Return how many audio files the folder holds."""
        return self.added + self.updated + self.unchanged

    def summary(self) -> str:
        """Return one line for people.

        >>> ScanReport(Path("loops"), added=3, errors=[(Path("x.wav"), "empty")]).summary()
        'loops: 3 files: 3 new, 0 changed, 0 unchanged, 0 gone; 1 cannot be used'
        """
        return (
            f"{self.folder}: {self.files} files: {self.added} new, {self.updated} changed,"
            f" {self.unchanged} unchanged, {self.removed} gone; {len(self.errors)} cannot be used"
        )


def scan(
    folder: Path,
    library: Library,
    workers: int | None = None,
    progress: Progress | None = None,
    timeout_s: float = FILE_TIMEOUT_S,
    job: Job | None = None,
) -> ScanReport:
    """Bring `library` up to date with the audio files in and below `folder`.

    A file that is damaged, or that crashes or blocks its decoder twice, gets a row with an error;
    nothing ends the scan but an unreadable folder or library. Each result is kept as it comes, so
    that a scan that is broken off goes on where it was. `workers`: processes, default one a core.
    `job`: what examines a file in a worker, default `examine`.
    """
    found, trouble = find_audio(folder)
    known = library.stamps(folder.resolve())
    report = ScanReport(folder, errors=list(trouble))
    gone = known.keys() - {file.path for file in found}
    if gone:
        library.remove(gone)
        report.removed = len(gone)
    todo = [file for file in found if not _is_current(file, known.get(file.path))]
    report.unchanged = len(found) - len(todo)
    done = 0
    count = min(workers or os.cpu_count() or 1, max(1, len(todo)))
    if todo:
        with WorkerPool(count) as pool:
            for file, loop in _results(
                pool, job or examine, todo, known, _AHEAD * count, timeout_s
            ):
                _keep(library, report, file, loop, known.get(file.path))
                done += 1
                if progress is not None:
                    progress(done, len(todo), file.path)
    kept = {loop.path: loop for loop in library.loops() if loop.error is not None}
    report.errors += [
        (file.path, kept[file.path].error or "") for file in found if file.path in kept
    ]
    return report


def examine(path: Path, known_hash: str | None) -> Loop | None:
    """Return the analysis of a file, None where it still holds what `known_hash` says.

    The job that runs in a worker.
    """
    try:
        content_hash = analysis.hash_file(path)
    except LibraryError as error:
        return Loop(path, "", error=str(error))
    return None if content_hash == known_hash else analysis.analyse(path, content_hash)


def _is_current(file: FoundFile, stamp: Stamp | None) -> bool:
    return (
        stamp is not None
        and (stamp.mtime_ns, stamp.size) == (file.mtime_ns, file.size)
        and stamp.analysis == analysis.VERSION
    )


def _results(
    pool: WorkerPool,
    examine_file: Job,
    todo: list[FoundFile],
    known: dict[Path, Stamp],
    ahead: int,
    timeout_s: float,
) -> Iterator[tuple[FoundFile, Loop | None]]:
    """Yield each file with its analysis as it is done; a failed job is a loop with an error."""
    running: dict[Future[Loop | None], FoundFile] = {}
    waiting = iter(todo)
    while True:
        while len(running) < ahead and (file := next(waiting, None)) is not None:
            stamp = known.get(file.path)
            same = stamp is not None and stamp.analysis == analysis.VERSION
            old_hash = stamp.content_hash if stamp is not None and same else None
            future = pool.submit(examine_file, file.path, old_hash, timeout_s=timeout_s)
            running[future] = file
        if not running:
            return
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            file = running.pop(future)
            yield file, _outcome(future, file)


def _outcome(future: "Future[Loop | None]", file: FoundFile) -> Loop | None:
    error = future.exception()
    if error is None:
        return future.result()
    what = str(error) if isinstance(error, LoopMindError) else f"{type(error).__name__}: {error}"
    return Loop(file.path, "", error=f"{file.path.name}: cannot be analysed ({what})")


def _keep(
    library: Library, report: ScanReport, file: FoundFile, loop: Loop | None, old: Stamp | None
) -> None:
    if loop is None and old is not None:
        stamp = Stamp(file.mtime_ns, file.size, analysis.VERSION, old.content_hash)
        library.touch({file.path: stamp})
        report.unchanged += 1
    elif loop is not None:
        stamp = Stamp(file.mtime_ns, file.size, analysis.VERSION, loop.content_hash)
        library.put([(loop, stamp)])
        if old is None:
            report.added += 1
        else:
            report.updated += 1
