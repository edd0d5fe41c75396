"""The bench "code": whether what code at the prompt asks for lands on its frames.

A set is performed through JACK beside busy processes; functions gate two parts and move a fader,
while others are entered that never end, crash, or take all memory. What landed is read from the
events, and held against frames that are computed here from the tempo alone.
"""

import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopmind_live.bench.code_library import fill_library
from loopmind_live.bench.codes import make_code_set
from loopmind_live.bench.jack_server import hogs, jack_server, missing
from loopmind_live.bench.rows import BenchRow
from loopmind_live.bench.rules import Meter
from loopmind_live.bench.settings import Progress
from loopmind_live.bench.typed_into import TypedInto

RATE_HZ, BLOCK = 48000, 256
BPM = 133.0
"""Its sixteenths lie between the frames."""
BARS, BUSY = 200, 2
STEPS = 16
GATED = "bass"
RHYTHM = "x.xx.x.xx.x.xx.."
CELL = f"""```
@every(1)
def gate():
    live.tracks.{GATED}.gate("{RHYTHM}")

@loop(every=2)
def drums():
    live.tracks.drums.mute()
    yield 0.5
    live.tracks.drums.unmute()
    live.tracks.pad.level(-6 if live.bar % 4 < 2 else 0)
```"""
FAULTS = (
    "    while True: pass",
    "    1 / 0",
    "    import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "    held = [bytes(1 << 26) for _ in range(99)]",
)
_START_S, _ANSWER_S = 90.0, 30.0
_FIGURE = "commands of code on their frame"


@dataclass(frozen=True, slots=True)
class Landed:
    """What became of what code asked for: commands on their frames and off them, rhythms by bar.

    A rhythm counts from its first whole bar to its last; `torn` are those of which some step is
    missing or elsewhere though nothing was told of them, `left_out` those that were never asked
    for, as the process of code was just begun anew.
    """

    on_frame: int
    off_frame: int
    bars: int
    torn: int
    left_out: int
    late: int
    xruns: int


def run_code_bench(progress: Progress, bars: int = BARS, busy: int = BUSY) -> list[BenchRow]:
    """Return how many commands of code landed on their frames. One row says where JACK is missing.

    Takes half a minute longer than `bars` bars.
    """
    lacking = missing()
    if lacking is not None:
        return [BenchRow("code", _FIGURE, None, lacking, "= all")]
    progress(f"{bars} bars through JACK", 0.0)
    with tempfile.TemporaryDirectory(prefix="code-bench-") as folder:
        events, told = perform(Path(folder), bars, busy)
        lines = [json.loads(line) for line in events.read_text().splitlines()[1:]]
    progress("done", 1.0)
    return rows_of(landed(lines), told)


def perform(folder: Path, bars: int, busy: int) -> tuple[Path, int]:
    """Perform for so many bars; return the events, and how many faults were told by name."""
    meter = Meter.of(BPM, RATE_HZ)
    made = make_code_set(
        folder / "loops", meter, 1, ("drums", GATED, "pad"), 2, (("hook", 8),), clip_bars=(1, 2)
    )
    fill_library(made, folder / "library.sqlite")
    events = folder / "set.jsonl"
    words = [
        "--timeline", str(made.timeline), "--library", str(folder / "library.sqlite"),
        "--audio", "jack", "--rate", str(RATE_HZ), "--block", str(BLOCK), "--events", str(events),
    ]  # fmt: skip
    seconds = bars * 240.0 / BPM
    told = 0
    with jack_server(folder, RATE_HZ, BLOCK) as env, hogs(busy, _START_S + 2.0 * seconds):
        own = {**env, "LOOPMIND_HOME": str(folder / "home")}
        with TypedInto(words, own) as show:
            show.wait_for("loops, jack at", _START_S)
            show.type(CELL)
            show.type("play")
            for number, fault in enumerate(FAULTS):
                show.rest(seconds / (len(FAULTS) + 1))
                show.type(f">>> @loop\ndef bad{number}():\n{fault}\n")
                show.wait_for(f"^bad{number}.*has ended", _ANSWER_S)
                told += 1
            show.rest(seconds / (len(FAULTS) + 1))
    return events, told


def landed(lines: Iterable[Mapping[str, Any]]) -> Landed:
    """Return what the lines of an event file tell of what code asked for."""
    events = list(lines)
    start = next((int(one["frame"]) for one in events if one["kind"] == "tempo"), 0)
    results = [one for one in events if one["kind"] == "result" and _by_code(one)]
    frames = [int(one["frame"]) for one in results]
    on = [frame for frame in frames if frame == _line(start, round(_step(start, frame)))]
    late = [one for one in events if one["kind"] == "late" and "code" in one]
    told = {int(_step(start, int(one["frame"]))) // STEPS + more for one in late for more in (0, 1)}
    turned = {
        round(_step(start, int(one["frame"]))): one["text"] == f"unmute {GATED}"
        for one in results
        if str(one["text"]).endswith(f"mute {GATED}")
    }
    whole = sorted({step // STEPS for step in turned})[1:-1]
    asked = [bar for bar in whole if _in_bar(turned, bar) != {0: True}]
    torn = [bar for bar in asked if bar not in told and _in_bar(turned, bar) != _wanted()]
    xruns = sum(one["kind"] == "xrun" for one in events)
    return Landed(
        len(on), len(frames) - len(on), len(whole), len(torn), len(whole) - len(asked), len(late),
        xruns,
    )  # fmt: skip


def rows_of(found: Landed, told: int) -> list[BenchRow]:
    """Return the rows of what was found, and of how many faults were `told` by name."""
    asked = found.on_frame + found.off_frame
    return [
        BenchRow("code", _FIGURE, found.on_frame, f"of {asked}", f"= {asked}",
                 found.off_frame == 0 and asked > 0),
        BenchRow("code", "bars whose rhythm is torn and nothing was told", found.torn,
                 f"of {found.bars}", "= 0", found.torn == 0 and found.bars > 0),
        BenchRow("code", "faults told by name, the others going on", told, f"of {len(FAULTS)}",
                 f"= {len(FAULTS)}", told == len(FAULTS)),
        BenchRow("code", "bars left out as a process began anew", found.left_out, "bars"),
        BenchRow("code", "turns late, told and moved to the next line", found.late, "turns"),
        BenchRow("code", "xruns meanwhile", found.xruns, "xruns"),
    ]  # fmt: skip


def _by_code(event: Mapping[str, Any]) -> bool:
    return str(event["text"]).startswith(("mute ", "unmute ", "level "))


def _step(start: int, frame: int) -> float:
    """Return the step of a bar, counted from the set's first, that lies at `frame`."""
    return (frame - start) / (240.0 * RATE_HZ / BPM / STEPS)


def _line(start: int, step: int) -> int:
    """Return the frame of a step: of its own, and not counted from the one before.

    >>> _line(1000, 0), _line(1000, 3)
    (1000, 17241)
    """
    return round(start + step * 240.0 * RATE_HZ / BPM / STEPS)


def _in_bar(turned: Mapping[int, bool], bar: int) -> dict[int, bool]:
    """Return where in `bar` the gated part went on or off, by step."""
    first = bar * STEPS
    return {step - first: on for step, on in turned.items() if first <= step < first + STEPS}


def _wanted() -> dict[int, bool]:
    """Return where in a bar the rhythm goes on or off, by step.

    >>> list(_wanted().items())[:4]
    [(0, True), (1, False), (2, True), (4, False)]
    """
    sounds = [mark == "x" for mark in RHYTHM]
    before = [not sounds[0], *sounds]
    return {step: on for step, on in enumerate(sounds) if on is not before[step]}
