"""Where the journals of performances lie: a folder each, locked while its performer lives."""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from loopmind_live import config
from loopmind_live.engine import shared
from loopmind_live.errors import ConfigError, SessionError
from loopmind_live.session.journal import Journal, Kept, read_journal
from loopmind_live.session.snapshot import Snapshot

FOLDER, JOURNAL, LOCK = "performances", "journal.jsonl", "performer"
MOST = 10
"""So many performances are kept; older ones go when a new one begins."""


def journals_folder() -> Path:
    """Return the folder of all journals, made if missing, for this user alone."""
    folder = config.data_folder() / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be made ({error.strerror})") from error
    return folder


@dataclass(slots=True)
class Held:
    """The folder of a performance that this process performs. It lets go by `close`."""

    folder: Path
    lock: int

    @property
    def path(self) -> Path:
        """Return the journal's file."""
        return self.folder / JOURNAL

    def close(self) -> None:
        """Let the folder go; what it holds stays."""
        os.close(self.lock)


@dataclass(frozen=True, slots=True)
class Found:
    """A performance that left a journal: what it holds, and who lives of it."""

    folder: Path
    kept: Kept

    @property
    def engine_folder(self) -> Path:
        """Return the folder of its engine, which may be gone."""
        return Path(str(self.kept.header.get("engine", "")))

    def performed(self) -> bool:
        """Tell whether its performer lives."""
        lock = shared.try_lock(self.folder / LOCK)
        if lock is not None:
            os.close(lock)
        return lock is None

    def plays(self) -> bool:
        """Tell whether its engine, or who watches over that, lives."""
        folder = self.engine_folder
        return folder.name.startswith(shared.PREFIX) and shared.in_use(folder)

    def hold(self) -> Held:
        """Become its performer; SessionError where another process is."""
        lock = shared.try_lock(self.folder / LOCK)
        if lock is None:
            raise SessionError(
                f"{self.folder.name}: another process performs it: open a prompt on it with "
                "loopmind attach"
            )
        return Held(self.folder, lock)


def new_folder(root: Path, now: datetime) -> Held:
    """Return a new performance's folder in `root`, locked; the oldest make room for it."""
    _make_room(root)
    name = f"{now:%Y-%m-%d %H.%M.%S}"
    for number in range(1, 1000):
        folder = root / (name if number == 1 else f"{name} {number}")
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        except OSError as error:
            raise SessionError(f"{folder}: no journal can be kept ({error.strerror})") from error
        lock = shared.try_lock(folder / LOCK)
        if lock is not None:
            return Held(folder, lock)
    raise SessionError(f"{root}: a thousand performances began in this second")


class NoJournal:
    """Keeps nothing: where no journal can be written the set plays all the same."""

    def keep(self, snapshot: Snapshot) -> None:
        """Let the state go."""

    def note(self, **facts: Any) -> None:
        """Let the facts go."""

    def close(self) -> None:
        """Do nothing."""


def begin(
    held: Held,
    header: Mapping[str, Any],
    tell: Callable[[str], None],
    snapshot: Snapshot | None = None,
    notes: Mapping[str, Any] | None = None,
) -> Journal | NoJournal:
    """Return the journal of a performance, begun with what is known of it already."""
    try:
        return Journal(held.path, header, tell, snapshot=snapshot, notes=notes)
    except SessionError as error:
        tell(f"{error}: the set cannot be taken up again after a crash")
        return NoJournal()


def found(root: Path) -> tuple[list[Found], list[str]]:
    """Return all performances, the newest first, and what is wrong with those left out."""
    there, wrong = [], []
    for folder in _newest_first(root):
        try:
            there.append(Found(folder, read_journal(folder / JOURNAL)))
        except SessionError as error:
            wrong.append(str(error))
    return there, wrong


def newest_set(root: Path, own: Path | None = None) -> Found | None:
    """Return the newest performance but one's `own` that left a set, None where none did."""
    for folder in _newest_first(root):
        if folder == own:
            continue
        try:
            one = Found(folder, read_journal(folder / JOURNAL))
        except SessionError:
            continue  # damaged: an older one may do
        snapshot = one.kept.snapshot
        if snapshot is not None and snapshot.state.arrangement is not None:
            return one
    return None


def _newest_first(root: Path) -> list[Path]:
    """Return the folders that have a journal, by when it was last written."""
    times = []
    for folder in root.iterdir():
        try:
            times.append(((folder / JOURNAL).stat().st_mtime_ns, folder.name, folder))
        except OSError:
            continue  # none yet: it begins or was removed at this moment
    return [folder for _, _, folder in sorted(times, reverse=True)]


def _make_room(root: Path) -> None:
    """Remove the oldest performances that nobody performs and nothing plays."""
    for folder in _newest_first(root)[MOST - 1 :]:
        try:
            old = Found(folder, read_journal(folder / JOURNAL))
            if old.plays():
                continue
        except SessionError:
            old = Found(folder, Kept({}, {}, None))
        lock = shared.try_lock(folder / LOCK)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
