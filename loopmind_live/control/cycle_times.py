"""When JACK's blocks begin, told by the frames that went by: pure but for the times it is given.

JACK's own times wander for a quarter of a second after each block that is lost, and its count of
frames leaps by anything. Here time goes on with the frames, exactly, and is set right in one step
where blocks were lost, so that what comes between two such steps has the times that it was meant
to have.
"""

from collections import deque

SEEN = 32
"""A block is seen to begin late, never early: the least late of so many tells the time."""
STEP_NS = 1_000_000
DRIFT = 1e-4
"""What is less than a step is made up for by so much of the time that goes by, at most."""


class CycleTimes:
    """Tells when each block began."""

    def __init__(self, rate_hz: int) -> None:
        self._frame_ns = 1e9 / rate_hz
        self._at_ns: float | None = None
        self._next = 0
        self._late: deque[float] = deque(maxlen=SEEN)

    def began_ns(self, frames: int, now_ns: int) -> int:
        """Return when the block of `frames` that was seen at `now_ns` began, by the same clock.

        >>> times = CycleTimes(48000)
        >>> [times.began_ns(48, at * 1_000_000 + late) for at, late in ((0, 0), (1, 400_000))]
        [0, 1000000]
        """
        if self._at_ns is None:
            self._at_ns = float(now_ns)
        passed_ns, self._next = self._next * self._frame_ns, frames
        self._at_ns += passed_ns
        self._late.append(now_ns - self._at_ns)
        least = min(self._late)
        if least < -STEP_NS or (least > STEP_NS and len(self._late) == SEEN):
            self._at_ns += least
            self._late.clear()
        else:
            by = max(-DRIFT * passed_ns, min(DRIFT * passed_ns, least))
            self._at_ns += by
        return round(self._at_ns)
