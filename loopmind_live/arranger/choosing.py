"""Single parts for a section: another of a role, one more role, and what else there would be."""

from collections.abc import Collection

from loopmind_live.arranger.base import Alternative
from loopmind_live.arranger.casting import Ranked, draw, scored
from loopmind_live.arranger.compatibility import Candidate
from loopmind_live.arranger.reasons import reasons_for
from loopmind_live.arranger.regenerating import alike_of
from loopmind_live.arranger.scene import Scene, hashes
from loopmind_live.arranger.seeds import random_of
from loopmind_live.errors import ArrangerError
from loopmind_live.score.arrangement import Part
from loopmind_live.score.loop import Role


def swapped(scene: Scene, role: Role, seed: int, avoid: Collection[str]) -> Part:
    """Return another part of `role`, or one more where there is none yet."""
    section = scene.section
    before = hashes(section.parts)
    rng = random_of("swap", seed, scene.place, role, *sorted(before))
    ranked = scene.ranked.get(role, ())
    alike = alike_of(section.part(role), ranked)
    heard = before | set(avoid)
    candidate = draw(
        ranked, _beside(scene, role), rng, (heard | alike, heard), scene.weighing(), before
    )
    if candidate is None:
        raise _nothing(scene, role)
    return scene.fit(candidate, role)


def added(scene: Scene, role: Role, seed: int, avoid: Collection[str]) -> Part:
    """Return a part of `role`: what plays it in a section like this, near it, or anywhere; or new.

    What is taken from elsewhere is taken as it plays there.
    """
    sections = scene.arrangement.sections
    places = sorted(
        range(len(sections)),
        key=lambda i: (sections[i].label != scene.section.label, abs(i - scene.place)),
    )
    before = hashes(scene.section.parts) | set(avoid)
    for place in places:
        part = sections[place].part(role)
        if part is not None and part.loop.content_hash not in before:
            return part
    return swapped(scene, role, seed, avoid)


def alternatives(scene: Scene, role: Role, count: int) -> tuple[Alternative, ...]:
    """Return up to `count` parts that could play `role` instead, best first."""
    before = hashes(scene.section.parts)
    left: Ranked = [
        suited
        for suited in scene.ranked.get(role, ())
        if suited.candidate.loop.content_hash not in before
    ]
    if not left:
        raise _nothing(scene, role)
    beside = _beside(scene, role)
    found = scored(left, beside, scene.weighing())[:count]
    return tuple(
        Alternative(
            part := scene.fit(candidate, role),
            round(score, 3),
            reasons_for(scene, part, candidate, beside),
        )
        for score, candidate in found
    )


def _beside(scene: Scene, role: Role) -> list[Candidate]:
    """Return what plays beside `role`, in the sections around and, last, here."""
    others = [part for part in scene.section.parts if part.role != role]
    return scene.candidates([*scene.around(), *others])


def _nothing(scene: Scene, role: Role) -> ArrangerError:
    return ArrangerError(f"{scene.name}: no other {role} loop fits: scan more loops")
