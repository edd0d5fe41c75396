"""Choose and order what is listed of a library, and find what it holds twice. Pure."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from loopmind_live.library.entry import Entry
from loopmind_live.score.loop import Role
from loopmind_live.units import PITCH_CLASSES, split_key


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked of a loop: one of the `roles` and `keys`, all of the moods, tags and words.

    What is empty asks nothing. `bpm`: lowest and highest, both included. `keys` may hold None, for
    loops without one. `words` are looked for in path, role, instrument, moods and tags.
    """

    roles: tuple[Role, ...] = ()
    bpm: tuple[float, float] | None = None
    keys: tuple[str | None, ...] = ()
    moods: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    favorite: bool = False
    corrected: bool = False

    def passes(self, entry: Entry) -> bool:
        """Tell whether a loop is what was asked for."""
        loop = entry.loop
        return (
            (not self.roles or loop.role in self.roles)
            and (self.bpm is None or _within(loop.bpm, self.bpm))
            and (not self.keys or (loop.error is None and loop.key in self.keys))
            and set(self.moods) <= set(loop.moods)
            and set(self.tags) <= set(entry.tags)
            and (entry.favorite or not self.favorite)
            and (bool(entry.corrections) or not self.corrected)
            and (not self.words or all(word.lower() in _text(entry) for word in self.words))
        )


def _within(bpm: float | None, bounds: tuple[float, float]) -> bool:
    return bpm is not None and bounds[0] <= bpm <= bounds[1]


def _text(entry: Entry) -> str:
    loop = entry.loop
    kind = loop.kind.replace("_", " ")
    words = (str(loop.path), kind, loop.role or "", loop.instrument or "", *loop.moods, *entry.tags)
    return " ".join(words).lower()


def _key_place(entry: Entry) -> tuple[int, str] | None:
    key = entry.loop.key
    return split_key(key) if key is not None and key.split(":")[0] in PITCH_CLASSES else None


ORDERS: dict[str, Callable[[Entry], Any]] = {
    "path": lambda entry: str(entry.loop.path),
    "name": lambda entry: entry.loop.path.name.lower(),
    "role": lambda entry: entry.loop.role,
    "bpm": lambda entry: entry.loop.bpm,
    "key": _key_place,
    "bars": lambda entry: entry.loop.bars,
    "seconds": lambda entry: entry.loop.duration_s if entry.loop.error is None else None,
    "lufs": lambda entry: entry.loop.lufs,
    "brightness": lambda entry: entry.loop.brightness_hz,
}
"""What loops may be ordered by, the least first; those that have none of it come last."""


def ordered(entries: Iterable[Entry], order: str) -> list[Entry]:
    """Return loops by one of ORDERS, those alike by path."""
    value = ORDERS[order]

    def place(entry: Entry) -> tuple[bool, Any, int]:
        found = value(entry)
        if found is None or (isinstance(found, float) and math.isnan(found)):
            return True, 0, entry.number
        return False, found, entry.number

    return sorted(entries, key=place)


def duplicates(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Return the groups of files that hold the same bytes, each of two or more, by path."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.loop.content_hash:
            groups.setdefault(entry.loop.content_hash, []).append(entry)
    return [group for group in groups.values() if len(group) > 1]
