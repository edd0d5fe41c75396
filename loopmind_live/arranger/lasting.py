"""What a restyle leaves behind: moods that all later choices lie towards, or away from. Pure."""

import math
from collections.abc import Collection
from dataclasses import astuple, replace

from loopmind_live.arranger.base import NEUTRAL, Direction, Request
from loopmind_live.arranger.compatibility import Candidate
from loopmind_live.arranger.directions import direction_of
from loopmind_live.score.arrangement import Arrangement

Moods = tuple[tuple[str, ...], tuple[str, ...]]
"""Moods that are wished, and moods that are not."""
MOST = 4
"""So many restyles are heeded, the newest."""
_AGAINST = -0.5
"""Directions whose angle has a smaller cosine are against each other: dark and bright, not dark and
energetic."""
_LEAN = 0.4
"""What a loop gains that is the brightest (busiest) of its role over the darkest, where the wish is
for bright (busy): more than a few percent of stretch, less than a loop that is out of reach."""


def restyled_moods(
    arrangement: Arrangement, towards: Collection[str], away: Collection[str]
) -> Moods:
    """Return the lasting moods of `arrangement` once it is restyled: the new ones come last.

    What was wished before and points the other way is given up.

    >>> dark = Arrangement(120.0, None, (), moods=("dark", "busy"))
    >>> restyled_moods(dark, ["bright"], []), restyled_moods(dark, [], ["dark"])
    ((('busy', 'bright'), ()), (('busy',), ('dark',)))
    """
    new = direction_of(towards, away)
    kept = _agreeing(arrangement.moods, new)
    kept_out = _agreeing(arrangement.moods_out, new, -1.0)
    moods = [*(mood for mood in kept if mood not in towards), *towards]
    moods_out = [*(mood for mood in kept_out if mood not in away), *away]
    return tuple(moods[-MOST:]), tuple(moods_out[-MOST:])


def lasting_direction(arrangement: Arrangement) -> Direction:
    """Return where all choices for `arrangement` are to lie, as its restyles asked."""
    return direction_of(arrangement.moods, arrangement.moods_out)


def request_now(request: Request, arrangement: Arrangement) -> Request:
    """Return what was asked for at first, as restyles have changed it since."""
    first = _agreeing(request.moods, lasting_direction(arrangement))
    moods = dict.fromkeys((*first, *arrangement.moods))
    return replace(
        request, moods=tuple(mood for mood in moods if mood not in arrangement.moods_out)
    )


def leaning(candidate: Candidate, direction: Direction) -> float:
    """Return what a candidate gains (loses below 0) by where it lies among those of its role.

    >>> from pathlib import Path
    >>> from loopmind_live.score.loop import Loop
    >>> dull = Candidate(Loop(Path("a.wav"), "a"), "pad", 120.0, 16, True, "", brightness=0.0)
    >>> leaning(dull, Direction(brightness=-1.0)), leaning(dull, Direction(density=1.0))
    (0.2, 0.0)
    """
    bright = direction.brightness * (candidate.brightness - 0.5)
    return _LEAN * (bright + direction.density * (candidate.density - 0.5))


def _agreeing(moods: Collection[str], new: Direction, sign: float = 1.0) -> tuple[str, ...]:
    """Return those of `moods` that do not point against `new`, turned round where `sign` is -1."""
    if new == NEUTRAL:
        return tuple(moods)
    return tuple(mood for mood in moods if sign * _cosine(direction_of([mood]), new) > _AGAINST)


def _cosine(one: Direction, other: Direction) -> float:
    """Return how far two directions are the same: 1, to -1 where each is against the other."""
    a, b = astuple(one), astuple(other)
    lengths = math.hypot(*a) * math.hypot(*b)
    return float(sum(x * y for x, y in zip(a, b, strict=True))) / lengths if lengths else 0.0
