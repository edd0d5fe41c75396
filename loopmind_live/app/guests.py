"""The guests of a performance: prompts opened by `loopmind attach`, on a socket of its own."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from loopmind_live.app import guest_lines
from loopmind_live.app.guest_lines import MAX_SENT_BYTES, VERSION, line, peer_uid, typed
from loopmind_live.errors import LoopMindError, SessionError
from loopmind_live.repl.grammar import parse
from loopmind_live.repl.livecode.typed import is_code

MOST = 16
MAX_WAITING_BYTES = 1 << 20
"""A guest that leaves so much unread is let go."""
VIEW_S = 0.1
LAST_WORDS_S = 1.0
log = logging.getLogger(__name__)

CarryOut = Callable[[str], str | None]


def quits(text: str) -> Literal["guest", "all", "mixed"] | None:
    """Tell whether a line ends the prompt it was typed at ("quit"), or all ("quit all").

    "mixed" asks for more beside it.

    >>> quits("quit"), quits("exit all"), quits("mute all"), quits("hello?"), quits(">>> quit")
    ('guest', 'all', None, None, None)
    """
    if is_code(text) or "\n" in text.strip():
        return None  # what is entered together is looked at piece by piece
    words = text.split()
    everything = len(words) > 1 and words[-1].casefold() == "all"
    try:
        commands = parse(" ".join(words[:-1] if everything else words))
    except LoopMindError:
        return None  # it is no command: who carries it out says so
    kinds = {command.name == "quit" for command in commands}
    if True not in kinds:
        return None
    if False in kinds:
        return "mixed"
    return "all" if everything else "guest"


class Guest:
    """One attached prompt."""

    def __init__(self, name: str, writer: asyncio.StreamWriter) -> None:
        self.name = name
        self.writer = writer
        self.seen = b""

    def send(self, data: bytes) -> None:
        """Send a line, never waiting: a guest that does not read is let go."""
        if self.writer.is_closing():
            return
        self.writer.write(data)
        if self.writer.transport.get_write_buffer_size() > MAX_WAITING_BYTES:
            log.warning("%s reads nothing: it is let go", self.name)
            self.writer.transport.abort()


class Guests:
    """Listens on `path` and carries out what guests type, for all others to see.

    `carry_out` does what a line asks and returns the answer; `drawn` returns what screens are drawn
    from (see `guest_views`); `tell` is told what guests do; `quit_all` ends the performance.
    """

    def __init__(
        self,
        path: Path,
        carry_out: CarryOut,
        drawn: Callable[[], Mapping[str, Any]],
        tell: Callable[[str], None],
        quit_all: Callable[[], None],
    ) -> None:
        self._path = path
        self._carry_out, self._tell, self._quit_all = carry_out, tell, quit_all
        self._drawn = drawn
        self._guests: list[Guest] = []
        self._server: asyncio.Server | None = None
        self._drawer: asyncio.Task[None] | None = None
        self._count = 0

    async def open(self) -> None:
        """Listen from now on; SessionError where that cannot be."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._path.unlink(missing_ok=True)  # a performer that was killed left it
            listener.bind(str(self._path))
            self._path.chmod(0o600)
            self._server = await asyncio.start_unix_server(
                self._welcome, sock=listener, limit=MAX_SENT_BYTES
            )
        except OSError as error:
            listener.close()
            raise SessionError(f"{self._path}: no prompt can be attached ({error})") from error
        self._drawer = asyncio.create_task(self._draw())

    async def close(self, why: str) -> None:
        """Say goodbye to all guests, and listen no more."""
        if self._drawer is not None:
            self._drawer.cancel()
            await asyncio.gather(self._drawer, return_exceptions=True)
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)
        leaving = [self._see_off(guest, why) for guest in self._guests]
        await asyncio.gather(*leaving, return_exceptions=True)

    async def _see_off(self, guest: Guest, why: str) -> None:
        """Let a guest go once it has read what was written to it, or after a moment."""
        self._let_go(guest, why)
        try:
            await asyncio.wait_for(guest.writer.wait_closed(), LAST_WORDS_S)
        except TimeoutError:
            guest.writer.transport.abort()

    def say(self, text: str, but: Guest | None = None) -> None:
        """Tell all guests, or all but one."""
        if self._guests:
            data = line(say=text)
            for guest in list(self._guests):
                if guest is not but:
                    guest.send(data)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one guest until it goes."""
        self._count += 1
        guest = Guest(f"guest {self._count}", writer)
        uid = peer_uid(writer.get_extra_info("socket"))
        if uid not in (None, os.getuid()):
            self._let_go(guest, "this performance is another user's")
            return
        if len(self._guests) >= MOST:
            self._let_go(guest, f"{MOST} prompts are attached: leave one first")
            return
        guest.send(line(hello=VERSION, name=guest.name))
        self._guests.append(guest)
        self._others(guest, f"{guest.name} is here")
        try:
            await self._serve(guest, reader)
        except (OSError, EOFError):
            log.info("%s went without a word", guest.name)
        finally:
            if guest in self._guests:
                self._guests.remove(guest)
            writer.close()
            self._others(guest, f"{guest.name} left")
            with suppress(OSError):
                await writer.wait_closed()

    async def _serve(self, guest: Guest, reader: asyncio.StreamReader) -> None:
        while True:
            try:
                data = await reader.readuntil(b"\n")
                text = typed(data)
            except asyncio.IncompleteReadError:
                return
            except asyncio.LimitOverrunError:
                self._let_go(guest, f"a line of more than {guest_lines.MAX_TYPED} characters")
                return
            except SessionError as error:
                self._let_go(guest, str(error))
                return
            leaves = quits(text)
            if leaves == "guest":
                self._let_go(guest, "left; the music plays on (quit all ends it)")
                return
            self._others(guest, f"{guest.name}> {text}")
            if leaves == "all":
                self._quit_all()
                self._let_go(guest, "the performance ended")
                return
            mixed = "quit stands in a line of its own: nothing was done"
            answer = mixed if leaves == "mixed" else self._answer(text)
            guest.send(line(answer=answer))
            if answer is not None:
                self._others(guest, answer)

    def _answer(self, text: str) -> str | None:
        try:
            return self._carry_out(text)
        except Exception as error:
            # Whatever went wrong, the music plays on: say so, keep the trace, go on.
            log.exception("a guest's line failed: %r", text)
            return f"{type(error).__name__}: {error}: this is a fault, see the log"

    def _others(self, guest: Guest, text: str) -> None:
        self.say(text, but=guest)
        self._tell(text)

    def _let_go(self, guest: Guest, why: str) -> None:
        guest.send(line(bye=why))
        with suppress(OSError):  # it went first
            guest.writer.close()

    async def _draw(self) -> None:
        """Send what screens are drawn from to each guest, whenever it changed."""
        while True:
            if self._guests:
                try:
                    data = line(**self._drawn())
                except LoopMindError as error:
                    log.warning("no view for guests: %s", error)
                    data = b""
                for guest in self._guests:
                    if data and data != guest.seen:
                        guest.seen = data
                        guest.send(data)
            await asyncio.sleep(VIEW_S)
