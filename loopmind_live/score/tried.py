"""What a timeline remembers of choices: the sets of loops that a section has had, none comes twice.

Under "tried", by label: sets of content hashes, cut short, the oldest first.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from loopmind_live.score.arrangement import Part

DIGITS = 12
MOST = 40
"""So many sets of a label are remembered."""
Loops = frozenset[str]
Tried = Mapping[str, tuple[Loops, ...]]


def loops_of(parts: Iterable[Part]) -> Loops:
    """Return what a set of loops is remembered by."""
    return frozenset(part.loop.content_hash[:DIGITS] for part in parts)


def tried_of(data: Mapping[str, Any]) -> Tried:
    """Return what the object of a timeline remembers.

    >>> tried_of({"tried": {"hook": [["ab", "cd"]]}}) == {"hook": (frozenset({"ab", "cd"}),)}
    True
    """
    sets: Mapping[str, Any] = data.get("tried", {})
    return {label: tuple(frozenset(each) for each in found) for label, found in sets.items()}


def with_tried(tried: Tried, label: str, loops: Loops) -> Tried:
    """Return `tried` with one more set of `label`.

    >>> with_tried({}, "hook", frozenset({"ab"}))
    {'hook': (frozenset({'ab'}),)}
    """
    earlier = tuple(each for each in tried.get(label, ()) if each != loops)
    return {**tried, label: (*earlier, loops)[-MOST:]}


def to_object(tried: Tried) -> dict[str, list[list[str]]]:
    """Return what is written."""
    return {label: [sorted(each) for each in sets] for label, sets in tried.items()}
