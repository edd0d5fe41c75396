"""Musical choices: what the arranger is asked, with which seed, how the answer is told. Pure."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from loopmind_live.arranger.base import NEUTRAL, Arranger, Direction
from loopmind_live.errors import ArrangerError, SessionError
from loopmind_live.score.arrangement import Arrangement, Part, Section
from loopmind_live.score.layers import Layers, realization, spread
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.actions import (
    Edit,
    Inserted,
    SetParts,
    SetWishes,
    Together,
    parts_set,
)
from loopmind_live.session.arguments import told_places
from loopmind_live.session.document import Document
from loopmind_live.session.role_rules import hearing
from loopmind_live.session.sections import place_for
from loopmind_live.session.state import State

_AVOID_LAST = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to become of sections, and the words that tell it."""

    action: Edit
    words: str


def seed_of(state: State, name: str) -> int:
    """Return the seed of the next choice for `name`: it depends on the set's seed and the count."""
    text = f"{state.seed}|{name}|{state.tried(name)}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def count(state: State, name: str) -> State:
    """Return the state with one more choice counted for `name`."""
    tries = dict(state.tries) | {name: state.tried(name) + 1}
    return replace(state, tries=tuple(sorted(tries.items())))


def regenerate(
    state: State,
    document: Document,
    places: tuple[int, ...],
    arranger: Arranger,
    direction: Direction = NEUTRAL,
) -> tuple[State, Choice]:
    """Choose other loops for the sections at `places`: shared, each keeping its own layers."""
    arrangement = _there(document)
    place = places[0]
    name = told_places(arrangement, places)
    together = realization(arrangement, places)
    parts = arranger.regenerate(
        arrangement.with_parts((place,), together), place,
        seed_of(state, f"regenerate {name}"), document.locked, _heard(state, document, place),
        direction,
    )  # fmt: skip
    words = _tell(name, together, parts)
    layers = by_id(document, spread(arrangement, places, parts))
    action = SetParts(layers, (arrangement.bpm, arrangement.key))
    return count(state, f"regenerate {name}"), Choice(action, words)


def swap(
    state: State,
    document: Document,
    places: tuple[int, ...],
    roles: Collection[Role],
    arranger: Arranger,
) -> tuple[State, Choice]:
    """Choose another loop for each of `roles` in the sections at `places`."""
    arrangement = _there(document)
    place = places[0]
    name = told_places(arrangement, places)
    old = realization(arrangement, places)
    there = [role for role in roles if any(part.role == role for part in old)]
    if not there:
        have = ", ".join(part.role for part in old) or "nothing"
        raise SessionError(f"{name} has no {', '.join(roles)}: it has {have}")
    avoid = _heard(state, document, place)
    parts = old
    for role in there:
        seed = seed_of(state, f"swap {name} {role}")
        new = arranger.swap(arrangement.with_parts(places, parts), place, role, seed, avoid)
        parts = tuple(new if part.role == role else part for part in parts)
        state = count(state, f"swap {name} {role}")
    words = _tell(name, old, parts)
    layers = by_id(document, spread(arrangement, places, parts))
    action = SetParts(layers, (arrangement.bpm, arrangement.key), frozenset(there))
    return state, Choice(action, words)


def previous(state: State, document: Document, places: tuple[int, ...]) -> Choice:
    """Bring back what each of the sections at `places` played before its newest."""
    arrangement = _there(document)
    name = told_places(arrangement, places)
    parts = _before(state, document, places[0])
    if parts is None:
        raise SessionError(f"{name} has played nothing else yet: regenerate {name} first")
    words = _tell(name, arrangement.sections[places[0]].parts, parts)
    layers = tuple((place, _before(state, document, place) or parts) for place in places)
    # The parts may stem from another tempo or key: let them be fitted anew.
    return Choice(SetParts(by_id(document, layers), (0.0, None)), words)


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
    arrangement = _there(document)
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
    arrangement, (out, only) = _there(document), wish
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
    state: State, document: Document, direction: Direction, told: str, arranger: Arranger
) -> tuple[State, Choice]:
    """Move all sections' loops in `direction`, which `told` says in words."""
    arrangement = _there(document)
    seed = seed_of(state, "restyle")
    after = arranger.restyle(arrangement, direction, seed, document.locked)
    changed = [
        at
        for at, (old, new) in enumerate(zip(arrangement.sections, after.sections, strict=True))
        if old.parts != new.parts
    ]
    if not changed:
        raise SessionError(f"restyle: nothing here gets {told}: scan more loops, or unlock parts")
    layers = by_id(document, tuple((at, after.sections[at].parts) for at in changed))
    labels = ", ".join(dict.fromkeys(arrangement.sections[at].label for at in changed))
    action = SetParts(layers, (arrangement.bpm, arrangement.key))
    return count(state, "restyle"), Choice(action, f"{told}: {labels} changed")


def new_section(
    state: State, document: Document, section: Section, item: Inserted, arranger: Arranger
) -> tuple[State, Section]:
    """Return `section`, which comes in as `item` says, with what it plays.

    That is what its label plays already, or loops of its own.
    """
    arrangement = _there(document)
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


def by_id(document: Document, layers: Layers) -> Layers:
    """Return parts by the ids of their sections, of which the places are given."""
    return tuple((document.section_ids[place], parts) for place, parts in layers)


def _there(document: Document) -> Arrangement:
    assert document.arrangement is not None
    return document.arrangement


def _before(state: State, document: Document, place: int) -> tuple[Part, ...] | None:
    """Return what the section at `place` played before what it plays now, None where nothing."""
    now = _there(document).sections[place].parts
    section = document.section_ids[place]
    earlier = (parts for one, parts in reversed(state.heard) if one == section and parts != now)
    return next(earlier, None)


def _heard(state: State, document: Document, place: int) -> frozenset[str]:
    """Return the content hashes of the loops last heard at `place`, or about to be."""
    section = document.section_ids[place]
    lists = [parts for one, parts in state.heard if one == section][-_AVOID_LAST:]
    for change in state.pending:
        for action in parts_set(change.action):
            lists += [parts for one, parts in action.parts if one == section]
    lists.append(_there(document).sections[place].parts)
    return frozenset(part.loop.content_hash for parts in lists for part in parts)


def _tell(name: str, old: tuple[Part, ...], new: tuple[Part, ...]) -> str:
    """Return what changes, as in "hook: drums, melody change"."""
    before = {part.role: part.loop.content_hash for part in old}
    after = {part.role: part.loop.content_hash for part in new}

    def listed(roles: set[Role]) -> str:
        return ", ".join(role for role in ROLES if role in roles)

    changed = {role for role in after if role in before and after[role] != before[role]}
    entered, left = set(after) - set(before), set(before) - set(after)
    words = [
        f"{listed(roles)} {verb if len(roles) == 1 else plural}"
        for roles, verb, plural in (
            (changed, "changes", "change"),
            (entered, "enters", "enter"),
            (left, "leaves", "leave"),
        )
        if roles
    ]
    return f"{name}: " + ("; ".join(words) or "nothing changes")
