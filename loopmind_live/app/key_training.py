"""The command of the command line that trains the model of keys."""

import argparse
from pathlib import Path
from typing import Any

from loopmind_live.app.subcommands import add_command, add_models


def add_key(tasks: Any) -> None:
    """Add `loopmind train key`."""
    parser = add_command(
        tasks, "key", _train_key,
        "train what tells keys, on songs and beats played by sound fonts (by FluidSynth), and kits",
    )  # fmt: skip
    parser.add_argument(
        "--songs", type=Path, required=True, metavar="DIR",
        help="a folder a song, with its MIDI, beats and keys, as POP909 has them",
    )  # fmt: skip
    parser.add_argument(
        "--soundfont", type=Path, nargs="+", required=True, metavar="FILE.sf2", dest="soundfonts"
    )
    parser.add_argument(
        "--kits", type=Path, nargs="+", default=[], metavar="DIR",
        help="a folder of drum kits, a folder of hits each",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    add_models(parser)


def _train_key(options: argparse.Namespace) -> int:
    from loopmind_live.app.progress import progress_bars
    from loopmind_live.library.key_model import FILE
    from loopmind_live.training.key_lesson import KeySources, learn_keys

    sources = KeySources(options.songs, options.soundfonts, options.kits)
    with progress_bars() as progress:
        learned = learn_keys(
            sources, options.out / FILE, options.seed, progress("listening", "sorts of sounds")
        )
    print(f"{options.out / FILE}: of songs and kits that were left out")
    print(learned)
    return 0
