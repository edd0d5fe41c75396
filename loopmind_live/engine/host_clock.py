"""The host's time at each frame of the device, steadied: a line through the newest callbacks."""

import statistics

import numpy as np

POINTS = 256
"""So many callbacks the line is laid through: numpy keeps the interpreter for no more numbers."""
BESIDE_US = 300.0
"""A callback no further beside the line is as it should be; on a machine on which most are, it is
three times their spread."""
OUTLIER_US = 3000.0
"""A callback so far beside the line says nothing of where it is."""
JUMPED = 5
"""So many callbacks in a row that are further beside the line, all to one side: the device jumped.
Fewer were held up, and mean nothing."""
_SPREADS = 3.0


class HostClock:
    """Estimates when the device began each block, from callbacks that come when they can.

    A callback comes a little later than its block began, by more or less each time. A line through
    the newest of them is steady to a few microseconds, and follows a device whose rate is not quite
    what it says. It begins with the nominal rate, until it has seen enough.

    A device that loses blocks begins the next ones later than it says, from there on: the line goes
    with it as soon as that is certain, and keeps what it knows but for the jump.

    >>> clock = HostClock(48000)
    >>> [round(clock.block_at(n * 480, 1_000_000 + n * 10_000)) for n in range(3)]
    [1000000, 1010000, 1020000]
    """

    def __init__(self, rate_hz: int) -> None:
        self._us_per_frame = 1e6 / rate_hz
        self._frames = np.zeros(POINTS)
        self._late_us = np.zeros(POINTS)
        self._count = 0
        self._first_frame, self._first_us = 0, 0
        self._slope = self._level = self._center = 0.0
        self._most_us = BESIDE_US
        self._aside: list[float] = []

    def block_at(self, frame: int, time_us: int) -> float:
        """Return when the block at `frame` began, in microseconds, called back at `time_us`."""
        if self._count == 0:
            self._first_frame, self._first_us = frame, time_us
        x = float(frame - self._first_frame)
        late_us = time_us - self._first_us - x * self._us_per_frame
        beside_us = late_us - self._at(x)
        if self._has_jumped(beside_us):
            jump_us = statistics.median(self._aside)
            self._late_us += jump_us
            self._level += jump_us
            beside_us -= jump_us
            self._aside.clear()
        if abs(beside_us) <= max(OUTLIER_US, self._most_us):
            self._add(x, self._at(x) + min(self._most_us, max(-self._most_us, beside_us)))
        return self._first_us + x * self._us_per_frame + self._at(x)

    def _has_jumped(self, beside_us: float) -> bool:
        """Tell whether callbacks have been far to one side of the line for long enough."""
        if abs(beside_us) <= self._most_us:
            self._aside.clear()
            return False
        if self._aside and (self._aside[0] > 0.0) != (beside_us > 0.0):
            self._aside.clear()
        self._aside.append(beside_us)
        return len(self._aside) >= JUMPED

    def _at(self, x: float) -> float:
        return self._level + self._slope * (x - self._center)

    def _add(self, x: float, late_us: float) -> None:
        place = self._count % POINTS
        self._frames[place], self._late_us[place] = x, late_us
        self._count += 1
        seen = min(self._count, POINTS)
        frames, late = self._frames[:seen], self._late_us[:seen]
        self._center, self._level = float(frames.mean()), float(late.mean())
        self._slope = 0.0
        away, beside = frames - self._center, late - self._level
        if seen == POINTS:
            self._slope = float(away @ beside) / float(away @ away)
            beside = beside - self._slope * away
        self._most_us = max(BESIDE_US, _SPREADS * float(np.sqrt(beside @ beside / seen)))
