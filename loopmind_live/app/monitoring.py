"""`loopmind monitor`: print what comes in from surfaces, and what it stands for."""

import argparse
from typing import Any

from loopmind_live.app.argument_types import port
from loopmind_live.app.subcommands import add_command


def add_monitor(commands: Any) -> None:
    """Add `loopmind monitor`."""
    parser = add_command(
        commands, "monitor", _monitor,
        "print what comes in from surfaces, and what it stands for, until Ctrl-C",
    )  # fmt: skip
    parser.add_argument(
        "--port", type=port, metavar="N",
        help="take OSC on this port and play nothing (default: look at the performance that runs)",
    )  # fmt: skip


def _monitor(options: argparse.Namespace) -> int:
    from loopmind_live.app.journals import journals_folder
    from loopmind_live.app.looking import lines_here, lines_there

    number = options.port
    lines = lines_there(journals_folder()) if number is None else lines_here(number)
    try:
        for text in lines:
            print(text, flush=True)
    except KeyboardInterrupt:
        return 0  # this is how one ends it
    return 0
