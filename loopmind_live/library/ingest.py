"""Scan a folder into a library: only what is new or changed, in worker processes."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.errors import LibraryError, LoopMindError
from loopmind_live.library.heard import Heard
from loopmind_live.library.moves import Moves, find_moves
from loopmind_live.library.report import ScanReport
from loopmind_live.library.store import Library, Stamp
from loopmind_live.library.version import ANALYSIS_VERSION
from loopmind_live.library.walk import FoundFile, find_audio
from loopmind_live.score.loop import Loop
from loopmind_live.workers import WorkerPool

FILE_TIMEOUT_S = 120.0
"""A decoder that needs longer for one file is stuck, and its worker is ended."""
_AHEAD = 4
"""Jobs handed out a worker: enough to keep it busy, few enough to stop at once."""

Job = Callable[[Path, str | None], Heard | None]
"""Examines the file at a path; None where it still holds what the hash says."""
Progress = Callable[[int, int, Path], None]
"""Called with (files done, files to do, the one just done)."""


@dataclass(frozen=True, slots=True)
class _Task:
    """A file to look at: `old` is what it was like, `origin` the gone file that it may have been.

    One of the two at most: what has a row at its path did not come from elsewhere.
    """

    file: FoundFile
    old: Stamp | None
    origin: tuple[Path, Stamp] | None = None

    @property
    def known_hash(self) -> str | None:
        """Return the hash at which the row that there is would do."""
        stamp = self.origin[1] if self.origin is not None else self.old
        same = stamp is not None and stamp.analysis == ANALYSIS_VERSION
        return stamp.content_hash if stamp is not None and same else None


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
    that a scan that is broken off goes on where it was. A file that was moved takes its row along;
    what is gone is removed last. `workers`: processes, default one a core. `job`: what examines a
    file in a worker, default `examine`.
    """
    found, trouble = find_audio(folder)
    root = folder.resolve()
    known = library.stamps(root)
    report = ScanReport(folder, errors=list(trouble))
    todo = [file for file in found if not _is_current(file, known.get(file.path))]
    report.unchanged = len(found) - len(todo)
    seen = {file.path for file in found}
    hidden = tuple(path for path, _ in trouble)
    gone = {
        path: stamp
        for path, stamp in known.items()
        if path not in seen and not any(path.is_relative_to(each) for each in hidden)
    }
    if todo:
        new = [file for file in todo if file.path not in known]
        moves = find_moves(library, gone, new)
        tasks = (
            _Task(file, known[file.path])
            if file.path in known
            else _Task(file, None, moves.claim(file))
            for file in todo
        )
        count = min(workers or os.cpu_count() or 1, len(todo))
        with WorkerPool(count) as pool:
            results = _results(pool, job or examine, tasks, _AHEAD * count, timeout_s)
            for done, (task, heard) in enumerate(results, 1):
                origin = _keep(library, report, moves, task, heard.loop if heard else None)
                if heard is not None and heard.vector is not None:
                    library.vectors.put(heard.maker, [(heard.loop.content_hash, heard.vector)])
                if origin is not None:
                    gone.pop(origin, None)
                if progress is not None:
                    progress(done, len(todo), task.file.path)
    for each in {file.path.parent for file in todo}:
        library.follow_neighbors(each)
    if gone:
        library.remove(gone)
        report.removed = len(gone)
    report.errors += library.errors(root).items()
    return report


def examine(path: Path, known_hash: str | None) -> Heard | None:
    """Return the analysis of a file, None where it still holds what `known_hash` says.

    The job that runs in a worker.
    """
    # Here, not above: a scan that finds nothing new must not wait for the heavy imports.
    from loopmind_live.library import analysis

    try:
        content_hash = analysis.hash_file(path)
    except LibraryError as error:
        return Heard(Loop(path, "", error=str(error)))
    return None if content_hash == known_hash else analysis.hear(path, content_hash)


def _is_current(file: FoundFile, stamp: Stamp | None) -> bool:
    return (
        stamp is not None
        and (stamp.mtime_ns, stamp.size) == (file.mtime_ns, file.size)
        and stamp.analysis == ANALYSIS_VERSION
    )


def _results(
    pool: WorkerPool, examine_file: Job, tasks: Iterator[_Task], ahead: int, timeout_s: float
) -> Iterator[tuple[_Task, Heard | None]]:
    """Yield each task with its analysis as it is done; a failed job is a loop with an error."""
    running: dict[Future[Heard | None], _Task] = {}
    while True:
        while len(running) < ahead and (task := next(tasks, None)) is not None:
            path = task.file.path
            running[pool.submit(examine_file, path, task.known_hash, timeout_s=timeout_s)] = task
        if not running:
            return
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            task = running.pop(future)
            yield task, _outcome(future, task.file)


def _outcome(future: "Future[Heard | None]", file: FoundFile) -> Heard | None:
    error = future.exception()
    if error is None:
        return future.result()
    what = str(error) if isinstance(error, LoopMindError) else f"{type(error).__name__}: {error}"
    return Heard(Loop(file.path, "", error=f"{file.path.name}: cannot be analysed ({what})"))


def _keep(
    library: Library, report: ScanReport, moves: Moves, task: _Task, loop: Loop | None
) -> Path | None:
    """Write what became of a file; return where it was before, if it was moved."""
    file = task.file
    content_hash = loop.content_hash if loop is not None else task.known_hash or ""
    stamp = Stamp(file.mtime_ns, file.size, ANALYSIS_VERSION, content_hash)
    if loop is None and task.origin is not None:
        library.move(task.origin[0], file.path, stamp)
        report.moved += 1
        return task.origin[0]
    if loop is None:
        library.touch({file.path: stamp})
        report.unchanged += 1
        return None
    if task.origin is not None:
        moves.give_back(*task.origin)
    origin = moves.take(content_hash) if task.old is None else None
    library.put([(loop, stamp)], instead_of=origin)
    if task.old is not None:
        report.updated += 1
    elif origin is not None:
        report.moved += 1
    else:
        report.added += 1
    return origin
