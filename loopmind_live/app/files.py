"""The files that jobs share: the library's loops, timelines, and where clips are kept."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from loopmind_live import config
from loopmind_live.arranger.filling import filled_in, role_of_name
from loopmind_live.errors import LibraryError
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.loop import Loop
from loopmind_live.score.timeline import read_timeline

if TYPE_CHECKING:
    from loopmind_live.library.entry import Entry

NO_LIBRARY = "no library yet: make one with loopmind scan FOLDER"


def library_loops(path: Path) -> list[Loop]:
    """Return all loops of the library at `path`; LibraryError where there is none."""
    from loopmind_live.library.store import Library

    if not path.exists():
        raise LibraryError(f"{path}: {NO_LIBRARY}")
    with Library(path) as library:
        return library.loops()


def library_entries(path: Path) -> "list[Entry]":
    """Return all loops of the library at `path` with what the user says of them."""
    from loopmind_live.library.store import Library

    if not path.exists():
        raise LibraryError(f"{path}: {NO_LIBRARY}")
    with Library(path) as library:
        return library.entries()


def library_loops_if_any(path: Path) -> list[Loop]:
    """Return the library's loops, or none where it was never made."""
    return library_loops(path) if path.exists() else []


def favorites(path: Path) -> set[str]:
    """Return the contents that the library calls favorites; none where it cannot be read."""
    from loopmind_live.library.store import Library

    if not path.exists():
        return set()
    try:
        with Library(path) as library:
            return library.user.favorites()
    except LibraryError:
        return set()  # the loops are read from the same file: that error is told there


def timeline(path: Path, loops: list[Loop]) -> Arrangement:
    """Return the arrangement in the timeline at `path`, completed; unknown loops are analysed."""
    known: Mapping[Path, Loop] = {loop.path: loop for loop in loops}

    def hear(file: Path) -> Loop:
        from loopmind_live.library.analysis import analyse, hash_file

        loop = analyse(file, hash_file(file))
        return loop if loop.role else replace(loop, role=role_of_name(file.stem))

    return read_timeline(path, known, hear=hear, fill=filled_in)


def clip_cache() -> Path:
    """Return the folder of prepared clips."""
    return config.cache_folder() / "clips"
