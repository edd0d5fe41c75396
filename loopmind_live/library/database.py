"""An SQLite file that is a loop library: opened, brought up to date, written all or nothing."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from loopmind_live.errors import LibraryError
from loopmind_live.library.schema import APPLICATION_ID, MIGRATIONS

_BUSY_S = 20.0

Row = tuple[Any, ...]


class Database:
    """One library file, open in one thread. Other processes may read and write it meanwhile.

    The file is made where it is missing, and one of an older version is brought up to date. Raises
    LibraryError for a file that is no library, that a newer version has written, or that cannot be
    opened.
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

    def close(self) -> None:
        """Close the file; what was written stays."""
        self._db.close()

    def rows(self, query: str, values: Row = ()) -> list[Row]:
        """Return all rows that a query gives."""
        with self._translated():
            return self._db.execute(query, values).fetchall()

    def execute(self, query: str, values: Row = ()) -> int:
        """Run a statement inside `writing`; return how many rows it changed."""
        with self._translated():
            return self._db.execute(query, values).rowcount

    def execute_each(self, query: str, many: Iterable[Row]) -> None:
        """Run a statement once a row of values, inside `writing`."""
        with self._translated():
            self._db.executemany(query, many)

    @contextmanager
    def writing(self) -> Iterator[None]:
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

    def _prepare(self) -> None:
        # The tables first: who makes them meanwhile puts both numbers in with them.
        tables = self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        version = self._pragma("user_version")
        application = self._pragma("application_id")
        if application != APPLICATION_ID and (application or version or tables):
            raise LibraryError(f"{self.path}: is another program's database, not a loop library")
        if version > len(MIGRATIONS):
            raise LibraryError(
                f"{self.path}: written by a newer version (format {version}, this one reads up to"
                f" {len(MIGRATIONS)}): update loopmind or name another --library"
            )
        self._db.execute("PRAGMA foreign_keys = ON")
        if version < len(MIGRATIONS):
            self._migrate()
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")

    def _migrate(self) -> None:
        # The version is read again inside the transaction: another process may have been faster.
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for number in range(self._pragma("user_version"), len(MIGRATIONS)):
                for statement in filter(str.strip, MIGRATIONS[number].split(";")):
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _pragma(self, name: str) -> int:
        return int(self._db.execute(f"PRAGMA {name}").fetchone()[0])

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
            elif code == sqlite3.SQLITE_READONLY:
                reason = "it may not be written: allow that, or name another --library"
            else:
                reason = f"the library cannot be used ({error})"
            raise LibraryError(f"{self.path}: {reason}") from error
