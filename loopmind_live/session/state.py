"""The one snapshot of a performance, from which every surface is drawn. Frozen."""

import math
from dataclasses import dataclass, field, replace
from typing import Literal

from loopmind_live.score.arrangement import Arrangement, Part, Section
from loopmind_live.session.actions import Action, Edit, Faders
from loopmind_live.session.commands import Lands
from loopmind_live.session.cue import Cue
from loopmind_live.session.document import Document
from loopmind_live.session.patches import KnownPatch
from loopmind_live.timing.tempo_map import TempoMap, TempoSegment

Mode = Literal["do", "undo", "redo", "back"]
"""How a change came about; "back" ends what was asked for some bars alone."""
MOST_STEPS = 256
"""So many steps can be undone: a set may last all night."""


@dataclass(frozen=True, slots=True)
class Playhead:
    """The section that plays: its place, and the bar at which it was entered.

    Its clips began at `origin_bar`: the same bar, until bars are counted in another time.
    """

    place: int
    start_bar: float
    origin_bar: float

    @classmethod
    def at(cls, place: int, bar: float) -> "Playhead":
        """Return the playhead that enters the section at `place` at `bar`."""
        return cls(place, bar, bar)

    def in_time(self, bar: float, factor: float) -> "Playhead":
        """Return the playhead with the bars before `bar` counted `factor` times as fast.

        >>> Playhead.at(1, 4.0).in_time(8.0, 0.5)
        Playhead(place=1, start_bar=6.0, origin_bar=6.0)
        """
        played = (bar - self.start_bar) * factor
        origin = bar - (bar - self.origin_bar) * factor
        return Playhead(self.place, bar - math.floor(played + 1e-9), origin)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Step:
    """One undoable command. `inverse` is None until it has landed.

    `frame` is when it landed, or a fader was last moved: what follows soon belongs to the same
    gesture. It lasts for `back_bars`, until it is undone where 0.
    """

    number: int
    text: str
    action: Edit
    lands: Lands | None
    inverse: Edit | None = None
    frame: int = 0
    back_bars: float = 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """Something pending. It lands at the line of `bar`, or, landing "now", at `frame`.

    `promised_bar` is the line that was first told; a later `bar` means that it was not ready. The
    frame is `fixed` where its sender named that very one. A routine of code asked `by_routine`.
    """

    number: int
    text: str
    action: Action
    bar: float
    promised_bar: float
    frame: int | None = None
    mode: Mode = "do"
    step: Step | None = None
    fixed: bool = False
    by_routine: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """An alternative that was listed: `part` for sections, by id, chosen for a tempo and key."""

    sections: tuple[int, ...]
    part: Part
    fit: tuple[float, str | None]


@dataclass(frozen=True, slots=True)
class State:
    """A performance at one moment. Before the clock is `started`, everything lands on bar 0.

    `heard` remembers, per section, the parts that earlier choices gave it, oldest first;
    `tries` counts choices, so that each one has a seed of its own; `offered` are the alternatives
    listed last; `patches` what was rehearsed, oldest first.
    """

    tempo: TempoMap
    started: bool = False
    document: Document = field(default_factory=Document)
    playhead: Playhead | None = None
    playing: bool = False
    pending: tuple[Change, ...] = ()
    done: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()
    heard: tuple[tuple[int, tuple[Part, ...]], ...] = ()
    tries: tuple[tuple[str, int], ...] = ()
    next_number: int = 1
    seed: int = 0
    fade_bars: float = 0.0
    taps: tuple[int, ...] = ()
    cue: Cue = Cue()  # noqa: RUF009 - frozen
    offered: tuple[Offer, ...] = ()
    patches: tuple[KnownPatch, ...] = ()

    @property
    def arrangement(self) -> Arrangement | None:
        """Return the arrangement in force."""
        return self.document.arrangement

    @property
    def section(self) -> Section | None:
        """Return the section that plays, or would play."""
        if self.arrangement is None or self.playhead is None:
            return None
        return self.arrangement.sections[self.playhead.place]

    @property
    def end_bar(self) -> float | None:
        """Return the bar at which the section that plays ends, or None while stopped."""
        section = self.section
        if section is None or self.playhead is None or not self.playing:
            return None
        return self.playhead.start_bar + section.bars

    def begun_with(self, document: Document, tries: tuple[tuple[str, int], ...]) -> "State":
        """Return the state of a performance that has not begun, with a set to play."""
        tempo, arrangement = self.tempo, document.arrangement
        if arrangement is not None:
            bpm = arrangement.bpm if document.bpm is None else document.bpm
            tempo = TempoMap.constant(bpm, tempo.rate_hz, arrangement.beats_per_bar)
        return replace(self, document=document, tempo=tempo, tries=tries or self.tries)

    def started_at(self, frame: int) -> "State":
        """Return the state whose clock starts at `frame`."""
        segments = (TempoSegment(0.0, float(frame), self.tempo.bpm_at(0.0)),)
        return replace(self, tempo=replace(self.tempo, segments=segments), started=True)

    def tried(self, name: str) -> int:
        """Return how many choices were made for `name`."""
        return dict(self.tries).get(name, 0)


def postponed(state: State, change: Change, bar: float) -> State:
    """Return the state in which `change` waits for the line of `bar`."""
    later = replace(change, bar=bar, frame=None)
    pending = tuple(later if one.number == change.number else one for one in state.pending)
    return replace(state, pending=pending)


def cancel(state: State, change: Change) -> State:
    """Return the state without `change`, its step set back to where it was."""
    state = replace(state, pending=tuple(c for c in state.pending if c.number != change.number))
    if change.step is None or change.mode == "back":
        return state
    without = tuple(step for step in state.done if step.number != change.step.number)
    if change.mode == "undo":
        undone = tuple(step for step in state.undone if step.number != change.step.number)
        later = (one.inverse is not None and one.frame > change.step.frame for one in without)
        place = next((i for i, since in enumerate(later) if since), len(without))
        return replace(state, done=(*without[:place], change.step, *without[place:]), undone=undone)
    return replace(state, done=without)


def differs_by_faders_alone(before: State, after: State) -> bool:
    """Tell whether two states call for the same rows: at most faders, sends and filters moved.

    >>> still = State(TempoMap.constant(120.0, 48000))
    >>> moved = replace(still, document=replace(still.document, levels_db=(("bass", -3.0),)))
    >>> differs_by_faders_alone(still, moved)
    True
    >>> differs_by_faders_alone(still, replace(moved, playing=True))
    False
    """
    faders = before.document
    document = replace(
        after.document, levels_db=faders.levels_db, mixer=faders.mixer, effects=faders.effects
    )
    same = _without_faders(after.pending) == _without_faders(before.pending)
    return before == replace(
        after, document=document, done=before.done, undone=before.undone,
        next_number=before.next_number,
        pending=before.pending if same else after.pending,
    )  # fmt: skip


def _without_faders(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    return tuple(change for change in changes if not isinstance(change.action, Faders))
