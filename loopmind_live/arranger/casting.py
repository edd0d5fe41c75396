"""Drawing loops for roles: the better a loop suits, the more often it is drawn."""

import heapq
import math
import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from loopmind_live.arranger.base import NO_TASTE, Taste
from loopmind_live.arranger.compatibility import (
    REACHES,
    Aim,
    Candidate,
    reach_of,
    stretch_of,
    suitability,
    togetherness,
)
from loopmind_live.arranger.tastes import liking
from loopmind_live.score.loop import Role


class Suited(NamedTuple):
    """A candidate, how well it suits alone, and within which of REACHES it is stretched."""

    score: float
    candidate: Candidate
    reach: int = 0


Ranked = Sequence[Suited]
"""Candidates, the best first."""
SHORTLIST = 20
TEMPERATURE = 0.1
"""How far below the best a candidate's score may lie and still be drawn now and then."""
_PACK_MATES = 2
_CROWD = 0.12
"""A folder that has given more loops than that costs so much for each: others may suit as well."""


Matchings = Callable[[Sequence[Candidate], Sequence[Candidate]], Sequence[float]]
"""Tells how well each of some candidates goes with all of those chosen, the last of them above all.
"""


def nowhere(_candidate: Candidate) -> float:
    """Return 0: the choice leans nowhere."""
    return 0.0


def packs_alone(candidates: Sequence[Candidate], chosen: Sequence[Candidate]) -> Sequence[float]:
    """Return how well candidates go with those chosen as far as their packs and colors tell."""
    return [togetherness(candidate, chosen) for candidate in candidates]


@dataclass(frozen=True, slots=True)
class Weighing:
    """What counts beside how well a loop suits alone.

    Taste, where the choice is to lean, and what goes with what is there already.
    """

    taste: Taste = NO_TASTE
    lean: Callable[[Candidate], float] = nowhere
    matchings: Matchings = packs_alone

    def scores(self, ranked: Ranked, chosen: Sequence[Candidate]) -> list[float]:
        """Return the score of each of `ranked` beside those chosen."""
        together = self.matchings([suited.candidate for suited in ranked], chosen)
        return [
            suits
            + matching
            + self.lean(candidate)
            + liking(candidate, chosen, self.taste)
            - crowding(candidate, chosen)
            for (suits, candidate, _), matching in zip(ranked, together, strict=True)
        ]

    def shortlist(self, left: Ranked) -> Ranked:
        """Return the candidates that are worth a closer look."""
        if len(left) <= SHORTLIST:
            return left
        if self.lean is nowhere and not self.taste.weights:
            return left[:SHORTLIST]
        return heapq.nlargest(
            SHORTLIST,
            left,
            key=lambda suited: (
                suited.score
                + self.lean(suited.candidate)
                + liking(suited.candidate, (), self.taste)
            ),
        )


PLAIN = Weighing()


def crowding(candidate: Candidate, chosen: Collection[Candidate]) -> float:
    """Return what it costs that a candidate's folder has given many of those chosen already."""
    mates = sum(other.folder == candidate.folder for other in chosen)
    others = len(chosen) - mates
    return _CROWD * max(0, mates - _PACK_MATES - others) if mates > _PACK_MATES else 0.0


def ranked_by_role(
    candidates: Iterable[Candidate], aim: Aim, roles: Collection[Role] | None = None
) -> dict[Role, Ranked]:
    """Return, for each role (all, or those of `roles`), what can be fitted to `aim`, best first."""
    found: dict[Role, list[Suited]] = {}
    for candidate in candidates:
        if candidate.loop.beats_per_bar != aim.beats_per_bar:
            continue
        if roles is not None and candidate.role not in roles:
            continue
        score = suitability(candidate, aim)
        reach = reach_of(stretch_of(candidate, aim.bpm))
        if score is not None and reach is not None:
            found.setdefault(candidate.role, []).append(Suited(score, candidate, reach))
    for ranked in found.values():
        ranked.sort(key=lambda suited: -suited.score)  # stable: equals stay in the library's order
    return dict(found)


def stage_ready(ranked: Mapping[Role, Ranked]) -> dict[Role, Ranked]:
    """Return what of `ranked` is sure enough to be used on stage."""
    sure = {role: [each for each in found if each.candidate.sure] for role, found in ranked.items()}
    return {role: found for role, found in sure.items() if found}


def scored(
    ranked: Ranked, chosen: Sequence[Candidate], weighing: Weighing = PLAIN
) -> list[tuple[float, Candidate]]:
    """Return what of `ranked` is worth a closer look with its score beside `chosen`, best first."""
    short = weighing.shortlist(ranked)
    scores = weighing.scores(short, chosen)
    found = [(score, suited.candidate) for score, suited in zip(scores, short, strict=True)]
    return sorted(found, key=lambda pair: -pair[0])


def draw(
    ranked: Ranked,
    chosen: Sequence[Candidate],
    rng: random.Random,
    exclusions: Sequence[Collection[str]] = ((),),
    weighing: Weighing = PLAIN,
    at_last: Collection[str] | None = None,
) -> Candidate | None:
    """Draw one of `ranked` to go with `chosen`, None where nothing is left.

    `exclusions` are sets of content hashes to keep away from, the strictest first: the first that
    leaves anything holds, and none is kept to by going farther in stretch. `at_last` is one more
    set, for when nothing else is left within an easy stretch.
    """
    for reach, excluded in _steps(exclusions, at_last):
        left = [
            suited
            for suited in ranked
            if suited.reach <= reach and suited.candidate.loop.content_hash not in excluded
        ]
        if left:
            pairs = scored(left, chosen, weighing)
            best = pairs[0][0]
            weights = [math.exp((score - best) / TEMPERATURE) for score, _ in pairs]
            return rng.choices([candidate for _, candidate in pairs], weights)[0]
    return None


def _steps(
    exclusions: Sequence[Collection[str]], at_last: Collection[str] | None
) -> Iterable[tuple[int, Collection[str]]]:
    """Return what to try in turn: how far to reach, and what to keep away from.

    >>> [(reach, sorted(kept)) for reach, kept in _steps(["ab", "a"], "")][:5]
    [(0, ['a', 'b']), (0, ['a']), (1, ['a', 'b']), (1, ['a']), (0, [])]
    """
    *within, beyond = range(len(REACHES))
    last = () if at_last is None else (at_last,)
    for some in (exclusions, last):
        yield from ((reach, excluded) for reach in within for excluded in some)
    yield from ((beyond, excluded) for excluded in (*exclusions, *last))
