"""Messages on their way to the performer, from any thread, and the answers to typed lines."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Literal

from loopmind_live.errors import LoopMindError

MAX_HELD = 200
"""Messages waiting to be shown; of a flood the oldest are counted and left out."""

Tone = Literal["plain", "error", "captured"]

log = logging.getLogger(__name__)


class Messages:
    """A bounded queue of (text, tone). Made on any thread, waited for on one event loop."""

    def __init__(self) -> None:
        self._held: deque[tuple[str, Tone]] = deque(maxlen=MAX_HELD)
        self._left_out = 0
        self._posted = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self) -> None:
        """Wake the running event loop from now on."""
        self._loop = asyncio.get_running_loop()
        if self._held:
            self._posted.set()

    def post(self, text: str, tone: Tone = "plain") -> None:
        """Queue a message. May be called from any thread; never blocks."""
        if len(self._held) == MAX_HELD:
            self._left_out += 1
        self._held.append((text, tone))
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended: what is left is taken at the end
                self._loop.call_soon_threadsafe(self._posted.set)

    def wake(self) -> None:
        """Let `wait` return once, though nothing may have come. Called on the event loop."""
        self._posted.set()

    async def wait(self) -> None:
        """Return when there is something to take."""
        await self._posted.wait()
        self._posted.clear()

    def take(self) -> Iterable[tuple[str, Tone]]:
        """Take what waits, oldest first; say how much a flood has cost."""
        if self._left_out:
            yield f"({self._left_out} messages left out)", "captured"
            self._left_out = 0
        for _ in range(len(self._held)):
            yield self._held.popleft()


async def answer(
    handle: Callable[[str], Awaitable[str | None]], line: str, messages: Messages
) -> None:
    """Hand `line` over and post the answer, or the error in one line.

    An error that is not the performer's is logged with its trace; the prompt goes on after it.
    """
    try:
        reply = await handle(line)
    except LoopMindError as error:
        messages.post(str(error), "error")
    except Exception as error:
        log.exception("a command failed: %r", line)
        messages.post(f"{type(error).__name__}: {error}: this is a fault, see the log", "error")
    else:
        if reply:
            messages.post(reply)
