"""Which loop a text names: a number of the listing, a file, a name or the beginning of one."""

from collections.abc import Sequence
from pathlib import Path

from loopmind_live.errors import LibraryError
from loopmind_live.library.entry import Entry

_MOST_NAMED = 5


def named_loop(entries: Sequence[Entry], wanted: str, here: Path) -> Entry:
    """Return the one loop that is meant; LibraryError where it is none, or may be several.

    `entries`: all of a library, in its order; `here`: the folder that paths are relative to.
    """
    if wanted.isdecimal():
        number = int(wanted)
        if not 1 <= number <= len(entries):
            raise LibraryError(f"no loop {number}: the library has 1 to {len(entries)}")
        return entries[number - 1]
    found = _at(entries, here / wanted) or _called(entries, wanted.lower())
    if len(found) == 1:
        return found[0]
    if not found:
        raise LibraryError(
            f"{wanted[:80]!r} is no loop of the library: give its path, its name, or its number in"
            " loopmind loops"
        )
    names = ", ".join(f"{each.number} {each.loop.path}" for each in found[:_MOST_NAMED])
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    raise LibraryError(f"{wanted[:80]!r} may be {names}{more}: give the number or the path")


def _at(entries: Sequence[Entry], path: Path) -> list[Entry]:
    """Return the loop of that file, also where the file is a link."""
    for place in (path.parent.resolve() / path.name, path.resolve()):
        found = [entry for entry in entries if entry.loop.path == place]
        if found:
            return found
    return []


def _called(entries: Sequence[Entry], wanted: str) -> list[Entry]:
    """Return the loops of that name; where there is none, those that begin so, or hold it."""
    names = [(entry, entry.loop.path.name.lower()) for entry in entries]
    tests = (
        lambda name: name == wanted,
        lambda name: Path(name).stem == wanted,
        lambda name: name.startswith(wanted),
        lambda name: wanted in name,
    )
    for test in tests:
        found = [entry for entry, name in names if test(name)]
        if found:
            return found
    return []
