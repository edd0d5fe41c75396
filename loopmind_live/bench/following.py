"""Follow a performance in a capture that goes on: where it lies, and whether each bar is right."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopmind_live.bench.account import Settled
from loopmind_live.bench.captured import Captured, Gap
from loopmind_live.bench.codes import CodeSet
from loopmind_live.bench.events import EventTail, moved_lines, origin_of, swaps_of
from loopmind_live.bench.listening import BLOCK, RATE_HZ
from loopmind_live.bench.random_script import Script
from loopmind_live.bench.rules import BarState
from loopmind_live.bench.script import Typed
from loopmind_live.bench.verify import TOLERANCE, Comparison, Report, expected_bar, states_of

Audio = NDArray[np.float64]
_TEMPLATE_FRAMES = 1 << 15
_SEARCH_FRAMES = 1 << 18
_PROBE_FRAMES = 512
_SURE = 0.95
_LATE_S = 0.5
"""A bar is looked at so long after the next one has been captured: its events are there by then."""


@dataclass
class Stretch:
    """From frame `begin` of the capture on, frame `first` of it is frame 0 of the set."""

    begin: int
    first: int


class Following:
    """Compares bar after bar as they are captured, and lets go of what was compared.

    Where the capture itself missed cycles, the frames around are not told: `untold_frames` of the
    set. `lost_bars` (from 1) hold such a place. `behind_frames` is by how much the set fell behind
    there, beyond what the capture missed. Commands are typed from `from_bar` (from 1) on.
    """

    def __init__(
        self, captured: Captured, tail: EventTail, made: CodeSet, script: Script, from_bar: int
    ) -> None:
        self.tail = tail
        self.lost_bars: set[int] = set()
        self.untold_frames = 0
        self.behind_frames = 0
        self.moved: tuple[Typed, ...] = ()
        self._captured, self._made, self._script = captured, made, script
        self._first_bar = self._bar = from_bar - 2  # the bar before the first command, from 0
        self._comparison = Comparison(made)
        self._stretches: list[Stretch] = []
        self._torn: list[Gap] = []
        self._searched = 0
        self._states: tuple[BarState, ...] = ()
        self._settled = Settled((), (), ())
        self._typed: tuple[Typed, ...] = script.typed

    @property
    def start(self) -> int | None:
        """Return the frame of the capture at which the set began, None until it was heard."""
        return self._stretches[0].first if self._stretches else None

    @property
    def wrong_bars(self) -> int:
        """Return how many bars were wrong so far."""
        return len(self._comparison.wrong)

    def look(self, ended: bool = False) -> None:
        """Compare what has been captured since the last look; all of it where the set has ended."""
        self.tail.read()
        frames, line = self._captured.frames(), self._made.meter.line
        if not self._stretches and not self._find(frames):
            return
        bars = self._script.until_bar - 1
        seen = frames - self._stretches[-1].first - (0 if ended else round(_LATE_S * RATE_HZ))
        until = bars if ended else self._bar
        while until < bars and line(until + 2) <= seen:
            until += 1
        if until > self._bar:
            self._settle(bars if ended else min(bars, until + 1))
            for bar in range(self._bar, until):
                self._compare(bar)
            self._bar = until
            self._captured.forget(self._stretches[-1].first + line(max(0, until - 1)) - RATE_HZ)

    def report(self) -> Report | None:
        """Return what came out, once the set has ended; None where it was never heard."""
        if not self._stretches or len(self._states) < self._script.until_bar - 1:
            return None
        return self._comparison.report(
            self._typed, self._settled, self._states, from_bar=self._first_bar + 1
        )

    def _settle(self, bars: int) -> None:
        """Work out what must sound in the first `bars` bars, from the events so far."""
        meter = self._made.meter
        origin = origin_of(self.tail.events, meter) or 0
        self._typed, self.moved = moved_lines(self.tail.events, self._script.typed, meter, origin)
        swaps = swaps_of(self.tail.events, origin=origin)
        heard = [swap for swap in swaps if swap.frame < meter.line(bars)]
        self._settled, self._states = states_of(self._made, self._typed, heard, bars, "loop")

    def _find(self, frames: int) -> bool:
        """Search the capture for the bar before the first command."""
        self._settle(self._first_bar + 1)
        state = self._states[self._first_bar]
        template = self._expected(state)[:_TEMPLATE_FRAMES].sum(axis=1)
        while frames - self._searched >= 2 * _TEMPLATE_FRAMES:
            audio = self._captured.read(self._searched, self._searched + _SEARCH_FRAMES)
            place = find(audio.sum(axis=1, dtype=np.float64), template)
            if place is not None:
                first = self._searched + place - self._made.meter.line(state.bar)
                self._stretches = [Stretch(0, first)]
                return True
            self._searched += max(1, len(audio) - len(template))
        return False

    def _compare(self, bar: int) -> None:
        line = self._made.meter.line
        self._take_gaps(bar)
        audio, known = self._read(line(bar), line(bar + 1))
        self.untold_frames += int(np.count_nonzero(~known))
        self._comparison.compare(self._states[bar], audio, known)

    def _take_gaps(self, bar: int) -> None:
        """Find the set again after each gap of the capture in `bar`."""
        for gap in self._captured.gaps()[len(self._torn) :]:
            newest = self._stretches[-1]
            if gap.frame >= newest.first + self._made.meter.line(bar + 1):
                return
            self._torn.append(gap)
            if gap.frame >= newest.first + self._made.meter.line(bar):
                self.lost_bars.add(bar + 1)
            moved = self._realigned(gap, newest.first)
            self.behind_frames += max(0, moved)
            self._stretches.append(Stretch(gap.frame, newest.first + moved))

    def _realigned(self, gap: Gap, first: int) -> int:
        """Return by how many frames the set lies later after `gap`; 0 where it is not found.

        It lies earlier where it went on while the capture missed cycles, and in place where it
        waited as well.
        """
        begin = gap.frame + 2 * BLOCK
        audio = self._captured.read(begin, begin + _PROBE_FRAMES).astype(np.float64)
        reach = -(-abs(gap.missed) // BLOCK) + 2
        for blocks in sorted(range(-reach, reach + 1), key=abs):
            start = begin - first - blocks * BLOCK
            expected = self._stretch(start, start + len(audio))
            if expected.shape == audio.shape and np.abs(audio - expected).max() <= TOLERANCE:
                return blocks * BLOCK
        return 0

    def _stretch(self, start: int, stop: int) -> Audio:
        """Return what must sound in frames `start` to `stop` of the set, where that is known."""
        line = self._made.meter.line
        pieces = [np.zeros((0, 2))]
        for state in self._states:
            begin, end = line(state.bar), line(state.bar + 1)
            if begin < stop and end > start and state.place is not None:
                bar = self._expected(state)
                pieces.append(bar[max(0, start - begin) : stop - begin])
        return np.concatenate(pieces)

    def _expected(self, state: BarState) -> Audio:
        return expected_bar(state, self._made.meter, self._made.codes)

    def _read(self, start: int, stop: int) -> tuple[Audio, NDArray[np.bool_]]:
        """Return frames of the set as they were captured, and which of them are known."""
        audio, known = np.zeros((stop - start, 2)), np.zeros(stop - start, bool)
        ends = [stretch.begin for stretch in self._stretches[1:]]
        for stretch, end in zip(self._stretches, [*ends, None], strict=True):
            begin = max(stretch.begin, stretch.first + start)
            until = stretch.first + stop if end is None else min(end, stretch.first + stop)
            if begin >= until:
                continue
            found = self._captured.read(begin, until)
            at = begin - stretch.first - start
            audio[at : at + len(found)] = found
            known[at : at + until - begin] = True  # what the capture ends before is missing: wrong
            self._hide_torn(known, stretch, start)
        return audio, known

    def _hide_torn(self, known: NDArray[np.bool_], stretch: Stretch, start: int) -> None:
        """Mark as unknown what lies around a gap: blocks there may be torn."""
        for gap in self._torn:
            begin = max(0, gap.frame - BLOCK - stretch.first - start)
            end = max(0, gap.frame + 2 * BLOCK - stretch.first - start)
            known[begin:end] = False


def find(audio: Audio, template: Audio) -> int | None:
    """Return the frame of `audio` at which `template` begins, None where it does not sound."""
    from scipy.signal import correlate

    if len(audio) < len(template) or not np.any(audio):
        return None
    scores = correlate(audio, template, mode="valid", method="fft")
    best = int(np.argmax(scores))
    # Another bar may hold most of the same clips: all of them have to be there.
    return best if scores[best] > _SURE * float(template @ template) else None
