"""The piecewise map between bars and frames.

Bars here are offsets from the set's start (the first bar line is bar 0.0); people and files count
from 1. A bar line is at frame ``round(map.frame(bar))``, computed from the last tempo change and
never by adding rounded bars, so that nothing drifts.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass, replace

from loopmind_live.config import MAX_BPM, MIN_BPM
from loopmind_live.errors import ScoreError

_CUT_BARS = 1e-3
"""A segment that begins so much later than the one before it got has left bars out."""


@dataclass(frozen=True, slots=True)
class TempoSegment:
    """A stretch of tempo that starts at `bar`, which lies at `frame` (not rounded).

    The tempo is `bpm` there and moves by `slope` bpm a bar, evenly in bars: 0 where it is constant.
    Its bars are counted `recount` times as fast as those before: 2 where double time begins.
    """

    bar: float
    frame: float
    bpm: float
    slope: float = 0.0
    recount: float = 1.0

    def bpm_at(self, bar: float) -> float:
        """Return the tempo at `bar`."""
        return self.bpm + self.slope * (bar - self.bar)


@dataclass(frozen=True, slots=True)
class TempoMap:
    """Bars to frames and back, for one meter and sample rate.

    >>> tempo = TempoMap.constant(120.0, rate_hz=48000)
    >>> tempo.line(2), tempo.bar(96000.0)
    (192000, 1.0)
    >>> tempo.with_tempo(4.0, 60.0).line(5)
    576000
    """

    rate_hz: int
    beats_per_bar: int
    segments: tuple[TempoSegment, ...]

    @classmethod
    def constant(cls, bpm: float, rate_hz: int, beats_per_bar: int = 4) -> "TempoMap":
        """Return a map of one tempo from bar 0 at frame 0."""
        return cls(rate_hz, beats_per_bar, (TempoSegment(0.0, 0.0, check_bpm(bpm)),))

    def frames_per_bar(self, bpm: float) -> float:
        """Return the length of a bar at `bpm`, in frames, not rounded."""
        return self.beats_per_bar * 60.0 * self.rate_hz / bpm

    def segment_at_bar(self, bar: float) -> TempoSegment:
        """Return the segment in force at `bar`; before the first, the first."""
        index = bisect_right(self.segments, bar, key=lambda segment: segment.bar) - 1
        return self.segments[max(0, index)]

    def bpm_at(self, bar: float) -> float:
        """Return the tempo in force at `bar`."""
        return self.segment_at_bar(bar).bpm_at(bar)

    def frame(self, bar: float) -> float:
        """Return the frame of `bar`, not rounded.

        In a ramp a bar at `bpm` lasts ``frames_per_bar(bpm)``: its integral over the bars.
        """
        segment = self.segment_at_bar(bar)
        bars = bar - segment.bar
        frames = self.frames_per_bar(segment.bpm)
        if segment.slope == 0.0:
            return segment.frame + bars * frames
        change = segment.slope / segment.bpm
        return segment.frame + frames * math.log1p(change * bars) / change

    def line(self, bar: float) -> int:
        """Return the frame at which the line of `bar` lands: the rounded frame."""
        return round(self.frame(bar))

    def began(self, bar: float, seen_from: float) -> int:
        """Return the frame of what began at `bar`, in bars as they are counted at `seen_from`.

        Bars before half or double time were longer or shorter than they count for since then.

        >>> tempo = TempoMap.constant(120.0, 48000).with_tempo(9.0, 240.0, recount=2.0)
        >>> tempo.line(8), tempo.began(7.0, seen_from=10.0)
        (768000, 768000)
        """
        segment = self.segment_at_bar(seen_from)
        for before in reversed(self.segments[: self.segments.index(segment)]):
            if bar >= segment.bar:
                break
            bar = segment.bar - (segment.bar - bar) / segment.recount
            segment = before
        return self.line(bar)

    def bar(self, frame: float) -> float:
        """Return the bar at `frame`, with its fraction."""
        index = bisect_right(self.segments, frame, key=lambda segment: segment.frame) - 1
        segment = self.segments[max(0, index)]
        bars = (frame - segment.frame) / self.frames_per_bar(segment.bpm)
        if segment.slope == 0.0:
            return segment.bar + bars
        change = segment.slope / segment.bpm
        return segment.bar + math.expm1(change * bars) / change

    def next_line(self, frame: int, margin_frames: int) -> int:
        """Return the first whole bar whose line is at least `margin_frames` after `frame`.

        >>> TempoMap.constant(120.0, 48000).next_line(96000 - 1440, 1440)
        1
        >>> TempoMap.constant(120.0, 48000).next_line(96000 - 1439, 1440)
        2
        """
        bar = int(self.bar(frame + margin_frames)) - 1
        while self.line(bar) < frame + margin_frames:
            bar += 1
        return bar

    def next_beat(self, frame: int, margin_frames: int, n: int = 1) -> float:
        """Return the bar of the `n`-th beat that is at least `margin_frames` after `frame`.

        >>> tempo = TempoMap.constant(120.0, 48000)
        >>> tempo.next_beat(96000, 1440), tempo.next_beat(96000, 1440, 8)
        (1.25, 3.0)
        """
        beat = math.floor(self.bar(frame + margin_frames) * self.beats_per_bar) - 1
        while self.line(beat / self.beats_per_bar) < frame + margin_frames:
            beat += 1
        return (beat + n - 1) / self.beats_per_bar

    def with_tempo(
        self, bar: float, bpm: float, passing: bool = False, recount: float = 1.0
    ) -> "TempoMap":
        """Return the map with `bpm` from `bar` on; later changes are dropped.

        Only what is `passing`, such as a nudge, may lie beyond the limits of a tempo. Bars from
        there on are counted `recount` times as fast as before.
        """
        frame, bpm = self.frame(bar), bpm if passing else check_bpm(bpm)
        return self._changed(TempoSegment(bar, frame, bpm, recount=recount))

    def with_ramp(self, bar: float, bars: float, bpm: float) -> "TempoMap":
        """Return the map with a ramp from the tempo at `bar` to `bpm`, reached `bars` later.

        >>> ramp = TempoMap.constant(120.0, 48000).with_ramp(0.0, 4.0, 140.0)
        >>> ramp.bpm_at(2.0), ramp.bpm_at(5.0), round(ramp.bar(ramp.frame(3.3)), 9)
        (130.0, 140.0, 3.3)
        """
        if not 0.0 < bars < math.inf:
            raise ScoreError(f"a ramp over {bars:g} bars: choose more than 0")
        start = self.bpm_at(bar)
        ramp = TempoSegment(bar, self.frame(bar), start, (check_bpm(bpm) - start) / bars)
        return self._changed(ramp).with_tempo(bar + bars, bpm)

    def with_line(self, bar: int, frame: float, bpm: float) -> "TempoMap":
        """Return the map in which the line of `bar` comes at `frame`, sooner than it would have.

        What is left of the bar before it is cut out; from there on the tempo is `bpm`.

        >>> cut = TempoMap.constant(120.0, 48000).with_line(2, 120_000, 60.0)
        >>> cut.bar(119_999) < 1.25, cut.bar(120_000), cut.line(3), cut.cuts(1)
        (True, 2.0, 312000, True)
        """
        kept = tuple(one for one in self.segments if one.bar < bar and one.frame < frame)
        return replace(self, segments=(*kept, TempoSegment(bar, frame, bpm)))

    def cuts(self, index: int) -> bool:
        """Tell whether bars are left out where the segment of that index begins."""
        if not 0 < index < len(self.segments):
            return False
        before = replace(self, segments=self.segments[:index])
        segment = self.segments[index]
        return segment.bar - before.bar(segment.frame) > _CUT_BARS

    def forgetting(self, bar: float) -> "TempoMap":
        """Return the map without the segments that were over before `bar`.

        >>> tempo = TempoMap.constant(120.0, 48000).with_tempo(4.0, 60.0).with_tempo(8.0, 90.0)
        >>> len(tempo.forgetting(6.0).segments), tempo.forgetting(6.0).line(8) == tempo.line(8)
        (2, True)
        """
        first = bisect_right(self.segments, bar, key=lambda segment: segment.bar) - 1
        return replace(self, segments=self.segments[max(0, first) :])

    def _changed(self, change: TempoSegment) -> "TempoMap":
        """Return the map with `change` in place of all from its bar on."""
        kept = tuple(segment for segment in self.segments if segment.bar < change.bar)
        recounts = (segment.recount for segment in self.segments[len(kept) :])
        change = replace(change, recount=math.prod(recounts, start=change.recount))
        return replace(self, segments=(*kept, change))


def check_bpm(bpm: float) -> float:
    """Return `bpm`, or raise ScoreError where it is not a tempo that can be played."""
    if not MIN_BPM <= bpm <= MAX_BPM:
        raise ScoreError(f"tempo {bpm:g} bpm: choose one from {MIN_BPM:g} to {MAX_BPM:g}")
    return float(bpm)
