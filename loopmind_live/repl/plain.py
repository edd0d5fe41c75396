"""Answer commands line by line where there is no terminal: pipes, files, tests."""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TextIO

from loopmind_live.repl.announcements import Announcer, description
from loopmind_live.repl.livecode.typed import Gathered
from loopmind_live.repl.messages import Messages, answer
from loopmind_live.session.panel import Panel

LOOK_S = 0.25
"""What changed is said so often, once it has stayed so for as long."""
_CHUNK = 65536

log = logging.getLogger(__name__)


async def run_plain(
    source: int,
    target: TextIO,
    handle: Callable[[str], Awaitable[str | None]],
    messages: Messages,
    closing: asyncio.Event,
) -> None:
    """Answer the lines of descriptor `source` in order, until its end or `closing` is set.

    Those of a cell of code are answered as one.

    Answers go to `target`, errors to standard error.
    """
    shower = asyncio.create_task(_show_all(messages, target))
    closed = asyncio.create_task(closing.wait())
    chunks, gathered = lines_of(source), Gathered()
    try:
        while not closing.is_set():
            reading = asyncio.create_task(_next(chunks))
            await asyncio.wait((reading, closed), return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                reading.cancel()
                break
            lines = reading.result()
            if lines is None:
                break
            for line in lines:
                text = gathered.take(line)
                if text is not None and text.strip() and not closing.is_set():
                    await answer(handle, text, messages)
                    await asyncio.sleep(0)  # a flood leaves the clock its turn
        if (rest := gathered.rest()) and not closing.is_set():
            await answer(handle, rest, messages)
    finally:
        shower.cancel()
        closed.cancel()
        await asyncio.gather(shower, closed, return_exceptions=True)
        print_all(messages, target)


async def announce(panel: Callable[[], Panel], messages: Messages) -> None:
    """Say what changes in a performance, for ever; a look that fails is logged once."""
    announcer, failed = Announcer(), False
    while True:
        try:
            for text in announcer.take(panel()):
                messages.post(text)
        except Exception:
            if not failed:
                log.exception("what changes cannot be said")
            failed = True
        await asyncio.sleep(LOOK_S)


def describing(
    handle: Callable[[str], Awaitable[str | None]], word: str, panel: Callable[[], Panel]
) -> Callable[[str], Awaitable[str | None]]:
    """Return a handler that answers `word` with a description of the performance."""

    async def described(line: str) -> str | None:
        if line.strip().casefold() == word:
            return "\n".join(description(panel()))
        return await handle(line)

    return described


async def lines_of(descriptor: int) -> AsyncIterator[list[str]]:
    """Yield the lines read from a file descriptor, as they come, without holding up the event loop.

    A thread reads ahead by at most one chunk; it is left alone when the loop ends first, since
    nothing can wake a read. It reads the bare descriptor: a buffered file whose lock it held would
    abort the interpreter's end.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Queue[bytes] = asyncio.Queue()
    wanted = threading.Semaphore(1)

    def read() -> None:
        chunk = b"-"
        while chunk:
            wanted.acquire()
            try:
                chunk = os.read(descriptor, _CHUNK)
            except OSError:
                log.exception("standard input cannot be read any more")
                chunk = b""
            if loop.is_closed():
                return
            loop.call_soon_threadsafe(found.put_nowait, chunk)

    threading.Thread(target=read, name="plain-reader", daemon=True).start()
    held = b""
    while chunk := await found.get():
        *lines, held = (held + chunk).split(b"\n")
        yield [line.decode("utf-8", "replace").rstrip("\r") for line in lines]
        wanted.release()
    if held:
        yield [held.decode("utf-8", "replace").rstrip("\r")]


def print_all(messages: Messages, target: TextIO) -> None:
    """Print all waiting messages, errors to standard error."""
    for text, tone in messages.take():
        print(text, file=sys.stderr if tone == "error" else target, flush=True)


async def _next(chunks: AsyncIterator[list[str]]) -> list[str] | None:
    """Return the next lines, or None at the end."""
    return await anext(chunks, None)


async def _show_all(messages: Messages, target: TextIO) -> None:
    while True:
        await messages.wait()
        print_all(messages, target)
