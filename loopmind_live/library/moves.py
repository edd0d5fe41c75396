"""Files that were moved or renamed: found again by what they hold."""

import os
from collections.abc import Hashable, Iterable, Iterator, Mapping
from pathlib import Path

from loopmind_live.library.names import read_name
from loopmind_live.library.store import Library, Stamp
from loopmind_live.library.version import ANALYSIS_VERSION
from loopmind_live.library.walk import FoundFile


class Moves:
    """The files that a library knows and that are gone, against the new ones that a scan finds.

    What looks like a gone file is compared with that one first; its hash decides. Each gone file
    is found again once.
    """

    def __init__(self, gone: Mapping[Path, Stamp]) -> None:
        self._free = {path: stamp for path, stamp in gone.items() if stamp.content_hash}
        self._by_looks: dict[Hashable, list[Path]] = {}
        self._by_content: dict[str, list[Path]] = {}
        for path, stamp in sorted(self._free.items(), reverse=True):
            self._by_content.setdefault(stamp.content_hash, []).append(path)
            if stamp.analysis == ANALYSIS_VERSION:
                for looks in _looks(path, stamp.size, stamp.mtime_ns):
                    self._by_looks.setdefault(looks, []).append(path)

    def claim(self, file: FoundFile) -> tuple[Path, Stamp] | None:
        """Return the gone file that a new one most likely was, if its loop could stay as it is.

        Names are evidence: a name that says something else wants a new look at the sound.
        """
        if not self._free:
            return None
        for looks in _looks(file.path, file.size, file.mtime_ns):
            paths = self._by_looks.get(looks, [])
            while paths:
                path = paths.pop()
                if path in self._free:
                    return path, self._free.pop(path)
        return None

    def give_back(self, path: Path, stamp: Stamp) -> None:
        """Say that a claimed file was another one."""
        self._free[path] = stamp

    def take(self, content_hash: str) -> Path | None:
        """Return where a content was before; None where nowhere."""
        paths = self._by_content.get(content_hash, [])
        while paths:
            path = paths.pop()
            if self._free.pop(path, None) is not None:
                return path
        return None


def find_moves(library: Library, gone: Mapping[Path, Stamp], new: Iterable[FoundFile]) -> Moves:
    """Return what may have moved: of `gone`, and of other folders' files those that are gone, too.

    Only files of the `new` ones' sizes are looked at.
    """
    known = library.stamps_of_sizes({file.size for file in new})
    return Moves(
        {path: stamp for path, stamp in known if path in gone or not os.path.lexists(path)}
    )


def _looks(path: Path, size: int, mtime_ns: int) -> Iterator[Hashable]:
    """Yield what a file can be known by again, the surest first."""
    hints = read_name(path)
    yield size, hints, mtime_ns
    yield size, hints, path.name
    yield size, hints
