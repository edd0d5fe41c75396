"""The library file: what is known of every loop, in SQLite."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any

from loopmind_live.errors import LibraryError
from loopmind_live.score.loop import Loop

APPLICATION_ID = 0x4C4D4C56  # "LMLV"
_BUSY_S = 20.0
_MIGRATIONS = (
    """
    CREATE TABLE loops (
        path TEXT PRIMARY KEY, content_hash TEXT NOT NULL, kind TEXT NOT NULL,
        duration_s REAL NOT NULL, rate_hz INTEGER NOT NULL, channels INTEGER NOT NULL,
        bpm REAL, bpm_confidence REAL NOT NULL, beats INTEGER, beats_per_bar INTEGER NOT NULL,
        start_s REAL NOT NULL, key TEXT, key_confidence REAL NOT NULL, instrument TEXT, role TEXT,
        moods TEXT NOT NULL, lufs REAL, true_peak_dbtp REAL, brightness_hz REAL, onsets_per_s REAL,
        error TEXT
    ) STRICT;
    CREATE TABLE files (
        path TEXT PRIMARY KEY REFERENCES loops (path) ON DELETE CASCADE,
        mtime_ns INTEGER NOT NULL, size INTEGER NOT NULL, analysis INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX loops_by_hash ON loops (content_hash);
    """,
)
"""One script a schema version, in order; `user_version` counts those that were run."""
_COLUMNS = tuple(field.name for field in fields(Loop))


@dataclass(frozen=True, slots=True)
class Stamp:
    """The state of a file when it was analysed, and the version of the analysis."""

    mtime_ns: int
    size: int
    analysis: int
    content_hash: str


class Library:
    """One library file, open in one thread. Other processes may read and write it meanwhile.

    The file is made where it is missing. Raises LibraryError for a file that is no library, that a
    newer version has written, or that cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.is_dir():
            raise LibraryError(f"{path}: is a folder: name a library file")
        if not path.parent.is_dir():
            raise LibraryError(f"{path}: its folder does not exist: make it first")
        with self._translated():
            self._db = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
        try:
            with self._translated():
                self._prepare()
        except LibraryError:
            self._db.close()
            raise

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

    def loops(self) -> list[Loop]:
        """Return all loops by path, also those that could not be analysed (`error` is set)."""
        with self._translated():
            rows = self._db.execute(f"SELECT {', '.join(_COLUMNS)} FROM loops ORDER BY path")
            return [_loop(row) for row in rows]

    def loop(self, path: Path) -> Loop | None:
        """Return the loop at an absolute `path`, None where the library has none."""
        query = f"SELECT {', '.join(_COLUMNS)} FROM loops WHERE path = ?"
        with self._translated():
            row = self._db.execute(query, (str(path),)).fetchone()
        return None if row is None else _loop(row)

    def stamps(self, folder: Path) -> dict[Path, Stamp]:
        """Return what each file in or below `folder` was like when it was analysed."""
        query = (
            "SELECT path, mtime_ns, size, analysis, content_hash FROM files JOIN loops USING (path)"
        )
        with self._translated():
            rows = self._db.execute(query).fetchall()
        stamps = {Path(path): Stamp(*rest) for path, *rest in rows}
        return {path: stamp for path, stamp in stamps.items() if path.is_relative_to(folder)}

    def put(self, entries: Iterable[tuple[Loop, Stamp]]) -> None:
        """Add loops or replace those with the same path, all or none."""
        marks = ", ".join("?" * len(_COLUMNS))
        changes = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
        loop_query = (
            f"INSERT INTO loops ({', '.join(_COLUMNS)}) VALUES ({marks})"
            f" ON CONFLICT (path) DO UPDATE SET {changes}"
        )
        with self._writing():
            for loop, stamp in entries:
                self._db.execute(loop_query, _row(loop))
                self._db.execute(
                    "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)",
                    (str(loop.path), stamp.mtime_ns, stamp.size, stamp.analysis),
                )

    def touch(self, stamps: Mapping[Path, Stamp]) -> None:
        """Note that files look new but hold what they held."""
        with self._writing():
            self._db.executemany(
                "UPDATE files SET mtime_ns = ?, size = ?, analysis = ? WHERE path = ?",
                [(s.mtime_ns, s.size, s.analysis, str(path)) for path, s in stamps.items()],
            )

    def remove(self, paths: Iterable[Path]) -> None:
        """Forget the loops at `paths`."""
        with self._writing():
            self._db.executemany("DELETE FROM loops WHERE path = ?", [(str(p),) for p in paths])

    def _prepare(self) -> None:
        version = self._pragma("user_version")
        application = self._pragma("application_id")
        tables = self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if application != APPLICATION_ID and (application or version or tables):
            raise LibraryError(f"{self.path}: is another program's database, not a loop library")
        if version > len(_MIGRATIONS):
            raise LibraryError(
                f"{self.path}: written by a newer version (format {version}, this one reads up to"
                f" {len(_MIGRATIONS)}): update loopmind or name another --library"
            )
        self._db.execute("PRAGMA foreign_keys = ON")
        if version < len(_MIGRATIONS):
            self._migrate()
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")

    def _migrate(self) -> None:
        # The version is read again inside the transaction: another process may have been faster.
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for number in range(self._pragma("user_version"), len(_MIGRATIONS)):
                for statement in filter(str.strip, _MIGRATIONS[number].split(";")):
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {len(_MIGRATIONS)}")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _pragma(self, name: str) -> int:
        return int(self._db.execute(f"PRAGMA {name}").fetchone()[0])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Write all or nothing."""
        with self._translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code == sqlite3.SQLITE_NOTADB:
                reason = "is not a loop library"
            elif code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                reason = "another program keeps it locked: try again when that is done"
            elif code == sqlite3.SQLITE_FULL:
                reason = "the disk is full: nothing was lost, free some room and scan again"
            else:
                reason = f"the library cannot be used ({error})"
            raise LibraryError(f"{self.path}: {reason}") from error


def _row(loop: Loop) -> tuple[Any, ...]:
    values = {name: getattr(loop, name) for name in _COLUMNS}
    values["path"] = str(loop.path)
    values["moods"] = json.dumps(loop.moods)
    return tuple(values.values())


def _loop(row: tuple[Any, ...]) -> Loop:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["path"] = Path(values["path"])
    values["moods"] = tuple(json.loads(values["moods"]))
    return Loop(**values)
