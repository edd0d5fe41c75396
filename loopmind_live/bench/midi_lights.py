"""The bench "midi": from a pad that is pressed to the message that lights it.

A foreign client of JACK stands in for a Launchpad X, presses pads at any frame and times how long
it takes until each is told to flash, while the program performs a set at 128 frames. Time is the
clock's: JACK's count of frames leaps where blocks are lost. A press is written into one block of
JACK's; whoever misses that block never hears of it, so presses and lights beside an xrun are told
apart from the others.
"""

import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loopmind_live import config
from loopmind_live.bench.code_library import fill_library
from loopmind_live.bench.codes import make_code_set
from loopmind_live.bench.jack_clients import SOURCES, compile_client, missing
from loopmind_live.bench.jack_server import end, hogs, ranked_server
from loopmind_live.bench.performing import PROGRAM
from loopmind_live.bench.rows import BenchRow
from loopmind_live.bench.rules import Meter
from loopmind_live.bench.settings import Progress
from loopmind_live.errors import LoopMindError

RATE_HZ, BLOCK = 48000, 128
P99_MS = 8.0
PRESSES = 400
PADS = 6
BUSY = 2
BPM = 140.0
_START_S = 90.0
"""So long a performance may take until its pads are lit, on a slow machine."""
_PRESS_S = 0.6
_PERCENTILES = (50, 99)
_FIRST = "pad to light, p50"


@dataclass(frozen=True, slots=True)
class Pressed:
    """What became of each press: the milliseconds until it was lit, None where it never was.

    `beside_xruns` are the places of those during which JACK lost blocks.
    """

    ms: tuple[float | None, ...]
    xruns: int
    real_time: bool
    beside_xruns: frozenset[int] = frozenset()


def run_midi_bench(
    progress: Progress, presses: int = PRESSES, busy: int = BUSY, seed: int = 1
) -> list[BenchRow]:
    """Return how long lights take, alone and beside `busy` processes that compute all the time."""
    lacking = missing()
    if lacking is not None:
        return [BenchRow("midi", _FIRST, None, lacking, f"<= {P99_MS:g}")]
    rows: list[BenchRow] = []
    for number in dict.fromkeys((0, busy)):
        progress(f"pads beside {number} busy processes", 0.0 if number == 0 else 0.5)
        with tempfile.TemporaryDirectory(prefix="midi-bench-") as folder:
            rows += rows_of(press(Path(folder), presses, number, seed), number)
    progress("done", 1.0)
    return rows


def rows_of(pressed: Pressed, busy: int) -> list[BenchRow]:
    """Return the rows of what was measured; a light that never came counts as the slowest.

    Nothing is asked of how long lights take beside busy processes: it is told.
    """
    beside = f", beside {busy} hogs" if busy else ""
    times = sorted(float("inf") if ms is None else ms for ms in pressed.ms)
    if not times:
        return [BenchRow("midi", f"{_FIRST}{beside}", None, "no pad was lit", f"<= {P99_MS:g}")]
    how = "real-time priority" if pressed.real_time else "normal priority"
    unit = f"ms, {len(times)} presses, JACK with {how}"
    rows = []
    for share in _PERCENTILES:
        value = _percentile(times, share)
        asked = share == _PERCENTILES[-1] and not busy
        rows.append(
            BenchRow(
                "midi", f"pad to light, p{share}{beside}",
                value if value < float("inf") else None,
                unit if value < float("inf") else "never lit",
                f"<= {P99_MS:g}" if asked else None, value <= P99_MS if asked else None,
            )
        )  # fmt: skip
    lost = {place for place, ms in enumerate(pressed.ms) if ms is None}
    beside_xruns = len(lost & pressed.beside_xruns)
    rows.append(
        BenchRow(
            "midi", f"presses never lit{beside}", len(lost),
            f"of {len(times)}, {beside_xruns} of them while JACK lost blocks", "= 0", not lost,
        )
    )  # fmt: skip
    rows.append(BenchRow("midi", f"xruns meanwhile{beside}", pressed.xruns, "xruns"))
    return rows


def _percentile(times: Sequence[float], share: int) -> float:
    """Return the least time that `share` percent are not beyond.

    >>> _percentile([1.0, 2.0, 3.0, 4.0], 50), _percentile([1.0, 2.0, 3.0, 4.0], 99)
    (2.0, 4.0)
    """
    return times[max(0, -(-len(times) * share // 100) - 1)]


def press(folder: Path, presses: int, busy: int = 0, seed: int = 1) -> Pressed:
    """Press pads of a performance through a JACK server of its own. Raises LoopMindError."""
    meter = Meter.of(BPM, RATE_HZ)
    sections = (("intro", 4), ("verse", 4), ("hook", 4), ("bridge", 4), ("drop", 4), ("outro", 4))
    made = make_code_set(
        folder / "loops", meter, seed, ("drums", "bass"), 3, sections[:PADS], clip_bars=(1, 2)
    )
    fill_library(made, folder / "library.sqlite")
    pads = compile_client(SOURCES / "midi_pads.c", folder)
    home = _home(folder)
    seconds = _START_S + presses * _PRESS_S
    words = [
        "perform", "--timeline", str(made.timeline), "--library", str(folder / "library.sqlite"),
        "--audio", "jack", "--rate", str(RATE_HZ), "--block", str(BLOCK), "--headless", "--midi",
    ]  # fmt: skip
    with ranked_server(folder, RATE_HZ, BLOCK) as (env, real_time), hogs(busy, seconds):
        log = folder / "performance.log"
        with log.open("w") as said:
            show = subprocess.Popen(
                [*PROGRAM, *words], stdout=said, stderr=said, stdin=subprocess.DEVNULL,
                env={**env, "LOOPMIND_HOME": str(home)}, cwd=folder,
            )  # fmt: skip
        try:
            _wait_for_music(show, log)
            done = subprocess.run(
                [str(pads), str(presses), str(PADS), str(seconds), str(seed)],
                env=dict(env), capture_output=True, text=True, check=False,
                timeout=seconds + _START_S,
            )  # fmt: skip
        finally:
            end(show)
    if done.returncode:
        raise LoopMindError(f"the pads failed: {done.stderr.strip() or 'they said nothing'}")
    return _read(done.stdout, real_time)


def _home(folder: Path) -> Path:
    """Return a home without mappings of the performer's own, its kernel compiled already."""
    home = folder / "home"
    home.mkdir()
    (home / "cache").symlink_to(config.cache_folder(), target_is_directory=True)
    return home


def _wait_for_music(show: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until a performance greets, which it does once its engine runs."""
    until = time.monotonic() + _START_S
    while "loops, jack at" not in log.read_text(errors="replace"):
        if show.poll() is not None or time.monotonic() > until:
            said = log.read_text(errors="replace").strip().splitlines()
            raise LoopMindError(f"the performance does not start: {(said or ['silent'])[-1]}")
        time.sleep(0.1)


def _read(output: str, real_time: bool) -> Pressed:
    r"""Return what the pads told.

    >>> _read("us 4200 0\nlost 1\nend 7", True).ms, _read("lost 1\nend 7", True).beside_xruns
    ((4.2, None), frozenset({0}))
    """
    times: list[float | None] = []
    beside: set[int] = set()
    xruns = 0
    for line in output.splitlines():
        word, *values = line.split()
        if word == "end":
            xruns = int(values[0])
            continue
        if int(values[-1]):
            beside.add(len(times))
        times.append(int(values[0]) / 1000.0 if word == "us" else None)
    return Pressed(tuple(times), xruns, real_time, frozenset(beside))
