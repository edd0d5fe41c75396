"""Answer commands line by line where there is no terminal: pipes, files, tests."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import BinaryIO, TextIO

from loopmind_live.repl.messages import Messages, answer


async def run_plain(
    source: BinaryIO,
    target: TextIO,
    handle: Callable[[str], Awaitable[str | None]],
    messages: Messages,
    closing: asyncio.Event,
) -> None:
    """Answer the lines of `source` in order, until its end or until `closing` is set.

    Answers go to `target`, errors to standard error.
    """
    shower = asyncio.create_task(_show_all(messages, target))
    closed = asyncio.create_task(closing.wait())
    lines = lines_of(source)
    try:
        while not closing.is_set():
            reading = asyncio.create_task(_next(lines))
            await asyncio.wait((reading, closed), return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                reading.cancel()
                break
            line = reading.result()
            if line is None:
                break
            if line.strip():
                await answer(handle, line, messages)
    finally:
        shower.cancel()
        closed.cancel()
        await asyncio.gather(shower, closed, return_exceptions=True)
        print_all(messages, target)


async def lines_of(stream: BinaryIO) -> AsyncIterator[str]:
    """Yield the lines of `stream` without their ends, without holding up the event loop.

    A thread reads ahead by at most one line; it is left alone when the loop ends first, since
    nothing can wake a read.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Queue[str | None] = asyncio.Queue()
    wanted = threading.Semaphore(1)

    def hand_over(line: str | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(found.put_nowait, line)

    def read() -> None:
        for raw in stream:
            wanted.acquire()
            hand_over(raw.decode("utf-8", "replace").rstrip("\r\n"))
        hand_over(None)

    threading.Thread(target=read, name="plain-reader", daemon=True).start()
    while (line := await found.get()) is not None:
        yield line
        wanted.release()


def print_all(messages: Messages, target: TextIO) -> None:
    """Print all waiting messages, errors to standard error."""
    for text, tone in messages.take():
        print(text, file=sys.stderr if tone == "error" else target, flush=True)


async def _next(lines: AsyncIterator[str]) -> str | None:
    """Return the next line, or None at the end."""
    return await anext(lines, None)


async def _show_all(messages: Messages, target: TextIO) -> None:
    while True:
        await messages.wait()
        print_all(messages, target)
