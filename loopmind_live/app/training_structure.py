"""The command of the command line that trains the model of structure."""

import argparse
import sys
from pathlib import Path
from typing import Any

from loopmind_live.app.argument_types import at_least_one
from loopmind_live.app.subcommands import add_command, add_models


def add_train_structure(tasks: Any) -> None:
    """Add `loopmind train structure`."""
    parser = add_command(
        tasks, "structure", _train_structure,
        "train what tells the order and length of sections, on songs that people have labeled",
    )  # fmt: skip
    parser.add_argument(
        "--corpus", type=Path, required=True, metavar="DIR",
        help="a folder with *structures*.jsonl: a song a line",
    )  # fmt: skip
    parser.add_argument(
        "--published", type=Path, nargs="+", default=[], metavar="DIR",
        help="more songs: the Harmonix Set or POP909's phrases, as they were published",
    )  # fmt: skip
    parser.add_argument(
        "--members", type=at_least_one, default=4, metavar="N", help="how many models tell together"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    add_models(parser)


def _train_structure(options: argparse.Namespace) -> int:
    from loopmind_live.app.progress import progress_bars
    from loopmind_live.app.training_instruments import told_command
    from loopmind_live.training.structure_training import Order, train_structure

    order = Order(
        options.corpus, options.published, options.out, options.members, options.seed,
        told_command(sys.argv[1:]),
    )  # fmt: skip
    with progress_bars() as progress:
        figures = train_structure(order, progress("learning", "epochs"))
    print(f"{options.out}: of songs by other artists")
    print(figures)
    return 0
