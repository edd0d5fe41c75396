"""The library: what is known of every loop, and what the user says of it."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any

from loopmind_live.library.corrections import corrected
from loopmind_live.library.database import Database, Row
from loopmind_live.library.entry import Entry
from loopmind_live.library.neighbors import follow_neighbors
from loopmind_live.library.user_words import UserWords
from loopmind_live.library.vectors import Vectors
from loopmind_live.score.loop import Loop

_COLUMNS = tuple(field.name for field in fields(Loop))
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM loops"
_PUT = (
    f"INSERT INTO loops ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
    f" ON CONFLICT (path) DO UPDATE SET"
    f" {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)
_STAMPS = "SELECT path, mtime_ns, size, analysis, content_hash FROM files JOIN loops USING (path)"


@dataclass(frozen=True, slots=True)
class Stamp:
    """The state of a file when it was analysed, and the version of the analysis."""

    mtime_ns: int
    size: int
    analysis: int
    content_hash: str


class Library:
    """One library file, open in one thread. Other processes may read and write it meanwhile.

    Estimates are put in by scans; `user` takes what the user says, `vectors` the embeddings. Loops
    come out corrected. The file is made where it is missing. Raises LibraryError for a file that is
    no library, that a newer version has written, or that cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = Database(path)
        self.user = UserWords(self._db)
        self.vectors = Vectors(self._db)

    def __enter__(self) -> "Library":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was written stays."""
        self._db.close()

    def changes(self) -> int:
        """Return a number that is another once anyone else has written. It costs microseconds."""
        return int(self._db.rows("PRAGMA data_version")[0][0])

    def loops(self) -> list[Loop]:
        """Return all loops by path, also those that could not be analysed (`error` is set)."""
        words = self.user.corrections()
        estimates = map(_loop, self._db.rows(f"{_SELECT} ORDER BY path"))
        return [corrected(loop, words.get(loop.content_hash, {})) for loop in estimates]

    def follow_neighbors(self, folder: Path) -> int:
        """Let the loops right in `folder` follow its others to half or double time.

        Return how many did. What the user says counts, and is never changed.
        """
        low, high = _below(folder)
        query = f"{_SELECT} WHERE path > ? AND path < ? AND instr(substr(path, ?), ?) = 0"
        inside = map(_loop, self._db.rows(query, (low, high, len(low) + 1, os.sep)))
        words = self.user.corrections()
        loops = [corrected(loop, words.get(loop.content_hash, {})) for loop in inside]
        fixed = frozenset(
            content for content, told in words.items() if {"bpm", "beats"} & set(told)
        )
        moved = follow_neighbors(loops, fixed)
        if moved:
            with self._db.writing():
                self._db.execute_each(
                    "UPDATE loops SET bpm = ?, bpm_confidence = ?, beats = ? WHERE path = ?",
                    [(each.bpm, each.bpm_confidence, each.beats, str(each.path)) for each in moved],
                )
        return len(moved)

    def loop(self, path: Path) -> Loop | None:
        """Return the loop at an absolute `path`, None where the library has none."""
        rows = self._db.rows(f"{_SELECT} WHERE path = ?", (str(path),))
        if not rows:
            return None
        estimate = _loop(rows[0])
        return corrected(estimate, self.user.corrections_of(estimate.content_hash))

    def entries(self) -> list[Entry]:
        """Return all loops by path, with what the user says of them."""
        words, tags = self.user.corrections(), self.user.tags()
        favorites = self.user.favorites()
        entries = []
        for number, row in enumerate(self._db.rows(f"{_SELECT} ORDER BY path"), 1):
            estimate = _loop(row)
            content = estimate.content_hash
            of_it = words.get(content, {})
            entries.append(
                Entry(
                    number, corrected(estimate, of_it), estimate, of_it,
                    tags.get(content, ()), content in favorites,
                )
            )  # fmt: skip
        return entries

    def stamps(self, folder: Path) -> dict[Path, Stamp]:
        """Return what each file in or below `folder` was like when it was analysed."""
        rows = self._db.rows(f"{_STAMPS} WHERE path > ? AND path < ?", _below(folder))
        return {Path(path): Stamp(*rest) for path, *rest in rows}

    def stamps_of_sizes(self, sizes: Iterable[int]) -> Iterator[tuple[Path, Stamp]]:
        """Yield the files of these sizes, anywhere, and what they were like."""
        for size in sizes:
            for path, *rest in self._db.rows(f"{_STAMPS} WHERE size = ? ORDER BY path", (size,)):
                yield Path(path), Stamp(*rest)

    def errors(self, folder: Path) -> dict[Path, str]:
        """Return the files in or below `folder` that cannot be used, and why."""
        query = "SELECT path, error FROM loops WHERE path > ? AND path < ? AND error IS NOT NULL"
        rows = self._db.rows(f"{query} ORDER BY path", _below(folder))
        return {Path(path): error for path, error in rows}

    def put(self, entries: Iterable[tuple[Loop, Stamp]], instead_of: Path | None = None) -> None:
        """Add loops or replace those with the same path, all or none; forget that at `instead_of`.

        A file whose content changed in place keeps what the user said of it.
        """
        with self._db.writing():
            for loop, stamp in entries:
                self.user.carry_over(str(loop.path), loop.content_hash)
                self._db.execute(_PUT, _row(loop))
                self._db.execute(
                    "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)",
                    (str(loop.path), stamp.mtime_ns, stamp.size, stamp.analysis),
                )
            if instead_of is not None:
                self._db.execute("DELETE FROM loops WHERE path = ?", (str(instead_of),))

    def touch(self, stamps: Mapping[Path, Stamp]) -> None:
        """Note that files look new but hold what they held."""
        with self._db.writing():
            self._db.execute_each(
                "UPDATE files SET mtime_ns = ?, size = ?, analysis = ? WHERE path = ?",
                [(s.mtime_ns, s.size, s.analysis, str(path)) for path, s in stamps.items()],
            )

    def move(self, old: Path, new: Path, stamp: Stamp) -> None:
        """Note that the file at `old` lies at `new` now, where the library knows none."""
        with self._db.writing():
            # A file's row names its loop's: for the moment between the two it names none.
            self._db.execute("PRAGMA defer_foreign_keys = ON")
            self._db.execute("UPDATE loops SET path = ? WHERE path = ?", (str(new), str(old)))
            self._db.execute(
                "UPDATE files SET path = ?, mtime_ns = ?, size = ?, analysis = ? WHERE path = ?",
                (str(new), stamp.mtime_ns, stamp.size, stamp.analysis, str(old)),
            )

    def remove(self, paths: Iterable[Path]) -> None:
        """Forget the loops at `paths`; what the user said of them waits for them to come back."""
        with self._db.writing():
            self._db.execute_each("DELETE FROM loops WHERE path = ?", [(str(p),) for p in paths])


def _below(folder: Path) -> tuple[str, str]:
    """Return the bounds between which the paths of all that is in `folder` lie.

    >>> _below(Path("/loops")), _below(Path("/"))
    (('/loops/', '/loops0'), ('/', '0'))
    """
    within = str(folder).rstrip(os.sep)
    return within + os.sep, within + chr(ord(os.sep) + 1)


def _row(loop: Loop) -> Row:
    values = {name: getattr(loop, name) for name in _COLUMNS}
    values["path"] = str(loop.path)
    values["moods"] = json.dumps(loop.moods)
    return tuple(values.values())


def _loop(row: Row) -> Loop:
    values: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
    values["path"] = Path(values["path"])
    values["moods"] = tuple(json.loads(values["moods"]))
    return Loop(**values)
