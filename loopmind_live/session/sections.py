"""Sections that come, go and change their length: what becomes of an arrangement. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from loopmind_live.config import MAX_SECTIONS
from loopmind_live.score.arrangement import Arrangement, Section
from loopmind_live.score.loop import ROLES
from loopmind_live.session.actions import (
    DeleteSections,
    Inserted,
    InsertSections,
    SetBars,
    SetWishes,
)
from loopmind_live.session.document import Document, Refit

MOST_GONE = 4 * MAX_SECTIONS
"""So many sections that are gone are known, should they come back."""
SectionEdit = InsertSections | DeleteSections | SetBars | SetWishes
IDS_A_CHANGE = 16 * MAX_SECTIONS
"""No change brings so many sections in: each has its own span of ids."""


def fresh_ids(number: int, count: int) -> tuple[int, ...]:
    """Return `count` ids for the sections that change `number` brings in.

    >>> fresh_ids(2, 3)
    (2048, 2049, 2050)
    """
    first = number * IDS_A_CHANGE
    return tuple(range(first, first + count))


def apply(document: Document, action: SectionEdit, refit: Refit) -> Document:
    """Return the document after `action`: what names no section that is known does nothing.

    The last section left is never taken out. What is gone changes along, should it come back.
    """
    arrangement = document.arrangement
    if arrangement is None:
        return document
    match action:
        case InsertSections():
            return _with_inserted(document, arrangement, action, refit)
        case DeleteSections():
            return _without(document, arrangement, action)
        case SetBars():
            return changed(document, {
                section: replace(there, bars=bars)
                for section, bars in action.bars
                if (there := known(document, section)) is not None
            })  # fmt: skip
        case SetWishes():
            return changed(document, {
                section: replace(there, roles_out=out, roles_only=only)
                for section, out, only in action.wishes
                if (there := known(document, section)) is not None
            })  # fmt: skip


def inverse(document: Document, action: SectionEdit) -> SectionEdit:
    """Return the action that takes `action` back, given the document before it."""
    arrangement = document.arrangement
    fit = (0.0, None) if arrangement is None else (arrangement.bpm, arrangement.key)
    match action:
        case InsertSections():
            new = (one.id for one in action.items if document.place_of(one.id) is None)
            return DeleteSections(tuple(new))
        case DeleteSections():
            ids = document.section_ids
            out = [i for i, one in enumerate(ids) if one in action.sections]
            if len(out) == len(ids):
                out = []  # nothing was taken out
            return InsertSections(tuple(_taken_out(document, i, action) for i in out), fit)
        case SetBars():
            lengths = ((one, known(document, one)) for one, _ in action.bars)
            return SetBars(tuple((one, there.bars) for one, there in lengths if there is not None))
        case SetWishes():
            before = ((one, known(document, one)) for one, _, _ in action.wishes)
            return SetWishes(tuple(
                (one, there.roles_out, there.roles_only)
                for one, there in before if there is not None
            ))  # fmt: skip


def opened(
    document: Document, arrangement: Arrangement | None, ids: tuple[int, ...] = ()
) -> Document:
    """Return the document with another arrangement, whose mutes of one section it takes over."""
    if arrangement is None:
        return replace(document, arrangement=None, ids=ids)
    known_by = ids or tuple(range(len(arrangement.sections)))
    muted = {
        (one, role)
        for one, section in zip(known_by, arrangement.sections, strict=True)
        for role in section.muted
    }
    plain = tuple(replace(section, muted=()) for section in arrangement.sections)
    return replace(
        document,
        arrangement=replace(arrangement, sections=plain),
        ids=ids,
        muted_in=document.muted_in | muted,
    )


def as_saved(document: Document) -> Arrangement | None:
    """Return the arrangement with the mutes of single sections in them, as a file holds it."""
    arrangement = document.arrangement
    if arrangement is None:
        return None
    return replace(
        arrangement,
        sections=tuple(
            replace(
                section, muted=tuple(role for role in ROLES if (one, role) in document.muted_in)
            )
            for one, section in zip(document.section_ids, arrangement.sections, strict=True)
        ),
    )


def known(document: Document, section: int) -> Section | None:
    """Return the section of that id, be it there or gone; None where there never was one."""
    place = document.place_of(section)
    if place is not None and document.arrangement is not None:
        return document.arrangement.sections[place]
    return dict(document.gone).get(section)


def changed(document: Document, sections: Mapping[int, Section]) -> Document:
    """Return the document with other `sections` in the place of those with their ids."""
    arrangement = document.arrangement
    if arrangement is None:
        return document
    there = tuple(
        sections.get(one, section)
        for one, section in zip(document.section_ids, arrangement.sections, strict=True)
    )
    gone = tuple((one, sections.get(one, section)) for one, section in document.gone)
    return replace(document, arrangement=replace(arrangement, sections=there), gone=gone)


def place_for(document: Document, item: Inserted) -> int | None:
    """Return the place that `item` gets, None where both its neighbors are gone."""
    after, before = document.place_of(item.after), document.place_of(item.before)
    if after is not None:
        return after + 1
    if before is not None:
        return before
    return len(document.section_ids) if item.after is None and item.before is None else None


def _taken_out(document: Document, place: int, action: DeleteSections) -> Inserted:
    """Return what puts the section at `place` back, after those that stood before it."""
    arrangement, ids = document.arrangement, document.section_ids
    assert arrangement is not None
    after = ids[place - 1] if place else None
    before = next((one for one in ids[place + 1 :] if one not in action.sections), None)
    return Inserted(ids[place], arrangement.sections[place], after, before)


def _with_inserted(
    document: Document, arrangement: Arrangement, action: InsertSections, refit: Refit
) -> Document:
    fits = action.fit == (arrangement.bpm, arrangement.key)
    for item in action.items:
        place = place_for(document, item)
        if place is None or document.place_of(item.id) is not None:
            continue
        section = known(document, item.id) or item.section
        fits = fits and section.parts == item.section.parts  # what changed since may not
        sections, ids = arrangement.sections, document.section_ids
        arrangement = replace(arrangement, sections=(*sections[:place], section, *sections[place:]))
        document = replace(
            document,
            arrangement=arrangement,
            ids=(*ids[:place], item.id, *ids[place:]),
            gone=tuple(one for one in document.gone if one[0] != item.id),
        )
    if not fits:
        arrangement = refit(arrangement, arrangement.bpm, arrangement.key)
    return replace(document, arrangement=arrangement)


def _without(document: Document, arrangement: Arrangement, action: DeleteSections) -> Document:
    both = list(zip(document.section_ids, arrangement.sections, strict=True))
    kept = [one for one in both if one[0] not in action.sections]
    if not kept or len(kept) == len(both):
        return document
    out = [one for one in both if one[0] in action.sections]
    return replace(
        document,
        arrangement=replace(arrangement, sections=tuple(section for _, section in kept)),
        ids=tuple(one for one, _ in kept),
        gone=(*document.gone, *out)[-MOST_GONE:],
    )
