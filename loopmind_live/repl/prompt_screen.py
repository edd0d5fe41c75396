"""The second screen of the prompt: the performance view, above the line being typed."""

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.application import Application
from prompt_toolkit.filters import Condition
from prompt_toolkit.layout import (
    CompletionsMenu,
    ConditionalContainer,
    Dimension,
    Float,
    FloatContainer,
    HSplit,
    Layout,
    UIContent,
    UIControl,
    Window,
)

from loopmind_live.repl.messages import Tone
from loopmind_live.repl.performance_view import draw
from loopmind_live.repl.prompt_text import formatted
from loopmind_live.repl.styled import Line
from loopmind_live.repl.view import fit, printable
from loopmind_live.session.panel import Panel

REDRAW_S = 0.2
"""The view is drawn anew this often; keys show at once, on what was drawn last."""
MENU_ROWS = 6
MOST_LOG = 200
MOST_HELD = 2000
"""Lines that wait for the other screen; of more, the oldest are left out."""
_ALL_THERE_IS = Dimension(preferred=10_000)

log = logging.getLogger(__name__)


class Screen:
    """Whether the view is shown, the log's last lines, and what the other screen misses.

    `panel` is asked on the event loop. Both screens have the same line to type on.
    """

    def __init__(
        self, panel: Callable[[], Panel], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._panel = panel
        self._log: deque[str] = deque(maxlen=MOST_LOG)
        self._held: deque[tuple[str, Tone]] = deque(maxlen=MOST_HELD)
        self._control = Drawn(self.lines, clock)
        self._failed = False
        self.shown = False

    def put_above(self, session: PromptSession[str]) -> None:
        """Give a prompt's layout this screen, above its line."""
        is_shown = Condition(lambda: self.shown)
        menu = CompletionsMenu(max_height=MENU_ROWS, scroll_offset=1, extra_filter=is_shown)
        above = ConditionalContainer(Window(self._control, height=_ALL_THERE_IS), is_shown)
        whole = FloatContainer(
            HSplit([above, session.app.layout.container]),
            [Float(menu, xcursor=True, ycursor=True)],
        )
        session.app.layout = Layout(whole, focused_element=session.default_buffer)

    def toggle(self, app: Application[Any]) -> None:
        """Go to the other screen. What is on this one is put away as the terminal knows to."""
        app.renderer.erase()  # leaves the alternate screen, where that is on
        self.shown = not self.shown
        app.renderer.full_screen = self.shown
        self._control.forget()
        app.invalidate()

    def news(self) -> Mapping[int, Line] | None:
        """Draw anew what has changed; return its rows, None where the whole screen has to be drawn.

        What is drawn as a whole meanwhile shows them, too.
        """
        return self._control.news()

    def note(self, text: str) -> None:
        """Take a message into the log."""
        self._log.extend(text.splitlines())

    def hold(self, text: str, tone: Tone) -> None:
        """Show a message in the view's log alone, and keep it for the other screen."""
        self.note(text)
        self._held.append((text, tone))

    def take_held(self) -> list[tuple[str, Tone]]:
        """Return what the other screen misses."""
        held = list(self._held)
        self._held.clear()
        return held

    def lines(self, width: int, height: int) -> list[Line]:
        """Draw the view; one that fails is logged once and costs only the view."""
        try:
            return draw(self._panel(), list(self._log)[-height:], width, height)
        except Exception as error:
            if not self._failed:
                log.exception("the performance view failed")
            self._failed = True
            return [(("error", fit(printable(f"no view: {error}"), width)),)]


class Drawn(UIControl):
    """Shows what `draw` returns, drawn anew where it is old or the size has changed."""

    def __init__(self, draw: Callable[[int, int], list[Line]], clock: Callable[[], float]) -> None:
        self._draw = draw
        self._clock = clock
        self._content: UIContent | None = None
        self._size = (0, 0)
        self._drawn_s = 0.0
        self._lines: list[Line] = []

    def forget(self) -> None:
        """Draw anew next time."""
        self._content = None

    def news(self) -> Mapping[int, Line] | None:
        """Return the lines that have changed, by number; None where none were drawn yet.

        What was drawn just before is news enough.
        """
        if self._content is None:
            return None
        if self._clock() - self._drawn_s < REDRAW_S:
            return {}
        before = self._lines
        self._draw_anew()
        if len(before) != len(self._lines):
            return None
        return {
            number: line
            for number, line in enumerate(self._lines)
            if line is not before[number] and line != before[number]
        }

    def create_content(self, width: int, height: int) -> UIContent:
        """Return the lines for a window of this size."""
        old = self._clock() - self._drawn_s >= REDRAW_S
        if self._content is None or old or self._size != (width, height):
            self._size = (width, height)
            self._draw_anew()
        assert self._content is not None
        return self._content

    def _draw_anew(self) -> None:
        lines = self._draw(*self._size)
        self._lines, self._drawn_s = lines, self._clock()
        self._content = UIContent(
            lambda number: formatted(lines[number]), len(lines), show_cursor=False
        )
