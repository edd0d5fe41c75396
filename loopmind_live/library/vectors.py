"""The embeddings that a library keeps: by content and maker, so that they follow moved files."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from loopmind_live.library.database import Database

_BATCH = 20_000


class Vectors:
    """The table of embeddings in an open library.

    A content is the SHA-256 of a file's bytes, as in `Loop.content_hash`; a vector is what `pack`
    makes. Ids grow and are never used again.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, maker: str, vectors: Iterable[tuple[str, bytes]]) -> None:
        """Keep (content, vector) pairs of a maker; one that is there already stays."""
        with self._db.writing():
            self._db.execute_each(
                "INSERT INTO vectors (maker, content_hash, vector) VALUES (?, ?, ?)"
                " ON CONFLICT (content_hash, maker) DO NOTHING",
                [(maker, content, vector) for content, vector in vectors],
            )

    def get(self, maker: str, content: str) -> bytes | None:
        """Return the vector of a content, None where that maker has made none."""
        query = "SELECT vector FROM vectors WHERE maker = ? AND content_hash = ?"
        rows = self._db.rows(query, (maker, content))
        return rows[0][0] if rows else None

    def after(self, maker: str, last: int = 0) -> Iterator[tuple[list[int], list[bytes]]]:
        """Yield ids and vectors of a maker in batches, by id, those above `last`."""
        query = "SELECT id, vector FROM vectors WHERE maker = ? AND id > ? ORDER BY id LIMIT ?"
        while rows := self._db.rows(query, (maker, last, _BATCH)):
            yield [row[0] for row in rows], [row[1] for row in rows]
            last = rows[-1][0]

    def of(self, maker: str) -> Iterator[tuple[str, bytes]]:
        """Yield (content, vector) of all that a maker has made, by content."""
        query = (
            "SELECT content_hash, vector FROM vectors WHERE maker = ? AND content_hash > ?"
            " ORDER BY content_hash LIMIT ?"
        )
        last = ""
        while rows := self._db.rows(query, (maker, last, _BATCH)):
            yield from rows
            last = rows[-1][0]

    def count(self, maker: str, after: int = 0) -> int:
        """Return how many vectors of a maker there are with ids above `after`."""
        query = "SELECT count(*) FROM vectors WHERE maker = ? AND id > ?"
        return int(self._db.rows(query, (maker, after))[0][0])

    def mark(self, maker: str, vector: int) -> str | None:
        """Return what tells this vector from one of that id in another library; None if it is gone.

        Libraries may be made anew, copied, or put back from a backup, and then count from there.
        """
        query = (
            "SELECT library.id || ' ' || content_hash FROM vectors, library"
            " WHERE maker = ? AND vectors.id = ?"
        )
        rows = self._db.rows(query, (maker, vector))
        return rows[0][0] if rows else None

    def makers(self) -> list[str]:
        """Return the names of all makers that have made any, sorted."""
        return [row[0] for row in self._db.rows("SELECT DISTINCT maker FROM vectors ORDER BY 1")]

    def missing(self, maker: str) -> list[tuple[Path, str]]:
        """Return (path, content) of each content that can be heard and has no vector yet."""
        query = (
            "SELECT min(path), content_hash FROM loops WHERE error IS NULL AND content_hash NOT IN"
            " (SELECT content_hash FROM vectors WHERE maker = ?) GROUP BY content_hash ORDER BY 1"
        )
        return [(Path(path), content) for path, content in self._db.rows(query, (maker,))]

    def paths(self, vector: int) -> list[Path]:
        """Return the files of a vector's content, by path; none where all are gone."""
        query = (
            "SELECT path FROM loops JOIN vectors USING (content_hash)"
            " WHERE vectors.id = ? AND error IS NULL ORDER BY path"
        )
        return [Path(path) for (path,) in self._db.rows(query, (vector,))]

    def prune(self) -> None:
        """Forget the vectors of contents that no file has any longer."""
        with self._db.writing():
            self._db.execute(
                "DELETE FROM vectors WHERE content_hash NOT IN (SELECT content_hash FROM loops)"
            )
