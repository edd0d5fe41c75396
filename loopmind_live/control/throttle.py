"""How much of a flood is let through: one line in a while, or so many a second."""

from collections.abc import Callable


class Throttle:
    """Lets one line through in `interval_s`, and says with the next how many were kept back.

    >>> seconds = iter([0.0, 0.2, 0.4, 1.5])
    >>> throttle = Throttle(1.0, lambda: next(seconds))
    >>> [throttle.passed(line) for line in ("a", "b", "c", "d")]
    ['a', None, None, 'd (and 2 more since the last such line)']
    """

    def __init__(self, interval_s: float, clock: Callable[[], float]) -> None:
        self._interval_s = interval_s
        self._clock = clock
        self._last_s = -float("inf")
        self._kept = 0

    def passed(self, line: str) -> str | None:
        """Return the line that is to be told, None where one was told just now."""
        now_s = self._clock()
        if now_s - self._last_s < self._interval_s:
            self._kept += 1
            return None
        kept, self._kept, self._last_s = self._kept, 0, now_s
        return f"{line} (and {kept:,} more since the last such line)" if kept else line


class Allowance:
    """Lets `per_s` a second through, and as many at once as a second's worth.

    >>> seconds = iter([0.0, 0.0, 0.0, 0.0, 0.5])
    >>> allowance = Allowance(2.0, lambda: next(seconds))
    >>> [allowance.spent() for _ in range(4)]
    [True, True, False, True]
    """

    def __init__(self, per_s: float, clock: Callable[[], float]) -> None:
        self._per_s = per_s
        self._clock = clock
        self._left = per_s
        self._since_s = clock()

    def spent(self) -> bool:
        """Take one of what is left; False where nothing is."""
        now_s = self._clock()
        self._left = min(self._per_s, self._left + (now_s - self._since_s) * self._per_s)
        self._since_s = now_s
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
