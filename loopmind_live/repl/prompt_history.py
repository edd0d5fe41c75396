"""The prompt's history of typed lines, on disk."""

from collections.abc import Callable, Iterable
from pathlib import Path

from prompt_toolkit.history import FileHistory, History, InMemoryHistory


def open_history(path: Path | None, tell: Callable[[str], None]) -> History:
    """Return the history on disk, or one in memory where there is none."""
    return InMemoryHistory() if path is None else SafeHistory(path, tell)


class SafeHistory(FileHistory):
    """A history file that may be missing, unreadable or on a full disk: typing goes on."""

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        super().__init__(str(path))
        self._path = path
        self._tell = tell
        self._failed = False

    def load_history_strings(self) -> Iterable[str]:
        """Return earlier lines, newest first; none where the file cannot be read."""
        try:
            return list(super().load_history_strings())
        except OSError as error:
            self._fail(error)
            return []

    def store_string(self, string: str) -> None:
        """Append a line, or say once that lines are not kept."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            super().store_string(string)
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        if not self._failed:
            self._tell(f"{self._path}: history is not kept ({error.strerror})")
        self._failed = True
