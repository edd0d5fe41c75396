"""The command of the command line that trains the model of instruments."""

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

from loopmind_live.app.subcommands import add_command, add_models
from loopmind_live.errors import ConfigError


def add_train_instruments(tasks: Any) -> None:
    """Add `loopmind train instruments`."""
    parser = add_command(
        tasks, "instruments", _train_instruments,
        "train what tells instruments, on real sounds, sound fonts (by FluidSynth) and synthesis",
    )  # fmt: skip
    folders = (
        ("--sounds", "a folder with a manifest.csv"),
        ("--made", "the same, of sounds made by programs, as by loopmind demo"),
        ("--kits", "a folder of drum kits, a folder each, whose file names tell the drums"),
        ("--voices", "a folder of folders of voices"),
    )
    for name, words in folders:
        parser.add_argument(
            name, type=Path, nargs="+", default=[], metavar="FOLDER", help=words
        )  # fmt: skip
    parser.add_argument(
        "--alike", nargs="+", default=[], metavar="CLASS=FOLDER",
        help="a folder of folders of sounds that are all of a class, as in fx=games",
    )  # fmt: skip
    parser.add_argument("--fonts", type=Path, nargs="+", default=[], metavar="FILE.sf2")
    parser.add_argument(
        "--songs", type=Path, metavar="FOLDER", help="songs as MIDI, which the fonts play, too"
    )
    parser.add_argument(
        "--tables", type=Path, required=True, metavar="FOLDER",
        help="keeps what was heard of all sounds: a training that was stopped goes on from there",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    add_models(parser)


def _train_instruments(options: argparse.Namespace) -> int:
    from loopmind_live.app.progress import progress_bars
    from loopmind_live.training.gather import Sources
    from loopmind_live.training.instrument_training import Order, train

    sources = Sources(
        options.sounds, options.kits, options.voices, [_labeled(each) for each in options.alike],
        options.fonts, options.songs, options.made,
    )  # fmt: skip
    order = Order(sources, options.out, options.tables, options.seed, told_command(sys.argv[1:]))
    with progress_bars() as progress:
        done = train(order, progress)
    right = sum(true == told for true, told in done.measured.pairs())
    print(
        f"{options.out}: {right} of {len(done.measured.labels)} sounds of packs left out are right"
    )
    return 0


def told_command(arguments: list[str]) -> str:
    """Return the command line as a card tells it: every path by its name."""
    return shlex.join(["loopmind", *_without_folders(arguments)])


def _labeled(text: str) -> tuple[str, Path]:
    from loopmind_live.library.classes import CLASSES

    label, _, folder = text.partition("=")
    if label not in CLASSES or not folder:
        raise ConfigError(f"--alike {text}: give CLASS=FOLDER, with one of {', '.join(CLASSES)}")
    return label, Path(folder)


def _without_folders(arguments: list[str]) -> list[str]:
    """Return the arguments with every path by its name: where things lay does not matter.

    >>> _without_folders(["--alike", "fx=/a/b/games", "--seed", "0"])
    ['--alike', 'fx=games', '--seed', '0']
    """
    short = []
    for argument in arguments:
        head, mark, path = argument.rpartition("=")
        short.append(head + mark + (Path(path).name if "/" in path else path))
    return short
