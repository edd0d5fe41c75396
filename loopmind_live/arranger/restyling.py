"""A whole arrangement, moved in a direction: loop by loop, wherever each of them plays. Pure."""

from collections.abc import Callable, Collection
from dataclasses import replace

from loopmind_live.arranger.base import Direction
from loopmind_live.arranger.casting import draw
from loopmind_live.arranger.compatibility import Candidate
from loopmind_live.arranger.directions import comparative, parts_more
from loopmind_live.arranger.regenerating import filled, held_back, towards
from loopmind_live.arranger.scene import Scene, by_importance, hashes
from loopmind_live.arranger.seeds import random_of
from loopmind_live.arranger.shading import shaded
from loopmind_live.errors import ArrangerError
from loopmind_live.score.arrangement import Arrangement, Part
from loopmind_live.score.layers import realization, spread
from loopmind_live.score.loop import ROLES, Role

SceneAt = Callable[[Arrangement, int], Scene]
"""Return the scene of the section at a place."""


def restyled(
    arrangement: Arrangement,
    scene_at: SceneAt,
    direction: Direction,
    seed: int,
    locked: Collection[Role],
    avoid: Collection[str],
) -> Arrangement:
    """Return the arrangement with loops, and as many parts, as lie in `direction` of its own.

    What sections share they go on sharing. Raise ArrangerError where nothing changes.
    """
    moved = _with_loops(arrangement, scene_at, direction, seed, locked, avoid)
    if more := parts_more(direction):
        for label in dict.fromkeys(section.label for section in moved.sections):
            moved = _with_layers(moved, scene_at, moved.find(label), more, seed, locked)
    if moved == arrangement:
        raise ArrangerError(
            f"nothing {comparative(direction)} fits: scan more loops, or unlock a part"
        )
    return moved


def _with_loops(
    arrangement: Arrangement,
    scene_at: SceneAt,
    direction: Direction,
    seed: int,
    locked: Collection[Role],
    avoid: Collection[str],
) -> Arrangement:
    """Return the arrangement with each of its loops replaced by one that lies in `direction`."""
    rng = random_of("restyle", seed, *sorted(scene_at(arrangement, 0).elsewhere()))
    there: dict[tuple[Role, str], tuple[int, Part]] = {}
    for place, section in enumerate(arrangement.sections):
        for part in section.parts:
            there.setdefault((part.role, part.loop.content_hash), (place, part))
    genre = scene_at(arrangement, 0).genre
    order = by_importance({role for role, _ in there}, genre)
    old = {name for _, name in there}
    new: dict[tuple[Role, str], Part] = {}
    chosen: list[Candidate] = []
    for key, (place, part) in sorted(there.items(), key=lambda item: order.index(item[0][0])):
        if part.role in locked:
            continue
        scene = scene_at(arrangement, place)
        left, weighing = towards(scene, part.role, part, direction)
        used = old | hashes(new.values())
        candidate = draw(left, chosen, rng, (used | set(avoid), used), weighing)
        if candidate is not None:
            chosen.append(candidate)
            new[key] = scene.fit(candidate, part.role)
    _hold_back(arrangement, new, direction)
    for key, (_, part) in there.items():
        if part.role not in locked:
            new[key] = shaded(new.get(key, part), direction)
    sections = tuple(
        replace(
            section,
            parts=tuple(new.get((p.role, p.loop.content_hash), p) for p in section.parts),
        )
        for section in arrangement.sections
    )
    return replace(arrangement, sections=sections)


def _hold_back(
    arrangement: Arrangement, new: dict[tuple[Role, str], Part], direction: Direction
) -> None:
    """Take back what would move the fullest section, as a whole, against `direction`."""
    fullest = max(arrangement.sections, key=lambda section: len(section.parts))
    names = {part.role: (part.role, part.loop.content_hash) for part in fullest.parts}
    before = {part.role: part for part in fullest.parts}
    after = {role: new.get(names[role], part) for role, part in before.items()}
    kept = held_back(before, after, direction)
    for role, name in names.items():
        if kept[role] == before[role]:
            new.pop(name, None)


def _with_layers(
    arrangement: Arrangement,
    scene_at: SceneAt,
    places: tuple[int, ...],
    more: int,
    seed: int,
    locked: Collection[Role],
) -> Arrangement:
    """Return the arrangement with so many `more` parts (fewer where negative) at `places`."""
    together = {part.role: part for part in realization(arrangement, places)}
    scene = scene_at(arrangement.with_parts(places[:1], tuple(together.values())), places[0])
    roles = filled(scene, list(together), locked, more)
    rng = random_of("restyle layers", seed, scene.section.label)
    parts = {role: together[role] for role in roles if role in together}
    for role in roles:
        if role in parts:
            continue
        chosen = scene.candidates(parts.values())
        used = hashes(parts.values())
        left, weighing = towards(scene, role, None, Direction())
        candidate = draw(left, chosen, rng, (used | scene.elsewhere(), used), weighing)
        if candidate is not None:
            parts[role] = scene.fit(candidate, role)
    ordered = tuple(parts[role] for role in ROLES if role in parts)
    for place, layers in spread(arrangement, places, ordered):
        arrangement = arrangement.with_parts((place,), layers)
    return arrangement
