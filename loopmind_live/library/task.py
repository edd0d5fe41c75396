"""What a scan does with one file, and who does it."""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from loopmind_live.errors import LibraryError, LoopMindError
from loopmind_live.library.heard import Heard
from loopmind_live.library.store import Stamp
from loopmind_live.library.version import ANALYSIS_VERSION
from loopmind_live.library.walk import FoundFile
from loopmind_live.score.loop import Loop

Job = Callable[[Path, str | None], Heard | None]
"""Examines the file at a path; None where it still holds what the hash says."""


@dataclass(frozen=True, slots=True)
class Task:
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


@dataclass(frozen=True, slots=True)
class Unseen:
    """The answer of a worker on another machine, `host`, that sees no such file."""

    host: str


Results = Generator[tuple[Task, Heard | None], None, None]
"""Each task with what its job gave; to be closed where it is broken off."""


class Examiners(Protocol):
    """Those who look at files: processes of this machine, or a cluster's."""

    def examine_all(self, tasks: Iterable[Task], job: Job) -> Results:
        """Yield each task with what `job` gives of its file, as it is done.

        A job that fails is a loop with an error.
        """
        ...


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


def failed(path: Path, error: BaseException) -> Heard:
    """Return what a file is whose job ended with `error`."""
    what = str(error) if isinstance(error, LoopMindError) else f"{type(error).__name__}: {error}"
    return Heard(Loop(path, "", error=f"{path.name}: cannot be analysed ({what})"))
