"""What the commands of the command line share."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from loopmind_live import config

Handler = Callable[[argparse.Namespace], int]
_PIPE_COLUMNS = 200


def add_command(commands: Any, name: str, handler: Handler, words: str) -> argparse.ArgumentParser:
    """Add a command to `commands` (argparse's subparsers) and return its parser."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    parser.set_defaults(handler=handler)
    return parser


def add_library(parser: argparse.ArgumentParser) -> None:
    """Give a command the option --library."""
    parser.add_argument(
        "--library", type=Path, metavar="FILE", help="the library (default: in your data folder)"
    )


def add_models(parser: argparse.ArgumentParser) -> None:
    """Give a command that trains the option -o, the folder that its model is written to."""
    parser.add_argument(
        "-o", "--out", type=Path, default=Path("models"), metavar="DIR", help="default: models"
    )


def library_of(options: argparse.Namespace) -> Path:
    """Return the library that was named, or the default one."""
    path: Path | None = options.library
    return path or config.default_library()


def console() -> Any:
    """Return the terminal; a pipe or file takes lines that are wide enough for whole names."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=_PIPE_COLUMNS)
