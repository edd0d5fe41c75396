"""What a map shows of each loop, and in which color."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.library.embedding import unpack
from loopmind_live.library.entry import Entry
from loopmind_live.library.map.layout import lay_out
from loopmind_live.library.store import Library
from loopmind_live.score.loop import ROLES
from loopmind_live.units import spell_key

COLORS = {
    "drums": "#f0803c", "kick": "#d9482b", "snare": "#f2b134", "hats": "#f6e27a",
    "perc": "#b5773a", "bass": "#6a5cff", "melody": "#3fd0c9", "chords": "#3f9be0",
    "pad": "#8fb8ff", "vocal": "#ff6fae", "fx": "#9aa5a0",
}  # fmt: skip
"""A color a role: those without a pitch warm, the others cold."""
NO_ROLE, NO_ROLE_COLOR = "no role", "#666e78"


@dataclass(frozen=True, slots=True)
class Dot:
    """A loop on the map: `x` and `y` from 0 to 1, to the right and down."""

    x: float
    y: float
    entry: Entry

    @property
    def role(self) -> str:
        """Return the loop's role, or the words for none."""
        return self.entry.loop.role or NO_ROLE

    @property
    def color(self) -> str:
        """Return the color of its role, as #rrggbb."""
        return COLORS.get(self.role, NO_ROLE_COLOR)


def chart(library: Library, maker: str, width: int) -> list[Dot]:
    """Return the loops of a library that have a vector of `maker`, laid out, by their numbers."""
    kept = dict(library.vectors.of(maker))
    entries = [entry for entry in library.entries() if entry.loop.content_hash in kept]
    # Files that hold the same are one place.
    contents = sorted({entry.loop.content_hash for entry in entries})
    vectors: Floats = (
        unpack([kept[content] for content in contents], width)
        if contents
        else np.zeros((0, width), np.float32)
    )
    laid_out = lay_out(vectors).tolist()
    places = {content: (x, y) for content, (x, y) in zip(contents, laid_out, strict=True)}
    return [Dot(*places[entry.loop.content_hash], entry) for entry in entries]


def roles_of(dots: Sequence[Dot]) -> list[tuple[str, str, int]]:
    """Return (role, color, how many) of the roles that there are, in the order of tracks."""
    counts: dict[str, tuple[str, int]] = {}
    for dot in dots:
        counts[dot.role] = (dot.color, counts.get(dot.role, ("", 0))[1] + 1)
    return [(role, *counts[role]) for role in (*ROLES, NO_ROLE) if role in counts]


def as_script(dots: Sequence[Dot], title: str) -> str:
    """Return the map as JSON that may stand between the tags of an HTML page.

    Each loop is x and y in ten thousandths, the number of its role, its own number, name, folder,
    and what is told of it.
    """
    roles = roles_of(dots)
    numbers = {role: number for number, (role, _, _) in enumerate(roles)}
    folders = sorted({str(dot.entry.loop.path.parent) for dot in dots})
    places = {folder: number for number, folder in enumerate(folders)}
    rows = [
        [
            round(10_000 * dot.x), round(10_000 * dot.y), numbers[dot.role], dot.entry.number,
            dot.entry.loop.path.name, places[str(dot.entry.loop.path.parent)], _told(dot.entry),
        ]
        for dot in dots
    ]  # fmt: skip
    data = {"title": title, "roles": roles, "folders": folders, "loops": rows}
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=True)
    # Neither a tag nor a comment may begin or end within a script.
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def title_of(library: Path, dots: Sequence[Dot]) -> str:
    """Return what a map is called.

    >>> title_of(Path("a/my loops.sqlite"), [])
    'my loops: 0 loops'
    """
    return f"{library.stem}: {len(dots)} {'loop' if len(dots) == 1 else 'loops'}"


def _told(entry: Entry) -> str:
    loop = entry.loop
    facts = [
        f"{loop.bpm:.4g} bpm" if loop.bpm is not None else "",
        spell_key(loop.key) if loop.key else "",
        loop.instrument or "",
        f"{loop.duration_s:.1f} s",
        "one-shot" if loop.kind == "one_shot" else "",
        ", ".join(loop.moods),
        " ".join(f"#{tag}" for tag in entry.tags),
        "★" if entry.favorite else "",
    ]
    return " · ".join(fact for fact in facts if fact)
