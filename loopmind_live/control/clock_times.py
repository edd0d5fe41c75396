"""When a frame is computed, from many times at which one was seen to be: late ones count less."""

from collections import deque
from statistics import fmean, median

from loopmind_live.control.clock_plan import ClockAnchor

MOST = 64
JUMP_S = 0.005
"""Frames that come so much earlier or later than expected, thrice in turn, were lost or skipped."""
_TIMES = 3


class FrameTimes:
    """The line through the newest anchors. A process may wake late to see one, never early."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._seen: deque[ClockAnchor] = deque(maxlen=MOST)
        self._strange: list[ClockAnchor] = []

    def add(self, anchor: ClockAnchor) -> ClockAnchor:
        """Take an anchor, and return the same one with the time that all of them make likely."""
        if self._seen and anchor.frame == self._seen[-1].frame:
            return self._likely(anchor)
        if self._seen:
            off_s = (anchor.time_ns - self._likely(anchor).time_ns) / 1e9
            if abs(off_s) > JUMP_S:
                self._strange.append(anchor)
                if len(self._strange) < _TIMES:
                    return self._likely(anchor)
                self._seen.clear()
                self._seen.extend(self._strange)
            else:
                self._seen.append(anchor)
        else:
            self._seen.append(anchor)
        self._strange = []
        return self._likely(anchor)

    def _likely(self, anchor: ClockAnchor) -> ClockAnchor:
        slope, at_ns = self._line(list(self._seen))
        first = self._seen[0]
        passed = anchor.frame - first.frame
        time_ns = first.time_ns + at_ns + passed * (1e9 / self._rate_hz + slope)
        return ClockAnchor(
            anchor.frame, round(time_ns), anchor.device_frame, anchor.delay_frames,
            anchor.heard_after_ns,
        )  # fmt: skip

    def _line(self, seen: list[ClockAnchor]) -> tuple[float, float]:
        """Return the line through what is seen, then through that half of it which is least late.

        As nanoseconds a frame beyond the nominal ones, and at the first that was seen.
        """
        points = [
            (
                float(each.frame - seen[0].frame),
                each.time_ns - seen[0].time_ns
                - (each.frame - seen[0].frame) * 1e9 / self._rate_hz,
            )
            for each in seen
        ]  # fmt: skip
        slope, at = fit(points)
        if len(points) >= 8:
            late = [y - at - slope * x for x, y in points]
            middle = median(late)
            slope, at = fit([point for point, by in zip(points, late, strict=True) if by <= middle])
        return slope, at


def fit(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Return slope and height at 0 of the line of least squares; level where there is no slope.

    >>> fit([(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]), fit([(4.0, 2.0)])
    ((2.0, 1.0), (0.0, 2.0))
    """
    x_mean, y_mean = fmean(x for x, _ in points), fmean(y for _, y in points)
    spread = sum((x - x_mean) ** 2 for x, _ in points)
    slope = sum((x - x_mean) * (y - y_mean) for x, y in points) / spread if spread else 0.0
    return slope, y_mean - slope * x_mean
