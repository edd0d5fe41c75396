"""Lexed items as clauses: which words belong to one command, and what stands in them. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from loopmind_live.arranger.items import Item
from loopmind_live.score.loop import ROLES

_HARD = frozenset({";", ".", "!", "?", "\n"})
_ACTING = frozenset({"verb", "darker", "more", "less", "no", "only"})
_VALUES = frozenset({"bpm", "semitones", "key", "relative_major", "relative_minor"})
_OBJECTS = frozenset({"role", "section", "mood", "darker", "all", "genre"}) | _VALUES
_LINKS = frozenset({"place", "before", "after", "until", "to", "between"})
_SKIPPED = frozenset({"filler", "ordinal", "number", "once", "next", "polite"})
_BY = ("en ", "em ")
TOO = frozenset({"too", "demasiado", "trop", "zu", "demais"})
"""With these one complains, and asks for nothing: "too dark"."""
_PARTICLES = frozenset({"up", "down", "out", "off", "away"})
MAX_OCCURRENCE = 16
"""A larger number after a section is how long, and not which one."""


@dataclass(frozen=True, slots=True)
class Place:
    """A section that is named: which one of its label, and the small word before it."""

    label: str
    number: int | None
    link: str
    at: int


@dataclass(frozen=True)
class Clause:
    """The items of one command, in order."""

    items: tuple[Item, ...]

    def has(self, *kinds: str) -> bool:
        """Tell whether an item of one of `kinds` is there."""
        return any(item.kind in kinds for item in self.items)

    def first(self, kind: str) -> Item | None:
        """Return the first item of `kind`."""
        return next((item for item in self.items if item.kind == kind), None)

    def says(self, *names: str) -> bool:
        """Tell whether a verb is there that means one of `names`."""
        return any(item.may_be("verb", *names) for item in self.items if item.kind == "verb")

    @cached_property
    def excepted(self) -> frozenset[str]:
        """Return the parts named after "except"."""
        start = next((i for i, item in enumerate(self.items) if item.kind == "except"), None)
        if start is None:
            return frozenset()
        return frozenset(item.name for item in self.items[start:] if item.kind == "role")

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """Return the parts named, each once; all but those excepted where all are meant."""
        if any(item.kind == "all" for item in self.items) and not self._named:
            return tuple(role for role in ROLES if role not in self.excepted)
        return self._named

    @cached_property
    def _named(self) -> tuple[str, ...]:
        named = (item.name for item in self.items if item.kind == "role")
        return tuple(dict.fromkeys(role for role in named if role not in self.excepted))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Return the sections named, in order."""
        return tuple(self._places())

    def _places(self) -> Iterable[Place]:
        for at, item in enumerate(self.items):
            if item.kind != "section":
                continue
            before = at - 1
            number: int | None = None
            while before >= 0 and self.items[before].kind in _SKIPPED:
                if self.items[before].kind == "ordinal":
                    number = int(self.items[before].number)
                before -= 1
            link = self.items[before].kind if before >= 0 else ""
            if before >= 0 and self.items[before].may_be("word", "until"):
                link = "until"
            after = self.items[at + 1] if at + 1 < len(self.items) else None
            if number is None and after is not None and after.kind == "number":
                whole = after.number == int(after.number)
                number = (
                    int(after.number) if whole and 1 <= after.number <= MAX_OCCURRENCE else None
                )
            yield Place(item.name, number, link if link in _LINKS else "", at)

    @cached_property
    def targets(self) -> tuple[Place, ...]:
        """Return the sections that a command is about, without those it is put beside."""
        beside = ("before", "after", "until")
        return tuple(place for place in self.places if place.link not in beside)

    @cached_property
    def until(self) -> Place | None:
        """Return the section at which a change is over again, None where none is named."""
        return next((place for place in self.places if place.link == "until"), None)

    @cached_property
    def moods(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the moods asked for, and those refused ("less dark")."""
        wanted: dict[str, None] = {}
        refused: dict[str, None] = {}
        away: bool | None = False
        for item in self.items:
            if item.kind in ("less", "no", "not"):
                away = True
            elif item.kind in ("more", "but", "verb", "comma"):
                away = False
            elif item.kind == "filler" and item.text in TOO:
                away = None  # "too happy, make it sadder": said of what is
            elif item.kind in ("mood", "darker") and away is None:
                away = False
            elif item.kind in ("mood", "darker"):
                (refused if away else wanted)[item.name] = None
        return tuple(wanted), tuple(refused)

    @property
    def counts(self) -> bool:
        """Tell whether a number is there that is not a section's."""
        return any(
            item.kind == "number" and (at == 0 or self.items[at - 1].kind != "section")
            for at, item in enumerate(self.items)
        )

    def number(self, kind: str) -> float | None:
        """Return the number of the first item of `kind`, None where there is none."""
        item = self.first(kind)
        return None if item is None else item.number

    @cached_property
    def strange(self) -> tuple[Item, ...]:
        """Return the items that mean nothing here."""
        return tuple(item for item in self.items if item.kind in ("unknown", "other"))

    @cached_property
    def particle(self) -> str:
        """Return which way parts go where no verb is known: "yank the pads down"."""
        others = (item for item in self.items if item.kind == "verb")
        if self.has("question", "statement", "other") or any(
            item.text not in _PARTICLES for item in others
        ):
            return ""
        after = (two[1] for two in pairwise(self.items) if two[0].kind == "role")
        return next((one.text for one in after if one.text in _PARTICLES), "")

    @property
    def acts(self) -> bool:
        """Tell whether something in it asks for something."""
        return any(item.kind in _ACTING | _VALUES for item in self.items)

    @property
    def is_aside(self) -> bool:
        """Tell whether it is a question or a remark: "I hate this chorus"."""
        joins = ("filler", "comma", "and", "but", "polite")
        meant = [item for item in self.items if item.kind not in joins]
        return bool(meant) and meant[0].kind in ("question", "statement")

    @property
    def is_urging(self) -> bool:
        """Tell whether it only urges on: "dale", which alone means play, before what to do."""
        meant = [item for item in self.items if item.kind not in ("filler", "comma")]
        return len(meant) == 1 and bool(
            meant[0].may_be("verb", "play") and meant[0].may_be("word", "polite")
        )

    @property
    def is_bare(self) -> bool:
        """Tell whether it is a verb alone, about all that plays: "louder", "surprise me"."""
        silent = ("verb", "it", "all", "filler", "polite", "comma", "then", "and", "when", "more")
        return all(item.kind in silent for item in self.items)

    @property
    def names_a_section(self) -> bool:
        """Tell whether a section is named, or gone to, and nothing else is said."""
        silent = ("filler", "polite", "comma", "and", "then", "place", "to", "number", "ordinal")
        said = [
            item for item in self.items if item.kind not in silent and not item.may_be("verb", "go")
        ]
        return len(said) == 1 and said[0].kind == "section"

    @property
    def asks_for_a_section(self) -> bool:
        """Tell whether a section is asked for without a verb: "and let's do the drop next"."""
        later = self.has("when", "next")
        return later and self.has("polite") and self.has("section") and not self.acts

    @property
    def has_object(self) -> bool:
        """Tell whether it names something of the music."""
        return any(item.kind in _OBJECTS for item in self.items)


def clauses(items: Sequence[Item]) -> list[Clause]:
    """Return the clauses of a line: joined ones stay one where only one of them acts.

    "mute drums and bass" is one clause, "mute drums and solo bass" two.
    """
    found: list[Clause] = []
    for run in _split(items, lambda item: item.kind == "then" or item.name in _HARD):
        joined: list[list[Item]] = []
        for piece in _split(run, lambda item: item.kind in ("and", "but", "comma"), keep=True):
            if joined and not _stands_alone(joined[-1], piece):
                joined[-1] += piece
            else:
                joined.append(list(piece))
        found += [Clause(_by_bars(piece)) for piece in joined if piece]
    return found


def _by_bars(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return `items`, "en 4 compases" as how much where something gets longer or shorter."""
    items = _queued(items)
    whole = Clause(tuple(items))
    sized = whole.has("section") and not whole.has("role") and not whole.says("loop", "go")
    if sized and whole.says("make"):
        # "make the hook 8 bars long"
        return tuple(
            replace(item, kind="bars", name="") if _is_bars(item, "lasting") else item
            for item in items
        )
    if not whole.says("longer", "shorter"):
        return tuple(items)
    return tuple(
        replace(item, kind="bars", name="", extra=True)
        if _is_bars(item, "when") and item.text.startswith(_BY)
        else item
        for item in items
    )


def _queued(items: Sequence[Item]) -> Sequence[Item]:
    """Return `items` with a "next" after a section as when: "the hook next", "bridge up next"."""
    said = [item for item in items if item.kind not in ("filler", "polite", "comma")]
    if len(said) == 2 and said[0].kind == "next" and " " in said[0].text:
        said.reverse()  # "next up, the breakdown"; but which one "next chorus" is, is not known
    if len(said) < 2 or said[-1].kind != "next" or said[-2].kind not in ("section", "number"):
        return items
    later = replace(said[-1], kind="when", name="section", number=1.0)
    return [later if item is said[-1] else item for item in items]


def _is_bars(item: Item, kind: str) -> bool:
    return item.kind == kind and item.name == "bar"


def _stands_alone(before: Sequence[Item], piece: Sequence[Item]) -> bool:
    """Tell whether `piece` begins a command of its own after `before`."""
    first, second = Clause(tuple(before)), Clause(tuple(piece))
    if first.is_aside:
        return second.acts
    points_back = not second.has_object
    if not first.acts and points_back and piece[0].kind == "comma":
        return second.acts
    if not first.acts:
        return second.acts and not (first.has_object or first.has("when", "lasting"))
    if not second.acts:
        # "mute the drums in 4 bars and the bass in 8": the same again.
        if second.asks_for_a_section:
            return True
        return first.has("when") and second.has("when") and second.has_object
    if second.items[0].kind == "but" and second.has("except"):
        return False
    if second.has("only") and not second.has("verb") and first.says("make"):
        # "the intro should be pads and vocals only"
        return not (first.has("section") and first.has("role"))
    if second.has("more", "darker") and first.says("renew") and not second.has("verb"):
        return second.has("section", "role", "it", "all")
    moods_only = second.has("darker", "mood") and not second.has("section", "role", "verb")
    return not (moods_only and first.has("darker", "mood"))


def _split(
    items: Sequence[Item], ends: Callable[[Item], bool], keep: bool = False
) -> list[list[Item]]:
    """Return the runs of items between those that `ends`; with `keep` they begin the next run."""
    runs: list[list[Item]] = [[]]
    for item in items:
        if ends(item):
            runs.append([item] if keep else [])
        else:
            runs[-1].append(item)
    return [run for run in runs if run]
