"""Which roles play in which section: thin at the edges, fullest at the hook. Pure."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from loopmind_live.arranger.base import Request, SectionWish
from loopmind_live.arranger.forms import PEAKS
from loopmind_live.arranger.genres import Genre
from loopmind_live.arranger.role_odds import shipped_odds
from loopmind_live.score.loop import KIT, ROLES, Role, silenced

SINGLE_DRUMS: tuple[Role, ...] = (*KIT, "perc")
"""What stands in for a drum loop, and is not piled on top of one."""


@dataclass(frozen=True, slots=True)
class LabelHabits:
    """How full a section is (0..1 of the peak's parts), what it favors and what it leaves out.

    `borrows` names the label whose loops it plays; roles in `fresh` are its own all the same.
    """

    fullness: float
    favors: tuple[Role, ...] = ()
    without: tuple[Role, ...] = ()
    borrows: str | None = None
    fresh: tuple[Role, ...] = ()


HABITS: Mapping[str, LabelHabits] = {
    "intro": LabelHabits(0.35, ("melody", "pad", "fx", "hats"), ("vocal",), "hook"),
    "verse": LabelHabits(0.6, ("drums", "bass", "chords"), (), "hook", ("melody", "vocal", "pad")),
    "prechorus": LabelHabits(0.6, ("chords", "drums", "pad"), (), "verse"),
    "hook": LabelHabits(1.0),
    "postchorus": LabelHabits(0.8, ("drums", "bass", "melody"), (), "hook"),
    "bridge": LabelHabits(0.5, ("chords", "pad", "vocal"), ("kick",), "verse", ("chords", "pad")),
    "build": LabelHabits(0.55, ("fx", "hats", "chords", "perc"), ("bass", "kick"), "hook"),
    "drop": LabelHabits(1.0, ("drums", "bass")),
    "breakdown": LabelHabits(
        0.45, ("pad", "melody", "chords", "vocal"), ("drums", "kick", "snare"), "hook", ("pad",)
    ),
    "inst": LabelHabits(0.75, ("melody", "drums", "bass"), ("vocal",), "hook", ("melody",)),
    "solo": LabelHabits(0.7, ("melody", "drums", "bass"), ("vocal",), "verse", ("melody",)),
    "outro": LabelHabits(0.35, ("drums", "pad", "chords"), ("vocal",), "hook"),
}
CLUB_EDGES = LabelHabits(0.45, ("drums", "perc", "hats", "fx"), ("vocal",), "hook")
"""Intro and outro of genres that are mixed from one record to the next: beats first."""


def habits_of(label: str, genre: Genre) -> LabelHabits:
    """Return the habits of `label` in `genre`."""
    if label in ("intro", "outro") and "drop" in genre.labels and genre.roles[0] == "drums":
        return CLUB_EDGES
    return HABITS[label]


def habitual_order(label: str, genre: Genre, roles: Iterable[str]) -> list[str]:
    """Return `roles` as habit orders them for `label`: what it favors first, what it lacks last."""
    habits = habits_of(label, genre)
    order = [*habits.favors, *genre.roles, *ROLES]
    return sorted(roles, key=lambda role: (role in habits.without, order.index(cast(Role, role))))


def source_of(label: str, genre: Genre, labels: Collection[str]) -> str | None:
    """Return which of `labels` lends its loops to `label`, or None where it has its own."""
    wanted = habits_of(label, genre).borrows
    if wanted == "hook" or (wanted is not None and wanted not in labels):
        wanted = next((peak for peak in PEAKS if peak in labels), None)
    return wanted if wanted in labels and wanted != label else None


def merged_wish(request: Request, label: str, genre: Genre) -> SectionWish:
    """Return all that `request` says of the sections of `label`, as one wish."""
    wishes = [wish for wish in request.sections if genre.spoken(wish.label) == label]

    def all_of(name: str) -> tuple[Role, ...]:
        return tuple(dict.fromkeys(role for wish in wishes for role in getattr(wish, name)))

    return SectionWish(label, None, all_of("roles_in"), all_of("roles_out"), all_of("roles_only"))


def plan(
    labels: Sequence[str], genre: Genre, request: Request, available: Collection[Role]
) -> dict[str, tuple[Role, ...]]:
    """Return the roles of each label, in role order; empty where its wish leaves nothing.

    `available` are the roles for which the library has loops that can be used.
    """
    barred = silenced(request.roles_out)
    usable = [r for r in _ranked(genre, available) if r in available and r not in barred]
    singles = sum(role in SINGLE_DRUMS for role in usable) if "drums" not in usable else 0
    parts = genre.parts + max(0, min(2, singles - 1))  # several single drums make one drum part
    peak_parts = max(1, min(parts, len(_without_doubles(usable, ()))))
    return {
        label: _roles_of(label, genre, request, usable, peak_parts)
        for label in dict.fromkeys(labels)
    }


def alternatives(
    label: str,
    genre: Genre,
    request: Request,
    available: Collection[Role],
    present: Collection[Role],
) -> tuple[Role, ...]:
    """Return the roles that a section could play besides those `present`, as its wishes allow."""
    wish = merged_wish(request, label, genre)
    if wish.roles_only:
        return ()
    barred = {*present, *habits_of(label, genre).without}
    barred |= silenced([*request.roles_out, *wish.roles_out])
    if "drums" in present:
        barred.update(SINGLE_DRUMS)
    elif any(role in SINGLE_DRUMS for role in present):
        barred.add("drums")
    return _ordered(role for role in available if role not in barred)


def _granted(roles: Iterable[Role], usable: Collection[Role]) -> frozenset[Role]:
    """Return the roles that asking for `roles` grants: a kit of single drums where no loop is."""
    chosen = frozenset(roles)
    return chosen | set(KIT) if "drums" in chosen and "drums" not in usable else chosen


def _ranked(genre: Genre, available: Collection[Role]) -> list[Role]:
    """Return all roles by importance; single drums come where a drum loop is missing."""
    ranked: list[Role] = []
    for role in genre.roles:
        ranked += KIT if role == "drums" and "drums" not in available else [role]
    return list(dict.fromkeys([*ranked, *ROLES]))


def _roles_of(
    label: str, genre: Genre, request: Request, usable: Sequence[Role], peak_parts: int
) -> tuple[Role, ...]:
    wish, habits = merged_wish(request, label, genre), habits_of(label, genre)
    allowed = [role for role in usable if role not in silenced(wish.roles_out)]
    if wish.roles_only:
        only = _granted(wish.roles_only, allowed)
        return _ordered(role for role in allowed if role in only)
    wanted = _granted(wish.roles_in, allowed)
    if habits.fullness >= 0.6:
        wanted |= _granted(request.roles_in, allowed)
    forced = [role for role in allowed if role in wanted]
    usual = _granted(genre.roles[: genre.parts + 2], allowed)
    favored = [role for role in habits.favors if role in allowed and role in usual]
    habitual = list(dict.fromkeys([*favored, *allowed]))
    learned = habitual if genre.roles[0] != "drums" else shipped_odds().ordered(label, habitual)
    order = list(dict.fromkeys([*forced, *learned]))
    order = [role for role in order if role not in habits.without or role in forced] or order
    order = _without_doubles(order, forced)
    count = peak_parts if habits.fullness >= 1.0 else _thinner(habits.fullness, peak_parts)
    if label == "build" and len(order) > count:
        order = [role for role in order if role != "drums" or role in forced] or order
    return _ordered(order[: max(count, len(forced))])


def _thinner(fullness: float, peak_parts: int) -> int:
    """Return the parts of a section below the peak: at least one, and fewer than the peak.

    >>> [_thinner(0.6, parts) for parts in (1, 2, 3, 6)], [_thinner(0.35, p) for p in (3, 6)]
    ([1, 1, 2, 4], [1, 2])
    """
    return max(1, min(peak_parts - 1, math.floor(fullness * peak_parts + 0.5)))


def _without_doubles(roles: Sequence[Role], forced: Collection[Role]) -> list[Role]:
    """Return `roles` without single drums that a drum loop already plays.

    Hats or percussion may color a drum loop, one of them at most.
    """
    if "drums" not in roles:
        return list(roles)
    kept: list[Role] = []
    colored = False
    for role in roles:
        single = role in SINGLE_DRUMS and role not in forced
        if single and (role in ("kick", "snare") or colored):
            continue
        colored = colored or single
        kept.append(role)
    return kept


def _ordered(roles: Iterable[Role]) -> tuple[Role, ...]:
    chosen = set(roles)
    return tuple(role for role in ROLES if role in chosen)
