"""`loopmind attach`: a prompt on a performance that runs in another process of this user."""

import asyncio
import logging
import os
from pathlib import Path
from typing import Any

from loopmind_live import config
from loopmind_live.app.guest_lines import (
    MAX_TOLD_BYTES,
    MAX_TYPED,
    VERSION,
    line,
    peer_uid,
    read_line,
    socket_path,
)
from loopmind_live.app.guest_views import read_names, read_panel, read_view
from loopmind_live.app.journals import found
from loopmind_live.errors import SessionError
from loopmind_live.repl.names import NO_NAMES
from loopmind_live.repl.prompt import Prompt
from loopmind_live.repl.view import View
from loopmind_live.session.panel import blank_panel

HELLO_S = 10.0
log = logging.getLogger(__name__)


def attach(root: Path, plain: bool = False) -> None:
    """Open a prompt on the newest performance; SessionError where there is none to open it on."""
    path = where(root)
    asyncio.run(Attached(path, plain).run())


def where(root: Path) -> Path:
    """Return the socket of the newest performance under way; SessionError where none is."""
    there, wrong = found(root)
    for one in there:
        if one.performed():
            return socket_path(one.engine_folder)
    if any(one.plays() for one in there):
        raise SessionError(
            "the music plays on, but its performer is gone: take it up with "
            "loopmind perform --resume"
        )
    raise SessionError(wrong[0] if wrong else "nothing plays: start with loopmind perform")


class Attached:
    """The guest's end of the socket, with its prompt."""

    def __init__(self, path: Path, plain: bool = False) -> None:
        self._path = path
        self._view = View()
        self._names = NO_NAMES
        self._panel = blank_panel()
        self._answers: asyncio.Queue[str | None] = asyncio.Queue()
        self._over = asyncio.Event()
        self._bye = ""
        self._prompt = Prompt(
            self._type,
            lambda: self._view,
            history_path=config.data_folder() / "history",
            names=lambda: self._names,
            keep=log.info,
            guest=True,
            panel=lambda: self._panel,
            plain=plain,
        )

    async def run(self) -> None:
        """Prompt until the guest leaves or the performance ends."""
        reader, self._writer = await self._connect()
        try:
            name = await self._greet(reader)
            self._prompt.show(f"attached as {name}: quit leaves, quit all ends the performance")
            listener = asyncio.create_task(self._listen(reader))
            await self._prompt.run()
            self._writer.close()
            await listener
        finally:
            self._writer.close()
        if self._bye:
            print(self._bye)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            reader, writer = await asyncio.open_unix_connection(
                self._path, limit=2 * MAX_TOLD_BYTES
            )
        except PermissionError as error:
            raise SessionError(f"{self._path}: this performance is another user's") from error
        except OSError as error:
            raise SessionError(
                f"{self._path}: the performer does not listen ({error.strerror or error}): it "
                "starts or ends at this moment, try again"
            ) from error
        uid = peer_uid(writer.get_extra_info("socket"))
        if uid not in (None, os.getuid()):
            writer.close()
            raise SessionError(f"{self._path}: this performance is another user's")
        return reader, writer

    async def _greet(self, reader: asyncio.StreamReader) -> str:
        """Return the name that the performance gives this guest."""
        try:
            facts = read_line(await asyncio.wait_for(reader.readline(), HELLO_S))
        except (TimeoutError, OSError, ValueError) as error:
            raise SessionError(f"{self._path}: the performer does not answer") from error
        if "bye" in facts:
            raise SessionError(f"cannot attach: {facts['bye']}")
        if facts.get("hello") != VERSION:
            raise SessionError(
                f"the performer speaks version {facts.get('hello')}, this program {VERSION}: "
                "attach with the version of loopmind-live that performs"
            )
        return str(facts.get("name"))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Take what the performance tells, until it or this prompt ends."""
        try:
            while data := await reader.readline():
                self._take(read_line(data))
        except (OSError, ValueError, SessionError) as error:
            self._bye = self._bye or f"the performance was lost: {error}"
        self._over.set()
        self._answers.put_nowait(None)
        if not self._bye and not self._writer.is_closing():
            self._bye = (
                "the performer is gone: where the music plays on, loopmind perform --resume takes "
                "it up"
            )
        self._prompt.close()

    def _take(self, facts: dict[str, Any]) -> None:
        view = facts.get("view")
        if isinstance(view, dict):
            self._view = read_view(view)
            self._names = read_names(facts.get("names", {}))
            self._panel = read_panel(facts.get("panel", {}))
        elif "answer" in facts:
            answer = facts["answer"]
            self._answers.put_nowait(None if answer is None else str(answer))
        elif "say" in facts:
            self._prompt.show(str(facts["say"]))
        elif "bye" in facts:
            self._bye = str(facts["bye"])

    async def _type(self, text: str) -> str | None:
        """Send a typed line and wait for its answer."""
        if len(text) > MAX_TYPED:
            raise SessionError(f"a line of {len(text)} characters: type {MAX_TYPED} at most")
        if self._over.is_set():
            return None
        self._writer.write(line(type=text))
        return await self._answers.get()
