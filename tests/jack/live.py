"""A random script played live through JACK, and whether each change is heard at its frame."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loopmind_live.bench.code_library import fill_library
from loopmind_live.bench.codes import CodeSet, make_code_set
from loopmind_live.bench.events import apply_moves, read_origin, read_swaps
from loopmind_live.bench.identify import identify
from loopmind_live.bench.performing import PROGRAM, Order
from loopmind_live.bench.random_script import Script, random_script
from loopmind_live.bench.recordings import Frames, array_frames
from loopmind_live.bench.rules import Meter, walk
from loopmind_live.bench.verify import Report, expected_bar, verify
from tests.jack.harness import BLOCK, CLIENT, RATE, Clients, Heard, find_start, listen

FIRST_BAR = 4
"""Nothing is typed before it: there the set is found in what was captured."""
CLEAR_S = 0.2
"""Live typing comes a little late; so much earlier than the last moment is early enough."""


@dataclass(frozen=True)
class Live:
    """What came out of a live run."""

    report: Report | None
    heard: Heard
    start: int | None
    moved: int = 0
    lost_bars: frozenset[int] = frozenset()

    @property
    def passed(self) -> bool:
        """Return whether all is at its frame, and no more was lost than by doing nothing.

        A bar in which the capture itself lost a cycle tells nothing; the program must not be the
        one for whom the server waited.
        """
        return (
            self.report is not None
            and set(self.report.wrong) <= self.lost_bars
            and not self.report.findings
            and not self.report.unanswered
            and CLIENT not in self.heard.late_clients
            and self.heard.status == 0
            and self.heard.capture["overruns"] == 0
            and all(
                self.while_playing(self.heard.capture, kind)
                <= self.while_playing(self.heard.idle, kind)
                for kind in ("gap_times", "xrun_times")
            )
        )

    def while_playing(self, counts: dict[str, Any], kind: str) -> int:
        """Return how many gaps or xruns a client met from the first bar to the last.

        Starting and ending a client costs every other one a cycle now and then; that is not music.
        """
        if self.start is None or self.report is None:
            return len(counts[kind])
        # Before the music the capture may have missed cycles, so its frames lag JACK's time.
        earlier = self.heard.capture["missed_frames"]
        begin = self.heard.capture["first"] + self.start
        end = begin + earlier + self.report.expected_frames
        return sum(begin <= time < end for time in counts[kind])

    def to_json(self) -> dict[str, Any]:
        """Return the figures."""
        report = self.report
        return {
            "passed": self.passed,
            "commands": report.commands if report else None,
            "verified": report.verified if report else 0,
            "moved": self.moved,
            "lost_bars": sorted(self.lost_bars),
            "wrong_bars": report.wrong_bars if report else None,
            "status": self.heard.status,
            "playing": {
                f"{client} {kind}": self.while_playing(counts, f"{kind}_times")
                for client, counts in (("capture", self.heard.capture), ("idle", self.heard.idle))
                for kind in ("gap", "xrun")
            },
            "real_time": self.heard.real_time,
            "late_clients": self.heard.late_clients,
            "capture": self.heard.capture,
            "idle": self.heard.idle,
        }

    def __str__(self) -> str:
        if self.report is None:
            return f"the set was not heard; its last words: {self.heard.output[-2000:]}"
        return str(self.report)


PlayerCommand = Callable[[CodeSet, Script, Order], list[str]]


def perform_command(made: CodeSet, script: Script, order: Order) -> list[str]:
    """Return the command line that performs an order, its library made."""
    fill_library(made, order.library)
    return [*PROGRAM, *order.arguments()]


def check_live(
    folder: Path,
    commands: int = 200,
    per_bar: float = 2.0,
    busy: int = 2,
    bpm: float = 140.0,
    seed: int = 1,
    player: PlayerCommand = perform_command,
    clients: Clients | None = None,
) -> Live:
    """Play `commands` random changes through JACK beside `busy` hogs and compare what was heard."""
    meter = Meter.of(bpm, RATE)
    made = make_code_set(folder / "loops", meter, seed)
    script = random_script(
        made.plan, meter, commands, seed, per_bar, clear_s=CLEAR_S, from_bar=FIRST_BAR
    )
    order = Order(
        timeline=made.timeline,
        script=folder / "set.txt",
        events=folder / "set.jsonl",
        until_bar=script.until_bar,
        library=folder / "library.sqlite",
        audio="jack",
        rate_hz=RATE,
        block=BLOCK,
        seed=seed,
    )
    order.script.write_text(script.text(), encoding="utf-8")
    os.environ.setdefault("LOOPMIND_HOME", str(folder / "home"))
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    seconds = meter.line(script.until_bar) / RATE + 60
    heard = listen(player(made, script, order), folder, seconds, busy, clients=clients)
    # The bar before the first command is sought; what comes before it may not have been caught.
    states = walk(made.plan, script.typed, meter, FIRST_BAR - 1)
    expected = expected_bar(states[-1], meter, made.codes)
    start = find_start(heard.audio, expected, meter.line(FIRST_BAR - 2))
    if start is None or not order.events.exists():
        return Live(None, heard, start)
    origin = read_origin(order.events, meter)
    typed, moved = apply_moves(order.events, script.typed, meter, origin)
    read, lost = _followed(heard, start, made, script.until_bar - 1)
    report = verify(
        read,
        made,
        typed,
        read_swaps(order.events, origin=origin),
        script.until_bar,
        at_end="loop",
        from_bar=FIRST_BAR - 1,
    )
    return Live(report, heard, start, len(moved), lost)


def _followed(heard: Heard, start: int, made: CodeSet, bars: int) -> tuple[Frames, frozenset[int]]:
    """Return the capture by frames of the set, and the bars (from 1) in which it lost a cycle.

    After a lost cycle the set lies earlier in the file, unless it was not played then either: what
    sounds at the next bar line tells which.
    """
    meter, segments, lost = made.meter, [(0, start)], set()
    for gap in heard.capture["gap_frames"]:
        first = segments[-1][1]
        bar = next((bar for bar in range(bars) if meter.line(bar) + first >= gap), bars)
        lost.add(bar)
        audio = array_frames(heard.audio, first)(meter.line(bar), meter.line(bar + 1))
        late = [one.late_frames for one in identify(audio, made.codes.values(), meter, bar)]
        if late and bar < bars:
            segments.append((gap, first + max(set(late), key=late.count)))

    def read(begin: int, end: int) -> NDArray[np.float64]:
        first = next(s for at, s in reversed(segments) if begin + s >= at or at == 0)
        return array_frames(heard.audio, first)(begin, end)

    return read, frozenset(lost)
