"""The commands of the command line that find loops by their sound, and show where they lie."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loopmind_live.app.argument_types import at_least_one
from loopmind_live.app.subcommands import add_command, add_library, console, library_of

if TYPE_CHECKING:
    from loopmind_live.library.similar import Match

DEFAULT_COUNT = 10


def add_similar(commands: Any) -> None:
    """Add `loopmind similar`."""
    parser = add_command(
        commands, "similar", _similar, "find the loops most like another one, or like words"
    )
    parser.add_argument(
        "like", metavar="LOOP|TEXT",
        help='a path, a name, a number of loopmind loops, or words as in "dusty vinyl drums"',
    )  # fmt: skip
    parser.add_argument(
        "-n", type=at_least_one, default=DEFAULT_COUNT, dest="count", metavar="N",
        help=f"how many (default: {DEFAULT_COUNT})",
    )  # fmt: skip
    add_library(parser)
    parser.add_argument(
        "--embedding", metavar="NAME",
        help="what to compare by: dsp (default), clap, clap:MODEL or clap:FOLDER, which know words,"
        " or openl3; loops that it has not heard yet are heard first",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print an array of an object a loop")


def _similar(options: argparse.Namespace) -> int:
    from loopmind_live.app.progress import progress_bars
    from loopmind_live.app.similar import Wanted, find_similar

    wanted = Wanted(options.like, options.count, options.embedding, Path.cwd())
    with progress_bars() as progress:
        matches = find_similar(library_of(options), wanted, progress("listening"), _tell)
    if options.json:
        print(json.dumps([_object(match) for match in matches], indent=1))
        return 0
    _show(matches)
    return 0


def add_map(commands: Any) -> None:
    """Add `loopmind map`."""
    parser = add_command(
        commands, "map", _map, "draw the library: loops that sound alike near each other"
    )
    parser.add_argument(
        "-o", "--out", type=Path, default=Path("map.html"), metavar="FILE",
        help="a page to look around in (.html), or a picture (.png); default: map.html",
    )  # fmt: skip
    add_library(parser)
    parser.add_argument(
        "--embedding", metavar="NAME", default="dsp", help="what to compare by (default: dsp)"
    )


def _map(options: argparse.Namespace) -> int:
    from loopmind_live.app.mapping import draw_map
    from loopmind_live.app.progress import progress_bars

    with progress_bars() as progress:
        print(
            draw_map(
                library_of(options), options.out, options.embedding, progress("listening"), _tell
            )
        )
    return 0


def _object(match: "Match") -> dict[str, Any]:
    return {"similarity": round(match.similarity, 4), **match.loop.to_json()}


def _show(matches: "list[Match]") -> None:
    from loopmind_live.library.match_table import matches_table

    if matches:
        console().print(matches_table(matches))
    else:
        print("the library has no other loop")


def _tell(line: str) -> None:
    print(f"loopmind: {line}", file=sys.stderr)
