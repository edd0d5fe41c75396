"""Show how long work gets on, on stderr, where that is a terminal."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

Advance = Callable[[int, int], None]
"""Told (done, total), again and again."""


class OpenBar(Protocol):
    """Opens a bar by its title; where a `unit` is named, as in "files", its rate is shown, too."""

    def __call__(self, title: str, unit: str = "") -> Advance:
        """Return what moves the bar on."""
        ...


@contextmanager
def progress_bars() -> Iterator[OpenBar]:
    """Give a function that opens a bar."""
    if not sys.stderr.isatty():
        yield lambda title, unit="": lambda _done, _total: None  # noqa: ARG005
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(rate_told(task.speed, task.fields["unit"]))

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:

        def open_bar(title: str, unit: str = "") -> Advance:
            task = bars.add_task(title, total=None, unit=unit)

            def advance(done: int, total: int) -> None:
                bars.update(task, completed=done, total=total)
                if done >= total:
                    bars.remove_task(task) if task in bars.task_ids else None

            return advance

        yield open_bar


@contextmanager
def waiting(text: str) -> Iterator[None]:
    """Show on stderr what is waited for, and take it away: nothing may show for seconds."""
    shown = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    if shown:
        print(text, end="", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        if shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def rate_told(per_s: float | None, unit: str) -> str:
    """Return a rate for people; nothing where it is not known yet, or has no unit.

    >>> rate_told(123.4, "files"), rate_told(0.52, "files"), rate_told(None, "files")
    ('123 files/s', '0.5 files/s', '')
    """
    if per_s is None or not unit:
        return ""
    return f"{per_s:.0f} {unit}/s" if per_s >= 10.0 else f"{per_s:.1f} {unit}/s"
