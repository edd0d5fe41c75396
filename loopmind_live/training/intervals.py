"""How sure a share is that was counted on few examples."""

import math

_Z = 1.96


def wilson(successes: float, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927); (0, 1) of nothing.

    `successes` may be a sum of scores from 0 to 1: their spread is less than that of hits and
    misses with the same mean, so that the interval is rather too wide than too narrow.

    >>> low, high = wilson(95, 100)
    >>> round(low, 3), round(high, 3)
    (0.888, 0.978)
    """
    if count == 0:
        return 0.0, 1.0
    share = successes / count
    shrink = 1.0 + _Z**2 / count
    center = (share + _Z**2 / (2 * count)) / shrink
    reach = _Z / shrink * math.sqrt(share * (1.0 - share) / count + _Z**2 / (4 * count**2))
    return max(0.0, center - reach), min(1.0, center + reach)
