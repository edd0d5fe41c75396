"""What a choice for one section is made from."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from loopmind_live.arranger.balance import roles_of, toned
from loopmind_live.arranger.base import NEUTRAL, Direction, Request, Taste
from loopmind_live.arranger.casting import Matchings, Ranked, Weighing, nowhere, packs_alone
from loopmind_live.arranger.compatibility import Candidate, candidates_of
from loopmind_live.arranger.genres import Genre
from loopmind_live.arranger.lasting import lasting_direction, leaning
from loopmind_live.arranger.shading import shaded
from loopmind_live.score.arrangement import Arrangement, Part, Section
from loopmind_live.score.fit import fitted
from loopmind_live.score.loop import ROLES, Role


@dataclass(frozen=True, slots=True)
class Scene:
    """A section of an arrangement, and what could play there.

    `ranked` are the loops that fit, by role; `known` all candidates, by content hash; `matchings`
    tells which go together.
    """

    arrangement: Arrangement
    place: int
    ranked: Mapping[Role, Ranked]
    known: Mapping[str, Candidate]
    request: Request
    genre: Genre
    taste: Taste
    matchings: Matchings = packs_alone

    @property
    def section(self) -> Section:
        """Return the section that is chosen for."""
        return self.arrangement.sections[self.place]

    @property
    def name(self) -> str:
        """Return the section's name."""
        return self.arrangement.name(self.place)

    def fit(self, candidate: Candidate, role: Role, beside: Iterable[Role] = ()) -> Part:
        """Return the part that plays `candidate` here, toned for the piece and roles `beside`."""
        arrangement = self.arrangement
        part = fitted(candidate.loop, role, arrangement.bpm, arrangement.key)
        return shaded(toned(part, {*roles_of(arrangement), role, *beside}), self.lasting)

    def candidates(self, parts: Iterable[Part]) -> list[Candidate]:
        """Return the candidates that play as `parts`, as they are ranked in the library."""
        found: list[Candidate] = []
        for part in parts:
            known = self.known.get(part.loop.content_hash)
            found += [known] if known is not None else candidates_of([part.loop])
        return found

    def around(self) -> tuple[Part, ...]:
        """Return what plays in the sections just before and after, as far as they are others."""
        sections = self.arrangement.sections
        near = [sections[i] for i in (self.place - 1, self.place + 1) if 0 <= i < len(sections)]
        others = (section for section in near if section.label != self.section.label)
        once = {part.loop.content_hash: part for section in others for part in section.parts}
        return tuple(once.values())

    @property
    def lasting(self) -> Direction:
        """Return where all choices are to lie."""
        return lasting_direction(self.arrangement)

    def weighing(self, lean: Callable[[Candidate], float] | None = None) -> Weighing:
        """Return what choices are weighed by here, leaning as told, or as is wished for good."""
        lasting = self.lasting
        if lean is None:
            lean = nowhere if lasting == NEUTRAL else partial(leaning, direction=lasting)
        return Weighing(self.taste, lean, self.matchings)

    def elsewhere(self) -> set[str]:
        """Return the content hashes of all that the arrangement plays."""
        return hashes(part for section in self.arrangement.sections for part in section.parts)


def hashes(parts: Iterable[Part]) -> set[str]:
    """Return the content hashes of `parts`."""
    return {part.loop.content_hash for part in parts}


def by_importance(roles: Collection[Role], genre: Genre) -> list[Role]:
    """Return `roles` in the order in which their loops are drawn: what carries the piece first."""
    order = [*genre.roles, *(role for role in ROLES if role not in genre.roles)]
    return sorted(roles, key=order.index)
