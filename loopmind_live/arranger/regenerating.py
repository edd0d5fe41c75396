"""Other loops for a section: what changes, what stays, and which way it moves. Pure."""

import math
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from loopmind_live.arranger.base import NEUTRAL, Direction, SectionWish
from loopmind_live.arranger.casting import Ranked, Weighing, draw
from loopmind_live.arranger.directions import comparative, parts_more
from loopmind_live.arranger.measures import measure_in, measure_of, progress, same_sound
from loopmind_live.arranger.mixing import center_hz, center_with_air_hz
from loopmind_live.arranger.roles import alternatives, plan
from loopmind_live.arranger.scene import Scene, by_importance, hashes
from loopmind_live.arranger.seeds import random_of
from loopmind_live.arranger.shading import leads_by_brightness, shaded
from loopmind_live.errors import ArrangerError
from loopmind_live.score.arrangement import Part
from loopmind_live.score.loop import ROLES, Role

VARIED_ROLES = 0.5
"""How often a regenerated section also trades one of its roles for another."""
CORE_ROLES = frozenset({"drums", "kick", "bass"})
LEAN = 0.3
"""What a move of an octave in the direction asked for adds to a score."""
_DRAWS = 3
_PLAIN_MOVE, _LEAST_MOVE = 0.3, 0.06
"""So many octaves the center of the whole is to move: a draw that moves it plainly is taken."""


def regenerated(
    scene: Scene,
    seed: int,
    locked: Collection[Role],
    avoid: Collection[str],
    direction: Direction,
    far: bool = False,
) -> tuple[Part, ...]:
    """Return new parts for a section: other loops, `locked` parts kept.

    Loops may be `far` from the set's tempo rather than have been heard lately.

    A part for which there is no other loop, or none in `direction`, keeps its loop, as long as
    something changes. Raise ArrangerError where nothing would.
    """
    before = {part.role: part for part in scene.section.parts}
    rng = random_of(
        "regenerate", seed, scene.place, scene.section.label, *sorted(hashes(before.values()))
    )
    roles = _roles(scene, locked, direction, rng)
    options = _options(scene, roles, locked, avoid, direction, far)
    draws = []
    for _ in range(_DRAWS):
        parts = _drawn(scene, options, locked, rng)
        draws.append((moved_by(before, parts, direction), parts))
        if draws[-1][0] >= _PLAIN_MOVE:
            break
    parts = held_back(before, max(draws, key=lambda draw: draw[0])[1], direction)
    parts = {r: part if r in locked else shaded(part, direction) for r, part in parts.items()}
    only_fuller = direction == Direction(fullness=direction.fullness) != NEUTRAL
    stuck = only_fuller and len(parts) == len(before)
    if not parts or stuck or parts == before:
        raise ArrangerError(_refusal(scene, locked, direction))
    return tuple(parts[role] for role in ROLES if role in parts)


def towards(
    scene: Scene, role: Role, now: Part | None, direction: Direction
) -> tuple[Ranked, Weighing]:
    """Return what could play `role` and lies in `direction` of `now`, and how to weigh it."""
    ranked = scene.ranked.get(role, ())
    if now is None or direction == NEUTRAL:
        return ranked, scene.weighing()
    old, bpm, key = measure_of(now), scene.arrangement.bpm, scene.arrangement.key
    left, gains = [], {}
    for suited in ranked:
        loop = suited.candidate.loop
        gain = progress(old, measure_in(loop, role, bpm, key), direction)
        if gain is not None:
            left.append(suited)
            gains[loop.content_hash] = LEAN * gain
    return left, scene.weighing(lambda candidate: gains[candidate.loop.content_hash])


def moved_by(
    before: Mapping[Role, Part], after: Mapping[Role, Part], direction: Direction
) -> float:
    """Return how far the whole gets darker (brighter) in octaves, where that is wished above all.

    As far as is known: a plain move where nothing can be told, or nothing of that kind is wished.
    """
    if not leads_by_brightness(direction) or before.keys() != after.keys():
        return _PLAIN_MOVE
    moves = []
    for center in (center_hz, center_with_air_hz):
        old, new = center(before.values()), center(after.values())
        if old is None or new is None:
            return _PLAIN_MOVE
        moves.append(math.copysign(1.0, direction.brightness) * math.log2(new / old))
    return min(moves)


def held_back(
    before: Mapping[Role, Part], after: Mapping[Role, Part], direction: Direction
) -> dict[Role, Part]:
    """Return `after` less the changes by which the whole would move against `direction`.

    Every loop may be darker than the one it stands for, and the whole brighter, where levels shift.
    """
    parts = dict(after)
    while moved_by(before, parts, direction) < _LEAST_MOVE:
        changed = [role for role in parts if parts[role] != before[role]]
        if not changed:
            break

        def without(role: Role) -> float:
            return moved_by(before, {**parts, role: before[role]}, direction)

        worst = max(changed, key=without)
        parts[worst] = before[worst]
    return parts


@dataclass(frozen=True, slots=True)
class _Options:
    """What may play a role: the part there was, what fits, what to keep away from, how to weigh.

    `before`: the loops of the section as it was, None where others of theirs may be far instead.
    """

    role: Role
    old: Part | None
    left: Ranked
    exclusions: tuple[Collection[str], ...]
    before: Collection[str] | None
    weighing: Weighing


def _options(
    scene: Scene,
    roles: Collection[Role],
    locked: Collection[Role],
    avoid: Collection[str],
    direction: Direction,
    far: bool,
) -> list[_Options]:
    """Return the options of each of `roles` that is free, what carries the piece first."""
    section = scene.section
    kept = {part.role for part in section.parts if part.role in locked}
    before, elsewhere = hashes(section.parts), scene.elsewhere()
    heard = before | set(avoid)
    found = []
    for role in by_importance(roles, scene.genre):
        if role not in kept:
            old = section.part(role)
            left, weighing = towards(scene, role, old, direction)
            alike = alike_of(old, left)
            exclusions = (heard | elsewhere | alike, heard | alike, heard)
            at_last = None if far else before
            found.append(_Options(role, old, left, exclusions, at_last, weighing))
    return found


def _drawn(
    scene: Scene, options: Collection[_Options], locked: Collection[Role], rng: random.Random
) -> dict[Role, Part]:
    """Return the parts that are locked, and one for each of `options`: drawn, or the old one."""
    parts = {part.role: part for part in scene.section.parts if part.role in locked}
    chosen = scene.candidates([*scene.around(), *parts.values()])
    roles = [*parts, *(each.role for each in options)]
    for each in options:
        candidate = draw(each.left, chosen, rng, each.exclusions, each.weighing, each.before)
        if candidate is not None:
            chosen.append(candidate)
            parts[each.role] = scene.fit(candidate, each.role, roles)
        elif each.old is not None:
            parts[each.role] = each.old
    return parts


def alike_of(part: Part | None, ranked: Ranked) -> set[str]:
    """Return the content hashes of what sounds just like `part`: no change to the ear."""
    if part is None:
        return set()
    loops = (suited.candidate.loop for suited in ranked)
    return {loop.content_hash for loop in loops if same_sound(loop, part.loop)}


def _roles(
    scene: Scene, locked: Collection[Role], direction: Direction, rng: random.Random
) -> list[Role]:
    """Return which roles the section plays from now on."""
    section = scene.section
    roles = [part.role for part in section.parts] or _planned(scene)
    if direction == NEUTRAL:
        roles = _varied(scene, roles, locked, rng)
    else:
        roles = filled(scene, roles, locked, parts_more(direction))
    there = {part.role for part in section.parts}
    kept = [r for r in roles if section.allows(r) or (r in locked and r in there)]
    return kept or _planned(scene)


def _planned(scene: Scene) -> list[Role]:
    """Return the roles that a section would be given if it played nothing yet."""
    section, request = scene.section, scene.request
    lasting = SectionWish(section.label, None, (), section.roles_out, section.roles_only)
    wished = replace(request, sections=(*request.sections, lasting))
    return list(plan([section.label], scene.genre, wished, scene.ranked)[section.label])


def filled(scene: Scene, roles: list[Role], locked: Collection[Role], more: int) -> list[Role]:
    """Return `roles` and so many `more` (fewer where negative), as far as there are any."""
    order = by_importance(roles, scene.genre)
    if more < 0:
        free = [role for role in order if role not in locked]
        out = free[max(0 if len(free) < len(order) else 1, len(free) + more) :]
        return [role for role in roles if role not in out]
    section = scene.section
    for _ in range(more):
        others = alternatives(section.label, scene.genre, scene.request, scene.ranked, roles)
        allowed = [role for role in others if section.allows(role)]
        roles = [*roles, *by_importance(allowed, scene.genre)[:1]]
    return roles


def _varied(
    scene: Scene, roles: list[Role], locked: Collection[Role], rng: random.Random
) -> list[Role]:
    """Return `roles`, now and then with one that is neither core nor locked traded for another."""
    roll = rng.random()
    request, section = scene.request, scene.section
    wanted = set(request.roles_in)
    free = [r for r in roles if r not in locked and r not in CORE_ROLES and r not in wanted]
    others = [
        role
        for role in alternatives(section.label, scene.genre, request, scene.ranked, roles)
        if role not in locked and section.allows(role)
    ]
    if roll >= VARIED_ROLES or not free or not others:
        return roles
    out, new = rng.choice(free), rng.choice(others)
    return [new if role == out else role for role in roles]


def _refusal(scene: Scene, locked: Collection[Role], direction: Direction) -> str:
    """Return the line that says why nothing changes."""
    parts = scene.section.parts
    if parts and all(part.role in locked for part in parts):
        return f"{scene.name}: every part is locked: unlock one to regenerate it"
    if direction == NEUTRAL:
        return f"{scene.name}: no other loops fit it: scan more loops, or unlock a part"
    word = comparative(direction)
    return f"{scene.name}: nothing {word} fits it: scan more loops, or regenerate it as it comes"
