"""Work that waits for disks or for answers, in a thread: what tells notes in time goes on."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from loopmind_live.errors import LoopMindError, SessionError

Result = TypeVar("Result")


class Runner(Protocol):
    """Does work, now or beside the music."""

    def __call__(
        self, work: Callable[[], Result], then: Callable[[Future[Result]], list[str]]
    ) -> list[str]:
        """Do `work`, and with what comes of it `then`; return what is to be told by now.

        `then` is called once, whatever comes; a LoopMindError in it is told where it is not raised.
        """
        ...


def at_once(work: Callable[[], Result], then: Callable[[Future[Result]], list[str]]) -> list[str]:
    """Do work while the clock waits: offline."""
    done = Future[Result]()
    try:
        done.set_result(work())
    except LoopMindError as error:
        done.set_exception(error)
    return then(done)


class Beside:
    """Does one piece of work after the other, in the order in which they were asked for.

    At most `most` may be under way; `busy` is what is said to who asks for more.
    """

    def __init__(self, tell: Callable[[str], None], most: int, busy: str) -> None:
        self._tell, self._most, self._busy = tell, most, busy
        self._thread = ThreadPoolExecutor(1, "beside")
        self._under_way: deque[tuple[Future[Any], Callable[[Future[Any]], list[str]]]] = deque()

    def start(
        self, work: Callable[[], Result], then: Callable[[Future[Result]], list[str]]
    ) -> list[str]:
        """Have `work` done in the thread, and `then` in the tick; see `Runner`."""
        if len(self._under_way) >= self._most:
            refused = Future[Result]()
            refused.set_exception(SessionError(self._busy))
            return then(refused)
        self._under_way.append((self._thread.submit(work), then))
        return []

    def advance(self) -> None:
        """Go on with what is done."""
        while self._under_way and self._under_way[0][0].done():
            done, then = self._under_way.popleft()
            try:
                lines = then(done)
            except LoopMindError as error:
                lines = [str(error)]
            for line in lines:
                self._tell(line)

    def close(self) -> None:
        """Wait for what is under way, and go on with it."""
        self._thread.shutdown()
        self.advance()
