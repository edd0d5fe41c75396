"""Correct what the analysis heard wrongly, tag loops, and choose favorites."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from loopmind_live.app.files import NO_LIBRARY
from loopmind_live.errors import LibraryError

if TYPE_CHECKING:
    from loopmind_live.library.entry import Entry


@dataclass(frozen=True, slots=True)
class Fix:
    """What to write down of loops. `corrections`: what was typed, by field; None is not asked for.

    `clear` comes first: it forgets the corrections that there were.
    """

    corrections: Mapping[str, str | None] = field(default_factory=dict)
    tags: Sequence[str] = ()
    untags: Sequence[str] = ()
    favorite: bool | None = None
    clear: bool = False


def fix_loops(library: Path, names: Sequence[str], fix: Fix, here: Path) -> list["Entry"]:
    """Write down what the user says of loops, and return them as they count now.

    `names` are read as `named_loop` does, relative to `here`. All that is typed is read before any
    of it is written. Raises LibraryError.
    """
    from loopmind_live.library.corrections import FIELDS, read_correction
    from loopmind_live.library.named import named_loop
    from loopmind_live.library.store import Library
    from loopmind_live.library.user_words import read_tag

    if not library.exists():
        raise LibraryError(f"{library}: {NO_LIBRARY}")
    typed = {name: fix.corrections.get(name) for name in FIELDS}
    corrections = {
        name: read_correction(name, text) for name, text in typed.items() if text is not None
    }
    tags, untags = [read_tag(text) for text in fix.tags], [read_tag(text) for text in fix.untags]
    with Library(library) as store:
        entries = store.entries()
        chosen = [named_loop(entries, name, here) for name in names]
        for entry in chosen:
            if entry.loop.error is not None:
                raise LibraryError(f"nothing to correct, it cannot be played: {entry.loop.error}")
        contents = [entry.loop.content_hash for entry in chosen]
        if fix.clear:
            store.user.clear(contents)
        if corrections:
            store.user.correct(contents, corrections)
        if tags:
            store.user.tag(contents, tags)
        if untags:
            store.user.untag(contents, untags)
        if fix.favorite is not None:
            store.user.set_favorite(contents, fix.favorite)
        numbers = {entry.number for entry in chosen}
        return [entry for entry in store.entries() if entry.number in numbers]


def told(entry: "Entry") -> str:
    """Return what the user says of a loop, for people, one line or several."""
    from loopmind_live.library.listing import corrections_told

    lines = corrections_told(entry)
    name = f"{entry.number} {entry.loop.path.name}"
    return f"{name}: " + "; ".join(lines) if lines else f"{name}: all as it was heard"
