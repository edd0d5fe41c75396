"""The line through ticks of a clock, where some come late and blocks between them were lost. Pure.

Two faults are told from a tempo. A tick that comes late by itself is left out. Blocks that were
lost move all ticks after them: the ticks before and after such a break share the time of a tick,
and each part has a height of its own. A break larger than the jitter is seen in the interval there;
a smaller one in what is left over of the line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Part = tuple[int, int]
"""The places of its first tick and of the one after its last."""
MOST_BREAKS = 8
"""So many are looked for in what is left over."""
_LEAST_SIGMA_NS = 30_000.0
"""Times are no more exact than this: half a frame, and the clock that they are read from."""
_LEAST_JITTER_NS = 100_000.0
_SURE = 25.0
"""A break is one where it takes so many variances from the squares left over."""
_LAG = 24
_BESIDE, _NEAR = 3, 12
"""So many ticks on either side tell where one belongs, and which interval is usual."""
_LATE = 6.0
_LATE_NS, _BREAK_NS = 500_000.0, 300_000.0
_MAD = 1.4826
_FEWEST = 6
"""A last part of fewer ticks than these does not tell where the beat is."""


@dataclass(frozen=True, slots=True)
class Line:
    """`period` of a tick and `at`, the height at 0, in nanoseconds; `error` is the period's own."""

    period: float
    at: float
    error: float


def lines_through(points: Sequence[tuple[float, float]], newest_from: float) -> tuple[Line, Line]:
    """Return the line of least squares through ticks (number, time), but for the two faults.

    The second is that through the ticks from the number `newest_from` on, with the same breaks.
    Numbers rise; times are in nanoseconds.

    >>> ticks = [(float(n), n * 20e6 + (8e6 if n > 80 else 0.0)) for n in range(97)]
    >>> [(round(line.period), round(line.at)) for line in lines_through(ticks, 72.0)]
    [(20000000, 8000000), (20000000, 8000000)]
    """
    numbers, times = np.array(points, np.float64).T
    kept = _in_time(numbers, times)
    numbers, times = numbers[kept], times[kept]
    sums, parts = _Sums(numbers, times), _parted(numbers, times)
    most = len(parts) + MOST_BREAKS
    while len(parts) < most and (better := _broken(sums, parts)) is not None:
        parts = better
    first = int(np.searchsorted(numbers, newest_from))
    newest = [(max(first, start), end) for start, end in parts if end > first]
    return _line(sums, parts), _line(sums, newest)


def _line(sums: "_Sums", parts: Sequence[Part]) -> Line:
    period, left, spread = sums.fitted(parts)
    count = parts[-1][1] - parts[0][0]
    jitter = max((left / count) ** 0.5, _LEAST_JITTER_NS)
    told = next((part for part in reversed(parts) if part[1] - part[0] >= _FEWEST), parts[-1])
    error = jitter / spread**0.5 if spread > 0.0 else float("inf")
    return Line(period, sums.height(told, period), error)


def _near_medians(values: Floats, beside: int) -> Floats:
    """Return for each value the median of those around it; at both ends, of the first and last.

    >>> _near_medians(np.array([1.0, 2.0, 9.0, 4.0, 5.0]), 1).tolist()
    [2.0, 2.0, 4.0, 5.0, 5.0]
    """
    width = 2 * beside + 1
    if len(values) < width:
        return np.full(len(values), np.median(values))
    around = np.lib.stride_tricks.sliding_window_view(values, width)
    return np.pad(np.median(around, axis=1), beside, mode="edge")


def _in_time(numbers: Floats, times: Floats) -> NDArray[np.bool_]:
    """Return which ticks do not lie far from those on both of their sides."""
    if len(times) <= _LAG:
        return np.ones(len(times), np.bool_)
    slope = np.median((times[_LAG:] - times[:-_LAG]) / (numbers[_LAG:] - numbers[:-_LAG]))
    level = times - slope * numbers
    off = np.abs(level - _near_medians(level, _BESIDE))
    return np.asarray(off <= max(_LATE_NS, _LATE * _MAD * float(np.median(off))))


def _parted(numbers: Floats, times: Floats) -> list[Part]:
    """Return the parts between intervals that are none of the jitter's."""
    count = np.diff(numbers)
    steps = np.diff(times) / count
    if len(steps) < _FEWEST:
        return [(0, len(times))]
    off = np.abs(steps - _near_medians(steps, _NEAR))
    limit = max(_BREAK_NS, _LATE * _MAD * float(np.median(off)))
    edges = [0, *(int(at) + 1 for at in np.flatnonzero(off * count > limit)), len(times)]
    return list(pairwise(edges))


def _broken(sums: "_Sums", parts: Sequence[Part]) -> list[Part] | None:
    """Return `parts` with the one break more that explains most, None where none is sure."""
    whole = sums.moments(parts)
    best = left = _left(whole)
    found = None
    for number, (first, end) in enumerate(parts):
        at = np.arange(first + 1, end)
        if len(at) == 0:
            continue
        halves = sums.about_mean(first, at) + sums.about_mean(at, end)
        tried = _left((whole - sums.about_mean(first, end))[:, None] + halves)
        least = int(np.argmin(tried))
        if tried[least] < best:
            best, place = tried[least], first + 1 + least
            found = [*parts[:number], (first, place), (place, end), *parts[number + 1 :]]
    free = sums.count - len(parts) - 2
    if found is None or free < 1:
        return None
    variance = max(float(best) / free, _LEAST_SIGMA_NS**2)
    return found if float(left - best) > _SURE * variance else None


class _Sums:
    """Running sums over ticks, so that any part of them is fitted at once."""

    def __init__(self, numbers: Floats, times: Floats) -> None:
        self.count = len(numbers)
        spread = float(numbers[-1] - numbers[0])
        self._slope = float(times[-1] - times[0]) / spread if spread else 0.0
        self._origin = float(numbers[0]), float(times[0])
        x = numbers - numbers[0]
        y = times - times[0] - self._slope * x  # squares of large numbers would lose digits
        self._sums = np.zeros((5, self.count + 1))
        self._sums[:, 1:] = np.cumsum(np.stack((x, y, x * x, x * y, y * y)), axis=1)

    def about_mean(self, first: int | NDArray[np.int64], end: int | NDArray[np.int64]) -> Floats:
        """Return the sums of squares about the mean, of a part or of several.

        They are those of the numbers, of both together, and of the times.
        """
        begins, ends = np.broadcast_arrays(first, end)
        x, y, xx, xy, yy = self._sums[:, ends] - self._sums[:, begins]
        count = ends - begins
        return np.stack((xx - x * x / count, xy - x * y / count, yy - y * y / count))

    def moments(self, parts: Sequence[Part]) -> Floats:
        """Return those of all parts, each about its own mean."""
        first, end = np.array(parts).T
        return np.asarray(self.about_mean(first, end).sum(axis=1))

    def fitted(self, parts: Sequence[Part]) -> tuple[float, float, float]:
        """Return the slope that all parts share, the squares left over, and those of the numbers.

        Those are 0 where every part is one tick: then the slope is that from first to last.
        """
        total = self.moments(parts)
        slope = float(total[1] / total[0]) if total[0] > 0.0 else 0.0
        return self._slope + slope, max(0.0, float(_left(total))), float(total[0])

    def height(self, part: Part, slope: float) -> float:
        """Return the height at number 0 of the line of `slope` through a part."""
        first, end = part
        x, y = (self._sums[:2, end] - self._sums[:2, first]) / (end - first)
        x0, y0 = self._origin
        return float(y0 + y + self._slope * x - slope * (x + x0))


def _left(moments: Floats) -> Floats:
    """Return the squares that the best slope leaves."""
    xx, xy, yy = moments
    return np.asarray(yy - xy * xy / np.maximum(xx, 1e-9))
