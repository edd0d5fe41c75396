"""The arranger that works by rules: forms, habits of roles, and loops drawn by how they suit."""

import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial

from loopmind_live.arranger import choosing, reasons
from loopmind_live.arranger.balance import balanced
from loopmind_live.arranger.base import (
    NEUTRAL,
    NO_TASTE,
    Alternative,
    Direction,
    Reason,
    Request,
    Taste,
)
from loopmind_live.arranger.cast_form import Cast, cast_form
from loopmind_live.arranger.casting import (
    Matchings,
    Ranked,
    Weighing,
    packs_alone,
    ranked_by_role,
    stage_ready,
)
from loopmind_live.arranger.compatibility import Aim, Candidate, candidates_of
from loopmind_live.arranger.forms import form_for
from loopmind_live.arranger.genres import Form, Genre, genre_of
from loopmind_live.arranger.lasting import request_now
from loopmind_live.arranger.layering import layers_of
from loopmind_live.arranger.pairing import Pairs
from loopmind_live.arranger.pairing_model import shipped_model
from loopmind_live.arranger.prompt import read_prompt
from loopmind_live.arranger.regenerating import regenerated
from loopmind_live.arranger.restyling import restyled
from loopmind_live.arranger.roles import merged_wish
from loopmind_live.arranger.scene import Scene
from loopmind_live.arranger.seeds import random_of
from loopmind_live.arranger.structure.telling import StructureModel
from loopmind_live.arranger.tonality import key_for, tempo_for
from loopmind_live.errors import ArrangerError
from loopmind_live.score.arrangement import Arrangement, Part, Section
from loopmind_live.score.fit import fitted, refitted
from loopmind_live.score.loop import ROLES, UNPITCHED_ROLES, Loop, Role, silenced
from loopmind_live.timing.tempo_map import check_bpm


class RuleArranger:
    """An `Arranger` over a fixed set of loops. Equal arguments give equal answers."""

    def __init__(
        self,
        loops: Iterable[Loop],
        taste: Taste = NO_TASTE,
        structure: StructureModel | None = None,
    ) -> None:
        """Work out once what is asked of each loop; the order of `loops` makes no difference.

        `structure` tells the forms; without one they are those that genres usually have.
        """
        self._taste = taste
        self._structure = structure
        known = tuple(loops)
        self._known = len(known)
        self._candidates = candidates_of(known)
        self._by_hash = {c.loop.content_hash: c for c in self._candidates if c.loop.content_hash}
        heard = any(candidate.loop.profile is not None for candidate in self._candidates)
        self._pairs = Pairs(self._candidates, shipped_model()) if heard else None
        # A set asks the same again and again, and ranking a large library takes many ms.
        self._ranked_last: tuple[object, Mapping[Role, Ranked]] | None = None

    def arrange(self, prompt: str, seed: int, beats_per_bar: int = 4) -> Arrangement:
        """Return an arrangement for `prompt`; raise ArrangerError where it cannot be made."""
        return self.arrange_request(read_prompt(prompt).request, seed, beats_per_bar)

    def arrange_request(self, request: Request, seed: int, beats_per_bar: int = 4) -> Arrangement:
        """Return an arrangement for what was read from a prompt."""
        rng = random_of("arrange", seed, request.text, beats_per_bar)
        candidates = self._of_meter(beats_per_bar, request.roles_out)
        sure = [candidate for candidate in candidates if candidate.sure] or candidates
        genre = genre_of(request.genre)
        bpm = tempo_for(genre, sure) if request.bpm is None else request.bpm
        key = request.key or key_for(genre, request.moods, bpm, sure, rng)
        chance = random_of("form", seed, request.text, beats_per_bar)
        form = form_for(request, genre, bpm, beats_per_bar, self._structure, chance)
        aim = Aim(bpm, key, beats_per_bar, request.moods)
        everything = ranked_by_role(candidates, aim)
        weighing = Weighing(self._taste, matchings=self._matchings_for(aim))
        cast = cast_form(form, genre, request, everything, rng, weighing)
        sections = _sections(form, cast, request, genre, (bpm, key), rng)
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
        far: bool = False,
    ) -> tuple[Part, ...]:
        """Return new parts for section `place`: other loops, same bars, `locked` parts kept."""
        scene = self._scene(arrangement, place)
        return regenerated(scene, seed, locked, avoid, direction, far)

    def swap(
        self,
        arrangement: Arrangement,
        place: int,
        role: Role,
        seed: int,
        avoid: Collection[str] = (),
    ) -> Part:
        """Return another part of `role` for section `place`; raise ArrangerError if none exists."""
        scene = self._scene(arrangement, place, refusing=False)
        return choosing.swapped(scene, role, seed, avoid)

    def add(
        self,
        arrangement: Arrangement,
        place: int,
        role: Role,
        seed: int,
        avoid: Collection[str] = (),
    ) -> Part:
        """Return a part of `role`, new to section `place`; raise ArrangerError if none fits."""
        scene = self._scene(arrangement, place, refusing=False)
        return choosing.added(scene, role, seed, avoid)

    def restyle(
        self,
        arrangement: Arrangement,
        direction: Direction,
        seed: int,
        locked: Collection[Role] = (),
        avoid: Collection[str] = (),
    ) -> Arrangement:
        """Return the arrangement with loops that lie in `direction` of those it plays now."""
        return restyled(arrangement, self._scene, direction, seed, locked, avoid)

    def alternatives(
        self, arrangement: Arrangement, place: int, role: Role, count: int = 5
    ) -> tuple[Alternative, ...]:
        """Return up to `count` parts that could play `role` in section `place`, best first."""
        scene = self._scene(arrangement, place, refusing=False)
        return choosing.alternatives(scene, role, count)

    def why(self, arrangement: Arrangement, place: int) -> tuple[Reason, ...]:
        """Return why section `place` is where it is and plays what it plays, a line each."""
        return reasons.why(self._scene(arrangement, place))

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

    def prefer(self, taste: Taste) -> None:
        """Weigh choices by `taste` from now on."""
        self._taste = taste

    def _scene(self, arrangement: Arrangement, place: int, refusing: bool = True) -> Scene:
        """Return what is chosen from; not `refusing`, the prompt's refusals do not count."""
        request, genre = _request_of(arrangement)
        if not refusing:
            request = replace(request, roles_out=())
        aim = _aim_of(arrangement, request)
        ranked = self._ranked_for(aim, request)
        return Scene(
            arrangement, place, ranked, self._by_hash, request, genre, self._taste,
            self._matchings_for(aim),
        )  # fmt: skip

    def _matchings_for(self, aim: Aim) -> Matchings:
        """Return what tells which loops go together in `aim`; by packs where none was listened to.

        Raise ConfigError where the model that tells is damaged.
        """
        return packs_alone if self._pairs is None else partial(self._pairs.matchings, aim=aim)

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

    def _ranked_for(self, aim: Aim, request: Request) -> Mapping[Role, Ranked]:
        """Return what fits a running arrangement; what is not sure only where nothing else is."""
        asked = (aim, tuple(request.roles_out))
        if self._ranked_last is not None and self._ranked_last[0] == asked:
            return self._ranked_last[1]
        candidates = self._of_meter(aim.beats_per_bar, request.roles_out)
        everything = ranked_by_role(candidates, aim)
        ranked = stage_ready(everything) or everything
        self._ranked_last = asked, ranked
        return ranked


def _sections(
    form: Form,
    cast: Cast,
    request: Request,
    genre: Genre,
    fit: tuple[float, str | None],
    rng: random.Random,
) -> tuple[Section, ...]:
    """Return the sections of a form with what each plays of its label's loops, and lasting wishes.

    `fit` is tempo and key.
    """
    wishes = {label: merged_wish(request, label, genre) for label in cast}
    wanted = {label: (*request.roles_in, *wishes[label].roles_in) for label in cast}
    layers = layers_of([label for label, _ in form], cast, wanted, genre, rng)
    return tuple(
        Section(
            label,
            bars,
            tuple(fitted(c.loop, role, *fit) for role, c in cast[label].items() if role in plays),
            wishes[label].roles_out,
            wishes[label].roles_only,
        )
        for (label, bars), plays in zip(form, layers, strict=True)
    )


def _aim_of(arrangement: Arrangement, request: Request) -> Aim:
    return Aim(
        arrangement.bpm,
        arrangement.key,
        arrangement.beats_per_bar,
        request.moods,
        arrangement.moods_out,
    )


def _request_of(arrangement: Arrangement) -> tuple[Request, Genre]:
    """Return what is asked of an arrangement; a hand-written timeline asks for nothing."""
    try:
        request = read_prompt(arrangement.prompt).request
    except ArrangerError:
        request = Request(arrangement.prompt)
    return request_now(request, arrangement), genre_of(request.genre)


def _is_pitched(part: Part) -> bool:
    return part.role not in UNPITCHED_ROLES and part.loop.key is not None
