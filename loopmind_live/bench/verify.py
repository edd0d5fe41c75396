"""Compare a recorded dry set with what the rules say it must hold, sample by sample.

    report = verify(wav_frames(path), made, parse_script(lines), read_swaps(events), until_bar=101)
    report.verified, report.commands, report.mismatches

Nothing is taken from the performance but the names of the loops that the arranger chose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from loopmind_live.bench.account import Finding, Settled, settle
from loopmind_live.bench.codes import Code, CodeSet
from loopmind_live.bench.events import SwapEvent
from loopmind_live.bench.identify import Heard, identify
from loopmind_live.bench.recordings import Frames
from loopmind_live.bench.rules import AtEnd, BarState, Meter, walk
from loopmind_live.bench.script import Typed

TOLERANCE = 1e-6
SHOWN_MISMATCHES = 8


@dataclass(frozen=True)
class Mismatch:
    """A bar that does not hold what it must: `bar` counts from 1, `frame` is the first wrong."""

    bar: int
    frame: int
    residual: float
    expected: tuple[Heard, ...]
    heard: tuple[Heard, ...]

    def __str__(self) -> str:
        want = ", ".join(map(str, self.expected)) or "silence"
        have = ", ".join(map(str, self.heard)) or "nothing known"
        return (
            f"bar {self.bar}, frame {self.frame}: off by {self.residual:.3g}; "
            f"expected {want}; heard {have}"
        )


@dataclass(frozen=True)
class Report:
    """What a comparison found.

    A command is verified where the bar before and the bar after its line hold exactly what they
    must. `audible` counts the commands at whose line the mix changed in another way than by going
    on; `residual` is the largest difference anywhere; `wrong` are the wrong bars, from 1.
    """

    commands: int
    verified: int
    audible: int
    bars: int
    wrong_bars: int
    residual: float
    frames: int
    expected_frames: int
    wrong: tuple[int, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    findings: tuple[Finding, ...] = ()
    unanswered: tuple[Typed, ...] = ()

    @property
    def passed(self) -> bool:
        """Return whether everything is as the rules say, the length included."""
        return (
            self.verified == self.commands
            and self.wrong_bars == 0
            and self.frames == self.expected_frames
            and not self.findings
            and not self.unanswered
        )

    def __str__(self) -> str:
        lines = [
            f"{self.verified:,} of {self.commands:,} commands at their frame "
            f"({self.audible:,} audible there), {self.bars - self.wrong_bars} of {self.bars} bars "
            f"exact, largest residual {self.residual:.3g}, "
            f"{self.frames} of {self.expected_frames} frames"
        ]
        lines += [f"  {mismatch}" for mismatch in self.mismatches]
        lines += [f"  event at frame {found.frame}: {found.text}" for found in self.findings[:8]]
        lines += [f"  no swap for @{line.position} {line.text}" for line in self.unanswered[:8]]
        return "\n".join(lines)


def expected_bar(state: BarState, meter: Meter, codes: Mapping[str, Code]) -> NDArray[np.float64]:
    """Return the dry mix of one bar, float64 [frames, 2]: the sum of the clips that sound.

    The pass that sounds began at the line `phase` bars back, even where that was before the clip
    was brought in: this is what keeping the phase means.
    """
    start, stop = meter.line(state.bar), meter.line(state.bar + 1)
    mix = np.zeros((stop - start, 2))
    for loop in state.sounding.values():
        code = codes[loop]
        into = start - meter.line(state.bar - state.phase_bars(code.bars))
        mix += code.audio(into, into + stop - start)
    return mix


@dataclass
class Comparison:
    """A comparison under way, bar by bar: what was wrong so far."""

    made: CodeSet
    residual: float = 0.0
    wrong: dict[int, Mismatch] = field(default_factory=dict)

    def compare(
        self, state: BarState, audio: NDArray[np.float64], known: NDArray[np.bool_] | None = None
    ) -> None:
        """Compare one bar with what was heard of it; frames that are not `known` tell nothing."""
        worst, mismatch = _compare(
            audio, known, state, self.made, len(self.wrong) < SHOWN_MISMATCHES
        )
        self.residual = max(self.residual, worst)
        if mismatch is not None:
            self.wrong[state.bar] = mismatch

    def report(
        self,
        typed: Sequence[Typed],
        settled: Settled,
        states: Sequence[BarState],
        frames: int | None = None,
        from_bar: int = 1,
    ) -> Report:
        """Return what came out; `states` are all bars that were to be played."""
        meter, wrong = self.made.meter, self.wrong
        played = next((state.bar for state in states if state.place is None), len(states))
        landings = [
            meter.landing(line.at_bars, line.ahead) for line in typed if line.verb != "quit"
        ]
        landings = [bar for bar in landings if bar < played]
        expected_frames = meter.line(played)
        return Report(
            commands=len(landings),
            verified=sum(bar not in wrong and bar - 1 not in wrong for bar in landings),
            audible=sum(
                _changes(states[bar - 1], states[bar], self.made.codes) for bar in landings
            ),
            bars=played - from_bar + 1,
            wrong_bars=len(wrong),
            residual=self.residual,
            frames=expected_frames if frames is None else frames,
            expected_frames=expected_frames,
            wrong=tuple(bar + 1 for bar in sorted(wrong)),
            mismatches=tuple(wrong.values())[:SHOWN_MISMATCHES],
            findings=settled.findings,
            unanswered=settled.unanswered,
        )


def states_of(
    made: CodeSet, typed: Sequence[Typed], swaps: Sequence[SwapEvent], bars: int, at_end: AtEnd
) -> tuple[Settled, tuple[BarState, ...]]:
    """Return what the swaps tell, and what must sound in each of the first `bars` bars."""
    meter = made.meter
    settled = settle(made.plan, meter, walk(made.plan, typed, meter, bars, (), at_end), swaps)
    return settled, walk(made.plan, typed, meter, bars, settled.choices, at_end)


def verify(
    read: Frames,
    made: CodeSet,
    typed: Sequence[Typed],
    swaps: Sequence[SwapEvent],
    until_bar: int,
    frames: int | None = None,
    at_end: AtEnd = "stop",
    from_bar: int = 1,
) -> Report:
    """Return how far a recording holds what the rules say, up to the line of `until_bar` (from 1).

    `read` counts frames from bar 1. `frames` is the recording's length where it is to be checked.
    `from_bar` (from 1) is where the comparison begins. Live, `at_end` is "loop".
    """
    settled, states = states_of(made, typed, swaps, until_bar - 1, at_end)
    comparison = Comparison(made)
    for state in states[from_bar - 1 :]:
        if state.place is None:
            break
        comparison.compare(state, read(made.meter.line(state.bar), made.meter.line(state.bar + 1)))
    return comparison.report(typed, settled, states, frames, from_bar)


def _compare(
    audio: NDArray[np.float64],
    known: NDArray[np.bool_] | None,
    state: BarState,
    made: CodeSet,
    name_it: bool,
) -> tuple[float, Mismatch | None]:
    """Return the largest difference in a bar, and the mismatch where it is one."""
    start, expected = made.meter.line(state.bar), expected_bar(state, made.meter, made.codes)
    difference = np.abs(expected)
    difference[: len(audio)] = np.abs(audio - expected[: len(audio)])
    if known is not None:
        difference[: len(audio)][~known] = 0.0
    worst = float(np.nan_to_num(difference, nan=np.inf).max(initial=0.0))
    if worst <= TOLERANCE:
        return worst, None
    first = start + int(np.argmax(~(difference.max(axis=1) <= TOLERANCE)))
    want = tuple(
        sorted(
            Heard(loop, state.phase_bars(made.codes[loop].bars), 0)
            for loop in state.sounding.values()
        )
    )
    finite = np.nan_to_num(audio, posinf=0.0, neginf=0.0)
    heard = identify(finite, made.codes.values(), made.meter, state.bar) if name_it else ()
    return worst, Mismatch(state.bar + 1, first, worst, want, heard)


def _changes(before: BarState, after: BarState, codes: Mapping[str, Code]) -> bool:
    """Return whether `after` sounds otherwise than `before` would have, going on."""
    if before.sounding != after.sounding:
        return True
    return any(
        (before.phase_bars(codes[loop].bars) + 1) % codes[loop].bars
        != after.phase_bars(codes[loop].bars)
        for loop in after.sounding.values()
    )
