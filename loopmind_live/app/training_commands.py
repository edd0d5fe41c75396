"""The command of the command line that trains the models that are shipped."""

import argparse
from pathlib import Path
from typing import Any

from loopmind_live.app.argument_types import at_least_one
from loopmind_live.app.key_training import add_key
from loopmind_live.app.subcommands import add_command, add_models
from loopmind_live.app.training_instruments import add_train_instruments
from loopmind_live.app.training_pairs import add_train_compatibility
from loopmind_live.app.training_structure import add_train_structure


def add_train(commands: Any) -> None:
    """Add `loopmind train`."""
    parser = commands.add_parser("train", help="train a model that is shipped, on a CPU")
    tasks = parser.add_subparsers(title="tasks", metavar="TASK", required=True)
    _add_tempo(tasks)
    _add_roles(tasks)
    add_key(tasks)
    add_train_instruments(tasks)
    add_train_compatibility(tasks)
    add_train_structure(tasks)


def _add_tempo(tasks: Any) -> None:
    parser = add_command(tasks, "tempo", _tempo, "what tells the tempo of a loop")
    parser.add_argument(
        "--samples", type=Path, required=True, metavar="DIR", help="drum samples, named as such"
    )
    parser.add_argument(
        "--songs", type=Path, required=True, metavar="DIR", help="POP909, as it was published"
    )
    parser.add_argument(
        "--soundfont", type=Path, nargs="+", required=True, metavar="FILE.sf2", dest="soundfonts"
    )
    parser.add_argument("--loops", type=at_least_one, default=5000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="choices repeat by seed")
    parser.add_argument("-o", "--out", type=Path, default=Path("tempo.json"), metavar="FILE")


def _tempo(options: argparse.Namespace) -> int:
    from loopmind_live.app.progress import progress_bars
    from loopmind_live.training.tempo_training import Material, train_tempo

    material = Material(
        options.samples, options.songs, options.soundfonts, options.loops, options.seed
    )
    with progress_bars() as progress:
        seen = train_tempo(material, options.out, progress("making", "loops"))
    print(f"{options.out}: trained on {seen} examples of {options.loops} loops")
    return 0


def _add_roles(tasks: Any) -> None:
    parser = add_command(tasks, "roles", _roles, "which roles play in which kind of section")
    parser.add_argument(
        "--corpus", type=Path, required=True, metavar="FILE.jsonl",
        help="a line a piece: its id, and for each block of bars how many parts of each role play",
    )  # fmt: skip
    add_models(parser)


def _roles(options: argparse.Namespace) -> int:
    from loopmind_live.training.role_training import train_roles

    figures = train_roles(options.corpus, options.out)
    print(
        f"{options.out / 'roles.json'}: {figures.pieces} pieces left out one by one cost "
        f"{figures.both:.3f} bits a block (habits alone {figures.habits:.3f})"
    )
    return 0
