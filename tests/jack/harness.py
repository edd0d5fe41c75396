"""Listen to a performance from outside, as the bench does; and a JACK server for the tests.

    python -m tests.jack.harness [--commands 200] [--hogs 2] [--bpm 140] [--peer-us 300]
        [--keep DIR]

plays a random script through `jackd -d dummy` and prints whether every change was at its frame
relative to the first, and the xruns and gaps of the capture beside those of the idle client.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from loopmind_live.bench.jack_clients import compile_client, compile_clients
from loopmind_live.bench.jack_clients import missing as missing_programs
from loopmind_live.bench.jack_server import end, ranked_server
from loopmind_live.bench.listening import BLOCK, CLIENT, RATE_HZ
from loopmind_live.bench.live_run import Piece, check_live

__all__ = ["CLIENT", "PLAYER", "compile_client", "compile_clients", "end", "jack_server", "missing"]
PLAYER = Path(__file__).parent / "player.c"
"""A client that stands in for a performance."""


def missing() -> str | None:
    """Return what is not installed of what this needs, or None."""
    reason = missing_programs()
    return None if reason is None else f"program: {reason}"


@contextmanager
def jack_server(
    folder: Path, rate: int = RATE_HZ, block: int = BLOCK
) -> Iterator[tuple[dict[str, str], bool]]:
    """Run a JACK server of its own on the dummy driver; give the environment to reach it.

    The second value tells whether it runs with real-time priority.
    """
    with ranked_server(folder, rate, block) as (env, real_time):
        yield dict(env), real_time


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the whole check and print what came out as one line of JSON, then the details."""
    parser = argparse.ArgumentParser(description="Check a performance through JACK, from outside.")
    parser.add_argument("--commands", type=int, default=200)
    parser.add_argument("--per-bar", type=float, default=2.0)
    parser.add_argument("--hogs", type=int, default=2)
    parser.add_argument("--bpm", type=float, default=140.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--controls", type=float, default=0.0, help="faders moved a second")
    parser.add_argument(
        "--peer-us", type=int, default=0, help="so long a C client beside it computes in each cycle"
    )
    parser.add_argument("--keep", type=Path, help="leave everything in this folder")
    options = parser.parse_args(arguments)
    folder = options.keep or Path(tempfile.mkdtemp(prefix="jack-check-"))
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("LOOPMIND_HOME", str(folder / "home"))
    piece = Piece(
        options.commands, options.per_bar, options.hogs, options.bpm, options.seed,
        options.controls, options.peer_us,
    )  # fmt: skip
    try:
        result = check_live(folder, piece)
    finally:
        if options.keep is None:
            shutil.rmtree(folder)
    print(json.dumps(result.to_json()))
    print(result)
    return 0 if result.passed else 1


if __name__ == "__main__":
    sys.exit(main())
