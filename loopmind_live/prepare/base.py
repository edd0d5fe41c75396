"""What a session knows of preparation."""

from dataclasses import dataclass
from typing import Protocol

from loopmind_live.score.clip import Clip, ClipRecipe

URGENT, NEXT, AHEAD, LATER = 0, 1, 2, 3
"""Priorities: what sounds next, what the arrangement holds, what may be asked for, and the rest."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A recipe that could not be made, and why, in one line."""

    recipe: ClipRecipe
    reason: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A long clip in its place of which the first `frames` of the body are there, as its lead-in.

    They stay as they are while the rest is filled in.
    """

    clip: Clip
    frames: int


@dataclass(frozen=True, slots=True)
class Due:
    """More of a long clip: expected `seconds` from now, when `frames` of its body are there."""

    frames: int
    seconds: float


class Preparer(Protocol):
    """Makes clips in the background and keeps them ready in the arena."""

    def request(self, recipe: ClipRecipe, priority: int) -> None:
        """Ask for a clip; asking again raises its priority. Returns at once."""
        ...

    def clip(self, recipe: ClipRecipe) -> Clip | None:
        """Return the clip where it is ready, else None."""
        ...

    def opened(self, recipe: ClipRecipe) -> Opened | None:
        """Return the beginning of a long clip that is not ready, where that is there."""
        ...

    def due(self, recipe: ClipRecipe) -> tuple[Due, ...]:
        """Return when the rest of an opened clip will be there, step by step, by what it took.

        Empty where nobody makes it.
        """
        ...

    def poll(self) -> list[Clip | Opened | Failed]:
        """Return what has been finished since the last call."""
        ...

    def wait(self) -> None:
        """Wait until nothing of priority URGENT or NEXT is outstanding (offline rendering)."""
        ...

    def keep(self, recipes: frozenset[ClipRecipe]) -> None:
        """Say which clips the engine may still reach: all others may be thrown out for room."""
        ...

    def close(self) -> None:
        """End the workers."""
        ...
