"""What a performer takes back within a line: "mute the bass, no wait, the drums". Pure."""

from collections.abc import Sequence

from loopmind_live.arranger.items import Item

_BREAKS = frozenset({"and", "then", "but"})
_REFUSALS = frozenset({"no", "not"})
_ALIKE = {
    "all": "role", "them": "role", "darker": "mood", "semitones": "bpm", "number": "bpm",
    "lasting": "when", "relative_major": "key", "relative_minor": "key",
}  # fmt: skip
_REPLACED = frozenset({"role", "section", "mood", "genre", "verb", "bpm", "bars", "key", "when"})
_JOINS = frozenset({"comma", "and", "filler", "polite"})


def amended(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return `items` without what was taken back, in the order said.

    What follows the correction takes the place of what was last said of its kind: a part that of a
    part, a tempo that of a tempo, a verb that of a verb.
    """
    kept: list[Item] = []
    for at, item in enumerate(items):
        if not _takes_back(items, at):
            kept.append(item)
            continue
        rest = items[at + 1 :]
        said = _kinds(_first_clause(rest))
        if not said:
            continue
        begins = next((i for i in range(len(kept), 0, -1) if _breaks(kept[i - 1])), 0)
        while kept and kept[-1].kind in _JOINS and len(kept) > begins:
            kept.pop()
        kept[begins:] = [one for one in kept[begins:] if _kind(one) not in said]
    return tuple(kept)


def _takes_back(items: Sequence[Item], at: int) -> bool:
    """Tell whether the item at `at` says that the one before was wrong: "no wait", ", no,"."""
    if not 0 < at < len(items) - 1:
        return False
    if items[at].kind == "amend":
        return True
    between = items[at - 1].name == items[at + 1].name == ","
    return between and items[at].kind in _REFUSALS and " " not in items[at].text


def _first_clause(items: Sequence[Item]) -> list[Item]:
    """Return the items up to the next break."""
    found: list[Item] = []
    for item in items:
        if _breaks(item) and found:
            break
        found.append(item)
    return found


def _breaks(item: Item) -> bool:
    return item.kind in _BREAKS or item.name in (";", ".", "!", "?", "\n")


def _kinds(items: Sequence[Item]) -> frozenset[str]:
    return frozenset(_kind(item) for item in items) & _REPLACED


def _kind(item: Item) -> str:
    return _ALIKE.get(item.kind, item.kind)
