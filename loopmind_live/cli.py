"""The command line: reads arguments, runs one job of the app, and answers in one line."""

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from loopmind_live import __version__, config
from loopmind_live.app.argument_types import (
    at_least_one,
    block_size,
    latency_ms,
    outputs,
)
from loopmind_live.app.library_commands import add_fix, add_loops, add_scan
from loopmind_live.app.measuring import add_evaluate
from loopmind_live.app.monitoring import add_monitor
from loopmind_live.app.parsing import add_parse
from loopmind_live.app.search_commands import add_map, add_similar
from loopmind_live.app.subcommands import add_command, add_library, library_of
from loopmind_live.app.surface_arguments import add_surfaces, surfaces_of
from loopmind_live.app.touchosc import add_touchosc
from loopmind_live.app.training_commands import add_train
from loopmind_live.errors import ConfigError, LoopMindError

log = logging.getLogger("loopmind")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `loopmind`; return the exit status: 0 done, 1 failed with one line, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        _log_to_file()
        return int(options.handler(options))
    except LoopMindError as error:
        print(f"loopmind: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("loopmind: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:
        log.exception("loopmind failed")
        where = config.log_folder() / "loopmind.log"
        print(
            f"loopmind: {type(error).__name__}: {error}: this is a fault of the program; "
            f"what happened is in {where}",
            file=sys.stderr,
        )
        return 1


def _log_to_file() -> None:
    path = config.log_folder() / "loopmind.log"
    form = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
    try:
        logging.basicConfig(filename=path, level=logging.INFO, format=form)
    except OSError as error:
        raise ConfigError(f"{path}: the log cannot be written ({error.strerror})") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="loopmind",
        description="Point it at a folder of loops, ask for a set in words, change it as it plays.",
    )
    parser.add_argument("--version", action="version", version=f"loopmind {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (
        _add_demo, add_scan, add_loops, add_similar, add_map, add_fix, add_parse, _add_arrange,
        _add_regenerate, _add_render, _add_perform, _add_attach, add_monitor, _add_replay,
        add_evaluate, add_train, add_touchosc, _add_bench, _add_doctor,
    ):  # fmt: skip
        add(commands)
    return parser


def _seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="choices repeat by seed")


def _rate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rate", type=int, default=config.DEFAULT_RATE_HZ, metavar="HZ",
        choices=config.SAMPLE_RATES, help=f"sample rate (default: {config.DEFAULT_RATE_HZ})",
    )  # fmt: skip


def _add_demo(commands: Any) -> None:
    parser = add_command(
        commands, "demo", _demo, "make loops, scan and arrange them, and perform (or render)"
    )
    parser.add_argument("--out", type=Path, default=Path("demo"), metavar="DIR")
    parser.add_argument("--bars", type=at_least_one, metavar="N", help="render only so many bars")
    _seed(parser)


def _demo(options: argparse.Namespace) -> int:
    from loopmind_live.app.demo import DemoRequest, perform_demo, prepare_demo
    from loopmind_live.app.progress import progress_bars

    interactive = sys.stdin.isatty() and sys.stdout.isatty() and options.bars is None
    request = DemoRequest(options.out, options.bars, options.seed, interactive)
    with progress_bars() as progress:
        library, timeline = prepare_demo(request, print, progress)
    with progress_bars() as progress:
        perform_demo(request, library, timeline, print, progress("rendering"))
    return 0


def _add_arrange(commands: Any) -> None:
    parser = add_command(
        commands, "arrange", _arrange, "write an arrangement of the library's loops"
    )
    parser.add_argument("prompt", metavar="PROMPT", help='as in "dark trap 140 bpm"')
    add_library(parser)
    _seed(parser)
    parser.add_argument(
        "--structure", type=Path, metavar="DIR", help="a checkpoint that tells the form"
    )
    parser.add_argument("-o", "--out", type=Path, default=Path("timeline.json"), metavar="FILE")


def _arrange(options: argparse.Namespace) -> int:
    from loopmind_live.app.arranging import arrange_to_file, told
    from loopmind_live.arranger.prompt import read_prompt
    from loopmind_live.arranger.remarks import remarks

    arrangement = arrange_to_file(
        options.prompt, library_of(options), options.seed, options.out, options.structure
    )
    print(told(arrangement, options.out))
    for line in remarks(read_prompt(options.prompt), arrangement):
        print(line, file=sys.stderr)
    return 0


def _add_regenerate(commands: Any) -> None:
    parser = add_command(
        commands, "regenerate", _regenerate, "choose other loops for a section of a timeline"
    )
    parser.add_argument("timeline", type=Path, metavar="TIMELINE")
    parser.add_argument("section", nargs="+", metavar="SECTION", help='as in hook, or "verse 2"')
    add_library(parser)
    _seed(parser)
    parser.add_argument(
        "-o", "--out", type=Path, metavar="OUT", help="default: the timeline itself"
    )


def _regenerate(options: argparse.Namespace) -> int:
    from loopmind_live.app.arranging import regenerate_in_file

    words = regenerate_in_file(
        options.timeline, " ".join(options.section), library_of(options), options.seed,
        options.out or options.timeline,
    )  # fmt: skip
    print(words)
    return 0


def _add_render(commands: Any) -> None:
    parser = add_command(commands, "render", _render, "render a timeline to a WAV file")
    parser.add_argument("timeline", type=Path, metavar="TIMELINE")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="FILE")
    add_library(parser)
    parser.add_argument("--stems", type=Path, metavar="DIR", help="write each track here, too")
    _rate(parser)
    parser.add_argument(
        "--dry", action="store_true", help="the plain sum of the clips, as 32-bit float"
    )


def _render(options: argparse.Namespace) -> int:
    from loopmind_live.app.progress import progress_bars
    from loopmind_live.app.render import RenderRequest, render

    request = RenderRequest(
        options.timeline, options.out, library_of(options), options.stems, options.rate,
        dry=options.dry,
    )  # fmt: skip
    with progress_bars() as progress:
        frames = render(request, progress("rendering"))
    print(f"{options.out}: {frames / options.rate:.1f} s")
    return 0


def _add_perform(commands: Any) -> None:
    parser = add_command(
        commands, "perform", _perform, "play, with a prompt to change it as it plays"
    )
    add_library(parser)
    parser.add_argument("--timeline", type=Path, metavar="FILE", help="begin with this timeline")
    parser.add_argument(
        "--set", type=Path, metavar="FOLDER", dest="set_folder",
        help="begin with this set: what save wrote, or a set.toml of your own",
    )  # fmt: skip
    parser.add_argument(
        "--audio", choices=("auto", "jack", "portaudio", "offline"), default="auto",
        help="where the sound goes (default: auto)",
    )  # fmt: skip
    _rate(parser)
    parser.add_argument(
        "--block", type=block_size, default=config.DEFAULT_BLOCK, metavar="N",
        help=f"frames a block (default: {config.DEFAULT_BLOCK})",
    )  # fmt: skip
    _seed(parser)
    parser.add_argument("--until", type=at_least_one, metavar="BAR", help="end at this bar's line")
    parser.add_argument("--script", type=Path, metavar="FILE", help="lines of: @BAR[.BEAT] text")
    parser.add_argument("--record", type=Path, metavar="FILE", help="record the master")
    parser.add_argument("--stems", type=Path, metavar="DIR", help="record each part in this folder")
    parser.add_argument(
        "--events", type=Path, metavar="FILE", help="write all that happens (JSONL)"
    )
    parser.add_argument("--dry", action="store_true", help="plain clips, for measuring")
    parser.add_argument(
        "--outputs", type=outputs, default="master=1-2", metavar="MAP",
        help="the device's channels, as in master=1-2,cue=3-4: with a cue there are a click, a "
        "count-in and pre-listening (default: master=1-2)",
    )  # fmt: skip
    parser.add_argument(
        "--input", action="store_true",
        help="open the device's input, too (through JACK it is open always)",
    )  # fmt: skip
    parser.add_argument(
        "--latency-ms", type=latency_ms, metavar="MS",
        help="how much later the input comes than the device says; remembered",
    )  # fmt: skip
    parser.add_argument(
        "--language-model", metavar="MODEL",
        help="ask it what the grammar does not understand, live: an address "
        "(http://127.0.0.1:8080/v1#NAME), or a transformers model by name or folder (off)",
    )  # fmt: skip
    parser.add_argument("--headless", action="store_true", help="no prompt: a script, or just play")
    _plain(parser)
    add_surfaces(parser)
    parser.add_argument(
        "--resume", nargs="?", const="playing", choices=("playing", "anew"),
        help="take up the newest performance whose performer was killed, as it plays on; "
        "anew: load its last state where nothing plays (all other options but --headless are its)",
    )  # fmt: skip


def _perform(options: argparse.Namespace) -> int:
    if options.resume is not None:
        return _resume(options)
    from loopmind_live.app.latency import remember_latency
    from loopmind_live.app.offline import OfflineShow, Request
    from loopmind_live.app.progress import progress_bars
    from loopmind_live.app.stage import Sound

    sound = Sound(
        options.audio, options.rate, options.block, options.dry, options.input, options.outputs
    )
    if options.latency_ms is not None:
        remember_latency(config.data_folder(), options.latency_ms)
    request = Request(
        library_of(options), sound, options.timeline, options.script, options.record,
        options.events, options.until, options.seed, options.headless, options.stems,
        surfaces_of(options), options.language_model, options.plain,
    )  # fmt: skip
    if options.set_folder is not None:
        from loopmind_live.app.set_request import request_with

        with progress_bars() as progress:
            request = request_with(
                request, options.set_folder, progress("scanning", "files"),
                options.library is not None,
            )  # fmt: skip
    if options.audio == "offline":
        with progress_bars() as progress:
            OfflineShow(request, print).run(progress("performing"))
        return 0
    from loopmind_live.app.live import LiveShow

    LiveShow(request).run()
    return 0


def _resume(options: argparse.Namespace) -> int:
    from loopmind_live.app.journals import journals_folder
    from loopmind_live.app.live import LiveShow
    from loopmind_live.app.resume import resume

    resumed = resume(journals_folder(), options.resume, options.headless)
    LiveShow(resumed.request, resumed).run()
    return 0


def _plain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--plain", action="store_true",
        help="a prompt for screen readers: lines alone, and what changes is said in lines, too",
    )  # fmt: skip


def _add_attach(commands: Any) -> None:
    parser = add_command(
        commands, "attach", _attach,
        "open another prompt on the performance that runs; quit leaves it, quit all ends the music",
    )  # fmt: skip
    _plain(parser)


def _attach(options: argparse.Namespace) -> int:
    from loopmind_live.app.attach import attach
    from loopmind_live.app.journals import journals_folder

    attach(journals_folder(), options.plain)
    return 0


def _add_replay(commands: Any) -> None:
    parser = add_command(
        commands, "replay", _replay, "play a recorded set's events again, to a file"
    )
    parser.add_argument("events", type=Path, metavar="EVENTS")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="FILE")
    add_library(parser)


def _replay(options: argparse.Namespace) -> int:
    from loopmind_live.app.files import library_loops_if_any
    from loopmind_live.app.progress import progress_bars
    from loopmind_live.app.replay import replay

    loops = library_loops_if_any(library_of(options))
    with progress_bars() as progress:
        frames = replay(options.events, options.out, loops, progress("replaying"))
    print(f"{options.out}: {frames} frames")
    return 0


def _add_bench(commands: Any) -> None:
    parser = add_command(commands, "bench", _bench, "measure, and say which bars are met")
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def _bench(options: argparse.Namespace) -> int:
    from loopmind_live.app.benches import run_benches
    from loopmind_live.app.progress import progress_bars

    with progress_bars() as progress:
        advance = progress("benches")
        rows = run_benches(options.names, lambda _what, part: advance(round(1000 * part), 1000))
    if options.json:
        print(json.dumps([row.to_json() for row in rows]))
        return 0
    for row in rows:
        print(row)
    return 0


def _add_doctor(commands: Any) -> None:
    parser = add_command(
        commands, "doctor", _doctor, "look at sound, limits, files and a set; say how to mend them"
    )
    parser.add_argument("--timeline", type=Path, metavar="FILE", help="look at this set, too")
    add_library(parser)
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def _doctor(options: argparse.Namespace) -> int:
    from loopmind_live.app.doctor import Examination, examine
    from loopmind_live.app.finding import as_json, failed, show

    linux = sys.platform.startswith("linux")
    request = Examination(options.timeline, options.library, linux=linux)
    findings = examine(request, os.environ)
    if options.json:
        print(as_json(findings))
    else:
        show(findings)
    return 1 if failed(findings) else 0


if __name__ == "__main__":
    sys.exit(main())
