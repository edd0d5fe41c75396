"""What a session knows of an arranger."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Direction:
    """Where a choice is to move from what sounds now, each -1..1; 0 leaves it open.

    `brightness`: the center of the spectrum; `density`: how many notes and hits a second;
    `energy`: how loud and driving; `fullness`: how many parts.
    """

    brightness: float = 0.0
    density: float = 0.0
    energy: float = 0.0
    fullness: float = 0.0


NEUTRAL = Direction()
"""No direction: anything that suits."""


@dataclass(frozen=True, slots=True)
class Taste:
    """What a performer liked (above 0) and did not (below), each -1..1: loops, and pairs of loops.

    Loops are named by content hash; a pair is in alphabetical order.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], float] = field(default_factory=dict)


NO_TASTE = Taste()


@dataclass(frozen=True, slots=True)
class Alternative:
    """A part that could play instead: the higher its score, the better it suits."""

    part: Part
    score: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is as it is, in one line: what it is about (a role, "order"), and the words."""

    about: str
    words: str

    def __str__(self) -> str:
        """Return the line.

        >>> str(Reason("bass", "in key"))
        'bass: in key'
        """
        return f"{self.about}: {self.words}"


class Arranger(Protocol):
    """Chooses sections and loops: the same arguments and the same taste give the same answer."""

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
        direction: Direction = NEUTRAL,
        far: bool = False,
    ) -> tuple[Part, ...]:
        """Return new parts for section `place`: other loops, same bars, `locked` parts kept.

        `avoid` holds the content hashes of loops heard lately; they come back only where nothing
        else fits near the set's tempo, or, where they may be `far` from it, not even then. With a
        `direction` the section moves that way from what it plays now. Raise
        ArrangerError where no other choice exists, or none in that direction.
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

    def add(
        self,
        arrangement: Arrangement,
        place: int,
        role: Role,
        seed: int,
        avoid: Collection[str] = (),
    ) -> Part:
        """Return a part of `role`, new to section `place`; raise ArrangerError if none fits.

        Where other sections play that role, theirs is taken, unless `avoid` holds it.
        """
        ...

    def restyle(
        self,
        arrangement: Arrangement,
        direction: Direction,
        seed: int,
        locked: Collection[Role] = (),
        avoid: Collection[str] = (),
    ) -> Arrangement:
        """Return the arrangement with loops that lie in `direction` of those it plays now.

        Sections, tempo, key and `locked` parts stay. Raise ArrangerError where no loop lies there.
        """
        ...

    def alternatives(
        self, arrangement: Arrangement, place: int, role: Role, count: int = 5
    ) -> tuple[Alternative, ...]:
        """Return up to `count` parts that could play `role` in section `place`, best first.

        What plays there now is not among them. Raise ArrangerError where there is none.
        """
        ...

    def why(self, arrangement: Arrangement, place: int) -> tuple[Reason, ...]:
        """Return why section `place` is where it is and plays what it plays, a line each."""
        ...

    def refit(self, arrangement: Arrangement, bpm: float, key: str | None) -> Arrangement:
        """Return the same loops fitted to another tempo and key: new stretch and semitones."""
        ...

    def prefer(self, taste: Taste) -> None:
        """Weigh choices by `taste` from now on; it never makes a loop fit that does not."""
        ...
