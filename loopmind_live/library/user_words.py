"""What the user says of sounds, kept by their content: corrections, tags and favorites."""

from collections import defaultdict
from collections.abc import Iterable

from loopmind_live.errors import LibraryError
from loopmind_live.library.corrections import FIELDS, Field
from loopmind_live.library.database import Database

MAX_TAG_LENGTH = 40
_TABLES = (("corrections", "field, value"), ("tags", "tag"), ("favorites", None))


class UserWords:
    """The tables of an open library that only the user's own words go into.

    A content is the SHA-256 of a file's bytes, as in `Loop.content_hash`.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def corrections(self) -> dict[str, dict[Field, str | None]]:
        """Return the corrections by content."""
        found: dict[str, dict[Field, str | None]] = defaultdict(dict)
        for content, field, value in self._db.rows("SELECT * FROM corrections"):
            if field in FIELDS:
                found[content][field] = value
        return dict(found)

    def corrections_of(self, content: str) -> dict[Field, str | None]:
        """Return the corrections of one content."""
        query = "SELECT field, value FROM corrections WHERE content_hash = ?"
        return {
            field: value for field, value in self._db.rows(query, (content,)) if field in FIELDS
        }

    def tags(self) -> dict[str, tuple[str, ...]]:
        """Return the tags by content, in alphabetical order."""
        found: dict[str, tuple[str, ...]] = {}
        for content, tag in self._db.rows("SELECT * FROM tags ORDER BY content_hash, tag"):
            found[content] = (*found.get(content, ()), tag)
        return found

    def favorites(self) -> set[str]:
        """Return the contents that are favorites."""
        return {content for (content,) in self._db.rows("SELECT * FROM favorites")}

    def correct(self, contents: Iterable[str], corrections: dict[Field, str | None]) -> None:
        """Keep corrections, as `read_correction` gives them, for each content."""
        with self._db.writing():
            for content in contents:
                self._know(content)
                self._db.execute_each(
                    "INSERT OR REPLACE INTO corrections VALUES (?, ?, ?)",
                    [(content, field, value) for field, value in corrections.items()],
                )

    def clear(self, contents: Iterable[str], fields: Iterable[Field] = FIELDS) -> None:
        """Forget the corrections of these fields: the estimates count again."""
        each = list(fields)
        with self._db.writing():
            for content in contents:
                self._db.execute_each(
                    "DELETE FROM corrections WHERE content_hash = ? AND field = ?",
                    [(content, field) for field in each],
                )

    def tag(self, contents: Iterable[str], tags: Iterable[str]) -> None:
        """Add tags, as `read_tag` gives them, to each content."""
        self._each_tag("INSERT OR IGNORE INTO tags VALUES (?, ?)", contents, tags)

    def untag(self, contents: Iterable[str], tags: Iterable[str]) -> None:
        """Take tags off each content; those that it has not are passed over."""
        self._each_tag("DELETE FROM tags WHERE content_hash = ? AND tag = ?", contents, tags)

    def set_favorite(self, contents: Iterable[str], favorite: bool) -> None:
        """Make each content a favorite, or no longer one."""
        with self._db.writing():
            for content in contents:
                self._know(content)
                if favorite:
                    self._db.execute("INSERT OR IGNORE INTO favorites VALUES (?)", (content,))
                else:
                    self._db.execute("DELETE FROM favorites WHERE content_hash = ?", (content,))

    def carry_over(self, path: str, content: str) -> None:
        """Inside `writing`: let a content that is new at `path` have what the one before had.

        A content that was ever seen has its own words, or had none: files that only changed names
        with one another must not take each other's.
        """
        if not content or not self._know(content):
            return
        old = self._db.rows("SELECT content_hash FROM loops WHERE path = ?", (path,))
        for before in (row[0] for row in old if row[0] != content):
            for table, columns in _TABLES:
                chosen = f", {columns}" if columns else ""
                self._db.execute(
                    f"INSERT OR IGNORE INTO {table} SELECT ?{chosen} FROM {table}"
                    " WHERE content_hash = ?",
                    (content, before),
                )

    def _know(self, content: str) -> bool:
        """Note a content; return whether it was never seen before."""
        return bool(self._db.execute("INSERT OR IGNORE INTO contents VALUES (?)", (content,)))

    def _each_tag(self, query: str, contents: Iterable[str], tags: Iterable[str]) -> None:
        each = list(tags)
        with self._db.writing():
            for content in contents:
                self._know(content)
                self._db.execute_each(query, [(content, tag) for tag in each])


def read_tag(text: str) -> str:
    """Return a tag as it is kept: lower case, single spaces. Raises LibraryError.

    >>> read_tag("  Warm   Up ")
    'warm up'
    """
    tag = " ".join(text.lower().split())
    if not tag or len(tag) > MAX_TAG_LENGTH or not tag.isprintable():
        raise LibraryError(f"tag {text[:60]!r}: give 1 to {MAX_TAG_LENGTH} letters")
    return tag
