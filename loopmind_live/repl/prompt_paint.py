"""Rows of the screen painted anew by themselves, where nothing else on it has changed.

prompt_toolkit lays the whole screen out to draw any of it, which takes milliseconds. A toolbar and
a view that live on change some characters, many times a second. Those are written where they stand,
and into what prompt_toolkit remembers of its screen, so that it draws on from there.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.data_structures import Size
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout.screen import Char, Screen
from prompt_toolkit.styles import Attrs

_KEEP_CURSOR, _CURSOR_BACK = "\x1b7", "\x1b8"


class Painter:
    """Paints rows over what an application drew last. Called on its event loop."""

    def __init__(self, app: Application[Any]) -> None:
        self._app = app
        self._size: Size | None = None
        self._attributes: dict[str, Attrs] = {}

    def drawn(self) -> None:
        """Note that all is being drawn now, at the size that the terminal has."""
        self._size = self._app.output.get_size()

    def screen(self) -> Screen | None:
        """Return what stands on the terminal; None where it has to be drawn as a whole."""
        app = self._app
        screen = app.renderer.last_rendered_screen
        alone = app.current_buffer.complete_state is None and not app.invalidated
        if screen is None or not alone or self._size != app.output.get_size():
            return None
        return screen

    def paint(self, screen: Screen, rows: Mapping[int, StyleAndTextTuples]) -> bool:
        """Paint rows of `screen`, by number from its top; False, and nothing, where it cannot be.

        A row's text is as wide as its characters are many; what stood beyond it goes.
        """
        text = "".join(piece[1] for pieces in rows.values() for piece in pieces)
        if not (text.isascii() and text.isprintable()) or self._size is None:
            return False
        output, width = self._app.output, self._size.columns
        row_now = screen.get_cursor_position(self._app.layout.current_window).y
        output.write_raw(_KEEP_CURSOR)
        for number, pieces in rows.items():
            changed = _changed(screen, number, pieces, width)
            if not changed:
                continue
            output.write_raw("\r")
            if number > row_now:
                output.cursor_down(number - row_now)
            elif number < row_now:
                output.cursor_up(row_now - number)
            row_now = number
            output.cursor_forward(changed[0][0])
            self._write(changed)
        output.reset_attributes()
        output.write_raw(_CURSOR_BACK)
        output.flush()
        return True

    def _write(self, cells: Sequence[tuple[int, str, str]]) -> None:
        """Write neighbors, each its place, look and character, where the cursor is."""
        output = self._app.output
        for look, same in groupby(cells, key=lambda cell: cell[1]):
            if look not in self._attributes:
                style = self._app.renderer.style
                self._attributes[look] = style.get_attrs_for_style_str(look)
            output.set_attributes(self._attributes[look], self._app.color_depth)
            output.write("".join(character for _, _, character in same))


def row_text(screen: Screen, number: int) -> str:
    """Return the text of a row of a screen, without spaces at its end."""
    row = screen.data_buffer[number]
    return "".join(row[place].char for place in range(max(row, default=-1) + 1)).rstrip()


def row_style(screen: Screen, number: int) -> str:
    """Return the style of a row's first character."""
    return screen.data_buffer[number][0].style


def _changed(
    screen: Screen, number: int, pieces: StyleAndTextTuples, width: int
) -> list[tuple[int, str, str]]:
    """Return what to write of a row, which `screen` remembers from now on: from first to last."""
    row = screen.data_buffer[number]
    cells = [(look, character) for look, text, *_ in pieces for character in text][:width]
    before = max(row, default=-1) + 1
    cells += [(row[place].style, " ") for place in range(len(cells), before)]
    other = [
        place
        for place, (look, character) in enumerate(cells)
        if (there := row[place]).char != character or there.style != look
    ]
    if not other:
        return []
    span = range(other[0], other[-1] + 1)
    for place in other:
        look, character = cells[place]
        row[place] = Char(character, look)
    return [(place, *cells[place]) for place in span]
