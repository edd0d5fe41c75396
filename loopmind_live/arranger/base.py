"""What a session knows of an arranger."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from loopmind_live.score.arrangement import Arrangement, Part
from loopmind_live.score.loop import Role


@dataclass(frozen=True, slots=True)
class SectionWish:
    """What a prompt asks of one section; None or empty where it says nothing."""

    label: str
    bars: int | None = None
    roles_in: tuple[Role, ...] = ()
    roles_out: tuple[Role, ...] = ()
    roles_only: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What a prompt asks for; None or empty where it says nothing."""

    text: str
    genre: str | None = None
    moods: tuple[str, ...] = ()
    bpm: float | None = None
    key: str | None = None
    sections: tuple[SectionWish, ...] = ()
    roles_in: tuple[Role, ...] = ()
    roles_out: tuple[Role, ...] = ()
    duration_s: float | None = None


class Arranger(Protocol):
    """Chooses sections and loops. Pure: the same arguments give the same answer."""

    def arrange(self, prompt: str, seed: int, beats_per_bar: int = 4) -> Arrangement:
        """Return an arrangement for `prompt`; raise ArrangerError where it cannot be made."""
        ...

    def regenerate(
        self,
        arrangement: Arrangement,
        place: int,
        seed: int,
        locked: Collection[Role] = (),
        avoid: Collection[str] = (),
    ) -> tuple[Part, ...]:
        """Return new parts for section `place`: other loops, same bars, `locked` parts kept.

        `avoid` holds the content hashes of loops heard lately; they come back only where nothing
        else fits. Raise ArrangerError where no other choice exists.
        """
        ...

    def swap(
        self,
        arrangement: Arrangement,
        place: int,
        role: Role,
        seed: int,
        avoid: Collection[str] = (),
    ) -> Part:
        """Return another part of `role` for section `place`; raise ArrangerError if none exists."""
        ...

    def refit(self, arrangement: Arrangement, bpm: float, key: str | None) -> Arrangement:
        """Return the same loops fitted to another tempo and key: new stretch and semitones."""
        ...
