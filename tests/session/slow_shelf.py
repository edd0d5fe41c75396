"""A set of long clips on a shelf that opens them late, and finishes them when it is told to."""

import math

from loopmind_live.arranger.base import NEUTRAL
from loopmind_live.engine.base import Row
from loopmind_live.prepare.base import Due, Failed, Opened
from loopmind_live.repl.grammar import parse
from loopmind_live.score.arrangement import Arrangement, Part, Section
from loopmind_live.score.clip import Clip, ClipRecipe, body_frames
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.commands import Command
from tests.session.stage import CountingArranger, Rig, Shelf, loop

FIRST_FRAMES = 8 * 48000 - 480
SECOND_FRAMES = 40 * 48000 - 480
BAR = Rig.BAR
BASS = ROLES.index("bass")


class SlowShelf(Shelf):
    """A preparer that opens long clips, and finishes them, when it is told to."""

    def __init__(self, *, quick: bool = True) -> None:
        super().__init__(ready=False)
        self.quick = quick
        self.seconds: float | None = 1.0
        self.open_clips: dict[ClipRecipe, Opened] = {}

    def request(self, recipe: ClipRecipe, priority: int) -> None:
        super().request(recipe, priority)
        if self.quick and recipe.beats <= 16:
            self._waiting.remove(recipe) if recipe in self._waiting else None
            if recipe not in self.clips:
                self._add(recipe)

    def _add(self, recipe: ClipRecipe) -> None:
        self.clips[recipe] = self._place(recipe)
        self._finished.append(self.clips[recipe])

    def _place(self, recipe: ClipRecipe) -> Clip:
        if recipe in self.open_clips:
            return self.open_clips.pop(recipe).clip
        clip = Clip(recipe, self._offset, body_frames(recipe.pass_frames))
        self._offset += clip.frames
        return clip

    def open(self, frames: int = FIRST_FRAMES) -> None:
        """Open all long clips that were asked for, or make more of them."""
        for recipe in self._waiting:
            opened = Opened(self._place(recipe), frames)
            self.open_clips[recipe] = opened
            self._finished.append(opened)

    def finish(self) -> None:
        for recipe in self._waiting:
            self._add(recipe)
        self._waiting = []

    def fail(self) -> None:
        for recipe in self._waiting:
            del self.asked[recipe]
            self._finished.append(Failed(recipe, "gone"))
        self._waiting = []

    def opened(self, recipe: ClipRecipe) -> Opened | None:
        return self.open_clips.get(recipe)

    def due(self, recipe: ClipRecipe) -> tuple[Due, ...]:
        if self.seconds is None or recipe not in self._waiting:
            return ()
        return (Due(body_frames(recipe.pass_frames), self.seconds),)

    def frames_of(self, row: Row) -> int:
        """Return how many frames of a row's body may be read now."""
        opened = [one for one in self.open_clips.values() if one.clip.offset == row.offset]
        return opened[0].frames if opened else row.body_frames


def stem(role: Role, number: int = 0) -> Part:
    return Part(role, loop(role, number, beats=256, bpm=125.0))


class StemArranger(CountingArranger):
    """Whatever it chooses is as long as what it takes the place of."""

    def swap(self, arrangement, place, role, seed, avoid=()):  # type: ignore[no-untyped-def]
        return stem(role, self._number(seed))

    def regenerate(  # type: ignore[no-untyped-def]
        self, arrangement, place, seed, locked=(), avoid=(), direction=NEUTRAL, far=False
    ):
        number = self._number(seed)
        parts = arrangement.sections[place].parts
        return tuple(one if one.role in locked else stem(one.role, number) for one in parts)


SET = Arrangement(
    120.0,
    "A:min",
    (
        Section("intro", 8, (Part("pad", loop("pad")),)),
        Section("verse", 64, (Part("drums", loop("drums")), stem("bass"), stem("melody"))),
        Section("hook", 64, (Part("drums", loop("drums")), stem("bass", 1))),
    ),
)


class StemRig(Rig):
    """A live session of long clips, its engine at bar `bar` of the intro."""

    shelf: SlowShelf

    def __init__(self, bar: float = 2.3, arrangement: Arrangement = SET) -> None:
        super().__init__(live=True, shelf=SlowShelf(), loaded=False)
        self.session.arranger = StemArranger()
        self.session.load(arrangement)
        self.session.submit(Command("play"))
        self.session.advance()
        self.first = self.session.state.tempo.line(0)
        self.to(bar)

    def to(self, bar: float) -> None:
        """Play to a bar of the set, and look that nothing was read that was not there."""
        until = self.first + round(bar * BAR)
        while self.engine.frame() < until:
            self.session.advance()
            frame = self.engine.frame()
            self.engine.play_to(min(until, frame + 16 * self.engine.block))
            self.look(frame, self.engine.frame())
        self.session.advance()

    def look(self, first: int, last: int) -> None:
        for row in self.engine.rows:
            begin, end = max(first, row.start), min(last, row.stop + row.fade_frames)
            if begin < end:
                assert farthest(row, begin, end) <= self.shelf.frames_of(row)

    def type(self, text: str) -> None:
        for command in parse(text):
            self.session.submit(command)
        self.session.advance()

    def at(self, bar: float) -> dict[Role, str]:
        return self.sounding(self.first + round(bar * BAR))

    def swaps(self, track: str) -> list[tuple[float, str | None]]:
        """Return the bars at which a track began a clip, or fell silent."""
        return [
            (
                (int(str(swap["target_frame"])) - self.first) / BAR,
                swap["loop"] and str(swap["loop"]),
            )
            for swap in self.diary.of("swap")
            if swap["track"] == track
        ]


def farthest(row: Row, begin: int, end: int) -> int:
    """Return how far into its clip's body a row reads between two frames."""

    def place(frame: int) -> float:
        if not row.clip_bars:
            return frame - row.origin
        n = (frame - row.clock_frame) / row.clock_bar_frames
        change = row.clock_change
        bars = math.expm1(change * n) / change if change else n
        return (row.clock_bar + bars - row.origin_bar) * row.pass_frames / row.clip_bars

    last, passes = place(end - 1), math.floor(place(begin) / row.pass_frames + 1e-6)
    return math.ceil(min(last - passes * row.pass_frames, row.body_frames - 1)) + 1
