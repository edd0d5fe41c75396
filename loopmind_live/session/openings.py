"""Which long clips may sound though only their first bars are there, and for how long."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from loopmind_live.config import FADE_S
from loopmind_live.engine.base import FOREVER
from loopmind_live.prepare.base import Opened, Preparer
from loopmind_live.score.clip import Clip, ClipRecipe
from loopmind_live.timing.tempo_map import TempoMap

SURE = 2.0
"""The rest of a clip must be there in time even if it takes so many times as long as expected."""
_REACH_FRAMES = 8
"""The kernel reads a few frames beyond the place that it has got to."""
_ROUNDED_BARS = 1e-4
"""A line is rounded to a frame: so far before it is the line still."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A pass of a clip on the set's clock: from `bar` on it takes `bars` for `frames`.

    It begins at frame `begins`, which is not where `bar` was if bars are counted anew since then.
    """

    tempo: TempoMap
    begins: int
    bar: float
    bars: float
    frames: float

    def reached(self, frames: int) -> int:
        """Return the frame at which the first `frames` of the clip's body have been played.

        >>> passage = Passage(TempoMap.constant(120.0, 48000), 192000, 2.0, 16.0, 16 * 96000.0)
        >>> passage.reached(96000), passage.last_line(300_000)
        (288000, 480000)
        """
        return math.floor(self.tempo.frame(self._bar_at(frames)))

    def last_line(self, frames: int) -> int:
        """Return the last bar line by which no more than `frames` are played, or where they end."""
        end = self._bar_at(frames)
        line = math.floor(end)
        return self.tempo.line(line) if line > self.bar else self.reached(frames)

    def _bar_at(self, frames: int) -> float:
        return self.bar + self.bars * frames / self.frames


def passage_at(
    tempo: TempoMap, origin_bar: float, bars: float, frames: float, bar: float
) -> Passage:
    """Return the pass that sounds at `bar` of a clip that first began at `origin_bar`.

    >>> passage_at(TempoMap.constant(120.0, 48000), 8.0, 4.0, 384000.0, 13.5).bar
    12.0
    """
    passes = math.floor((bar - origin_bar + _ROUNDED_BARS) / bars)
    begin = origin_bar + passes * bars
    return Passage(tempo, tempo.began(begin, seen_from=bar), begin, bars, frames)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A clip from frame `first` to `last`, after which it may ring for `ring_frames` at most."""

    clip: Clip
    first: int
    last: int
    ring_frames: int = FOREVER


def usable_frames(opened: Opened) -> int:
    """Return how many frames of an opened clip's body can be played before a fade."""
    return opened.frames - round(FADE_S * opened.clip.recipe.rate_hz) - _REACH_FRAMES


def stretches(
    span: tuple[int, int],
    whole: Clip | None,
    not_before: int,
    opened: Callable[[], tuple[Opened, Passage] | None],
    tempo: TempoMap,
) -> list[Stretch]:
    """Return when a clip sounds in `span`, which may not be given to the engine `not_before`.

    One that is only `opened` sounds until the last line that it reaches. Where the rest came before
    that, it goes on; else it enters at the line after it came.
    """
    first, last = span
    if whole is not None and first >= not_before:
        return [Stretch(whole, first, last)]
    found = []
    begun = opened()
    if begun is not None:
        beginning, passage = begun
        usable = usable_frames(beginning)
        end = min(last, passage.last_line(usable))
        if first < end:
            if whole is not None and not_before <= end:
                return [Stretch(whole, first, last)]
            ring = max(0, passage.reached(beginning.frames - _REACH_FRAMES) - end)
            found.append(Stretch(beginning.clip, first, end, ring))
    if whole is not None:
        found.append(Stretch(whole, tempo.line(tempo.next_line(not_before, 0)), last))
    return [one for one in found if one.first < one.last]


@dataclass(frozen=True, slots=True)
class _Admitted:
    """An opened clip that may sound in the passes that begin in these frames."""

    opened: Opened
    since: int
    until: int = FOREVER

    def holds(self, begins: int) -> bool:
        return self.since <= begins < self.until


class Openings:
    """Decides which opened clips may sound: only what is sure to go on. What it allowed, it keeps.

    `safe_frame` is the first frame at which a clip that has just come can begin. `admitted` is told
    of each clip that is allowed, and since which frame.
    """

    def __init__(self, preparer: Preparer, admitted: Callable[[Opened, int], None]) -> None:
        self._preparer = preparer
        self._tell = admitted
        self._admitted: dict[ClipRecipe, _Admitted] = {}
        self.safe_frame = 0

    def opened(self, recipe: ClipRecipe, passage: Passage, runs: bool = True) -> Opened | None:
        """Return the clip where only its opening is there, or was just now, and may sound.

        Where the clock does not run yet, `passage` begins soon.
        """
        begins = passage.begins if runs else self.safe_frame
        known = self._admitted.get(recipe)
        opened = self._preparer.opened(recipe)
        if opened is None:
            # The rest may have come this moment: until it may sound, the opening does.
            if known is None or self._preparer.clip(recipe) != known.opened.clip:
                return None
            return known.opened if known.holds(begins) else None
        if known is not None and known.opened.clip == opened.clip and begins >= known.since:
            return self._more_of(known, opened, passage, begins)
        late = begins - passage.begins
        if begins < self.safe_frame or not self._is_sure(opened, passage, late):
            return None
        self._admitted[recipe] = _Admitted(opened, begins)
        self._tell(opened, begins)
        return opened

    def recall(self, opened: Opened, since: int) -> None:
        """Know again that a clip was allowed."""
        self._admitted[opened.clip.recipe] = _Admitted(opened, since)

    def give_up(self, recipe: ClipRecipe, frame: int) -> None:
        """Let no pass of a clip begin from `frame` on: its rest will not come."""
        if recipe in self._admitted:
            self._admitted[recipe] = replace(self._admitted[recipe], until=frame)

    def ran_out(self, recipe: ClipRecipe, passage: Passage, frame: int) -> bool:
        """Tell whether a clip was allowed to sound in `passage`, and its rest has not come."""
        known = self._admitted.get(recipe)
        if known is None or not known.holds(passage.begins):
            return False
        return passage.last_line(usable_frames(known.opened)) <= frame

    def _more_of(
        self, known: _Admitted, opened: Opened, passage: Passage, begins: int
    ) -> Opened | None:
        """Return what there is of a clip that was allowed, unless more of it came too late."""
        if known.opened != opened and known.holds(begins):
            late = begins - passage.begins
            if self.safe_frame > passage.last_line(usable_frames(known.opened)) + late:
                known = replace(known, until=begins)
            self._admitted[opened.clip.recipe] = replace(known, opened=opened)
        return opened if known.holds(begins) else None

    def _is_sure(self, opened: Opened, passage: Passage, late: int) -> bool:
        """Tell whether each step of a clip is there well before what is there by then runs out."""
        rate_hz, there = opened.clip.recipe.rate_hz, opened
        due = self._preparer.due(opened.clip.recipe)
        for step in due:
            runs_out = passage.last_line(usable_frames(there)) + late
            if self.safe_frame + SURE * step.seconds * rate_hz > runs_out:
                return False
            there = Opened(opened.clip, step.frames)
        return bool(due)
