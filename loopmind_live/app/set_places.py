"""Where sets are found by their names, and where new ones go."""

from dataclasses import dataclass
from pathlib import Path

from loopmind_live import config
from loopmind_live.app.set_folder import is_set
from loopmind_live.app.set_writing import before
from loopmind_live.errors import SessionError

LAST = "last"
"""The name of the set that the last performance left."""
HELD_CODE = "code"
"""What is loaded where code waits since a performance was cut off; else it may be a set's name."""
MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class Places:
    """Where sets are: `here`, where one performs, and `sets`, the performer's own folder of them.

    `library` is the one that is performed with, None where that is everybody's.
    """

    here: Path
    sets: Path
    library: Path | None = None

    def names(self) -> tuple[str, ...]:
        """Return the names of all sets that can be loaded without a path."""
        found = {
            one.name
            for folder in (self.here, self.sets)
            for one in _folders(folder)
            if is_set(one) and one != before(one.with_suffix(""))
        }
        return tuple(sorted(found))

    def find(self, name: str) -> Path | None:
        """Return the folder of the set of that name, or at that path; None where there is none.

        A bare name never leads out of the two folders.
        """
        if not name or "\0" in name:
            return None
        path = Path(name).expanduser()
        bare = _is_bare(name)
        if bare and name.startswith("."):
            return None
        for folder in (self.sets, self.here) if bare else (self.here,):
            if is_set(folder / path):
                return folder / path
            if not (folder / path).exists() and is_set(before(folder / path)):
                return before(folder / path)  # it was being kept anew as all ended
        return None

    def to_keep(self, name: str) -> Path:
        """Return the folder for a set of that name, or at that path; SessionError for no name.

        A bare name is always one of the performer's own folder of sets.
        """
        path = Path(name).expanduser()
        wrong = not path.name or path.name in ("..", LAST) or path.name.startswith(".")
        if wrong or "\0" in name or len(path.name) > MAX_NAME:
            raise SessionError(f"save {name!r:.60}: that is no name for a set: as in: save friday")
        if not _is_bare(name):
            return self.here / path
        return self.sets / path


def _is_bare(name: str) -> bool:
    """Tell whether a name is no path.

    >>> _is_bare("friday"), _is_bare("./friday"), _is_bare("~/friday")
    (True, False, False)
    """
    return not set(name) & set("/\\") and not name.startswith("~")


def places(here: Path, library: Path) -> Places:
    """Return where the sets of a performance are that is given with a `library`."""
    sets = config.data_folder() / "sets"
    return Places(here, sets, None if library == config.default_library() else library)


def _folders(folder: Path) -> list[Path]:
    try:
        return [one for one in folder.iterdir() if one.is_dir() and not one.name.startswith(".")]
    except OSError:
        return []
