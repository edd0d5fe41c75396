"""Scan a folder into a library: only what is new or changed, in worker processes."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing
from pathlib import Path

from loopmind_live.library.heard import Heard
from loopmind_live.library.moves import Moves, find_moves
from loopmind_live.library.report import ScanReport
from loopmind_live.library.store import Library, Stamp
from loopmind_live.library.task import Examiners, Job, Results, Task, examine, failed
from loopmind_live.library.version import ANALYSIS_VERSION
from loopmind_live.library.walk import FoundFile, find_audio
from loopmind_live.score.loop import Loop
from loopmind_live.workers import WorkerPool

FILE_TIMEOUT_S = 120.0
"""A decoder that needs longer for one file is stuck, and its worker is ended."""
_AHEAD = 4
"""Jobs handed out a worker: enough to keep it busy, few enough to stop at once."""

Progress = Callable[[int, int, Path], None]
"""Called with (files done, files to do, the one just done)."""


def scan(
    folder: Path,
    library: Library,
    workers: int | None = None,
    progress: Progress | None = None,
    timeout_s: float = FILE_TIMEOUT_S,
    job: Job | None = None,
    examiners: Examiners | None = None,
) -> ScanReport:
    """Bring `library` up to date with the audio files in and below `folder`.

    A file that is damaged, or that crashes or blocks its decoder twice, gets a row with an error;
    nothing ends the scan but an unreadable folder or library. Each result is kept as it comes, so
    that a scan that is broken off goes on where it was. A file that was moved takes its row along;
    what is gone is removed last. `workers`: processes, default one a core. `job`: what examines a
    file in a worker, default `examine`. `examiners`: others than processes of this machine.
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
            Task(file, known[file.path])
            if file.path in known
            else Task(file, None, moves.claim(file))
            for file in todo
        )
        who = examiners or LocalExaminers(min(workers or os.cpu_count() or 1, len(todo)), timeout_s)
        with closing(who.examine_all(tasks, job or examine)) as results:
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


def _is_current(file: FoundFile, stamp: Stamp | None) -> bool:
    return (
        stamp is not None
        and (stamp.mtime_ns, stamp.size) == (file.mtime_ns, file.size)
        and stamp.analysis == ANALYSIS_VERSION
    )


class LocalExaminers:
    """Worker processes of this machine: a file that crashes one costs nothing but itself."""

    def __init__(self, workers: int, timeout_s: float = FILE_TIMEOUT_S) -> None:
        self._workers, self._timeout_s = workers, timeout_s

    def examine_all(self, tasks: Iterable[Task], job: Job) -> Results:
        """Yield each task with its analysis as it is done; a failed job is a loop with an error."""
        waiting = iter(tasks)
        running: dict[Future[Heard | None], Task] = {}
        with WorkerPool(self._workers) as pool:
            while True:
                while len(running) < _AHEAD * self._workers:
                    task = next(waiting, None)
                    if task is None:
                        break
                    path, known_hash = task.file.path, task.known_hash
                    future = pool.submit(job, path, known_hash, timeout_s=self._timeout_s)
                    running[future] = task
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    task = running.pop(future)
                    error = future.exception()
                    path = task.file.path
                    yield task, future.result() if error is None else failed(path, error)


def _keep(
    library: Library, report: ScanReport, moves: Moves, task: Task, loop: Loop | None
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
