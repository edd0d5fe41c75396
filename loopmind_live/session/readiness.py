"""Which clips the set needs, which are there, and from which frame they may sound."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from loopmind_live.prepare.base import LATER, NEXT, URGENT, Failed, Opened, Preparer
from loopmind_live.score.arrangement import Arrangement, Part, Section
from loopmind_live.score.clip import Clip, ClipRecipe, recipe_for
from loopmind_live.score.loop import Role
from loopmind_live.session.actions import (
    Action,
    Enter,
    PlayTake,
    SetArrangement,
    SetFit,
    parts_set,
)
from loopmind_live.session.document import Refit
from loopmind_live.session.landing import projected
from loopmind_live.session.openings import Openings, Passage, usable_frames
from loopmind_live.session.plan import passage_of
from loopmind_live.session.snapshot import Placed, Snapshot, with_placed
from loopmind_live.session.state import Playhead, State
from loopmind_live.session.walking import Moment, walk

_HEARD_AT_ONCE = SetArrangement | Enter | SetFit | PlayTake
"""What is heard at once in the section that plays."""


@dataclass(frozen=True, slots=True)
class Need:
    """A clip that sounds from `frame` on, in `passage`: None for one that did not begin there."""

    recipe: ClipRecipe
    frame: int
    passage: Passage | None


class Readiness:
    """Asks for clips in the order in which they will be needed, and knows when they came.

    `patient` says that the clock waits for preparation, so that a clip is never late.
    """

    def __init__(self, preparer: Preparer, rate_hz: int, dry: bool, patient: bool) -> None:
        self._preparer = preparer
        self._rate_hz = rate_hz
        self._dry = dry
        self._patient = patient
        self._openings = Openings(preparer, self._admit)
        self._begun: set[ClipRecipe] = set()
        self._not_before: dict[ClipRecipe, int] = {}
        self._ids: dict[ClipRecipe, int] = {}
        self._recipes: list[ClipRecipe] = []
        self._numbered: tuple[ClipRecipe, ...] = ()
        self.placed: tuple[Placed, ...] = ()
        self.failures: dict[ClipRecipe, str] = {}

    def clip(self, recipe: ClipRecipe) -> Clip | None:
        """Return the clip where it is ready."""
        return self._preparer.clip(recipe)

    def opened(self, recipe: ClipRecipe, passage: Passage, runs: bool = True) -> Opened | None:
        """Return a clip of which only the beginning is there, where it may sound in `passage`."""
        return None if self._patient else self._openings.opened(recipe, passage, runs)

    def clip_id(self, recipe: ClipRecipe) -> int:
        """Return the number by which rows call the clip."""
        if recipe not in self._ids:
            self._ids[recipe] = len(self._recipes)
            self._recipes.append(recipe)
        return self._ids[recipe]

    def recipe(self, clip_id: int) -> ClipRecipe:
        """Return the recipe behind a row's number."""
        return self._recipes[clip_id]

    def not_before(self, recipe: ClipRecipe) -> int:
        """Return the first frame at which the clip may be given to the engine."""
        return self._not_before.get(recipe, 0)

    def collect(self, frame: int) -> tuple[bool, list[Failed]]:
        """Take what has been finished; clips that came may sound from `frame` on."""
        self._openings.safe_frame = frame
        if self._patient:
            self._preparer.wait()
        finished = self._preparer.poll()
        failed = [result for result in finished if isinstance(result, Failed)]
        for result in finished:
            if isinstance(result, Failed):
                self.failures[result.recipe] = result.reason
                self._openings.give_up(result.recipe, frame)
            elif isinstance(result, Clip) and not self._patient:
                self._not_before[result.recipe] = frame
                self._begun.discard(result.recipe)
                self.placed = with_placed(self.placed, Placed(result, frame))
        return bool(finished), failed

    def recall(self, snapshot: Snapshot) -> None:
        """Know again what another process knew: the clips of `snapshot` lie where it says."""
        self._recipes = list(snapshot.recipes)
        self._ids = {recipe: number for number, recipe in enumerate(self._recipes)}
        self.placed = snapshot.placed
        for one in snapshot.placed:
            if one.opened_frames:
                self._begun.add(one.clip.recipe)
                self._openings.recall(Opened(one.clip, one.opened_frames), one.not_before)
            else:
                self._not_before[one.clip.recipe] = one.not_before

    def _admit(self, opened: Opened, since: int) -> None:
        self._begun.add(opened.clip.recipe)
        self.placed = with_placed(self.placed, Placed(opened.clip, since, opened.frames))

    @property
    def recipes(self) -> tuple[ClipRecipe, ...]:
        """Return the recipes behind the rows' numbers, in order."""
        if len(self._recipes) != len(self._numbered):
            self._numbered = tuple(self._recipes)
        return self._numbered

    def request(
        self,
        state: State,
        refit: Refit,
        sounding: Iterable[int],
        heard: Iterable[ClipRecipe] = (),
    ) -> None:
        """Ask for all that the set needs, the nearest first, and let go of the rest.

        `heard` is what the performer listens to beside it.
        """
        kept: set[ClipRecipe] = {self._recipes[clip_id] for clip_id in sounding if clip_id >= 0}
        wanted: list[tuple[ClipRecipe, int]] = [(recipe, NEXT) for recipe in heard]
        place = state.playhead.place if state.playhead is not None else 0
        after = projected(state, refit).arrangement
        for arrangement in (state.arrangement, after):
            if arrangement is None:
                continue
            order = arrangement.sections[place:] + arrangement.sections[:place]
            for i, section in enumerate(order):
                near = i == 0 and arrangement is state.arrangement
                # Live, what may be asked for at the next line comes before sections far away.
                far = i > 1 and not self._patient
                priority = URGENT if near else LATER if far else NEXT
                wanted += [(recipe, priority) for recipe in self.of_section(arrangement, section)]
        for needs in self.needs(state, refit).values():
            wanted += [(need.recipe, URGENT) for need in needs]
        for recipe, priority in wanted:
            kept.add(recipe)
            if recipe not in self.failures:
                self._preparer.request(recipe, priority)
        self._preparer.keep(frozenset(kept))

    def ready(self, state: State, refit: Refit) -> frozenset[int]:
        """Return the numbers of the pending changes whose clips are all there."""
        missing = {
            change.number
            for change in state.pending
            if isinstance(change.action, PlayTake) and change.action.part is None
        }
        return frozenset(
            number
            for number, needs in self.needs(state, refit).items()
            if number not in missing and all(self._is_there(one, state.started) for one in needs)
        )

    def _is_there(self, need: Need, runs: bool) -> bool:
        """Tell whether a clip can sound when it is needed."""
        if self.clip(need.recipe) is not None:
            return True
        if need.passage is None:
            return False
        opened = self.opened(need.recipe, need.passage, runs)
        return opened is not None and need.passage.last_line(usable_frames(opened)) > need.frame

    def refusals(self, state: State, refit: Refit) -> dict[int, str]:
        """Return why pending changes can never sound, by their numbers."""
        return {
            number: self.failures[need.recipe]
            for number, needs in self.needs(state, refit).items()
            for need in needs
            if need.recipe in self.failures
        }

    def forget_failures(self) -> None:
        """Let what failed be asked for once more."""
        self.failures.clear()

    def needs(self, state: State, refit: Refit) -> dict[int, list[Need]]:
        """Return, by a pending change's number, the clips that sound as soon as it has landed."""
        needs: dict[int, list[Need]] = {}
        for moment in walk(state, refit) if state.pending else ():
            for change in moment.landed:
                needs[change.number] = self._needed(moment, change.action)
            needs |= {change.number: [] for change, _ in moment.dropped}
            if not moment.state.pending:
                break
        return needs

    def _needed(self, moment: Moment, action: Action) -> list[Need]:
        """Return the clips that sound after `action`, in the state that it has led to."""
        state = moment.state
        arrangement, playhead = state.arrangement, state.playhead
        if arrangement is None:
            return []
        playing = playhead.place if playhead is not None else None
        places: list[int] = []
        named = [
            place
            for one in parts_set(action)
            for section, _ in one.parts
            if (place := state.document.place_of(section)) is not None
        ]
        if named:
            places = [playing] if playing is not None and playing in named else named[:1]
        elif playing is not None and isinstance(action, _HEARD_AT_ONCE):
            places = [playing]
        return [
            Need(recipe, moment.frame, self._passage(moment, i, part, recipe))
            for i in places
            if i < len(arrangement.sections)
            for section in [arrangement.sections[i]]
            for part, recipe in zip(
                section.parts, self.of_section(arrangement, section), strict=True
            )
        ]

    def _passage(
        self, moment: Moment, place: int, part: Part, recipe: ClipRecipe
    ) -> Passage | None:
        """Return the pass that sounds first once a moment has come; in another section, no sooner.

        None for a part that does not begin where its section does.
        """
        state = moment.state
        if state.playhead is not None and place != state.playhead.place:
            state = replace(state, playhead=Playhead.at(place, math.ceil(moment.bar)))
            return passage_of(state, part, recipe, math.ceil(moment.bar))
        return passage_of(state, part, recipe, moment.bar)

    def of_section(self, arrangement: Arrangement, section: Section) -> list[ClipRecipe]:
        """Return the recipes of a section's clips."""
        return [
            recipe_for(
                part.loop, arrangement.bpm, part.semitones, self._rate_hz,
                arrangement.beats_per_bar, self._dry, part.tone,
            )
            for part in section.parts
        ]  # fmt: skip

    def missing(self, moment: Moment) -> list[Role]:
        """Return the parts of the section that plays then whose clips are still to come."""
        state = moment.state
        section, arrangement = state.section, state.arrangement
        if not state.playing or section is None or arrangement is None:
            return []
        recipes = self.of_section(arrangement, section)
        return [
            part.role
            for part, recipe in zip(section.parts, recipes, strict=True)
            if self.clip(recipe) is None and recipe not in self.failures
            if not self._is_begun(moment, part, recipe)
        ]

    def _is_begun(self, moment: Moment, part: Part, recipe: ClipRecipe) -> bool:
        passage = passage_of(moment.state, part, recipe, moment.bar)
        return passage is not None and self.opened(recipe, passage) is not None

    def ran_out(self, state: State, frame: int) -> list[Role]:
        """Return the parts of the section that plays that fell silent after their first bars.

        Each is told once.
        """
        section, arrangement = state.section, state.arrangement
        if not self._begun or not state.playing or section is None or arrangement is None:
            return []
        silent = []
        recipes = self.of_section(arrangement, section)
        for part, recipe in zip(section.parts, recipes, strict=True):
            passage = passage_of(state, part, recipe, state.tempo.bar(frame))
            if recipe not in self._begun or passage is None or self.clip(recipe) is not None:
                continue
            if self._openings.ran_out(recipe, passage, frame):
                self._begun.discard(recipe)
                if recipe not in self.failures:  # that was told
                    silent.append(part.role)
        return silent

    def ask(self, arrangement: Arrangement, section: Section, priority: int) -> None:
        """Ask for a section's clips, which may never be needed."""
        for recipe in self.of_section(arrangement, section):
            if recipe not in self.failures:
                self._preparer.request(recipe, priority)
