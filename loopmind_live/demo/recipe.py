"""A recipe: all that is needed to make one demo loop, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from loopmind_live.demo.note import Note
from loopmind_live.score.loop import LoopKind, Role

Effect = tuple[str, Mapping[str, Any]]
"""A function of patches/space and its settings."""
GLUE: tuple[Effect, ...] = (("drive", {"amount": 1.4}),)
"""What the sum of a drum kit goes through."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One instrument's part: the patch of that name in patches/, its notes and its settings.

    `effects` are functions of patches/space, applied in order. `pan` is -1 (left) to 1 (right).
    """

    patch: str
    notes: tuple[Note, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    gain_db: float = 0.0
    pan: float = 0.0
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """One loop (or one-shot) to make, with the truth about it.

    A one-shot is played once: its `beats` at `bpm` only give its length. `key` is None where the
    sound has none. `bus` are effects on the sum of the layers.
    """

    name: str
    role: Role
    instrument: str
    bpm: float
    beats: int
    key: str | None
    layers: tuple[Layer, ...]
    bus: tuple[Effect, ...] = ()
    moods: tuple[str, ...] = ()
    kind: LoopKind = "loop"
    rate_hz: int = 48000

    @property
    def frames(self) -> int:
        """Return the exact length in frames."""
        return round(self.beats * 60.0 / self.bpm * self.rate_hz)
