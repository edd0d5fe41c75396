"""What shows while one waits is gone afterwards, and never in a file or a pipe."""

import io
import sys

import pytest

from loopmind_live.app.progress import waiting


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def open_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    return terminal


def test_what_is_waited_for_shows_and_is_taken_away_even_where_it_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = open_terminal(monkeypatch)
    with pytest.raises(ValueError, match="no sound"), waiting("Starting ..."):
        assert terminal.getvalue() == "Starting ..."
        raise ValueError("no sound")
    assert terminal.getvalue() == "Starting ...\r\033[K"


def test_nothing_shows_where_nothing_can_be_taken_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = open_terminal(monkeypatch)
    monkeypatch.setenv("TERM", "dumb")
    with waiting("Starting ..."):
        pass
    assert terminal.getvalue() == ""
    monkeypatch.undo()
    with waiting("Starting ..."):
        pass
    assert capsys.readouterr().err == ""
