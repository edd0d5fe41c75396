"""Requests told from the talk around them, where nobody puts a comma. Pure."""

from collections.abc import Iterator
from itertools import pairwise

from loopmind_live.arranger.items import Item
from loopmind_live.repl.clauses import Clause

_MOST_READINGS = 24
_ENDS_A_REQUEST = frozenset(
    {"role", "section", "bpm", "key", "semitones", "it", "them", "all", "mood", "darker", "when"}
)
_JOINTS = frozenset({"verb", "darker"})


def readings(clause: Clause) -> Iterator[tuple[Clause, tuple[Clause, ...]]]:
    """Return what a clause that is not understood may be, likeliest first.

    Each is the talk before, and the requests after it, one or more:
    "my hands hurt | can we go slower", "lose the pads | go to the drop".
    """
    items = clause.items
    tried = 0
    for start in _openings(items):
        for end in _closings(items, start):
            for parts in _parts(items[start:end]):
                if len(parts) == 1 and (start, end) == (0, len(items)):
                    continue
                yield Clause(items[:start]), tuple(map(Clause, parts))
                tried += 1
                if tried == _MOST_READINGS:
                    return


def _openings(items: tuple[Item, ...]) -> Iterator[int]:
    """Return where a request may begin: at once, where one asks politely, after what is hated."""
    is_talk = Clause(items).is_aside
    if not is_talk:
        yield 0
    for at, (before, item) in enumerate(pairwise(items), 1):
        asks = item.kind == "polite" or item.text == "just"
        follows = item.kind in _JOINTS and before.kind in _ENDS_A_REQUEST
        if asks or (follows and (is_talk or _says_nothing(items[:at]))):
            yield at


def _says_nothing(items: tuple[Item, ...]) -> bool:
    """Tell whether words of everyday life stand there, and no verb of music."""
    head = Clause(items)
    return head.has("other") and not head.has("verb")


def _closings(items: tuple[Item, ...], start: int) -> Iterator[int]:
    """Return where a request may end: at the end, or where one goes on to talk."""
    yield len(items)
    for at in range(len(items) - 1, start + 1, -1):
        talks = items[at].kind in ("statement", "question", "polite")
        if talks and Clause(items[start:at]).has_object:
            yield at


def _parts(items: tuple[Item, ...]) -> Iterator[list[tuple[Item, ...]]]:
    """Return `items` as one request, and as one for each verb that comes after an object."""
    yield [items]
    cuts = [
        at
        for at, (before, item) in enumerate(pairwise(items), 1)
        if item.kind in _JOINTS and before.kind in _ENDS_A_REQUEST
    ]
    if cuts:
        edges = [0, *cuts, len(items)]
        yield [items[one:other] for one, other in pairwise(edges)]
