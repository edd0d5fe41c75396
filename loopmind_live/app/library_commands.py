"""The commands of the command line that make, correct and show a library."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loopmind_live.app.argument_types import at_least_one, bpm_range, key_or_none
from loopmind_live.app.subcommands import add_command, add_library, console, library_of
from loopmind_live.score.loop import ROLES

if TYPE_CHECKING:
    from loopmind_live.library.entry import Entry
    from loopmind_live.library.filters import Filter
    from loopmind_live.library.report import ScanReport

ORDERS = ("path", "name", "role", "bpm", "key", "bars", "seconds", "lufs", "brightness")
"""What loops can be ordered by; the library's filters say how."""


def add_scan(commands: Any) -> None:
    """Add `loopmind scan`."""
    parser = add_command(commands, "scan", _scan, "analyse a folder of loops into the library")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    add_library(parser)
    hands = parser.add_mutually_exclusive_group()
    hands.add_argument("--workers", type=at_least_one, metavar="N", help="default: one a core")
    hands.add_argument(
        "--cluster", metavar="ADDRESS",
        help="let the workers of a Dask scheduler look at the files, as in tcp://192.168.1.5:8786;"
        " they read them at the same paths",
    )  # fmt: skip
    parser.add_argument(
        "--watch", action="store_true", help="go on: scan again whenever the folder changes"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def _scan(options: argparse.Namespace) -> int:
    from loopmind_live.app.progress import progress_bars
    from loopmind_live.app.scanning import scan_folder, watch_folder

    def scan() -> "ScanReport":
        with progress_bars() as progress:
            return scan_folder(
                options.folder, library_of(options), options.workers,
                progress("scanning", "files"), options.cluster,
            )  # fmt: skip

    def show(report: "ScanReport") -> None:
        if options.json:
            print(json.dumps(report.to_json()), flush=True)
            return
        for path, reason in report.errors:
            print(f"{path}: {reason}", file=sys.stderr)
        print(report.summary(), flush=True)

    show(scan())
    if options.watch:
        _tell(f"{options.folder}: watched; Ctrl-C ends it")
        watch_folder(options.folder, scan, show, _tell)
    return 0


def _tell(line: str) -> None:
    print(f"loopmind: {line}", file=sys.stderr)


def add_loops(commands: Any) -> None:
    """Add `loopmind loops`."""
    parser = add_command(commands, "loops", _loops, "list the library's loops, all or some")
    add_library(parser)
    parser.add_argument("--role", action="append", choices=ROLES, default=[], help="or another")
    parser.add_argument("--bpm", type=bpm_range, metavar="LOW-HIGH", help="as in 120-140, or 128")
    parser.add_argument(
        "--key", action="append", type=key_or_none, metavar="KEY", default=[],
        help="as in Fm, or none; may be given again for another",
    )  # fmt: skip
    parser.add_argument("--mood", action="append", default=[], help="given again: this one, too")
    parser.add_argument("--tag", action="append", default=[], help="given again: this one, too")
    parser.add_argument("--search", nargs="+", metavar="WORD", default=[], help="in path and words")
    parser.add_argument("--favorites", action="store_true", help="only favorites")
    parser.add_argument("--corrected", action="store_true", help="only what you have corrected")
    parser.add_argument("--duplicates", action="store_true", help="only files that hold the same")
    parser.add_argument("--sort", choices=ORDERS, default="path", help="default: path")
    parser.add_argument(
        "--json", action="store_true",
        help="print an array of an object a loop (--duplicates: an array a group of them)",
    )  # fmt: skip


def _loops(options: argparse.Namespace) -> int:
    from loopmind_live.app.files import library_entries
    from loopmind_live.library.filters import duplicates, ordered

    entries = library_entries(library_of(options))
    wanted = _filter(options)
    found = ordered([entry for entry in entries if wanted.passes(entry)], options.sort)
    if options.duplicates:
        groups = duplicates(found)
        if options.json:
            listed = [[entry.loop.to_json() for entry in group] for group in groups]
            print(json.dumps(listed, indent=1))
        else:
            _show_duplicates(groups)
        return 0
    if options.json:
        print(json.dumps([entry.loop.to_json() for entry in found], indent=1))
        return 0
    _show(found, len(entries))
    return 0


def _filter(options: argparse.Namespace) -> "Filter":
    from loopmind_live.library.filters import Filter
    from loopmind_live.library.user_words import read_tag

    return Filter(
        roles=tuple(options.role),
        bpm=options.bpm,
        keys=tuple(options.key),
        moods=tuple(mood.lower() for mood in options.mood),
        tags=tuple(read_tag(tag) for tag in options.tag),
        words=tuple(options.search),
        favorite=options.favorites,
        corrected=options.corrected,
    )


def _show(entries: "list[Entry]", of: int) -> None:
    from loopmind_live.library.listing import LEGEND, loops_table

    usable = [entry for entry in entries if entry.loop.error is None]
    if usable:
        screen = console()
        screen.print(loops_table(usable, screen.width))
    for entry in entries:
        if entry.loop.error is not None:
            print(f"{entry.number} cannot be used: {entry.loop.error}")
    if any(entry.corrections for entry in usable):
        print(LEGEND)
    if len(entries) < of:
        print(f"{len(entries)} of {of} loops")


def _show_duplicates(groups: "list[list[Entry]]") -> None:
    from loopmind_live.library.listing import duplicates_table

    if groups:
        console().print(duplicates_table(groups))
    files = sum(len(group) for group in groups)
    sounds = "1 sound" if len(groups) == 1 else f"{len(groups)} sounds"
    print(f"{files} files hold {sounds}" if groups else "no two files hold the same")


def add_fix(commands: Any) -> None:
    """Add `loopmind fix`."""
    parser = add_command(
        commands, "fix", _fix,
        "correct what was heard wrongly, tag loops, choose favorites; scans never change it back",
    )  # fmt: skip
    parser.add_argument(
        "loops", nargs="+", metavar="LOOP", help="a path, a name, or a number of loopmind loops"
    )
    add_library(parser)
    parser.add_argument("--bpm", metavar="BPM", help="as in 174, or none")
    parser.add_argument("--key", metavar="KEY", help="as in Fm, or none")
    parser.add_argument("--role", metavar="ROLE", help=", ".join(ROLES))
    parser.add_argument("--beats", metavar="N", help="the length in beats, at the tempo")
    parser.add_argument("--kind", metavar="KIND", help="loop or one_shot")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="add a tag")
    parser.add_argument("--untag", action="append", default=[], metavar="TAG", help="take one off")
    parser.add_argument("--favorite", action=argparse.BooleanOptionalAction, help="or no longer")
    parser.add_argument("--clear", action="store_true", help="forget the corrections that it has")


def _fix(options: argparse.Namespace) -> int:
    from loopmind_live.app.fixing import Fix, fix_loops, told

    typed = {name: getattr(options, name) for name in ("bpm", "key", "role", "beats", "kind")}
    fix = Fix(typed, options.tag, options.untag, options.favorite, options.clear)
    for entry in fix_loops(library_of(options), options.loops, fix, Path.cwd()):
        print(told(entry))
    return 0
