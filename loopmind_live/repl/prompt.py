"""The prompt: a line to type on, a toolbar below it, messages above it.

With `prompt_*` beside it, the only module that knows prompt_toolkit.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_focus
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import ColorDepth, Output, create_output

from loopmind_live.repl.capture import TerminalCapture
from loopmind_live.repl.livecode.typed import MORE, more
from loopmind_live.repl.messages import Messages, Tone, answer
from loopmind_live.repl.names import Named, Names
from loopmind_live.repl.plain import announce, describing, print_all, run_plain
from loopmind_live.repl.prompt_history import open_history
from loopmind_live.repl.prompt_paint import Painter, row_style, row_text
from loopmind_live.repl.prompt_screen import MENU_ROWS, Screen
from loopmind_live.repl.prompt_text import LOOKS, CommandLexer, TableCompleter, formatted
from loopmind_live.repl.terminal_color import has_color
from loopmind_live.repl.view import View, fit, printable, toolbar_text
from loopmind_live.session.panel import Panel

PROMPT = "loopmind> "
VIEW = "view"
"""Typed alone, it goes to the performance view and back, as F2 does."""
OWN_WORDS: tuple[Named, ...] = ((VIEW, "the performance view, and back"),)
REFRESH_S = 0.1
"""The toolbar is drawn anew this often."""
QUESTION = "end the performance? [y/N] "
LAST_ANSWER_S = 2.0
"""How long the end waits for the answer to the line that brought it about."""
_TONES: Mapping[Tone, tuple[str, str]] = {
    "plain": ("", ""),
    "error": ("\x1b[31m", "\x1b[0m"),
    "captured": ("\x1b[2m", "\x1b[0m"),
}
"""What is sent to the terminal before and after a message."""

log = logging.getLogger(__name__)


class Prompt:
    """Reads lines and hands them to `handle`, one after another, while the toolbar lives on.

    `handle` returns what to answer, or None. A LoopMindError becomes one line; any other error is
    logged with its trace and shown in one line, and the prompt goes on. `view` and `panel` are
    asked on the event loop many times a second, `names` at each key, to complete it. Ctrl-D hands
    over "quit", after a question while music plays; it is for the handler to call `close`. A
    `guest` only leaves, so is not asked.

    On a terminal, what libraries print is caught, shown dimmed and given to `keep`, which must
    not print itself. Where standard input or output is no terminal, lines are read plainly, errors
    go to standard error, and `run` returns at the end of the input. `plain` reads so on a terminal,
    too, and says in lines what changes in `panel`: for a screen reader. With a `panel` there is a
    performance view, which F2 and "view" go to; plainly, "view" answers with a description.
    """

    def __init__(
        self,
        handle: Callable[[str], Awaitable[str | None]],
        view: Callable[[], View],
        *,
        history_path: Path | None = None,
        names: Callable[[], Names] = Names,
        keep: Callable[[str], None] | None = None,
        guest: bool = False,
        panel: Callable[[], Panel] | None = None,
        plain: bool = False,
        stdin: TextIO | None = None,
        stdout: TextIO | None = None,
    ) -> None:
        self._handle = handle
        self._view = view
        self._history_path = history_path
        self._names = names
        self._keep = keep
        self._guest = guest
        self._stdin = stdin or sys.stdin
        self._stdout = stdout or sys.stdout
        self._panel, self._plain = panel, plain
        self._screen = None if panel is None else Screen(panel)
        self._messages = Messages()
        self._closing = asyncio.Event()
        self._lines: asyncio.Queue[str] = asyncio.Queue()
        self._asking = False
        self._session: PromptSession[str] | None = None
        self._view_failed = False
        self._painter: Painter | None = None
        self._bar = ""
        self._colored = has_color(os.environ)

    async def run(self) -> None:
        """Read lines until `close`, or until a plain input ends."""
        self._messages.attach()
        if self._plain or not (self._stdin.isatty() and self._stdout.isatty()):
            await self._run_plain()
            return
        with TerminalCapture(self._show_captured) as capture:
            await self._run_terminal(create_output(stdout=capture.tty))
        print_all(self._messages, self._stdout)

    def show(self, text: str) -> None:
        """Show a message above the line being typed. May be called from any thread."""
        self._messages.post(text)

    def close(self) -> None:
        """End `run`; what is posted by now is still shown. Call it on the event loop."""
        self._closing.set()
        app = self._session.app if self._session is not None else None
        if app is not None and app.future is not None and not app.future.done():
            app.exit(result="")

    async def _run_plain(self) -> None:
        """Answer lines as they come; asked to, say what changes, too."""
        handle, panel = self._handle, self._panel
        if panel is not None:
            handle = describing(handle, VIEW, panel)
        tellers = []
        if self._plain:
            ends = "leaves" if self._guest else "ends the performance"
            asyncio.get_running_loop().add_signal_handler(
                signal.SIGINT, self.show, f"Ctrl-D or quit {ends}"
            )
            if panel is not None:
                tellers.append(asyncio.create_task(announce(panel, self._messages)))
        try:
            source = self._stdin.fileno()
            await run_plain(source, self._stdout, handle, self._messages, self._closing)
        finally:
            for teller in tellers:
                teller.cancel()
            await asyncio.gather(*tellers, return_exceptions=True)

    async def _run_terminal(self, output: Output) -> None:
        """Run the prompt, with one task that answers lines and one that shows messages."""
        self._session = session = self._open_session(output)
        tasks = [
            asyncio.create_task(self._answer_all()),
            asyncio.create_task(self._show_all(session, output)),
            asyncio.create_task(self._refresh(session)),
        ]
        for task in tasks:
            task.add_done_callback(lambda _: self.close())
        try:
            while not self._closing.is_set():
                # It returns at the end alone; where a terminal is too plain for that, with a line.
                self._accept(await session.prompt_async())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._lines.join(), LAST_ANSWER_S)
        except EOFError:  # the terminal is gone
            log.warning("the terminal was closed")
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
            self._write(output)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    def _accept(self, line: str) -> None:
        """Take a typed line: an answer to the question, or what is to be handed over."""
        if self._asking:
            self._asking = False
            line = "quit" if line.strip().lower() in ("y", "yes") else ""
        if line.strip().casefold() == VIEW and self._screen is not None:
            self._toggle_screen()
        elif line.strip():
            self._messages.post(PROMPT + line)
            self._lines.put_nowait(line)

    def _leave(self) -> None:
        """Hand over "quit", after a question while music plays; being asked twice means yes."""
        if self._asking or self._guest or not self._view().playing:
            self._asking = False
            self._accept("quit")
        else:
            self._asking = True

    def _open_session(self, output: Output) -> PromptSession[str]:
        """Return a prompt that stays up from line to line, so that no key falls between two."""
        session: PromptSession[str] = PromptSession(
            lambda: QUESTION if self._asking else PROMPT,
            input=_SilentInput(self._stdin),
            output=output,
            history=open_history(self._history_path, self.show),
            auto_suggest=AutoSuggestFromHistory(),
            multiline=True,
            completer=TableCompleter(self._names, OWN_WORDS if self._screen is not None else ()),
            lexer=CommandLexer(),
            style=LOOKS,
            color_depth=None if self._colored else ColorDepth.DEPTH_1_BIT,
            prompt_continuation=lambda width, *_: f"{MORE} ".rjust(width),
            complete_while_typing=True,
            key_bindings=self._keys(),
            bottom_toolbar=self._drawn_toolbar,
            reserve_space_for_menu=MENU_ROWS,
            erase_when_done=True,
        )
        if self._screen is not None:
            self._screen.put_above(session)
        return session

    def _toggle_screen(self) -> None:
        """Go to the performance view, or back; what was told meanwhile is shown there then."""
        session, screen = self._session, self._screen
        if session is None or screen is None:
            return
        screen.toggle(session.app)
        session.reserve_space_for_menu = 0 if screen.shown else MENU_ROWS
        if not screen.shown:
            self._messages.wake()

    def _keys(self) -> KeyBindings:
        """Return the keys that differ from the usual: Enter stays, Ctrl-C clears, Ctrl-D asks."""
        keys = KeyBindings()
        typing = has_focus(DEFAULT_BUFFER)

        @keys.add("enter", filter=typing)
        def _enter(event: KeyPressEvent) -> None:
            line = event.current_buffer.text
            at_end = event.current_buffer.document.is_cursor_at_the_end and not self._asking
            if at_end and (goes_on := more(line)):
                event.current_buffer.insert_text(goes_on)
                return
            event.current_buffer.reset(append_to_history=not self._asking)
            self._accept(line)

        @keys.add("escape", "enter", filter=typing)
        def _break(event: KeyPressEvent) -> None:
            event.current_buffer.insert_text("\n")

        @keys.add("f2")
        def _look(event: KeyPressEvent) -> None:
            del event
            self._toggle_screen()

        @keys.add("c-c", filter=typing)
        @keys.add("<sigint>")
        def _clear(event: KeyPressEvent) -> None:
            if event.current_buffer.text or self._asking:
                self._asking = False
                event.current_buffer.reset()
            else:
                ends = "leaves" if self._guest else "ends the performance"
                self.show(f"Ctrl-D or quit {ends}")

        @keys.add("c-d", filter=typing & Condition(self._is_empty))
        def _end(event: KeyPressEvent) -> None:
            del event
            self._leave()

        return keys

    def _is_empty(self) -> bool:
        return self._session is not None and not self._session.default_buffer.text

    def _drawn_toolbar(self) -> str:
        """Return the toolbar's text, as the whole screen is drawn."""
        if self._painter is not None:
            self._painter.drawn()
        return self._toolbar()

    def _toolbar(self) -> str:
        """Return the toolbar's text as it is now, which is held to be on the screen then."""
        self._bar = self._toolbar_now()
        return self._bar

    def _toolbar_now(self) -> str:
        """Return the toolbar's text; a view that fails is logged once and costs only the bar."""
        if self._session is None:
            return ""
        width = self._session.app.output.get_size().columns
        shown = self._screen is not None and self._screen.shown
        try:
            view = self._view()
            if shown:
                return fit(printable(f"F2 or {VIEW}: back   {view.message}".rstrip()), width)
            return toolbar_text(view, width)
        except Exception as error:
            if not self._view_failed:
                log.exception("the toolbar's view failed")
            self._view_failed = True
            return fit(printable(f"no status: {error}"), width)

    async def _answer_all(self) -> None:
        while True:
            line = await self._lines.get()
            if not self._closing.is_set():
                await answer(self._handle, line, self._messages)
            self._lines.task_done()

    def _show_captured(self, line: str) -> None:
        """Show what a library printed. Called on the capture's thread."""
        if self._keep is not None:
            self._keep(line)
        self._messages.post(line, "captured")

    async def _show_all(self, session: PromptSession[str], output: Output) -> None:
        """Show messages as they come, the prompt moved out of the way each time."""
        while True:
            await self._messages.wait()
            if self._screen is not None and self._screen.shown:
                for text, tone in self._messages.take():
                    self._screen.hold(text, tone)
                session.app.invalidate()
            else:
                await run_in_terminal(lambda: self._write(output))

    async def _refresh(self, session: PromptSession[str]) -> None:
        """Draw the toolbar, and the view, anew as time goes by."""
        painter = self._painter = Painter(session.app)
        while True:
            await asyncio.sleep(REFRESH_S)
            if not self._is_painted(painter):
                session.app.invalidate()

    def _is_painted(self, painter: Painter) -> bool:
        """Paint what has changed by itself; False where the whole screen is to be drawn."""
        screen, before = painter.screen(), self._bar
        if screen is None or row_text(screen, screen.height - 1) != before.rstrip():
            return False
        rows: dict[int, StyleAndTextTuples] = {}
        if self._screen is not None and self._screen.shown:
            news = self._screen.news()
            if news is None:
                return False
            rows = {number: formatted(line) for number, line in news.items()}
        if self._toolbar() != before:
            last = screen.height - 1
            rows[last] = [(row_style(screen, last), self._bar)]
        return not rows or painter.paint(screen, rows)

    def _waiting(self) -> list[tuple[str, Tone]]:
        """Take all that is to be written, what was told during the performance view first."""
        if self._screen is None:
            return list(self._messages.take())
        held, new = self._screen.take_held(), list(self._messages.take())
        for text, _ in new:
            self._screen.note(text)
        return [*held, *new]

    def _write(self, output: Output) -> None:
        """Write all waiting messages to the terminal."""
        for text, tone in self._waiting():
            before, after = _TONES[tone] if self._colored else ("", "")
            for line in text.splitlines():
                output.write_raw(before)
                output.write(printable(line))
                output.write_raw(f"{after}\n")
        output.flush()


class _SilentInput(Vt100Input):
    """Keys that the terminal never echoes: what is typed while a message is shown stays unseen.

    prompt_toolkit would give the terminal its echo back for as long as a message is written.
    """

    def cooked_mode(self) -> AbstractContextManager[None]:
        """Leave the terminal as it is: nothing reads lines while messages are shown."""
        return nullcontext()
