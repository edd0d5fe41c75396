"""The bench "arrange": how long a performer waits for an arrangement, and for another hook."""

import sys
import time
from collections.abc import Callable

import numpy as np

from loopmind_live.arranger.base import Direction
from loopmind_live.arranger.checkpoint import shipped_structure
from loopmind_live.arranger.directions import direction_of
from loopmind_live.arranger.rules import RuleArranger
from loopmind_live.bench.known_loops import known_loops
from loopmind_live.bench.rows import BenchRow
from loopmind_live.bench.settings import Progress
from loopmind_live.errors import ArrangerError
from loopmind_live.score.arrangement import Arrangement

LOOPS = 1000
TIMES = 100
ARRANGE_BAR_MS, REGENERATE_BAR_MS = 60.0, 50.0
_GENRES = ("trap", "house", "techno", "lofi", "dnb", "pop", "hip hop", "ambient", "funk", "drill")
_KEYS = ("Am", "C#m", "F major", "Gm")


def run_arrange_bench(progress: Progress, loops: int = LOOPS, times: int = TIMES) -> list[BenchRow]:
    """Return how long choices take over a library of so many loops, the slowest twentieth left out.

    Every arrangement is of another tempo, so that nothing that was worked out before serves it.
    """
    before = "torch" in sys.modules
    progress("making loops", 0.0)
    library = known_loops(loops)
    begun = time.perf_counter()
    arranger = RuleArranger(library, structure=shipped_structure())
    ready_ms = 1000.0 * (time.perf_counter() - begun)
    made: list[Arrangement] = []
    arranging = _timed(times, lambda i: made.append(arranger.arrange(_prompt(i), i)))
    progress("regenerating", 0.4)
    again = _timed(times, lambda i: _regenerate(arranger, made[i], i))
    progress("regenerating in a direction", 0.7)
    darker = direction_of(["dark"])
    moved = _timed(times, lambda i: _regenerate(arranger, made[i], i, darker))
    among = f"over {loops} loops, 95 of 100 within"
    torch = int("torch" in sys.modules and not before)
    return [
        BenchRow("arrange", "ready to arrange", ready_ms, "ms"),
        _row(f"a whole arrangement {among}", arranging, ARRANGE_BAR_MS),
        _row(f"another hook {among}", again, REGENERATE_BAR_MS),
        _row(f"a darker hook {among}", moved, REGENERATE_BAR_MS),
        BenchRow("arrange", "heavy libraries (torch) imported", torch, "of 1", "= 0", torch == 0),
    ]


def _prompt(number: int) -> str:
    genre, key = _GENRES[number % len(_GENRES)], _KEYS[number % len(_KEYS)]
    return f"{genre} {80 + number} bpm in {key}"


def _regenerate(
    arranger: RuleArranger, arrangement: Arrangement, seed: int, direction: Direction | None = None
) -> None:
    """Regenerate the fullest section; that nothing fits takes its time, too."""
    sizes = [len(section.parts) for section in arrangement.sections]
    place = sizes.index(max(sizes))
    try:
        arranger.regenerate(arrangement, place, seed, direction=direction or Direction())
    except ArrangerError:
        return


def _timed(times: int, work: Callable[[int], object]) -> list[float]:
    """Return how long `work` took each time, in ms."""
    taken = []
    for number in range(times):
        begun = time.perf_counter()
        work(number)
        taken.append(1000.0 * (time.perf_counter() - begun))
    return taken


def _row(figure: str, taken_ms: list[float], bar_ms: float) -> BenchRow:
    value = round(float(np.percentile(taken_ms, 95)), 2)
    return BenchRow("arrange", figure, value, "ms", f"<= {bar_ms:g}", value <= bar_ms)
