"""Sections and arrangements: which loops play, in which order, for how long."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import accumulate

from loopmind_live.errors import ScoreError
from loopmind_live.score.loop import Loop, Role, silenced

LABELS = (
    "intro", "verse", "prechorus", "hook", "postchorus", "bridge", "build", "drop",
    "breakdown", "inst", "solo", "outro",
)  # fmt: skip
LAST = -1
"""The number of the last section of a label, however many there are."""
OTHER_PEAK = {"hook": "drop", "drop": "hook"}
"""What songs call their peak, and what dance music does."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Part:
    """One loop in a section: `semitones` and `stretch` say how it is fitted, `gain_db` how loud.

    `stretch` is the set's tempo over the loop's (above 1 plays faster). The section begins at beat
    `phase_beats` of the loop.
    `low_db` and `high_db` are its tone: shelves that are in the clip (see `dsp.shelves`).
    """

    role: Role
    loop: Loop
    gain_db: float = 0.0
    semitones: int = 0
    stretch: float = 1.0
    low_db: float = 0.0
    high_db: float = 0.0
    phase_beats: int = 0

    @property
    def tone(self) -> tuple[float, float]:
        """Return the low and the high shelf."""
        return (self.low_db, self.high_db)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Section:
    """A labelled span of bars and the parts that realize it, at most one a role.

    `roles_out` and `roles_only` are lasting wishes: what it never plays, and all that it may play
    (anything where empty). `muted` are roles that are silent in it when it is loaded from a file;
    a performance knows its mutes elsewhere.
    """

    label: str
    bars: int
    parts: tuple[Part, ...] = ()
    roles_out: tuple[Role, ...] = ()
    roles_only: tuple[Role, ...] = ()
    muted: tuple[Role, ...] = ()

    def part(self, role: Role) -> Part | None:
        """Return the part of `role`, or None where it is silent."""
        return next((part for part in self.parts if part.role == role), None)

    def allows(self, role: Role) -> bool:
        """Tell whether the section's lasting wishes let it play `role`; a kick counts as drums.

        >>> intro = Section("intro", 4, roles_out=("drums",))
        >>> intro.allows("kick"), intro.allows("bass")
        (False, True)
        """
        if role in silenced(self.roles_out):
            return False
        return not self.roles_only or role in silenced(self.roles_only)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Arrangement:
    """Ordered sections at one tempo, key and meter. `key` is None where nothing is pitched.

    `moods` and `moods_out` are lasting wishes beside the prompt's: what later choices lie towards,
    and away from.
    """

    bpm: float
    key: str | None
    sections: tuple[Section, ...]
    beats_per_bar: int = 4
    seed: int = 0
    prompt: str = ""
    moods: tuple[str, ...] = ()
    moods_out: tuple[str, ...] = ()

    @property
    def bars(self) -> int:
        """Return the length in bars."""
        return sum(section.bars for section in self.sections)

    def start_bars(self) -> tuple[int, ...]:
        """Return the bar offset (from 0) at which each section starts."""
        return tuple(accumulate((section.bars for section in self.sections[:-1]), initial=0))

    def occurrence(self, index: int) -> int:
        """Return which occurrence of its label section `index` is, counted from 1."""
        label = self.sections[index].label
        return sum(section.label == label for section in self.sections[: index + 1])

    def name(self, index: int) -> str:
        """Return a section's name: its label, numbered where there are several."""
        label = self.sections[index].label
        several = sum(section.label == label for section in self.sections) > 1
        return f"{label} {self.occurrence(index)}" if several else label

    def find(self, label: str, number: int | None = None) -> tuple[int, ...]:
        """Return the places of the sections called `label`: all, or the `number`-th, or the LAST.

        A peak is found by either of its names: who says hook means the drop where there is no
        hook. Raises ScoreError, naming the sections there are, where none is.
        """
        places = self._places(label) or self._places(OTHER_PEAK.get(label, label))
        if number == LAST and places:
            return places[-1:]
        if number is not None and places and 1 <= number <= len(places):
            return (places[number - 1],)
        if number is None and places:
            return places
        wanted = label if number is None else f"{label} {number}"
        there = ", ".join(dict.fromkeys(section.label for section in self.sections)) or "none"
        raise ScoreError(f"no section {wanted!r}: this arrangement has {there}")

    def _places(self, label: str) -> tuple[int, ...]:
        return tuple(i for i, section in enumerate(self.sections) if section.label == label)

    def with_parts(self, places: Iterable[int], parts: tuple[Part, ...]) -> "Arrangement":
        """Return the arrangement with `parts` in the sections at `places`."""
        chosen = set(places)
        sections = tuple(
            replace(section, parts=parts) if i in chosen else section
            for i, section in enumerate(self.sections)
        )
        return replace(self, sections=sections)
