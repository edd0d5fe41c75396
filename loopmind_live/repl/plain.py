"""Read commands line by line where there is no terminal: pipes, files, tests."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import BinaryIO


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
