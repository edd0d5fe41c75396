"""A performance without sound or files: an arranger that counts, clips that are ready when told."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from loopmind_live.arranger.base import (
    NEUTRAL,
    NO_TASTE,
    Alternative,
    Direction,
    Reason,
    Taste,
)
from loopmind_live.engine.recording import RecordingEngine
from loopmind_live.errors import ArrangerError
from loopmind_live.prepare.base import Due, Failed, Opened
from loopmind_live.score.arrangement import Arrangement, Part, Section
from loopmind_live.score.clip import Clip, ClipRecipe, body_frames
from loopmind_live.score.loop import ROLES, Loop, Role
from loopmind_live.session.commands import Command
from loopmind_live.session.session import Options, Session


def loop(role: Role, number: int = 0, beats: int = 16, bpm: float = 120.0) -> Loop:
    name = f"{role}_{number}"
    return Loop(
        Path(f"/loops/{name}.wav"), name, duration_s=beats * 60 / bpm, bpm=bpm, beats=beats,
        role=role, key="A:min",
    )  # fmt: skip


def parts(*roles: Role, number: int = 0) -> tuple[Part, ...]:
    return tuple(Part(role, loop(role, number)) for role in roles)


def arrangement(bpm: float = 120.0) -> Arrangement:
    hook = parts("drums", "bass", "melody", number=2)
    return Arrangement(
        bpm,
        "A:min",
        (
            Section("intro", 4, parts("pad")),
            Section("verse", 8, parts("drums", "bass")),
            Section("hook", 8, hook),
            Section("verse", 8, parts("drums", "bass")),
            Section("hook", 8, hook),
            Section("outro", 4, parts("pad", number=1)),
        ),
    )


class CountingArranger:
    """Every seed is a number, counted from 101 as they come: easy to tell apart."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self.directions: list[Direction] = []
        self.taste = NO_TASTE

    def _number(self, seed: int) -> int:
        return self._numbers.setdefault(seed, 101 + len(self._numbers))

    def arrange(self, prompt: str, seed: int, beats_per_bar: int = 4) -> Arrangement:
        if "nothing" in prompt:
            raise ArrangerError(f"{prompt!r}: nothing to arrange")
        return replace(arrangement(140.0 if "140" in prompt else 120.0), prompt=prompt)

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
        self.directions.append(direction)
        number = self._number(seed)
        return tuple(
            part if part.role in locked else Part(part.role, loop(part.role, number))
            for part in arrangement.sections[place].parts or parts("drums", "pad")
        )

    def swap(
        self,
        arrangement: Arrangement,
        place: int,
        role: Role,
        seed: int,
        avoid: Collection[str] = (),
    ) -> Part:
        number = self._number(seed)
        return Part(role, loop(role, number))

    def add(
        self,
        arrangement: Arrangement,
        place: int,
        role: Role,
        seed: int,
        avoid: Collection[str] = (),
    ) -> Part:
        if role == "fx":
            raise ArrangerError("no fx loop fits: scan more loops")
        return Part(role, loop(role, self._number(seed)))

    def restyle(
        self,
        arrangement: Arrangement,
        direction: Direction,
        seed: int,
        locked: Collection[Role] = (),
        avoid: Collection[str] = (),
    ) -> Arrangement:
        for place in range(len(arrangement.sections)):
            parts = self.regenerate(arrangement, place, seed, locked, avoid, direction)
            arrangement = arrangement.with_parts((place,), parts)
        return arrangement

    def alternatives(
        self, arrangement: Arrangement, place: int, role: Role, count: int = 5
    ) -> tuple[Alternative, ...]:
        numbers = range(201, 201 + count)
        return tuple(Alternative(Part(role, loop(role, n)), 1.0 / n, ("alike",)) for n in numbers)

    def why(self, arrangement: Arrangement, place: int) -> tuple[Reason, ...]:
        parts = arrangement.sections[place].parts
        return tuple(Reason(part.role, f"{part.loop.content_hash} suits") for part in parts)

    def refit(self, arrangement: Arrangement, bpm: float, key: str | None) -> Arrangement:
        return replace(arrangement, bpm=bpm, key=key)

    def prefer(self, taste: Taste) -> None:
        self.taste = taste


class Shelf:
    """A preparer whose clips are ready at once, or when `finish` is called; some always fail."""

    def __init__(self, ready: bool = True, failing: Collection[str] = ()) -> None:
        self.ready = ready
        self.failing = failing
        self.clips: dict[ClipRecipe, Clip] = {}
        self.asked: dict[ClipRecipe, int] = {}
        self.kept: frozenset[ClipRecipe] = frozenset()
        self._waiting: list[ClipRecipe] = []
        self._finished: list[Clip | Opened | Failed] = []
        self._offset = 0

    def request(self, recipe: ClipRecipe, priority: int) -> None:
        known = recipe in self.asked
        self.asked[recipe] = min(priority, self.asked.get(recipe, priority))
        if not known:
            self._waiting.append(recipe)
        if self.ready:
            self.finish()

    def finish(self) -> None:
        for recipe in self._waiting:
            if any(recipe.content_hash.startswith(name) for name in self.failing):
                del self.asked[recipe]
                self._finished.append(Failed(recipe, "cannot be decoded"))
                continue
            frames = body_frames(recipe.pass_frames)
            clip = Clip(recipe, self._offset, frames)
            self._offset += frames
            self.clips[recipe] = clip
            self._finished.append(clip)
        self._waiting = []

    def clip(self, recipe: ClipRecipe) -> Clip | None:
        return self.clips.get(recipe)

    def opened(self, recipe: ClipRecipe) -> Opened | None:
        return None

    def due(self, recipe: ClipRecipe) -> tuple[Due, ...]:
        return ()

    def poll(self) -> list[Clip | Opened | Failed]:
        finished, self._finished = self._finished, []
        return finished

    def wait(self) -> None:
        self.finish()

    def keep(self, recipes: frozenset[ClipRecipe]) -> None:
        self.kept = recipes

    def close(self) -> None:
        self._waiting = []


class Diary:
    """Events, kept in a list."""

    def __init__(self) -> None:
        self.entries: list[dict[str, object]] = []

    def write(self, kind: str, frame: int, bar: float, **fields: object) -> None:
        self.entries.append({"kind": kind, "frame": frame, "bar": bar, **fields})

    def of(self, kind: str) -> list[dict[str, object]]:
        return [entry for entry in self.entries if entry["kind"] == kind]


class Rig:
    """A session with its fakes, at 120 bpm and 48 kHz: a bar is 96,000 frames."""

    BAR = 96_000

    def __init__(
        self,
        live: bool = False,
        shelf: Shelf | None = None,
        loaded: bool = True,
        block: int = 256,
        dry: bool = True,
        engine: RecordingEngine | None = None,
    ) -> None:
        self.engine = engine or RecordingEngine(block=block)
        self.shelf = shelf or Shelf()
        self.diary = Diary()
        self.told: list[str] = []
        self.session = Session(
            self.engine, self.shelf, CountingArranger(), self.diary,
            Options(seed=1, dry=dry, live=live, guard_frames=512 if live else 0), self.told.append,
        )  # fmt: skip
        if loaded:
            self.session.load(arrangement())

    def play_to(self, frame: int) -> None:
        """Let the clock run to `frame`, block by block, as an engine would."""
        while self.engine.frame() < frame:
            self.session.advance()
            self.engine.play_to(min(frame, self.engine.frame() + 64 * self.engine.block))
        self.session.advance(frame)

    def sounding(self, frame: int) -> dict[Role, str]:
        """Return the loop that each track plays at `frame`, from the rows."""
        readiness = self.session._readiness
        return {
            ROLES[row.track]: readiness.recipe(row.clip_id).content_hash
            for row in self.engine.rows
            if row.start <= frame < row.stop
        }


def started(**options: object) -> Rig:
    """Return a rig whose set was asked to play."""
    rig = Rig(**options)  # type: ignore[arg-type]
    rig.session.submit(Command("play"))
    rig.session.advance()
    return rig
