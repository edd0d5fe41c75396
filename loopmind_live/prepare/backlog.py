"""How long it will be until a clip is made, by all that is made before it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loopmind_live.prepare.base import Due

_READ_PACE, _MAKE_PACE = 0.02, 0.05
"""What a second of a pass costs before anything was measured, in seconds: more than it ever did."""
_KNOWN_S = 10.0
_LASTS = 0.9


@dataclass(frozen=True, slots=True)
class Work:
    """A job for a worker, which reads a pass of `pass_s` and makes `made_s` of it.

    `frames` of the clip's body are there when it is done. It `runs` already, or waits by `rank`.
    """

    rank: int
    pass_s: float
    made_s: float
    frames: int
    runs: bool = False


class Pace:
    """What work costs, by what it cost lately: reading goes by the pass, making by what is made.

    >>> pace = Pace()
    >>> for _ in range(100):
    ...     pace.learn(Work(0, 60.0, 8.0, 0), read_s=0.6, make_s=0.16)
    >>> round(pace.cost_s(Work(0, 60.0, 60.0, 0)), 2)
    1.8
    """

    def __init__(self) -> None:
        self._read = _KNOWN_S * _READ_PACE, _KNOWN_S
        self._make = _KNOWN_S * _MAKE_PACE, _KNOWN_S

    def learn(self, work: Work, read_s: float, make_s: float) -> None:
        """Take what a job has cost into account."""
        self._read = self._read[0] * _LASTS + read_s, self._read[1] * _LASTS + work.pass_s
        self._make = self._make[0] * _LASTS + make_s, self._make[1] * _LASTS + work.made_s

    def cost_s(self, work: Work) -> float:
        """Return what a job is expected to cost, in seconds of one worker."""
        read = self._read[0] / self._read[1] * work.pass_s
        return read + self._make[0] / self._make[1] * work.made_s


def expected(
    own: Sequence[Work], others: Iterable[Work], workers: int, pace: Pace
) -> tuple[Due, ...]:
    """Return when each of a clip's `own` jobs will be done, which are done one after the other.

    The workers first do what runs already and all that does not rank behind it.

    >>> from dataclasses import replace
    >>> own, long = Work(1, 10.0, 10.0, 480), Work(2, 100.0, 100.0, 0)
    >>> alone, behind = expected([own], [long], 2, Pace()), expected([own, own], [own], 2, Pace())
    >>> [round(one.seconds, 2) for one in (*alone, *behind)]
    [0.7, 1.05, 1.75]
    >>> round(expected([own], [replace(long, runs=True)], 2, Pace())[0].seconds, 2)
    4.2
    """
    found, spent_s, waiting = [], 0.0, [(one, pace.cost_s(one)) for one in others]
    for work in own:
        spent_s += pace.cost_s(work)
        ahead_s = sum(cost for one, cost in waiting if one.runs or one.rank <= work.rank)
        found.append(Due(work.frames, ahead_s / workers + spent_s))
    return tuple(found)
