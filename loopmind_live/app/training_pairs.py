"""The command of the command line that trains the model of what goes together."""

import argparse
from pathlib import Path
from typing import Any

from loopmind_live.app.argument_types import at_least_one
from loopmind_live.app.subcommands import add_command, add_models


def add_train_compatibility(tasks: Any) -> None:
    """Add `loopmind train compatibility`."""
    parser = add_command(
        tasks, "compatibility", _train,
        "train what tells which loops go together, on songs played part by part (by FluidSynth)",
    )  # fmt: skip
    parser.add_argument(
        "--corpus", type=Path, required=True, metavar="DIR",
        help="a folder a song, with its MIDI, beats and keys, as POP909 has them, or a folder with"
        " that in a folder pop909",
    )  # fmt: skip
    parser.add_argument(
        "--soundfont", type=Path, nargs="+", required=True, metavar="FILE.sf2", dest="fonts"
    )
    parser.add_argument(
        "--unseen", type=Path, required=True, metavar="FILE.sf2",
        help="a sound font that is kept for measuring",
    )  # fmt: skip
    parser.add_argument(
        "--passages", type=at_least_one, default=2, metavar="N", help="eight bars each, of a song"
    )
    parser.add_argument(
        "--queries", type=at_least_one, default=300, metavar="N", help="for measuring"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    add_models(parser)


def _train(options: argparse.Namespace) -> int:
    from loopmind_live.app.progress import progress_bars
    from loopmind_live.training.compatibility_training import PairSources, train_compatibility

    sources = PairSources(
        options.corpus, options.fonts, options.unseen, options.passages, options.queries
    )
    with progress_bars() as progress:
        bars = progress("listening", "loops"), progress("measuring", "loops")
        told = train_compatibility(sources, options.out, options.seed, *bars)
    print(told)
    return 0
