"""Occurrences of a section share their loops and differ in layers: what each one plays. Pure."""

from collections.abc import Collection, Sequence

from loopmind_live.score.arrangement import Arrangement, Part
from loopmind_live.score.loop import ROLES, Role

Layers = tuple[tuple[int, tuple[Part, ...]], ...]
"""Parts by place."""


def realization(arrangement: Arrangement, places: Sequence[int]) -> tuple[Part, ...]:
    """Return all that the sections at `places` play together, in role order.

    Where they differ in a role's loop, the first that plays it counts.
    """
    found: dict[Role, Part] = {}
    for place in places:
        for part in arrangement.sections[place].parts:
            found.setdefault(part.role, part)
    return tuple(found[role] for role in ROLES if role in found)


def spread(arrangement: Arrangement, places: Sequence[int], parts: Collection[Part]) -> Layers:
    """Return what each of the sections at `places` plays of `parts`: its own layers, as before.

    What stands in for a role that is gone plays where that one played; what is wholly new plays
    everywhere. No section is left empty, or plays what its lasting wishes forbid.
    """
    new = {part.role: part for part in parts}
    together = {part.role for part in realization(arrangement, places)}
    gone, come = together - new.keys(), new.keys() - together

    def layers(place: int) -> tuple[Part, ...]:
        section = arrangement.sections[place]
        before = {part.role for part in section.parts}
        allowed = [role for role in ROLES if role in new and section.allows(role)]
        enters = come if not gone or before & gone else frozenset()
        chosen = [role for role in allowed if role in before or role in enters]
        return tuple(new[role] for role in chosen or allowed)

    return tuple((place, layers(place)) for place in places)
