"""How a performer's taste weighs in: within bounds, beside what suits. Pure."""

from collections.abc import Collection

from loopmind_live.arranger.base import Taste
from loopmind_live.arranger.compatibility import Candidate

MOST = 0.25
"""So much of a score, at most, is taste: less than a stretch or a key that does not suit costs."""
_ALONE, _TOGETHER = 0.2, 0.15


def liking(candidate: Candidate, chosen: Collection[Candidate], taste: Taste) -> float:
    """Return what taste adds to a score (-MOST..MOST): for the loop, and for it beside others.

    >>> from pathlib import Path
    >>> from loopmind_live.score.loop import Loop
    >>> loved = Candidate(Loop(Path("a.wav"), "a"), "bass", 120.0, 16, True, "")
    >>> round(liking(loved, (), Taste({"a": 1.0})), 3)
    0.2
    """
    if not taste.weights and not taste.pairs:
        return 0.0
    name = candidate.loop.content_hash
    value = _ALONE * taste.weights.get(name, 0.0)
    if taste.pairs and chosen:
        names = (other.loop.content_hash for other in chosen)
        pairs = [taste.pairs.get((min(name, each), max(name, each)), 0.0) for each in names]
        value += _TOGETHER * max(-1.0, min(1.0, sum(pairs)))
    return max(-MOST, min(MOST, value))
