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
_STATING = (
    "is are was were am been being s m re ve es está están fue estaba son est était ist war sind "
    "waren é foi ficou era estava"
)
_STATES = frozenset(_STATING.split())
"""With one of these something is told of, and a verb that comes later may begin a request."""
_NO_OPENING = frozenset({"to", "statement", "question", "not", "verb", "place", "only", "no"})
_SUBJECTS = (
    "i you we they he she who that which it and can could will would should may must do does did "
    "always never often usually sometimes just still also nur ich wir sie er ihr man qui que on "
    "ils je tu nous quien se yo nosotros ele ela eles eu"
)
_BEFORE_A_FORM = frozenset(_SUBJECTS.split())
"""A verb after one of these tells of something, and asks for nothing."""


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
        begins = item.kind == "verb" and _is_told(items[:at]) and _is_a_request(items[at:])
        if asks or begins or (follows and (is_talk or _says_nothing(items[:at]))):
            yield at


def _is_told(items: tuple[Item, ...]) -> bool:
    """Tell whether words say how something is, and a verb after them begins anew."""
    last = items[-1]
    words = {word for item in items for word in item.text.split()}
    return (
        not words.isdisjoint(_STATES)
        and last.kind not in _NO_OPENING
        and last.text.split()[-1] not in _BEFORE_A_FORM
    )


def _is_a_request(items: tuple[Item, ...]) -> bool:
    """Tell whether words that begin with a verb name what they are about: "stop the music"."""
    about = Clause(items)
    return about.has_object or about.has("it", "them") or " " in items[0].text


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
