"""Rehearse a patch in a scratch process: `python -m loopmind_live.engine.patch.rehearsal FILE`.

The file runs here and nowhere else, and what it made is played here first: with noise, silence and
a click, with its parameters where they stand, at both ends, and on their way. It prints one line of
JSON, {"patch": ...} or {"error": ...}. A process that prints nothing crashed, hung or ran out of
memory, which its parent tells.
"""

import argparse
import contextlib
import faulthandler
import json
import os
import resource
import signal
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from loopmind_live.engine.patch.record import record
from loopmind_live.errors import EngineError, LoopMindError
from loopmind_live.score.patch import Patch, from_json, to_json

MOST_PEAK = 8.0
"""The loudest sample that full scale may become: +18 dBFS."""
MOST_LOAD = 0.12
"""The share of a block's time that one patch may take."""
MAX_CPU_S = 2.0
MAX_MEMORY_BYTES = 2 << 30
BPM = 120.0
_ROUND_S = 0.25
_NOTES_HZ = {"low notes": 32.7, "high notes": 2093.0}
_MOVES = ("where they stand", "all low", "all high", "moving")


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a rehearsal measured: the highest sample, and the median share of a block's time."""

    peak: float
    load: float


def rehearse(patch: Patch, rate_hz: int, block: int, most_load: float = MOST_LOAD) -> Rehearsed:
    """Play `patch`; EngineError where it is not to be trusted on stage."""
    from loopmind_live.engine.patch.bench import Bench

    with Bench(patch, rate_hz, block) as bench:
        peak, times_s = 0.0, []
        for move in _MOVES:
            for name, sound in _sounds(rate_hz, block, bool(patch.pattern)):
                for number, (left, right) in enumerate(sound):
                    bench.turn(_position(move, number, len(sound)))
                    _strike(bench, name, number)
                    begin = time.thread_time()
                    made = bench.play(left, right)
                    times_s.append(time.thread_time() - begin)
                    how = f"{name}, its parameters {move}"
                    peak = max(peak, _checked(patch, made, how, bench.line_beyond))
    load = statistics.median(times_s) * rate_hz / block
    if load > most_load:
        raise EngineError(
            f"patch {patch.name}: it takes {load:.0%} of the time there is: {most_load:.0%} at "
            "most, so build less"
        )
    return Rehearsed(peak, load)


def _checked(
    patch: Patch,
    made: np.ndarray[Any, np.dtype[np.float64]],
    how: str,
    line_beyond: Callable[[float], int],
) -> float:
    """Return the highest sample; EngineError, with its line, where it is none, or too high."""
    peak = float(np.abs(made).max())
    if peak <= MOST_PEAK:
        return peak
    line = line_beyond(MOST_PEAK)
    where = f"patch {patch.name}{f', line {line}' if line else ''}"
    if not np.isfinite(peak):
        raise EngineError(f"{where}: with {how} its sound is no number")
    raise EngineError(
        f"{where}: with {how} it reaches {peak:.3g}: {MOST_PEAK:g} at most, so turn a gain or a "
        "feedback down"
    )


def _position(move: str, number: int, blocks: int) -> float | None:
    """Return where all parameters stand in their ranges, 0..1; None for their defaults."""
    match move:
        case "all low":
            return 0.0
        case "all high":
            return 1.0
        case "moving":
            return number / max(1, blocks - 1)
    return None


def _strike(bench: Any, name: str, number: int) -> None:
    """Play an instrument in a block of the sound `name`: long notes, one in eight blocks."""
    if name in _NOTES_HZ and number % 4 == 0:
        bench.strike(_NOTES_HZ[name] if number % 8 == 0 else 0.0, number % 5)


def _sounds(rate_hz: int, block: int, plays: bool) -> Iterator[tuple[str, list[Any]]]:
    """Return the sounds that a patch is played with, each as blocks of left and right."""
    blocks = max(2, round(_ROUND_S * rate_hz / block))
    if plays:
        for name in ("no notes", *_NOTES_HZ):
            yield name, [(0.0, 0.0)] * blocks
        return
    chance = np.random.default_rng(0)
    noise = chance.uniform(-1.0, 1.0, (blocks, 2, block))
    click = np.zeros((blocks, 2, block))
    click[0, :, 0] = 1.0
    for name, sound in (("noise", noise), ("silence", np.zeros_like(noise)), ("a click", click)):
        yield name, [(left, right) for left, right in sound]


def answer(path: Path, rate_hz: int, block: int) -> dict[str, Any]:
    """Return what is printed of the patch at `path`."""
    try:
        with limit_s(MAX_CPU_S):
            patch = record(path)
        # What goes on is what was written down, and nothing else.
        patch = from_json(to_json(patch))
        with limit_s(MAX_CPU_S):
            rehearsed = rehearse(patch, rate_hz, block)
    except LoopMindError as error:
        return {"error": str(error)}
    return {"patch": to_json(patch), "peak": rehearsed.peak, "load": rehearsed.load}


@contextlib.contextmanager
def limit_s(seconds: float) -> Iterator[None]:
    """End what takes more of the processor than so many seconds with an EngineError."""

    def late(*_: object) -> None:
        raise EngineError(f"not done after {seconds:g} s: is there an endless loop?")

    before: Any = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def _stay(status: int) -> None:
    """Stand for os._exit while a patch is recorded: this way its line is told."""
    raise EngineError(f"it would end the process that rehearses it (status {status})")


def main(arguments: list[str] | None = None, write: Callable[[str], object] | None = None) -> int:
    """Rehearse one patch; return 0, whatever came of it."""
    parser = argparse.ArgumentParser(prog="loopmind-rehearsal")
    parser.add_argument("file", type=Path)
    parser.add_argument("--rate", type=int, required=True)
    parser.add_argument("--block", type=int, required=True)
    parser.add_argument("--faults", type=int, help="a descriptor that tells where it crashed")
    options = parser.parse_args(arguments)
    os.nice(10)  # whatever plays comes first
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if options.faults is not None:
        faulthandler.enable(options.faults, all_threads=False)
    os._exit = _stay  # type: ignore[assignment]
    # What a patch prints must not stand where the answer does.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    told = answer(options.file, options.rate, options.block)
    (write or out.write)(json.dumps(told) + "\n")
    out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
