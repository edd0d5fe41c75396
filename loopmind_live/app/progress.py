"""Show how long work gets on, on stderr, where that is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[int, int], None]


@contextmanager
def progress_bars() -> Iterator[Callable[[str], Advance]]:
    """Give a function that opens a bar by its title; a bar is told (done, total)."""
    if not sys.stderr.isatty():
        yield lambda _title: lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:

        def open_bar(title: str) -> Advance:
            task = bars.add_task(title, total=None)

            def advance(done: int, total: int) -> None:
                bars.update(task, completed=done, total=total)
                if done >= total:
                    bars.remove_task(task) if task in bars.task_ids else None

            return advance

        yield open_bar
