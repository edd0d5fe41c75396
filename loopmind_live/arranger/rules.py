"""The arranger that works by rules: genre templates, and loops drawn by how well they suit."""

import hashlib
import math
import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from loopmind_live.arranger.balance import balanced, roles_of, toned
from loopmind_live.arranger.base import (
    NEUTRAL,
    NO_TASTE,
    Alternative,
    Direction,
    Reason,
    Request,
    Taste,
)
from loopmind_live.arranger.casting import Ranked, draw, ranked_by_role, stage_ready
from loopmind_live.arranger.compatibility import Aim, Candidate, candidates_of
from loopmind_live.arranger.forms import form_for
from loopmind_live.arranger.genres import Form, Genre, genre_of
from loopmind_live.arranger.prompt import read_prompt
from loopmind_live.arranger.roles import alternatives, habits_of, plan, silenced, source_of
from loopmind_live.arranger.tonality import key_for, tempo_for
from loopmind_live.errors import ArrangerError
from loopmind_live.score.arrangement import Arrangement, Part, Section
from loopmind_live.score.fit import fitted, refitted
from loopmind_live.score.loop import ROLES, UNPITCHED_ROLES, Loop, Role
from loopmind_live.timing.tempo_map import check_bpm

VARIED_ROLES = 0.35
"""How often a regenerated section also trades one of its roles for another."""
CORE_ROLES = frozenset({"drums", "kick", "bass"})


class RuleArranger:
    """An `Arranger` over a fixed set of loops. Equal arguments give equal answers."""

    def __init__(self, loops: Iterable[Loop], taste: Taste = NO_TASTE) -> None:
        """Work out once what is asked of each loop; the order of `loops` makes no difference."""
        self._taste = taste
        known = tuple(loops)
        self._known = len(known)
        self._candidates = candidates_of(known)
        # A set asks the same again and again, and ranking a large library takes many ms.
        self._ranked_last: tuple[object, Mapping[Role, Ranked]] | None = None

    def arrange(self, prompt: str, seed: int, beats_per_bar: int = 4) -> Arrangement:
        """Return an arrangement for `prompt`; raise ArrangerError where it cannot be made."""
        return self.arrange_request(read_prompt(prompt).request, seed, beats_per_bar)

    def arrange_request(self, request: Request, seed: int, beats_per_bar: int = 4) -> Arrangement:
        """Return an arrangement for what was read from a prompt."""
        rng = _random("arrange", seed, request.text, beats_per_bar)
        candidates = self._of_meter(beats_per_bar, request.roles_out)
        sure = [candidate for candidate in candidates if candidate.sure] or candidates
        genre = genre_of(request.genre)
        bpm = tempo_for(genre, sure) if request.bpm is None else request.bpm
        key = request.key or key_for(genre, request.moods, bpm, sure, rng)
        form = form_for(request, genre, bpm, beats_per_bar)
        aim = Aim(bpm, key, beats_per_bar, request.moods)
        everything = ranked_by_role(candidates, aim)
        cast = _cast(form, genre, request, everything, rng)
        parts = {
            label: tuple(fitted(cast[label][role].loop, role, bpm, key) for role in cast[label])
            for label in cast
        }
        sections = tuple(Section(label, bars, parts[label]) for label, bars in form)
        if request.key is None and not any(
            map(_is_pitched, (p for s in sections for p in s.parts))
        ):
            key = None
        return balanced(Arrangement(bpm, key, sections, beats_per_bar, seed, request.text))

    def regenerate(
        self,
        arrangement: Arrangement,
        place: int,
        seed: int,
        locked: Collection[Role] = (),
        avoid: Collection[str] = (),
        direction: Direction = NEUTRAL,
    ) -> tuple[Part, ...]:
        """Return new parts for section `place`: other loops, same bars, `locked` parts kept.

        A part for which there is no other loop stays as it is, as long as something changes.
        """
        section = arrangement.sections[place]
        request, genre = _request_of(arrangement)
        rng = _random("regenerate", seed, place, section.label, *sorted(_hashes(section.parts)))
        ranked = self._ranked_for(arrangement, request)
        kept = {part.role: part for part in section.parts if part.role in locked}
        roles = [part.role for part in section.parts] or list(
            plan([section.label], genre, request, ranked)[section.label]
        )
        if direction == NEUTRAL:
            roles = _varied(roles, section.label, genre, request, ranked, locked, rng)
        roles = [role for role in roles if section.allows(role)]
        before = _hashes(section.parts)
        elsewhere = _hashes(part for other in arrangement.sections for part in other.parts)
        exclusions = (before | set(avoid) | elsewhere, before | set(avoid), before)
        chosen = list(candidates_of(part.loop for part in kept.values()))
        parts = dict(kept)
        beside = {*roles_of(arrangement), *roles}
        changed = False
        for role in _by_importance(roles, genre):
            if role in locked:
                continue
            pairs = _towards(ranked.get(role, ()), section.part(role), direction)
            candidate = draw(pairs, chosen, rng, exclusions)
            if candidate is not None:
                chosen.append(candidate)
                part = fitted(candidate.loop, role, arrangement.bpm, arrangement.key)
                parts[role] = toned(part, beside)
                changed = True
            elif (old := section.part(role)) is not None:
                parts[role] = old
        if not changed:
            name = arrangement.name(place)
            if section.parts and all(part.role in locked for part in section.parts):
                raise ArrangerError(f"{name}: every part is locked: unlock one to regenerate it")
            raise ArrangerError(f"{name}: no other loops fit it: scan more loops, or unlock a part")
        return tuple(parts[role] for role in ROLES if role in parts)

    def swap(
        self,
        arrangement: Arrangement,
        place: int,
        role: Role,
        seed: int,
        avoid: Collection[str] = (),
    ) -> Part:
        """Return another part of `role` for section `place`; raise ArrangerError if none exists."""
        section = arrangement.sections[place]
        request, _ = _request_of(arrangement)
        rng = _random("swap", seed, place, role, *sorted(_hashes(section.parts)))
        ranked = self._ranked_for(arrangement, replace(request, roles_out=())).get(role, ())
        before = _hashes(section.parts)
        others = candidates_of(part.loop for part in section.parts if part.role != role)
        candidate = draw(ranked, others, rng, (before | set(avoid), before))
        if candidate is None:
            raise ArrangerError(
                f"{arrangement.name(place)}: no other {role} loop fits: scan more loops"
            )
        part = fitted(candidate.loop, role, arrangement.bpm, arrangement.key)
        return toned(part, {*roles_of(arrangement), role})

    def add(
        self,
        arrangement: Arrangement,
        place: int,
        role: Role,
        seed: int,
        avoid: Collection[str] = (),
    ) -> Part:
        """Return a part of `role`, new to section `place`; raise ArrangerError if none fits."""
        section = arrangement.sections[place]
        for other in arrangement.sections:
            part = other.part(role)
            if part is not None and part.loop.content_hash not in avoid:
                return part
        return self.swap(arrangement.with_parts((place,), section.parts), place, role, seed, avoid)

    def restyle(
        self,
        arrangement: Arrangement,
        direction: Direction,
        seed: int,
        locked: Collection[Role] = (),
        avoid: Collection[str] = (),
    ) -> Arrangement:
        """Return the arrangement with loops that lie in `direction` of those it plays now."""
        moved = 0
        failure = ArrangerError("there is nothing to restyle: arrange something first")
        for label in dict.fromkeys(section.label for section in arrangement.sections):
            places = arrangement.find(label)
            try:
                parts = self.regenerate(arrangement, places[0], seed, locked, avoid, direction)
            except ArrangerError as error:
                failure = error
                continue
            arrangement = arrangement.with_parts(places, parts)
            moved += 1
        if not moved:
            raise failure
        return arrangement

    def alternatives(
        self, arrangement: Arrangement, place: int, role: Role, count: int = 5
    ) -> tuple[Alternative, ...]:
        """Return up to `count` parts that could play `role` in section `place`, best first."""
        section = arrangement.sections[place]
        request, _ = _request_of(arrangement)
        ranked = self._ranked_for(arrangement, replace(request, roles_out=())).get(role, ())
        before = _hashes(section.parts)
        beside = {*roles_of(arrangement), role}
        found = tuple(
            Alternative(
                toned(fitted(candidate.loop, role, arrangement.bpm, arrangement.key), beside), score
            )
            for score, candidate in ranked
            if candidate.loop.content_hash not in before
        )
        if not found:
            raise ArrangerError(
                f"{arrangement.name(place)}: no other {role} loop fits: scan more loops"
            )
        return found[:count]

    def why(self, arrangement: Arrangement, place: int) -> tuple[Reason, ...]:
        """Return why section `place` plays what it plays, a line each."""
        return tuple(
            Reason(part.role, f"{part.loop.path.name}: stretched by {part.stretch:.2f}")
            for part in arrangement.sections[place].parts
        )

    def prefer(self, taste: Taste) -> None:
        """Weigh choices by `taste` from now on."""
        self._taste = taste

    def refit(self, arrangement: Arrangement, bpm: float, key: str | None) -> Arrangement:
        """Return the same loops fitted to another tempo and key: new stretch and semitones."""
        check_bpm(bpm)
        sections = tuple(
            replace(
                section,
                parts=tuple(refitted(part, arrangement.key, bpm, key) for part in section.parts),
            )
            for section in arrangement.sections
        )
        return replace(arrangement, bpm=float(bpm), key=key, sections=sections)

    def _of_meter(self, beats_per_bar: int, roles_out: Collection[Role]) -> tuple[Candidate, ...]:
        """Return the candidates of a meter without some roles; raise where none are left."""
        if not self._candidates:
            what = (
                "is empty" if not self._known else f"has no usable loop among {self._known} files"
            )
            raise ArrangerError(f"the library {what}: run loopmind scan FOLDER")
        fitting = [c for c in self._candidates if c.loop.beats_per_bar == beats_per_bar]
        if not fitting:
            raise ArrangerError(
                f"the library has no loop in {beats_per_bar}/4: scan some, or ask for another meter"
            )
        out = silenced(roles_out)
        left = tuple(c for c in fitting if c.role not in out)
        if not left:
            there = ", ".join(role for role in ROLES if any(c.role == role for c in fitting))
            raise ArrangerError(
                f"the prompt leaves out all that the library has ({there}): ask for one of them"
            )
        return left

    def _ranked_for(self, arrangement: Arrangement, request: Request) -> Mapping[Role, Ranked]:
        """Return what fits a running arrangement; what is not sure only where nothing else is."""
        aim = Aim(arrangement.bpm, arrangement.key, arrangement.beats_per_bar, request.moods)
        asked = (aim, tuple(request.roles_out))
        if self._ranked_last is not None and self._ranked_last[0] == asked:
            return self._ranked_last[1]
        candidates = self._of_meter(arrangement.beats_per_bar, request.roles_out)
        everything = ranked_by_role(candidates, aim)
        ranked = stage_ready(everything) or everything
        self._ranked_last = asked, ranked
        return ranked


def _cast(
    form: Form,
    genre: Genre,
    request: Request,
    everything: Mapping[Role, Ranked],
    rng: random.Random,
) -> dict[str, dict[Role, Candidate]]:
    """Return a loop for each role of each label, in role order."""
    labels = list(dict.fromkeys(label for label, _ in form))
    sure = stage_ready(everything)
    planned = plan(labels, genre, request, sure)
    last_resort = plan(labels, genre, request, everything)
    cast: dict[str, dict[Role, Candidate]] = {}
    for label in _lenders_first(labels, genre):
        roles, ranked = (
            (planned[label], sure) if planned[label] else (last_resort[label], everything)
        )
        if not roles:
            raise ArrangerError(
                f"no loop is left for the {label}: ask for other parts there, or scan more loops"
            )
        lender = source_of(label, genre, labels)
        cast[label] = _cast_label(
            label, roles, genre, cast.get(lender or "", {}), ranked, cast, rng
        )
    return cast


def _cast_label(
    label: str,
    roles: Collection[Role],
    genre: Genre,
    lent: Mapping[Role, Candidate],
    ranked: Mapping[Role, Ranked],
    cast: Mapping[str, Mapping[Role, Candidate]],
    rng: random.Random,
) -> dict[Role, Candidate]:
    """Return the loops of one label: lent ones, and new ones where it wants its own."""
    fresh = habits_of(label, genre).fresh
    heard = [candidate for parts in cast.values() for candidate in parts.values()]
    used = {candidate.loop.content_hash for candidate in heard}
    found: dict[Role, Candidate] = {}
    for role in _by_importance(roles, genre):
        if role in lent and role not in fresh:
            found[role] = lent[role]
            continue
        candidate = draw(ranked[role], [*heard, *found.values()], rng, (used, ()))
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


def _varied(
    roles: list[Role],
    label: str,
    genre: Genre,
    request: Request,
    ranked: Mapping[Role, Ranked],
    locked: Collection[Role],
    rng: random.Random,
) -> list[Role]:
    """Return `roles`, now and then with one that is neither core nor locked traded for another."""
    roll = rng.random()
    wanted = set(request.roles_in)
    free = [r for r in roles if r not in locked and r not in CORE_ROLES and r not in wanted]
    others = [
        role for role in alternatives(label, genre, request, ranked, roles) if role not in locked
    ]
    if roll >= VARIED_ROLES or not free or not others:
        return roles
    out, new = rng.choice(free), rng.choice(others)
    return [new if role == out else role for role in roles]


def _by_importance(roles: Collection[Role], genre: Genre) -> list[Role]:
    """Return `roles` in the order in which their loops are drawn: what carries the piece first."""
    order = [*genre.roles, *(role for role in ROLES if role not in genre.roles)]
    return sorted(roles, key=order.index)


def _request_of(arrangement: Arrangement) -> tuple[Request, Genre]:
    """Return what an arrangement was asked for; a hand-written timeline asks for nothing."""
    try:
        request = read_prompt(arrangement.prompt).request
    except ArrangerError:
        request = Request(arrangement.prompt)
    return request, genre_of(request.genre)


def _towards(ranked: Ranked, part: Part | None, direction: Direction) -> Ranked:
    """Return what of `ranked` lies in `direction` of `part`."""
    if part is None or direction == NEUTRAL:
        return ranked
    now = (part.loop.brightness_hz or 0.0, part.loop.onsets_per_s or 0.0)
    wanted = (direction.brightness, direction.density)

    def gain(candidate: Candidate) -> float:
        there = (candidate.loop.brightness_hz or 0.0, candidate.loop.onsets_per_s or 0.0)
        return sum(
            wish * math.log2((after + 1.0) / (before + 1.0))
            for wish, before, after in zip(wanted, now, there, strict=True)
        )

    if not any(wanted):
        return ranked
    return [pair for pair in ranked if gain(pair[1]) > 0.0]


def _hashes(parts: Iterable[Part]) -> set[str]:
    return {part.loop.content_hash for part in parts}


def _is_pitched(part: Part) -> bool:
    return part.role not in UNPITCHED_ROLES and part.loop.key is not None


def _random(*facts: object) -> random.Random:
    """Return a generator that the same facts always start alike, in every process."""
    plain = "|".join(str(fact) for fact in facts)
    return random.Random(int.from_bytes(hashlib.sha256(plain.encode()).digest()[:8], "big"))
