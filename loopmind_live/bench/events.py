"""The swaps that a performance says it made, read from its events file.

Which loop a regenerate or a swap brings is the arranger's business, and the only thing that is
taken from here. Where and when it may take effect is worked out from the script.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePath
from typing import Any

from loopmind_live.bench.rules import BarState, Choice, Meter, Plan
from loopmind_live.bench.script import Typed
from loopmind_live.errors import ScoreError

_NAME = re.compile(r"^([a-z]+)(?:[ _]?(\d+))?$")


@dataclass(frozen=True)
class SwapEvent:
    """One swap as it was logged; `loop` is a code's name, None where the track falls silent."""

    label: str
    number: int | None
    track: str
    loop: str | None
    target_frame: int
    frame: int


@dataclass(frozen=True)
class Finding:
    """Something in the events that the script does not explain."""

    frame: int
    text: str


def read_swaps(path: Path, aliases: Mapping[str, str] | None = None) -> tuple[SwapEvent, ...]:
    """Return the swaps in an events file, in its order.

    A loop may be given by its path, file name or stem, or by a name in `aliases` (a content hash).
    Raises ScoreError where a line is no JSON or a swap lacks a field.
    """
    swaps = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                event = json.loads(line)
                if event.get("kind") == "swap":
                    swaps.append(_swap(event, aliases or {}))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ScoreError(f"{path}: line {number} is no event: {error!r}") from error
    return tuple(swaps)


def _swap(event: Mapping[str, Any], aliases: Mapping[str, str]) -> SwapEvent:
    found = _NAME.match(event["section"])
    if found is None:
        raise ValueError(f"section {event['section']!r}")
    loop = event["loop"]
    if loop:
        loop = aliases.get(loop, PurePath(loop).stem)
    return SwapEvent(
        found.group(1), int(found.group(2)) if found.group(2) else None, event["track"],
        loop or None, int(event["target_frame"]), int(event["frame"]),
    )  # fmt: skip


def choices_from(
    swaps: Sequence[SwapEvent], meter: Meter, plan: Plan, bars: int, moved: bool = False
) -> tuple[Choice, ...]:
    """Return the choices that the swaps tell, each from its line on.

    "hook 2" is one section, "hook" all of the label. With `moved` (live runs) a choice counts
    from the line at which it did land, else from its target. A swap off every line is left out.
    """
    line_bars = {meter.line(bar): bar for bar in range(bars + 1)}
    landed = [(line_bars.get(swap.frame if moved else swap.target_frame), swap) for swap in swaps]
    return tuple(
        Choice(bar, plan.places(swap.label, swap.number), swap.track, swap.loop)
        for bar, swap in landed
        if bar is not None
    )


@dataclass(frozen=True)
class Account:
    """Holds the swaps that were logged against the script that asked for them.

    `states` are what sounds in each bar by the rules; which loops does not matter.
    """

    typed: Sequence[Typed]
    swaps: Sequence[SwapEvent]
    meter: Meter
    plan: Plan
    states: Sequence[BarState]

    def findings(self, moved: bool = False) -> tuple[Finding, ...]:
        """Return the swaps that are off their line, or that no typed line asks for."""
        line_bars = {self.meter.line(state.bar): state.bar for state in self.states}
        asked: dict[int, list[Typed]] = {}
        for line in self.typed:
            for bar in self._shown_at(line):
                asked.setdefault(bar, []).append(line)
        found = []
        for swap in self.swaps:
            at = line_bars.get(swap.target_frame)
            if at is None:
                found.append(
                    Finding(swap.target_frame, f"{swap}: not on a bar line that is played")
                )
            elif swap.frame != swap.target_frame and not moved:
                found.append(Finding(swap.frame, f"{swap}: landed off its target"))
            elif not any(_asks(line, swap) for line in asked.get(at, ())):
                found.append(Finding(swap.frame, f"{swap}: no command asks for it there"))
        return tuple(found)

    def unanswered(self) -> tuple[Typed, ...]:
        """Return the typed lines that must bring other loops and for which no swap is logged.

        A section that is never heard again after the line owes nothing.
        """
        logged: dict[int, list[SwapEvent]] = {}
        for swap in self.swaps:
            logged.setdefault(swap.target_frame, []).append(swap)
        silent = []
        for line in self.typed:
            shown = self._shown_at(line)
            owed = len(shown) == 2 or any(self._in_force(line, bar) for bar in shown)
            answers = (swap for bar in shown for swap in logged.get(self.meter.line(bar), ()))
            if owed and not any(_asks(line, swap) for swap in answers):
                silent.append(line)
        return tuple(silent)

    def _shown_at(self, line: Typed) -> tuple[int, ...]:
        """Return the bars at whose line a command may be logged; none where it changes no loop.

        That is the line at which it lands, or, where its section is not in force then, the line
        at which that section is next entered.
        """
        bar = self.meter.landing(line.at_bars, line.ahead)
        if line.verb not in ("regenerate", "swap") or bar >= len(self.states):
            return ()
        if self._in_force(line, bar):
            return (bar,)
        entries = (
            state.bar
            for state in self.states[bar + 1 :]
            if state.entered == state.bar and self._in_force(line, state.bar)
        )
        return (bar, *islice(entries, 1))

    def _in_force(self, line: Typed, bar: int) -> bool:
        """Return whether the line's section (the one in force, where it names none) plays."""
        return not line.label or self.states[bar].place in self.plan.places(line.label, line.number)


def _asks(line: Typed, swap: SwapEvent) -> bool:
    """Return whether a regenerate or swap may bring what `swap` tells."""
    return (
        line.verb in ("regenerate", "swap")
        and line.label in ("", swap.label)
        and (line.number is None or swap.number in (None, line.number))
        and (not line.tracks or swap.track in line.tracks)
    )
