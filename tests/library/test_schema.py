"""Libraries of older versions: opened, brought up to date, and nothing lost."""

import sqlite3
from pathlib import Path

import pytest

from loopmind_live.errors import LibraryError
from loopmind_live.library.schema import MIGRATIONS
from loopmind_live.library.store import Library, Stamp
from loopmind_live.score.loop import Loop

# As the first version wrote it; not taken from the package, which must go on reading it.
FIRST = """
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
    INSERT INTO loops VALUES
        ('/loops/a.wav', 'one', 'loop', 5.52, 44100, 2, 87.0, 0.9, 8, 4, 0.01, 'A:min', 0.4,
         'bass', 'bass', '["dark", "calm"]', -12.5, -0.3, 812.5, 4.2, NULL),
        ('/loops/copy.wav', 'one', 'one_shot', 0.9, 44100, 1, NULL, 0.0, NULL, 4, 0.0, NULL, 0.0,
         NULL, NULL, '[]', NULL, NULL, NULL, NULL, NULL),
        ('/loops/x.wav', '', 'loop', 0.0, 0, 0, NULL, 0.0, NULL, 4, 0.0, NULL, 0.0,
         NULL, NULL, '[]', NULL, NULL, NULL, NULL, 'x.wav: holds no audio');
    INSERT INTO files VALUES ('/loops/a.wav', 11, 12, 1), ('/loops/copy.wav', 21, 22, 1),
        ('/loops/x.wav', 31, 32, 1);
    PRAGMA application_id = 1280134230;
    PRAGMA user_version = 1;
    PRAGMA journal_mode = WAL;
"""
LOOPS = [
    Loop(
        Path("/loops/a.wav"), "one", "loop", 5.52, 44100, 2, 87.0, 0.9, 8, 4, 0.01, "A:min", 0.4,
        "bass", "bass", ("dark", "calm"), -12.5, -0.3, 812.5, 4.2,
    ),
    Loop(Path("/loops/copy.wav"), "one", "one_shot", 0.9, 44100, 1),
    Loop(Path("/loops/x.wav"), "", error="x.wav: holds no audio"),
]  # fmt: skip


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "library.sqlite"
    with sqlite3.connect(path) as db:
        db.executescript(FIRST)
    db.close()
    return path


def look(path: Path, query: str) -> list[tuple]:
    db = sqlite3.connect(path)
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()


def test_a_library_of_the_first_version_keeps_its_rows_and_takes_words(old: Path) -> None:
    with Library(old) as library:
        assert library.loops() == LOOPS
        assert library.stamps(Path("/loops")) == {
            Path("/loops/a.wav"): Stamp(11, 12, 1, "one"),
            Path("/loops/copy.wav"): Stamp(21, 22, 1, "one"),
            Path("/loops/x.wav"): Stamp(31, 32, 1, ""),
        }
        library.user.correct(["one"], {"bpm": "174"})
        library.user.tag(["one"], ["warm"])
    with Library(old) as library:
        assert [loop.bpm for loop in library.loops()] == [174.0, 174.0, None]
    assert look(old, "PRAGMA user_version") == [(len(MIGRATIONS),)]
    assert look(old, "PRAGMA integrity_check") == [("ok",)]
    assert look(old, "PRAGMA foreign_key_check") == []


def test_an_old_library_brought_up_to_date_is_as_a_new_one(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.sqlite"
    Library(old).close()
    Library(new).close()
    query = "SELECT type, name, sql FROM sqlite_schema ORDER BY name"
    squeezed = [
        [(kind, name, " ".join((sql or "").split())) for kind, name, sql in look(path, query)]
        for path in (old, new)
    ]
    assert squeezed[0] == squeezed[1]


def test_bringing_up_to_date_that_fails_leaves_the_old_library_whole(old: Path) -> None:
    with sqlite3.connect(old) as db:
        db.execute("CREATE TABLE tags (in_the_way TEXT)")  # the new table cannot be made
    db.close()
    with pytest.raises(LibraryError) as caught:
        Library(old)
    assert "\n" not in str(caught.value)
    assert look(old, "PRAGMA user_version") == [(1,)]
    assert look(old, "SELECT count(*) FROM loops") == [(3,)]
    assert look(old, "SELECT name FROM sqlite_schema WHERE name = 'contents'") == []
    with sqlite3.connect(old) as db:
        db.execute("DROP TABLE tags")
    db.close()
    with Library(old) as library:
        assert library.loops() == LOOPS


def test_rows_that_belong_to_nothing_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    Library(path).close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA foreign_keys = ON")
    for query in (
        "INSERT INTO files VALUES ('/nowhere.wav', 1, 1, 1)",
        "INSERT INTO corrections VALUES ('unknown', 'bpm', '174')",
        "INSERT INTO tags VALUES ('unknown', 'warm')",
        "INSERT INTO favorites VALUES ('unknown')",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(query)
    db.close()
