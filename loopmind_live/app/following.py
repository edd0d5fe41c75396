"""A performance follows its library: what is corrected, tagged or scanned meanwhile counts."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from loopmind_live.arranger.base import (
    Arranger,
)
from loopmind_live.errors import LibraryError
from loopmind_live.score.loop import Loop
from loopmind_live.session.cue import Ears
from loopmind_live.session.session import Session

LOOK_S = 1.0
_SHARE = 20
"""While a scan writes on and on, reading takes no more than this part of the time."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class News:
    """The library as it is now: its loops, and an arranger over them."""

    loops: list[Loop]
    arranger: Arranger


class LibraryWatch:
    """Looks at a library about every second, and reads it where another program wrote it.

    All of it in a thread of its own: nothing waits for the file, and the event loop only asks for
    `news`. `known` are the loops as they were read before. `arrange_by` makes their arranger.
    """

    def __init__(
        self,
        path: Path,
        known: list[Loop],
        arrange_by: Callable[[list[Loop]], Arranger],
        look_s: float = LOOK_S,
    ) -> None:
        self._path, self._arrange_by, self._look_s = path, arrange_by, look_s
        self._known = known
        self._news: deque[News] = deque(maxlen=1)  # of two only the newer counts
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="library", daemon=True)
        self._thread.start()

    def news(self) -> News | None:
        """Return the library where it is another since the last call, else None. Never waits."""
        return self._news.pop() if self._news else None

    def close(self) -> None:
        """Look no more."""
        self._closed.set()
        self._thread.join(5.0)

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                self._follow()
            except (LibraryError, OSError) as error:
                log.info("the library is looked at again later: %s", error)
            self._closed.wait(self._look_s)

    def _follow(self) -> None:
        """Follow one library file for as long as it is there."""
        from loopmind_live.library.store import Library

        if not self._path.exists():
            return
        identity = _identity(self._path)
        with Library(self._path) as library:
            seen: int | None = None
            read_at = 0.0
            pause_s = 0.0
            while not self._closed.is_set() and _identity(self._path) == identity:
                changes = library.changes()
                now = time.monotonic()
                if changes != seen and now >= read_at + pause_s:
                    self._read(library.loops())
                    seen, read_at = changes, time.monotonic()
                    pause_s = _SHARE * (read_at - now)
                self._closed.wait(self._look_s)

    def _read(self, loops: list[Loop]) -> None:
        if loops != self._known:
            self._news.append(News(loops, self._arrange_by(loops)))
            self._known = loops


class Following:
    """Brings a session up to date with its library. One task calls it, once a tick."""

    def __init__(
        self,
        library: LibraryWatch,
        session: Session,
        ears: Ears,
        loops: list[Loop],
    ) -> None:
        self.loops = loops
        self._library, self._session, self._ears = library, session, ears

    def close(self) -> None:
        """Follow it no more."""
        self._library.close()

    def advance(self) -> str | None:
        """Take what is new; return what to tell of it, None where nothing is."""
        news = self._library.news()
        if news is None:
            return None
        before = {loop.path: loop for loop in self.loops}
        changed = sum(before.get(loop.path) != loop for loop in news.loops)
        gone = len(before) - sum(loop.path in before for loop in news.loops)
        self.loops = news.loops
        self._session.choose_by(news.arranger)
        self._session.listen_with(replace(self._ears, loops=news.loops))
        what = [f"{changed} new or changed" * bool(changed), f"{gone} gone" * bool(gone)]
        return f"the library has {len(news.loops)} loops now: {', '.join(filter(None, what))}"


def _identity(path: Path) -> tuple[int, int]:
    """Return what tells a file from another one that was put in its place."""
    facts = path.stat()
    return facts.st_dev, facts.st_ino
