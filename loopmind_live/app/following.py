"""A performance follows its library: what is corrected, tagged or scanned meanwhile counts."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from loopmind_live.arranger.base import (
    NEUTRAL,
    NO_TASTE,
    Alternative,
    Arranger,
    Direction,
    Reason,
    Taste,
)
from loopmind_live.errors import LibraryError
from loopmind_live.score.arrangement import Arrangement, Part
from loopmind_live.score.loop import Loop, Role
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


class ChangingArranger:
    """An `Arranger` that stands for the newest one."""

    def __init__(self, arranger: Arranger) -> None:
        self._now = arranger
        self._taste = NO_TASTE

    def change_to(self, arranger: Arranger) -> None:
        """Choose by another one from now on; what it is asked to refit stays what it was."""
        arranger.prefer(self._taste)
        self._now = arranger

    def arrange(self, prompt: str, seed: int, beats_per_bar: int = 4) -> Arrangement:
        """Return an arrangement for `prompt`."""
        return self._now.arrange(prompt, seed, beats_per_bar)

    def regenerate(
        self,
        arrangement: Arrangement,
        place: int,
        seed: int,
        locked: Collection[Role] = (),
        avoid: Collection[str] = (),
        direction: Direction = NEUTRAL,
    ) -> tuple[Part, ...]:
        """Return new parts for section `place`."""
        return self._now.regenerate(arrangement, place, seed, locked, avoid, direction)

    def swap(
        self,
        arrangement: Arrangement,
        place: int,
        role: Role,
        seed: int,
        avoid: Collection[str] = (),
    ) -> Part:
        """Return another part of `role` for section `place`."""
        return self._now.swap(arrangement, place, role, seed, avoid)

    def add(
        self,
        arrangement: Arrangement,
        place: int,
        role: Role,
        seed: int,
        avoid: Collection[str] = (),
    ) -> Part:
        """Return a part of `role`, new to section `place`."""
        return self._now.add(arrangement, place, role, seed, avoid)

    def restyle(
        self,
        arrangement: Arrangement,
        direction: Direction,
        seed: int,
        locked: Collection[Role] = (),
        avoid: Collection[str] = (),
    ) -> Arrangement:
        """Return the arrangement with loops that lie in `direction` of its own."""
        return self._now.restyle(arrangement, direction, seed, locked, avoid)

    def alternatives(
        self, arrangement: Arrangement, place: int, role: Role, count: int = 5
    ) -> tuple[Alternative, ...]:
        """Return what could play `role` in section `place`, best first."""
        return self._now.alternatives(arrangement, place, role, count)

    def why(self, arrangement: Arrangement, place: int) -> tuple[Reason, ...]:
        """Return why section `place` plays what it plays."""
        return self._now.why(arrangement, place)

    def refit(self, arrangement: Arrangement, bpm: float, key: str | None) -> Arrangement:
        """Return the same loops fitted to another tempo and key."""
        return self._now.refit(arrangement, bpm, key)

    def prefer(self, taste: Taste) -> None:
        """Weigh by `taste` from now on, and whatever stands here later, too."""
        self._taste = taste
        self._now.prefer(taste)


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
        arranger: ChangingArranger,
        ears: Ears,
        loops: list[Loop],
    ) -> None:
        self.loops = loops
        self._library, self._session, self._arranger, self._ears = library, session, arranger, ears

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
        self._arranger.change_to(news.arranger)
        self._session.listen_with(replace(self._ears, loops=news.loops))
        what = [f"{changed} new or changed" * bool(changed), f"{gone} gone" * bool(gone)]
        return f"the library has {len(news.loops)} loops now: {', '.join(filter(None, what))}"


def _identity(path: Path) -> tuple[int, int]:
    """Return what tells a file from another one that was put in its place."""
    facts = path.stat()
    return facts.st_dev, facts.st_ino
