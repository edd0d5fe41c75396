"""Musical choices: what the arranger is asked, with which seed, how the answer is told. Pure."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace

from loopmind_live.arranger.base import NEUTRAL, Arranger, Direction
from loopmind_live.errors import SessionError
from loopmind_live.score.arrangement import Part
from loopmind_live.score.layers import Layers, realization, spread
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.actions import (
    Edit,
    SetParts,
    parts_set,
)
from loopmind_live.session.arguments import arrangement_of, told_places
from loopmind_live.session.document import Document
from loopmind_live.session.state import State

_AVOID_LAST = 3
_TRIES = 16
"""So often another choice is asked for, where one was heard already."""


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
    arrangement = arrangement_of(document)
    place = places[0]
    name = told_places(arrangement, places)
    together = realization(arrangement, places)
    whole, avoid = arrangement.with_parts((place,), together), _heard(state, document, place)
    here = document.section_ids[place]
    earlier = {_sounds(parts) for section, parts in state.heard if section == here}
    for tried in range(_TRIES):
        seed = seed_of(state, f"regenerate {name}")
        # A set that was heard is worse than some of its loops, or than loops that are far.
        away = avoid if tried < _TRIES // 2 else frozenset[str]()
        far = tried >= _TRIES // 4
        parts = arranger.regenerate(whole, place, seed, document.locked, away, direction, far)
        state = count(state, f"regenerate {name}")
        layers = spread(arrangement, places, parts)
        if _sounds(layers[0][1]) not in earlier:
            break
    action = SetParts(by_id(document, layers), (arrangement.bpm, arrangement.key))
    return state, Choice(action, _tell(name, together, parts))


def swap(
    state: State,
    document: Document,
    places: tuple[int, ...],
    roles: Collection[Role],
    arranger: Arranger,
) -> tuple[State, Choice]:
    """Choose another loop for each of `roles` in the sections at `places`."""
    arrangement = arrangement_of(document)
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
    arrangement = arrangement_of(document)
    name = told_places(arrangement, places)
    parts = _before(state, document, places[0])
    if parts is None:
        raise SessionError(f"{name} has played nothing else yet: regenerate {name} first")
    words = _tell(name, arrangement.sections[places[0]].parts, parts)
    layers = tuple((place, _before(state, document, place) or parts) for place in places)
    # The parts may stem from another tempo or key: let them be fitted anew.
    return Choice(SetParts(by_id(document, layers), (0.0, None)), words)


def by_id(document: Document, layers: Layers) -> Layers:
    """Return parts by the ids of their sections, of which the places are given."""
    return tuple((document.section_ids[place], parts) for place, parts in layers)


def _before(state: State, document: Document, place: int) -> tuple[Part, ...] | None:
    """Return what the section at `place` played before what it plays now, None where nothing."""
    now = arrangement_of(document).sections[place].parts
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
    lists.append(arrangement_of(document).sections[place].parts)
    return _sounds([part for parts in lists for part in parts])


def _sounds(parts: Collection[Part]) -> frozenset[str]:
    """Return the content hashes of the loops of `parts`."""
    return frozenset(part.loop.content_hash for part in parts)


def _tell(name: str, old: tuple[Part, ...], new: tuple[Part, ...]) -> str:
    """Return what changes, as in "hook: drums, melody change"."""
    before = {part.role: part.loop.content_hash for part in old}
    after = {part.role: part.loop.content_hash for part in new}

    def listed(roles: set[Role]) -> str:
        return ", ".join(role for role in ROLES if role in roles)

    changed = {role for role in after if role in before and after[role] != before[role]}
    tones = {part.role: part.tone for part in old}
    toned = {p.role for p in new if p.role in tones and p.tone != tones[p.role]} - changed
    entered, left = set(after) - set(before), set(before) - set(after)
    words = [
        f"{listed(roles)} {verb if len(roles) == 1 else plural}"
        for roles, verb, plural in (
            (changed, "changes", "change"),
            (toned, "changes in tone", "change in tone"),
            (entered, "enters", "enter"),
            (left, "leaves", "leave"),
        )
        if roles
    ]
    return f"{name}: " + ("; ".join(words) or "nothing changes")
