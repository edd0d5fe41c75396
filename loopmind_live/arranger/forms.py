"""The order and length of sections: a form told for a genre, bent to what a prompt asks for. Pure.

Where a model of structure is given, it tells the form; else the genre's own is taken.
"""

import random
from collections.abc import Collection, Sequence

from loopmind_live.arranger.base import Request, SectionWish
from loopmind_live.arranger.genres import Form, Genre
from loopmind_live.arranger.structure.decode import MOST_SECTIONS
from loopmind_live.arranger.structure.telling import StructureModel
from loopmind_live.arranger.told_forms import told_bars, told_form, unit_of
from loopmind_live.config import MAX_BARS_AHEAD, MAX_SECTIONS

PEAKS = ("hook", "drop")
FINEST_UNIT = 4
"""Sections are multiples of so many bars, as far as they can be."""
_COUNTED_BARS = 2
_NAMED_SECTIONS = 3
_BEFORE_EACH: dict[str, tuple[str, ...]] = {"prechorus": PEAKS, "build": PEAKS}


def form_for(
    request: Request,
    genre: Genre,
    bpm: float,
    beats_per_bar: int,
    structure: StructureModel | None = None,
    rng: random.Random | None = None,
) -> Form:
    """Return (label, bars) of each section.

    A prompt that lists sections gives the form itself; one that only says something of some
    sections bends the one that is told: by the model `structure` with the chances of `rng`, or by
    the genre's habit. Then the whole is brought near to the length asked for.
    """
    spoken = tuple((genre.spoken(wish.label), wish) for wish in request.sections)
    bars = None
    if request.duration_s is not None:
        bars = request.duration_s * bpm / 60.0 / beats_per_bar
    if _is_whole_form(request.sections):
        form: Form = tuple((label, wish.bars or genre.bars_of(label)) for label, wish in spoken)
        untold = len(spoken) <= MOST_SECTIONS and not all(wish.bars for _, wish in spoken)
        if untold and structure is not None and rng is not None:
            listed = tuple((label, wish.bars) for label, wish in spoken)
            form = told_bars(structure, genre, bpm, listed, rng)
    else:
        wanted: dict[str, int | None] = {}
        for label, wish in spoken:
            if not _only_leaves_out(wish):
                wanted[label] = wish.bars or wanted.get(label)
        form = genre.form
        if structure is not None and rng is not None:
            form = told_form(structure, genre, bpm, bars, wanted, rng) or form
        for label, wish in spoken:
            form = _bent(form, label, wish, genre)
    if bars is None:
        return form[:MAX_SECTIONS]
    fixed = {label for label, wish in spoken if wish.bars is not None}
    unit = unit_of(genre)
    even = all(length % unit == 0 for _, length in form)
    return with_length(form[:MAX_SECTIONS], bars, fixed, unit if even else FINEST_UNIT)


def _is_whole_form(wishes: Sequence[SectionWish]) -> bool:
    """Tell whether wishes list a piece ("intro 8 then drop 16") or only bend one ("no drums")."""
    listed = [
        wish
        for wish in wishes
        if wish.bars is not None or not (wish.roles_in or wish.roles_out or wish.roles_only)
    ]
    if len(listed) < len(wishes):
        return sum(wish.bars is not None for wish in wishes) >= _NAMED_SECTIONS
    counted = sum(wish.bars is not None for wish in listed)
    return counted >= _COUNTED_BARS or len(listed) >= _NAMED_SECTIONS


def _bent(form: Form, label: str, wish: SectionWish, genre: Genre) -> Form:
    """Return `form` with the bars of a wish, and with its section where it was missing."""
    if any(there == label for there, _ in form):
        if wish.bars is None:
            return form
        return tuple((there, wish.bars if there == label else bars) for there, bars in form)
    if _only_leaves_out(wish):
        return form
    return inserted(form, label, wish.bars or genre.bars_of(label))


def _only_leaves_out(wish: SectionWish) -> bool:
    """Return whether a wish holds only where such a section is there anyway."""
    return bool(wish.roles_out) and not (wish.roles_in or wish.roles_only or wish.bars)


def inserted(form: Form, label: str, bars: int) -> Form:
    """Return `form` with sections of `label` where such sections usually stand.

    >>> inserted((("intro", 8), ("drop", 16), ("outro", 8)), "build", 4)
    (('intro', 8), ('build', 4), ('drop', 16), ('outro', 8))
    """
    new = (label, bars)
    if label == "intro":
        return (new, *form)
    if label == "outro":
        return (*form, new)
    followers = _BEFORE_EACH.get(label, ())
    if followers or label == "postchorus":
        result: list[tuple[str, int]] = []
        for place in form:
            around = [new, place] if place[0] in followers else [place]
            result += [place, new] if label == "postchorus" and place[0] in PEAKS else around
        return tuple(result) if new in result else (*form, new)
    peaks = [i for i, (there, _) in enumerate(form) if there in PEAKS]
    if label in PEAKS or not peaks:
        at = len(form) - 1 if form and form[-1][0] == "outro" else len(form)
    else:
        at = peaks[0] if label == "verse" else peaks[-1]
    return (*form[:at], new, *form[at:])


def with_length(
    form: Form, bars: float, fixed: Collection[str] = (), unit: int = FINEST_UNIT
) -> Form:
    """Return `form` grown or cut to about `bars`: repeated, thinned out, then stretched evenly.

    Sections of a `fixed` label keep their bars. Lengths stay multiples of `unit` where they can.

    >>> with_length((("intro", 4), ("hook", 8), ("verse", 8), ("outro", 4)), 32)
    (('intro', 4), ('hook', 8), ('verse', 8), ('hook', 8), ('outro', 4))
    """
    sections = _repeated(list(form), bars)
    sections = _thinned(sections, bars)
    unit = next((u for u in (unit, FINEST_UNIT) if bars >= u * len(sections)), 1)
    free = sum(length for label, length in sections if label not in fixed)
    if free:
        kept = sum(length for label, length in sections if label in fixed)
        scale = max(0.0, bars - kept) / free
        sections = [
            (label, length if label in fixed else _scaled(length, scale, unit))
            for label, length in sections
        ]
    return tuple(_evened(sections, bars, unit, fixed))


def _repeated(sections: list[tuple[str, int]], bars: float) -> list[tuple[str, int]]:
    """Repeat what lies between intro and outro while a whole section more still fits."""
    first = 1 if sections[0][0] == "intro" else 0
    end = len(sections) - 1 if sections[-1][0] == "outro" else len(sections)
    body = sections[first:end] or sections
    total, added = sum(length for _, length in sections), 0
    while len(sections) < MAX_SECTIONS and total + body[added % len(body)][1] <= bars:
        section = body[added % len(body)]
        sections.insert(end + added, section)
        total += section[1]
        added += 1
    return sections


def _thinned(sections: list[tuple[str, int]], bars: float) -> list[tuple[str, int]]:
    """Drop sections from the end of the body, peaks last, while the piece is far too long."""
    while len(sections) > 1 and sum(length for _, length in sections) * 0.6 > bars:
        inner = [i for i, (label, _) in enumerate(sections) if label not in ("intro", "outro")]
        plain = [i for i in inner if sections[i][0] not in PEAKS]
        candidates = plain if plain and len(inner) - len(plain) <= 1 else inner
        del sections[candidates[-1] if len(inner) > 1 else -1]
    return sections


def _scaled(length: int, scale: float, unit: int) -> int:
    return min(MAX_BARS_AHEAD, max(unit, round(length * scale / unit) * unit))


def _evened(
    sections: list[tuple[str, int]], bars: float, unit: int, fixed: Collection[str]
) -> list[tuple[str, int]]:
    """Give or take `unit` bars, section by section, until the length is as near as it gets."""
    free = [i for i, (label, _) in enumerate(sections) if label not in fixed]
    free.sort(key=lambda i: (-sections[i][1], i))
    for turn in range(4 * len(free)):
        excess = sum(length for _, length in sections) - bars
        if abs(excess) <= unit / 2:
            break
        place = free[turn % len(free)]
        label, length = sections[place]
        changed = length - unit if excess > 0 else length + unit
        if unit <= changed <= MAX_BARS_AHEAD:
            sections[place] = (label, changed)
    return sections
