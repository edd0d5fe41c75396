"""Rows that are painted by themselves, over what prompt_toolkit drew."""

import io
import re

import pytest
from prompt_toolkit.application import Application
from prompt_toolkit.application.current import set_app
from prompt_toolkit.data_structures import Size
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import DummyInput
from prompt_toolkit.layout import FormattedTextControl, Layout, Window
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output

from loopmind_live.repl.prompt_paint import Painter, row_style, row_text
from loopmind_live.repl.prompt_text import LOOKS, formatted
from loopmind_live.repl.styled import Line

WIDE, HIGH = 30, 4


class Stage:
    """An application of some rows, on a terminal that only keeps what is written."""

    def __init__(self) -> None:
        self.lines: list[Line] = [(("", f"row {number}"),) for number in range(HIGH)]
        self.size = Size(HIGH + 1, WIDE)
        self.file = io.StringIO()
        output = Vt100_Output(
            self.file, lambda: self.size, default_color_depth=ColorDepth.DEPTH_4_BIT
        )
        window = Window(FormattedTextControl(self.text))
        self.app = Application[None](
            Layout(window), output=output, input=DummyInput(), style=LOOKS, full_screen=True
        )
        self.painter = Painter(self.app)
        self.draw()

    def text(self) -> StyleAndTextTuples:
        """Return all rows, and an empty one: the last has a look of its own."""
        return [piece for line in self.lines for piece in (*formatted(line), ("", "\n"))]

    def draw(self) -> str:
        """Draw all; return what was written for it."""
        self.painter.drawn()
        self.app.render_counter += 1
        with set_app(self.app):
            self.app.renderer.render(self.app, self.app.layout)
        return self.written()

    def paint(self, number: int, line: Line) -> str:
        screen = self.painter.screen()
        assert screen is not None
        assert self.painter.paint(screen, {number: formatted(line)})
        return self.written()

    def written(self) -> str:
        text = self.file.getvalue()
        self.file.seek(0)
        self.file.truncate()
        return text


@pytest.fixture
def stage() -> Stage:
    return Stage()


def bare(text: str) -> str:
    return re.sub(r"\x1b(\[[0-9;?]*[A-Za-z]|[78])|\r", "", text)


def test_only_what_changed_of_a_row_is_written_in_its_place(stage: Stage) -> None:
    text = stage.paint(2, (("", "row two"),))
    assert bare(text) == "two"
    assert "\x1b[2B" in text and "\x1b[4C" in text
    assert text.startswith("\x1b7") and text.endswith("\x1b8")


def test_what_stood_beyond_a_shorter_row_goes(stage: Stage) -> None:
    assert bare(stage.paint(1, (("", "r"),))) == " " * 4


def test_what_is_painted_is_drawn_no_more(stage: Stage) -> None:
    stage.lines[3] = (("playing", "> 5.3"), ("", " hook"))
    stage.paint(3, stage.lines[3])
    assert bare(stage.draw()) == ""
    screen = stage.painter.screen()
    assert screen is not None
    assert row_text(screen, 3) == "> 5.3 hook"
    assert "playing" in row_style(screen, 3)


def test_another_look_is_painted_though_the_text_is_the_same(stage: Stage) -> None:
    text = stage.paint(0, (("hot", "row 0"),))
    assert bare(text) == "row 0"
    assert re.search(r"\x1b\[[0-9;]*31", text)


def test_a_row_is_cut_where_the_terminal_ends(stage: Stage) -> None:
    assert len(bare(stage.paint(0, (("", "x" * 99),)))) == WIDE


@pytest.mark.parametrize("text", ["音", "e\u0301", "\x1b[2J", "a\nb"])
def test_what_is_not_as_wide_as_its_letters_is_left_to_a_whole_drawing(
    stage: Stage, text: str
) -> None:
    screen = stage.painter.screen()
    assert screen is not None
    assert not stage.painter.paint(screen, {0: [("", text)]})
    assert stage.written() == ""


def test_after_another_size_all_is_drawn_first(stage: Stage) -> None:
    stage.size = Size(HIGH + 1, WIDE + 5)
    assert stage.painter.screen() is None
    stage.draw()
    assert stage.painter.screen() is not None


def test_what_was_taken_off_the_terminal_is_not_painted_over(stage: Stage) -> None:
    stage.app.renderer.erase()
    assert stage.painter.screen() is None
