"""Drawing loops for roles: the better a loop suits, the more often it is drawn."""

import math
import random
from collections.abc import Collection, Iterable, Mapping, Sequence

from loopmind_live.arranger.compatibility import Aim, Candidate, suitability, togetherness
from loopmind_live.score.loop import Role

Ranked = Sequence[tuple[float, Candidate]]
"""Candidates with their suitability, the best first."""
SHORTLIST = 20
TEMPERATURE = 0.08
"""How far below the best a candidate's score may lie and still be drawn now and then."""


def ranked_by_role(
    candidates: Iterable[Candidate], aim: Aim, roles: Collection[Role] | None = None
) -> dict[Role, Ranked]:
    """Return, for each role (all, or those of `roles`), what can be fitted to `aim`, best first."""
    found: dict[Role, list[tuple[float, Candidate]]] = {}
    for candidate in candidates:
        if candidate.loop.beats_per_bar != aim.beats_per_bar:
            continue
        if roles is not None and candidate.role not in roles:
            continue
        score = suitability(candidate, aim)
        if score is not None:
            found.setdefault(candidate.role, []).append((score, candidate))
    for ranked in found.values():
        ranked.sort(key=lambda pair: -pair[0])  # stable: equals stay in the library's order
    return dict(found)


def stage_ready(ranked: Mapping[Role, Ranked]) -> dict[Role, Ranked]:
    """Return what of `ranked` is sure enough to be used on stage."""
    sure = {role: [pair for pair in pairs if pair[1].sure] for role, pairs in ranked.items()}
    return {role: pairs for role, pairs in sure.items() if pairs}


def draw(
    ranked: Ranked,
    chosen: Collection[Candidate],
    rng: random.Random,
    exclusions: Sequence[Collection[str]] = ((),),
) -> Candidate | None:
    """Draw one of `ranked` to go with `chosen`, None where nothing is left.

    `exclusions` are sets of content hashes to keep away from, the strictest first: the first that
    leaves anything holds.
    """
    for excluded in exclusions:
        left = [pair for pair in ranked if pair[1].loop.content_hash not in excluded]
        if left:
            scores = [score + togetherness(c, chosen) for score, c in left[:SHORTLIST]]
            best = max(scores)
            weights = [math.exp((score - best) / TEMPERATURE) for score in scores]
            return rng.choices([candidate for _, candidate in left[:SHORTLIST]], weights)[0]
    return None
