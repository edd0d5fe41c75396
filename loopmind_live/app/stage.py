"""Open what a performance needs, in the right order, and close it again."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loopmind_live import __version__
from loopmind_live.app.files import clip_cache
from loopmind_live.app.progress import waiting
from loopmind_live.arranger.base import NO_TASTE, Arranger, Taste
from loopmind_live.engine.outputs import STEREO, Outputs
from loopmind_live.errors import ScoreError
from loopmind_live.prepare.pool import ClipPool
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.clip import recipe_for
from loopmind_live.score.eventlog import EventLog
from loopmind_live.score.loop import Loop

if TYPE_CHECKING:
    from loopmind_live.arranger.structure.telling import StructureModel
    from loopmind_live.engine.client import ProcessEngine
    from loopmind_live.engine.offline import OfflineEngine

WORKERS = 2
KEEP_S = 600.0
"""How long the music plays on when its performer was killed: time to take it up again."""


@dataclass(frozen=True, slots=True)
class Sound:
    """How the sound is asked for."""

    audio: str = "auto"
    rate_hz: int = 48000
    block: int = 256
    dry: bool = False
    input: bool = False
    outputs: Outputs = STEREO


@contextmanager
def offline_engine(sound: Sound) -> Iterator["tuple[OfflineEngine, ClipPool]"]:
    """Open an engine that is driven block by block, and the pool that fills its arena."""
    from loopmind_live.engine.open import open_offline

    engine = open_offline(sound.rate_hz, sound.block, sound.dry)
    try:
        pool = ClipPool(clip_cache(), engine.arena, WORKERS, openings=False)
        try:
            yield engine, pool
        finally:
            pool.close()
    finally:
        engine.close()


@contextmanager
def live_engine(
    sound: Sound, playing: Path | None = None
) -> Iterator["tuple[ProcessEngine, ClipPool]"]:
    """Open an engine that sounds, and the pool that fills its arena.

    Or take the engine up that is `playing` in a folder, whose performer is gone.
    """
    from loopmind_live.engine.open import open_engine

    with waiting("Starting the engine (the first time it is compiled: some seconds more) ..."):
        engine = open_engine(
            sound.audio, sound.rate_hz, sound.block, sound.dry, keep_s=KEEP_S, folder=playing,
            with_input=sound.input, outputs=sound.outputs,
        )  # fmt: skip
    try:
        pool = ClipPool(clip_cache(), engine.arena, WORKERS)
        try:
            yield engine, pool
        finally:
            pool.close()
    finally:
        engine.close()


def arranger_for(
    loops: list[Loop],
    arrangement: Arrangement | None,
    structure: "StructureModel | None" = None,
    taste: Taste = NO_TASTE,
) -> Arranger:
    """Return an arranger over the library, and over the loops of a timeline beside it.

    Its forms are told by the model `structure`, the one that is shipped where none is named.
    Without a `taste` it chooses alike for everybody.
    """
    from loopmind_live.arranger.checkpoint import shipped_structure
    from loopmind_live.arranger.rules import RuleArranger

    known = {loop.content_hash: loop for loop in loops}
    if arrangement is not None:
        for section in arrangement.sections:
            for part in section.parts:
                known.setdefault(part.loop.content_hash, part.loop)
    return RuleArranger(
        list(known.values()), taste=taste, structure=structure or shipped_structure()
    )


def header(
    sound: Sound,
    rate_hz: int,
    block: int,
    latency_frames: int,
    seed: int,
    arrangement: Arrangement | None,
    taste: Taste = NO_TASTE,
) -> dict[str, Any]:
    """Return an event file's first line: all that a replay depends on.

    And how much of the performer's taste weighed in: a replay plays what was chosen.
    """
    return {
        "rate": rate_hz,
        "block": block,
        "dry": sound.dry,
        "seed": seed,
        "latency_frames": latency_frames,
        "versions": {
            "loopmind": __version__,
            **{name: version(name) for name in ("pyo", "numpy", "numba", "python-stretch")},
        },
        "clips": _clip_hashes(sound, rate_hz, arrangement),
        "arrangement": _told(arrangement),
        "taste": {"loops": len(taste.weights), "pairs": len(taste.pairs)},
    }


def _clip_hashes(sound: Sound, rate_hz: int, arrangement: Arrangement | None) -> dict[str, str]:
    """Return the clips that the arrangement begins with: key to the file's SHA-256."""
    if arrangement is None:
        return {}
    recipes = [
        recipe_for(
            part.loop, arrangement.bpm, part.semitones, rate_hz,
            arrangement.beats_per_bar, sound.dry, part.tone,
        )
        for section in arrangement.sections
        for part in section.parts
    ]  # fmt: skip
    return {recipe.key: recipe.content_hash for recipe in recipes}


def _told(arrangement: Arrangement | None) -> dict[str, Any] | None:
    if arrangement is None:
        return None
    return {
        "bpm": arrangement.bpm,
        "key": arrangement.key,
        "prompt": arrangement.prompt,
        "sections": [
            {
                "name": arrangement.name(i),
                "bars": section.bars,
                "loops": [str(part.loop.path) for part in section.parts],
            }
            for i, section in enumerate(arrangement.sections)
        ],
    }


class NoEvents:
    """Keeps nothing: for a performance without an event file."""

    failure: str | None = None

    def write(self, kind: str, frame: int, bar: float, **fields: object) -> None:
        """Let the event go."""

    def close(self) -> None:
        """Do nothing."""


class KeptEvents:
    """Writes an event file for as long as it can be written: a full disk never stops the music.

    `failure` says why it ended early; `tell` is told so once.
    """

    def __init__(
        self,
        path: Path,
        header: Mapping[str, Any],
        tell: Callable[[str], None],
        go_on: bool = False,
    ) -> None:
        self.failure: str | None = None
        self._tell = tell
        self._log: EventLog | None = EventLog(path, header, go_on=go_on)

    def write(self, kind: str, frame: int, bar: float, **fields: object) -> None:
        """Write one event, or let it go where the file has failed."""
        if self._log is None:
            return
        try:
            self._log.write(kind, frame, bar, **fields)
        except ScoreError as error:
            self._fail(str(error))

    def close(self) -> None:
        """Close the file."""
        log, self._log = self._log, None
        if log is None:
            return
        try:
            log.close()
        except ScoreError as error:
            self._fail(str(error))

    def _fail(self, reason: str) -> None:
        self._log = None
        self.failure = f"{reason}: the set plays on, its events are not kept"
        self._tell(self.failure)


def new_file(path: Path) -> Path:
    """Return `path` with its folder made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
