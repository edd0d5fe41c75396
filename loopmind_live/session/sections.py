"""Sections that come, go and change their length: what becomes of an arrangement. Pure."""

from dataclasses import replace

from loopmind_live.config import MAX_SECTIONS
from loopmind_live.score.arrangement import Arrangement, Section
from loopmind_live.session.actions import (
    DeleteSections,
    Inserted,
    InsertSections,
    SetBars,
    SetWishes,
)
from loopmind_live.session.document import Document, Refit

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
    """Return the document after `action`: what names no section that is there does nothing.

    The last section left is never taken out.
    """
    arrangement = document.arrangement
    if arrangement is None:
        return document
    match action:
        case InsertSections():
            return _with_inserted(document, arrangement, action, refit)
        case DeleteSections():
            kept = [i for i, one in enumerate(document.section_ids) if one not in action.sections]
            if not kept:
                return document
            return replace(
                document,
                arrangement=replace(
                    arrangement, sections=tuple(arrangement.sections[i] for i in kept)
                ),
                ids=tuple(document.section_ids[i] for i in kept),
            )
        case SetBars():
            return _changed(document, arrangement, {
                section: replace(_there(document, section), bars=bars)
                for section, bars in action.bars if document.place_of(section) is not None
            })  # fmt: skip
        case SetWishes():
            return _changed(document, arrangement, {
                section: replace(_there(document, section), roles_out=out, roles_only=only)
                for section, out, only in action.wishes if document.place_of(section) is not None
            })  # fmt: skip


def inverse(document: Document, action: SectionEdit) -> SectionEdit:
    """Return the action that takes `action` back, given the document before it."""
    arrangement = document.arrangement
    fit = (0.0, None) if arrangement is None else (arrangement.bpm, arrangement.key)
    match action:
        case InsertSections():
            return DeleteSections(tuple(item.id for item in action.items))
        case DeleteSections():
            ids = document.section_ids
            gone = [i for i, one in enumerate(ids) if one in action.sections]
            if len(gone) == len(ids):
                gone = []  # nothing was taken out
            return InsertSections(tuple(_taken_out(document, i, action) for i in gone), fit)
        case SetBars():
            there = [one for one, _ in action.bars if document.place_of(one) is not None]
            return SetBars(tuple((one, _there(document, one).bars) for one in there))
        case SetWishes():
            before = []
            for one, _, _ in action.wishes:
                if document.place_of(one) is not None:
                    section = _there(document, one)
                    before.append((one, section.roles_out, section.roles_only))
            return SetWishes(tuple(before))


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
    for item in action.items:
        place = place_for(document, item)
        if place is None or document.place_of(item.id) is not None:
            continue
        sections, ids = arrangement.sections, document.section_ids
        arrangement = replace(
            arrangement, sections=(*sections[:place], item.section, *sections[place:])
        )
        ids = (*ids[:place], item.id, *ids[place:])
        document = replace(document, arrangement=arrangement, ids=ids)
    if action.fit != (arrangement.bpm, arrangement.key):
        arrangement = refit(arrangement, arrangement.bpm, arrangement.key)
    return replace(document, arrangement=arrangement)


def _changed(document: Document, arrangement: Arrangement, changed: dict[int, Section]) -> Document:
    sections = tuple(
        changed.get(one, section)
        for one, section in zip(document.section_ids, arrangement.sections, strict=True)
    )
    return replace(document, arrangement=replace(arrangement, sections=sections))


def _there(document: Document, section: int) -> Section:
    place = document.place_of(section)
    assert document.arrangement is not None and place is not None
    return document.arrangement.sections[place]
