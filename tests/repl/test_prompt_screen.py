"""How often the performance view is drawn, and what it does where it cannot be."""

import logging

import pytest

from loopmind_live.control.touchosc.example import example_panel
from loopmind_live.repl.prompt_screen import REDRAW_S, Drawn, Screen
from loopmind_live.repl.styled import Line, plain_text
from loopmind_live.session.panel import Panel


class Stage:
    """A view that counts how often it is drawn, and a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.count = 0
        self.drawn = Drawn(self.draw, lambda: self.now_s)

    def draw(self, width: int, height: int) -> list[Line]:
        self.count += 1
        return [(("", f"{self.count} in {width} by {height}"),)]

    def look(self, width: int = 80, height: int = 22) -> int:
        content = self.drawn.create_content(width, height)
        assert content.line_count == 1
        assert f"{width} by {height}" in content.get_line(0)[0][1]
        return self.count


def test_keys_show_what_was_drawn_last():
    stage = Stage()
    assert [stage.look() for _ in range(20)] == [1] * 20
    stage.now_s += REDRAW_S
    assert stage.look() == 2


def test_another_size_is_drawn_at_once():
    stage = Stage()
    assert (stage.look(80, 22), stage.look(60, 22), stage.look(60, 22)) == (1, 2, 2)


def test_only_the_rows_that_changed_are_news():
    lines: list[Line] = [(("", "one"),), (("", "two"),)]
    now_s = [0.0]
    drawn = Drawn(lambda _width, _height: list(lines), lambda: now_s[0])
    assert drawn.news() is None
    drawn.create_content(80, 2)
    now_s[0] += REDRAW_S
    assert drawn.news() == {}
    lines[1] = (("", "three"),)
    assert drawn.news() == {}
    now_s[0] += REDRAW_S
    assert drawn.news() == {1: lines[1]}
    assert drawn.create_content(80, 2).get_line(1) == [("", "three")]


def test_going_there_draws_anew():
    stage = Stage()
    stage.look()
    stage.drawn.forget()
    assert stage.look() == 2


def test_a_view_that_fails_says_so_in_one_line_and_is_logged_once(caplog):
    def broken() -> Panel:
        raise ZeroDivisionError("no panel")

    screen = Screen(broken)
    with caplog.at_level(logging.ERROR):
        for _ in range(5):
            [line] = screen.lines(80, 22)
            assert plain_text(line) == "no view: no panel"
    assert len(caplog.records) == 1


def test_what_is_held_is_shown_in_the_log_and_given_back_once():
    screen = Screen(example_panel)
    screen.hold("one\ntwo", "plain")
    screen.hold("wrong", "error")
    shown = [plain_text(line) for line in screen.lines(80, 22)]
    assert {"one", "two", "wrong"} <= set(shown)
    assert screen.take_held() == [("one\ntwo", "plain"), ("wrong", "error")]
    assert screen.take_held() == []


@pytest.mark.parametrize("size", [(1, 1), (10, 3), (200, 60)])
def test_any_size_is_filled(size):
    assert len(Screen(example_panel).lines(*size)) == size[1]
