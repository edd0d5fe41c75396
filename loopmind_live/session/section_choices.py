"""What sections are to play besides: parts, wishes, moods, new sections. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from loopmind_live.arranger.base import Arranger
from loopmind_live.arranger.directions import direction_of, said_of_more
from loopmind_live.arranger.lasting import restyled_moods
from loopmind_live.errors import ArrangerError, SessionError
from loopmind_live.score.arrangement import Arrangement, Part, Section
from loopmind_live.score.layers import realization
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.actions import (
    Edit,
    Inserted,
    SetMoods,
    SetParts,
    SetWishes,
    Together,
)
from loopmind_live.session.arguments import arrangement_of, told_places
from loopmind_live.session.choices import Choice, by_id, count, seed_of
from loopmind_live.session.document import Document
from loopmind_live.session.role_rules import hearing
from loopmind_live.session.sections import place_for
from loopmind_live.session.state import State


def add(
    state: State,
    document: Document,
    places: tuple[int, ...],
    roles: Collection[Role],
    here: bool,
    arranger: Arranger,
) -> tuple[State, Choice]:
    """Bring `roles` in at `places`: what is muted is heard again, what is missing gets a loop.

    Only `here`, at these places, or everywhere for what is muted. A wish against them is lifted.
    """
    arrangement = arrangement_of(document)
    name = told_places(arrangement, places)
    muted = frozenset(role for role in roles if _is_muted(document, role, places))
    actions: list[Edit] = []
    if muted:
        actions.append(hearing(document, "unmute", muted, places if here else None))
    entered = []
    for role in roles:
        lacking = [at for at in places if arrangement.sections[at].part(role) is None]
        if not lacking:
            continue
        state, part = _shared_or_new(state, arrangement, places, role, name, arranger)
        lifted = tuple(
            (document.section_ids[at], *_lifted(arrangement.sections[at], role))
            for at in lacking if not arrangement.sections[at].allows(role)
        )  # fmt: skip
        if lifted:
            actions.append(SetWishes(lifted))
        layers = by_id(document, tuple((at, (part,)) for at in lacking))
        actions.append(SetParts(layers, (arrangement.bpm, arrangement.key), frozenset({role})))
        entered.append(role)
    if not actions:
        raise SessionError(
            f"{name} plays {', '.join(roles)} already: swap {next(iter(roles), '')} for another"
        )
    words = [f"{', '.join(role for role in ROLES if role in muted)} back"] if muted else []
    words += (
        [f"{', '.join(entered)} {'enters' if len(entered) == 1 else 'enter'}"] if entered else []
    )
    return state, Choice(_as_one(actions), f"{name}: {'; '.join(words)}")


def constrain(
    state: State,
    document: Document,
    places: tuple[int, ...],
    wish: tuple[tuple[Role, ...], tuple[Role, ...]],
    arranger: Arranger,
) -> tuple[State, Choice]:
    """Keep roles out of the sections at `places`, or all but some, as `wish` (out, only) says."""
    arrangement, (out, only) = arrangement_of(document), wish
    name = told_places(arrangement, places)
    wished = {at: _wishing(arrangement.sections[at], out, only) for at in places}
    sections = tuple(wished.get(at, section) for at, section in enumerate(arrangement.sections))
    arrangement = replace(arrangement, sections=sections)
    found: dict[Role, Part] = {part.role: part for part in realization(arrangement, places)}
    for role in only:
        if role not in found:
            try:
                state, found[role] = _new(state, arrangement, places[0], role, name, arranger)
            except ArrangerError:
                continue  # the others play alone, if there are any
    layers = []
    for at, section in wished.items():
        kept = {part.role: part for part in section.parts if section.allows(part.role)}
        kept |= {role: found[role] for role in only if role in found and role not in kept}
        if not kept:
            have = ", ".join(part.role for part in section.parts)
            raise SessionError(f"{arrangement.name(at)} would be silent: it plays {have} alone")
        layers.append((at, tuple(kept[role] for role in ROLES if role in kept)))
    ids = document.section_ids
    wishes = SetWishes(
        tuple((ids[at], one.roles_out, one.roles_only) for at, one in wished.items())
    )
    parts = SetParts(by_id(document, tuple(layers)), (arrangement.bpm, arrangement.key))
    return state, Choice(Together((wishes, parts)), name)


def restyle(
    state: State,
    document: Document,
    towards: Sequence[str],
    away: Sequence[str],
    arranger: Arranger,
) -> tuple[State, Choice]:
    """Move all sections' loops towards moods, away from others, and keep to that from now on."""
    arrangement = arrangement_of(document)
    told = ", ".join([*map(said_of_more, towards), *(f"less {mood}" for mood in away)])
    seed = seed_of(state, "restyle")
    after = arranger.restyle(arrangement, direction_of(towards, away), seed, document.locked)
    changed = [
        at
        for at, (old, new) in enumerate(zip(arrangement.sections, after.sections, strict=True))
        if old.parts != new.parts
    ]
    if not changed:
        raise SessionError(f"restyle: nothing here gets {told}: scan more loops, or unlock parts")
    layers = by_id(document, tuple((at, after.sections[at].parts) for at in changed))
    labels = ", ".join(dict.fromkeys(arrangement.sections[at].label for at in changed))
    moods, moods_out = restyled_moods(arrangement, towards, away)
    action = Together((
        SetMoods(moods, moods_out), SetParts(layers, (arrangement.bpm, arrangement.key))
    ))  # fmt: skip
    return count(state, "restyle"), Choice(action, f"{told}: other loops in {labels}")


def new_section(
    state: State, document: Document, section: Section, item: Inserted, arranger: Arranger
) -> tuple[State, Section]:
    """Return `section`, which comes in as `item` says, with what it plays.

    That is what its label plays already, or loops of its own.
    """
    arrangement = arrangement_of(document)
    same = next((one for one in arrangement.sections if one.label == section.label), None)
    if same is not None:
        return state, replace(same, bars=section.bars)
    place = place_for(document, item)
    assert place is not None
    sections = (*arrangement.sections[:place], section, *arrangement.sections[place:])
    name = f"insert {section.label}"
    parts = arranger.regenerate(
        replace(arrangement, sections=sections), place, seed_of(state, name)
    )
    if not parts:
        raise SessionError(f"no loops fit a {section.label}: scan more loops")
    return count(state, name), replace(section, parts=parts)


def _is_muted(document: Document, role: Role, places: Collection[int]) -> bool:
    pairs = {(document.section_ids[place], role) for place in places}
    return role in document.muted or bool(pairs & document.muted_in)


def _shared_or_new(
    state: State,
    arrangement: Arrangement,
    places: tuple[int, ...],
    role: Role,
    name: str,
    arranger: Arranger,
) -> tuple[State, Part]:
    """Return the part of `role` that one of the sections at `places` plays, or a new one."""
    there = (part for part in realization(arrangement, places) if part.role == role)
    part = next(there, None)
    if part is not None:
        return state, part
    return _new(state, arrangement, places[0], role, name, arranger)


def _new(
    state: State, arrangement: Arrangement, place: int, role: Role, name: str, arranger: Arranger
) -> tuple[State, Part]:
    counted = f"add {name} {role}"
    part = arranger.add(arrangement, place, role, seed_of(state, counted))
    return count(state, counted), part


def _lifted(section: Section, role: Role) -> tuple[tuple[Role, ...], tuple[Role, ...]]:
    """Return the section's wishes, changed so that it may play `role`."""
    only = (*section.roles_only, role) if section.roles_only else ()
    return tuple(one for one in section.roles_out if one != role), only


def _wishing(section: Section, out: Collection[Role], only: tuple[Role, ...]) -> Section:
    """Return `section` with lasting wishes beside those that it has."""
    left_out = {*section.roles_out, *out} - set(only)
    alone = only or tuple(role for role in section.roles_only if role not in out)
    return replace(
        section, roles_out=tuple(role for role in ROLES if role in left_out), roles_only=alone
    )


def _as_one(actions: Sequence[Edit]) -> Edit:
    return actions[0] if len(actions) == 1 else Together(tuple(actions))
