"""The host's time at each frame of the device, steadied: a line through the newest callbacks."""

import numpy as np

POINTS = 256
"""So many callbacks the line is laid through: numpy keeps the interpreter for no more numbers."""
OUTLIER_US = 3000.0
"""A callback so far beside the line was held up; or the device has jumped, where many follow."""
_JUMPED = 8


class HostClock:
    """Estimates when the device began each block, from callbacks that come when they can.

    A callback comes a little later than its block began, by more or less each time. A line through
    the newest of them is steady to a few microseconds, and follows a device whose rate is not quite
    what it says. It begins with the nominal rate, until it has seen enough.

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
        self._beside = 0

    def block_at(self, frame: int, time_us: int) -> float:
        """Return when the block at `frame` began, in microseconds, called back at `time_us`."""
        if self._count == 0:
            self._first_frame, self._first_us = frame, time_us
        x = float(frame - self._first_frame)
        late_us = time_us - self._first_us - x * self._us_per_frame
        beside_us = late_us - self._at(x)
        if self._count and abs(beside_us) > OUTLIER_US:
            self._beside += 1
            if self._beside >= _JUMPED:
                self._count = self._beside = 0
                return self.block_at(frame, time_us)
        else:
            self._beside = 0
            self._add(x, late_us)
        return self._first_us + x * self._us_per_frame + self._at(x)

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
        if seen == POINTS:
            away = frames - self._center
            self._slope = float(away @ late) / float(away @ away)
