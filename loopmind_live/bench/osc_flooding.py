"""The bench "osc": a flood of OSC while a set plays, and beside python-osc's own server.

LOOPMIND_OSC_SECONDS says how long the flood takes.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from loopmind_live.bench.codes import CodeSet
from loopmind_live.bench.jack_clients import missing
from loopmind_live.bench.live_rows import live_rows
from loopmind_live.bench.live_run import Piece, check_live, perform_command
from loopmind_live.bench.osc_flood import Flooded, matched, read_times
from loopmind_live.bench.performing import Order
from loopmind_live.bench.random_script import Script
from loopmind_live.bench.rows import BenchRow
from loopmind_live.bench.settings import Progress, number
from loopmind_live.errors import LoopMindError

VARIABLE, DEFAULT_SECONDS = "LOOPMIND_OSC_SECONDS", 10.0
RATE, ADDRESSES = 20_000.0, 300
P99_MS, PATTERN_MS = 2.0, 5.0
FLOODED = "loopmind_live.app.osc_flooded"
"""The program that is flooded: `FLOODED FOLDER RATE SECONDS [WORDS OF THE COMMAND LINE]`."""
_PEER = "loopmind_live.bench.osc_peer"
_SET_S = 20.0
"""So much longer than the flood the set takes: it begins before, and ends after it."""


def flooded(folder: Path, port: int, rate: float, seconds: float) -> list[int]:
    """Flood a port from a process of its own, at the addresses in `folder`; return when, in ns."""
    out = folder / "sent.bin"
    words = [str(port), str(rate), str(seconds), str(folder / "addresses.json"), str(out)]
    command = [sys.executable, "-m", "loopmind_live.bench.osc_flood", *words]
    subprocess.run(command, check=True, timeout=seconds + 60.0, stdin=subprocess.DEVNULL)
    return read_times(out)


def run_osc_bench(
    progress: Progress, environment: Mapping[str, str] = os.environ, rate: float = RATE
) -> list[BenchRow]:
    """Return what of a flood is lost and how late it is, while a set plays and beside a peer."""
    seconds = number(environment, VARIABLE, DEFAULT_SECONDS, 1.0, 600.0)
    rows: list[BenchRow] = []
    with tempfile.TemporaryDirectory(prefix="osc-bench-") as name:
        folder = Path(name)
        progress("a set is flooded", 0.0)
        rows += _playing_rows(folder / "set", rate, seconds)
        progress("a server alone is flooded", 0.6)
        alone, figures = _alone(folder / "alone", FLOODED, rate, seconds)
        rows += flood_rows("alone", alone, rate, seconds)
        rows.append(pattern_row(figures))
        progress("python-osc is flooded", 0.8)
        if find_spec("pythonosc") is None:
            rows.append(BenchRow("osc", "python-osc: lost", None, "not installed: python-osc"))
        else:
            peer, _ = _alone(folder / "peer", _PEER, rate, seconds, folder / "alone")
            rows += peer_rows(alone, peer)
    progress("done", 1.0)
    return rows


def _playing_rows(folder: Path, rate: float, seconds: float) -> list[BenchRow]:
    folder.mkdir()
    lacking = missing()
    if lacking is not None:
        return [BenchRow("osc", "lost while a set plays", None, lacking, "= 0")]
    bars = round((seconds + _SET_S) * Piece.bpm / 240.0)
    piece = Piece(bars, 1.0, busy=0)

    def command(made: CodeSet, script: Script, order: Order) -> list[str]:
        words = perform_command(made, script, order)
        start = words.index("perform")
        begin = [sys.executable, "-m", FLOODED, str(folder), str(rate), str(seconds)]
        return [*begin, *words[start:], "--osc-port", "0"]

    live = check_live(folder, piece, player=command)
    rows = live_rows("osc", live, piece)
    figures = _read(folder)
    if figures is None:
        return [*rows, BenchRow("osc", "lost while a set plays", None, live.heard.output[-300:])]
    found = matched(figures["sent_ns"], map(tuple, figures["taken"]))
    return [*flood_rows("while a set plays", found, rate, seconds), *rows]


def _alone(
    folder: Path, program: str, rate: float, seconds: float, like: Path | None = None
) -> tuple[Flooded, dict[str, Any]]:
    """Return what becomes of a flood at a program that only listens, and all that it wrote."""
    folder.mkdir()
    if like is not None:
        (folder / "addresses.json").write_text((like / "addresses.json").read_text())
    words = [sys.executable, "-m", program, str(folder), str(rate), str(seconds)]
    subprocess.run(words, check=True, timeout=seconds + 120.0, stdin=subprocess.DEVNULL)
    figures = _read(folder)
    if figures is None:
        raise LoopMindError(f"{program} wrote no figures")
    return matched(figures["sent_ns"], map(tuple, figures["taken"])), figures


def _read(folder: Path) -> dict[str, Any] | None:
    path = folder / "figures.json"
    if not path.exists():
        return None
    figures: dict[str, Any] = json.loads(path.read_text())
    return figures


def flood_rows(where: str, found: Flooded, rate: float, seconds: float) -> list[BenchRow]:
    """Return how many moves were lost, and how long the others took to the queue of commands."""
    what = f"{rate:,.0f} a second over {ADDRESSES} addresses for {seconds:g} s"
    p99 = found.percentile(99.0)
    rows = [
        BenchRow("osc", f"lost {where}", found.lost, f"of {found.sent} ({what})", "= 0",
                 found.lost == 0),
        BenchRow("osc", f"sent to queued {where}, p99", p99, "ms", f"<= {P99_MS:g}",
                 p99 is not None and p99 <= P99_MS),
    ]  # fmt: skip
    rows += [
        BenchRow("osc", f"sent to queued {where}, {name}", found.percentile(percent), "ms")
        for name, percent in (("p50", 50.0), ("slowest", 100.0))
    ]
    return rows


def peer_rows(alone: Flooded, peer: Flooded) -> list[BenchRow]:
    """Return what python-osc makes of the same flood, and how many times as late it is."""
    mine, theirs = alone.percentile(99.0), peer.percentile(99.0)
    ratio = theirs / mine if mine and theirs is not None else None
    return [
        BenchRow("osc", "python-osc: lost", peer.lost, f"of {peer.sent}"),
        BenchRow("osc", "python-osc: sent to handled, p99", theirs, "ms"),
        BenchRow("osc", "python-osc's p99 over this one's", ratio, "times"),
    ]


def pattern_row(figures: Mapping[str, Any]) -> BenchRow:
    """Return how long the worst pattern that is known takes over all addresses."""
    slowest = float(figures["slowest_pattern_ms"])
    return BenchRow(
        "osc", "slowest pattern over all addresses", slowest,
        f"ms ({figures['slowest_pattern']})", f"<= {PATTERN_MS:g}", slowest <= PATTERN_MS,
    )  # fmt: skip
