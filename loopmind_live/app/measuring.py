"""The command of the command line that measures a task against known truth."""

import argparse
import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from loopmind_live.app.argument_types import at_least_one
from loopmind_live.app.subcommands import add_command
from loopmind_live.errors import ConfigError


class Evaluation(Protocol):
    """Figures over known truth; its `str` is what a person reads."""

    def to_json(self) -> dict[str, Any]:
        """Return the figures."""
        ...


@runtime_checkable
class Drawn(Protocol):
    """Figures that are also a picture."""

    def picture(self) -> str:
        """Return the picture, as SVG."""
        ...


TASKS: Mapping[str, str] = {
    "compatibility": "training.compatibility",
    "instruments": "training.instruments",
    "key": "training.key",
    "prompts": "app.parsing",
    "structure": "training.structure",
    "tempo": "training.tempo",
}
"""By name, the module whose `evaluate(data, advance)` returns an Evaluation."""


def add_evaluate(commands: Any) -> None:
    """Add `loopmind evaluate`."""
    parser = add_command(commands, "evaluate", _evaluate, "measure a task against known truth")
    parser.add_argument("task", choices=sorted(TASKS), metavar="TASK", help=", ".join(TASKS))
    parser.add_argument(
        "data", type=Path, metavar="DATA",
        help="a folder with a manifest.csv; for prompts and structure a file of JSON lines; for"
        " compatibility a folder of songs as POP909 has them",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument(
        "--picture", type=Path, metavar="FILE.svg", help="draw the figures, where they are a table"
    )
    parser.add_argument(
        "--queries", type=at_least_one, metavar="N",
        help="for compatibility: for how many loops a partner is looked for (default: 300)",
    )  # fmt: skip
    parser.add_argument(
        "--soundfont", type=Path, nargs="+", metavar="FILE.sf2", dest="fonts",
        help="for compatibility: what plays the songs (default: what is installed)",
    )  # fmt: skip


def _evaluate(options: argparse.Namespace) -> int:
    from loopmind_live.app.progress import progress_bars

    module = import_module(f"loopmind_live.{TASKS[options.task]}")
    with progress_bars() as progress:
        advance = progress("measuring", "files")
        found: Evaluation = module.evaluate(options.data, advance, **_given(options))
    print(json.dumps(found.to_json(), indent=2) if options.json else found)
    if options.picture is not None:
        _draw(found, options.task, options.picture)
    return 0


def _given(options: argparse.Namespace) -> dict[str, Any]:
    """Return the options that were given for one task alone. Raises ConfigError for another one."""
    given = {name: getattr(options, name) for name in ("queries", "fonts")}
    given = {name: value for name, value in given.items() if value is not None}
    if given and options.task != "compatibility":
        raise ConfigError(
            f"{options.task}: --queries and --soundfont are for compatibility alone: leave them out"
        )
    return given


def _draw(found: Evaluation, task: str, path: Path) -> None:
    if not isinstance(found, Drawn):
        raise ConfigError(f"--picture: the figures of {task} are not drawn: leave it out")
    try:
        path.write_text(found.picture(), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror})") from error
