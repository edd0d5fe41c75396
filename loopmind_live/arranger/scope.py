"""What the words of a prompt apply to: which section is open, and whether roles are in or out."""

from dataclasses import dataclass, field
from typing import Literal

from loopmind_live.arranger.base import SectionWish
from loopmind_live.score.loop import Role

Polarity = Literal["in", "out", "only"]
RoleLists = dict[Polarity, list[Role]]


def _no_roles() -> RoleLists:
    return {"in": [], "out": [], "only": []}


@dataclass(slots=True)
class OpenWish:
    """A section wish while it is read."""

    label: str
    bars: int | None = None
    roles: RoleLists = field(default_factory=_no_roles)

    def done(self) -> SectionWish:
        """Return the wish as it is handed on."""
        lists = (self.roles[polarity] for polarity in ("in", "out", "only"))
        return SectionWish(self.label, self.bars, *(tuple(dict.fromkeys(roles)) for roles in lists))


@dataclass(slots=True)
class Scope:
    """Where the reader stands.

    `pending` are roles read but not settled yet: they may still turn out to be a section's ("pads
    and drums in the intro"). `bars_ahead` came before the section they belong to ("8 bar intro").
    """

    wishes: list[OpenWish] = field(default_factory=list)
    whole_piece: RoleLists = field(default_factory=_no_roles)
    section: OpenWish | None = None
    polarity: Polarity = "in"
    pending: list[Role] = field(default_factory=list)
    bars_ahead: int | None = None

    def turn(self, polarity: Polarity) -> None:
        """Change polarity; roles of another one that were read before are settled first."""
        if polarity != self.polarity:
            self.settle()
        self.polarity = polarity

    def settle(self) -> None:
        """Give the pending roles to the open section, to the whole piece where none is open."""
        target = self.whole_piece if self.section is None else self.section.roles
        target[self.polarity] += self.pending
        self.pending = []

    def open(self, label: str) -> None:
        """Begin a section, which further words apply to."""
        self.settle()
        self.section = self._new(label)
        self.polarity = "in"

    def place(self, label: str) -> None:
        """Give the pending roles to sections of `label`, wherever they were named."""
        wish = next((wish for wish in self.wishes if wish.label == label), None) or self._new(label)
        wish.roles[self.polarity] += self.pending
        self.pending, self.section, self.polarity = [], None, "in"

    def give_bars(self, bars: int) -> bool:
        """Give `bars` to the open section; tell whether there was one without."""
        if self.section is None or self.section.bars is not None:
            return False
        self.section.bars = bars
        return True

    def close(self) -> None:
        """End the open section's words: what follows applies to the whole piece again."""
        self.settle()
        self.section = None
        self.polarity = "in"

    def _new(self, label: str) -> OpenWish:
        wish = OpenWish(label, self.bars_ahead)
        self.wishes.append(wish)
        self.bars_ahead = None
        return wish
