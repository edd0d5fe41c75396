"""How a performance runs, and what it answers. Data only."""

from dataclasses import dataclass

from loopmind_live.config import DEFAULT_BPM
from loopmind_live.session.effects import Effect


@dataclass(frozen=True, slots=True)
class Options:
    """How a performance runs. `guard_frames`: how near a frame the engine can still be told."""

    seed: int = 0
    dry: bool = False
    live: bool = True
    guard_frames: int = 0
    bpm: float = DEFAULT_BPM
    beats_per_bar: int = 4


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a command: lines to read, and what the program is to do beside them."""

    lines: tuple[str, ...]
    ok: bool = True
    effects: tuple[Effect, ...] = ()
