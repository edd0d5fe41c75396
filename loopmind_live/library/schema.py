"""The tables of a library file: one script a version, never changed once it is out.

`loops` holds what was heard, one row a file, `files` what the file was like then. `contents` names
every sound that was ever seen. What the user says of a sound (`corrections`, `tags`, `favorites`)
hangs on its content and not on a path: it stays with a file that is moved or renamed, counts for
each of its copies, and waits for a file that is gone to come back. `vectors` are embeddings of
contents, and `library` names this very file.
"""

APPLICATION_ID = 0x4C4D4C56  # "LMLV"

_FIRST = """
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
"""

_WHAT_THE_USER_SAYS = """
    CREATE TABLE contents (content_hash TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    INSERT INTO contents SELECT DISTINCT content_hash FROM loops WHERE content_hash <> '';
    CREATE TABLE corrections (
        content_hash TEXT NOT NULL REFERENCES contents ON DELETE CASCADE,
        field TEXT NOT NULL, value TEXT, PRIMARY KEY (content_hash, field)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE tags (
        content_hash TEXT NOT NULL REFERENCES contents ON DELETE CASCADE,
        tag TEXT NOT NULL, PRIMARY KEY (content_hash, tag)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE favorites (
        content_hash TEXT PRIMARY KEY REFERENCES contents ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX files_by_size ON files (size);
"""

_VECTORS = """
    CREATE TABLE vectors (
        id INTEGER PRIMARY KEY AUTOINCREMENT, maker TEXT NOT NULL, content_hash TEXT NOT NULL,
        vector BLOB NOT NULL, UNIQUE (content_hash, maker)
    ) STRICT;
    CREATE INDEX vectors_by_maker ON vectors (maker);
    CREATE TABLE library (id TEXT NOT NULL) STRICT;
    INSERT INTO library VALUES (lower(hex(randomblob(16))));
"""

_TUNING = "ALTER TABLE loops ADD COLUMN tuning_cents REAL"

_PROFILE = "ALTER TABLE loops ADD COLUMN profile BLOB"

MIGRATIONS = (_FIRST, _WHAT_THE_USER_SAYS, _VECTORS, _TUNING, _PROFILE)
"""One script a schema version, in order; `user_version` counts those that were run."""
