"""Loops for a whole form: each label's roles, whose loops it borrows, what it has of its own."""

import random
from collections.abc import Collection, Mapping

from loopmind_live.arranger.base import Request
from loopmind_live.arranger.casting import Ranked, Weighing, draw, stage_ready
from loopmind_live.arranger.compatibility import Candidate
from loopmind_live.arranger.genres import Form, Genre
from loopmind_live.arranger.roles import habits_of, plan, source_of
from loopmind_live.arranger.scene import by_importance
from loopmind_live.errors import ArrangerError
from loopmind_live.score.loop import ROLES, Role

Cast = dict[str, dict[Role, Candidate]]
"""A loop for each role of each label."""


def cast_form(
    form: Form,
    genre: Genre,
    request: Request,
    everything: Mapping[Role, Ranked],
    rng: random.Random,
    weighing: Weighing,
) -> Cast:
    """Return a loop for each role of each label, in role order."""
    labels = list(dict.fromkeys(label for label, _ in form))
    sure = stage_ready(everything)
    planned = plan(labels, genre, request, sure)
    last_resort = plan(labels, genre, request, everything)
    cast: Cast = {}
    for label in _lenders_first(labels, genre):
        roles, ranked = (
            (planned[label], sure) if planned[label] else (last_resort[label], everything)
        )
        if not roles:
            raise ArrangerError(
                f"no loop is left for the {label}: ask for other parts there, or scan more loops"
            )
        lent = cast.get(source_of(label, genre, labels) or "", {})
        cast[label] = _cast_label(label, roles, genre, lent, ranked, cast, rng, weighing)
    return cast


def _cast_label(
    label: str,
    roles: Collection[Role],
    genre: Genre,
    lent: Mapping[Role, Candidate],
    ranked: Mapping[Role, Ranked],
    cast: Cast,
    rng: random.Random,
    weighing: Weighing,
) -> dict[Role, Candidate]:
    """Return the loops of one label: lent ones, and new ones where it wants its own."""
    fresh = habits_of(label, genre).fresh
    heard = [candidate for parts in cast.values() for candidate in parts.values()]
    used = {candidate.loop.content_hash for candidate in heard}
    found: dict[Role, Candidate] = {}
    for role in by_importance(roles, genre):
        if role in lent and role not in fresh:
            found[role] = lent[role]
            continue
        beside = [*heard, *found.values()]
        candidate = draw(ranked[role], beside, rng, (used, ()), weighing)
        assert candidate is not None  # a planned role has loops
        found[role] = candidate
    return {role: found[role] for role in ROLES if role in found}


def _lenders_first(labels: Collection[str], genre: Genre) -> list[str]:
    """Return `labels` so that each comes after the one whose loops it borrows."""
    ordered: list[str] = []

    def add(label: str) -> None:
        lender = source_of(label, genre, labels)
        if lender is not None and lender not in ordered:
            add(lender)
        if label not in ordered:
            ordered.append(label)

    for label in labels:
        add(label)
    return ordered
