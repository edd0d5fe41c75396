"""What each action makes of the document, and what takes it back. Pure."""

from dataclasses import replace

from loopmind_live.config import MAX_BPM, MIN_BPM
from loopmind_live.score.arrangement import Arrangement, Part
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session import sections
from loopmind_live.session.actions import (
    DeleteSections,
    Edit,
    Faders,
    InsertSections,
    SetArrangement,
    SetBars,
    SetEffects,
    SetFit,
    SetLevels,
    SetLooping,
    SetMasks,
    SetMixer,
    SetMoods,
    SetPace,
    SetParts,
    SetPatterns,
    SetRoles,
    SetTime,
    SetWishes,
    Together,
)
from loopmind_live.session.document import Document, Refit, RoleSet, RolesIn

Tempo = SetFit | SetPace | SetTime


def apply(document: Document, action: Edit, refit: Refit) -> Document:
    """Return the document after `action`. Parts are always fitted to the tempo and key in force."""
    arrangement = document.arrangement
    match action:
        case SetRoles():
            return _with_roles(document, action)
        case SetArrangement():
            opened = sections.opened(document, action.arrangement, action.ids)
            return action.document or replace(opened, time=1.0, pace=1.0)
        case Together():
            for one in action.actions:
                document = apply(document, one, refit)
            return document
        case SetParts() if arrangement is not None:
            return _with_parts(document, arrangement, action, refit)
        case InsertSections() | DeleteSections() | SetBars() | SetWishes():
            return sections.apply(document, action, refit)
        case SetMoods() if arrangement is not None:
            wishing = replace(arrangement, moods=action.moods, moods_out=action.moods_out)
            return replace(document, arrangement=wishing)
        case SetFit() | SetPace() | SetTime():
            return _with_tempo(document, action, refit)
        case SetLevels() | SetMixer() | SetEffects():
            return _with_faders(document, action)
        case SetLooping() | SetMasks() | SetPatterns():
            return _with_choice(document, action)
    return document


def _time_within(bpm: float, time: float) -> float:
    """Return the time to count `bpm` in, so that loops are played at a tempo that there is.

    >>> _time_within(128.0, 0.5), _time_within(70.0, 2.0), _time_within(100.0, 0.5)
    (1.0, 1.0, 0.5)
    """
    while bpm / time > MAX_BPM:
        time *= 2.0
    while bpm / time < MIN_BPM:
        time /= 2.0
    return time


def inverse(document: Document, action: Edit, refit: Refit) -> Edit:
    """Return the action that takes `action` back, given the document before it.

    >>> before = Document(muted=frozenset({"bass"}))
    >>> muting = SetRoles("muted", frozenset({"bass", "pad"}))
    >>> back = inverse(before, muting, lambda arrangement, _bpm, _key: arrangement)
    >>> back.add, back.remove
    (frozenset(), frozenset({'pad'}))
    """
    arrangement = document.arrangement
    match action:
        case SetParts() if arrangement is not None:
            return _parts_before(document, arrangement, action)
        case SetArrangement():
            whole = None if action.document is None else document
            return SetArrangement(arrangement, ids=document.section_ids, document=whole)
        case Together():
            backwards: list[Edit] = []
            for one in action.actions:
                backwards.insert(0, inverse(document, one, refit))
                document = apply(document, one, refit)
            return Together(tuple(backwards))
        case InsertSections() | DeleteSections() | SetBars() | SetWishes():
            return sections.inverse(document, action)
        case SetMoods() if arrangement is not None:
            return SetMoods(arrangement.moods, arrangement.moods_out)
        case SetFit() | SetPace() | SetTime():
            return _tempo_before(document, action)
        case SetRoles():
            return _roles_before(document, action)
        case SetLevels() | SetMixer() | SetEffects():
            return _faders_before(document, action)
        case SetLooping() | SetMasks() | SetPatterns():
            return _choice_before(document, action)
    return action  # nothing is there to go back to; a take is undone as the parts it became


def _with_tempo(document: Document, action: Tempo, refit: Refit) -> Document:
    arrangement = document.arrangement
    match action:
        case SetFit() if arrangement is not None:
            time = _time_within(action.bpm, document.time)
            fitted = refit(arrangement, action.bpm / time, action.key)
            return replace(document, arrangement=fitted, time=time, pace=1.0)
        case SetPace() if arrangement is not None:
            return replace(document, pace=action.bpm / (arrangement.bpm * document.time))
        case SetTime():
            return replace(document, time=document.time * action.factor)
    return document


def _tempo_before(document: Document, action: Tempo) -> Tempo:
    arrangement = document.arrangement
    match action:
        case SetFit() if arrangement is not None:
            bpm = arrangement.bpm * document.time
            return SetFit(bpm, arrangement.key, action.ramp_bars)
        case SetPace() if document.bpm is not None:
            return SetPace(document.bpm)
        case SetTime():
            return SetTime(1.0 / action.factor)
    return action


def _with_parts(
    document: Document, arrangement: Arrangement, action: SetParts, refit: Refit
) -> Document:
    document = sections.changed(
        document,
        {
            section: replace(there, parts=_merged(there.parts, parts, action.roles))
            for section, parts in action.parts
            if (there := sections.known(document, section)) is not None
        },
    )
    arrangement = document.arrangement or arrangement
    if action.fit != (arrangement.bpm, arrangement.key):
        arrangement = refit(arrangement, arrangement.bpm, arrangement.key)
    return replace(document, arrangement=arrangement)


def _parts_before(document: Document, arrangement: Arrangement, action: SetParts) -> SetParts:
    before = tuple(
        (section, there.parts)
        for section, _ in action.parts
        if (there := sections.known(document, section)) is not None
    )
    return SetParts(before, (arrangement.bpm, arrangement.key), action.roles)


def _with_faders(document: Document, action: Faders) -> Document:
    match action:
        case SetLevels():
            levels = dict(document.levels_db) | dict(action.levels_db)
            return replace(document, levels_db=tuple(sorted(levels.items())))
        case SetMixer():
            mixer = dict(document.mixer) | dict(action.settings)
            return replace(document, mixer=tuple(sorted(mixer.items())))
        case SetEffects():
            effects = dict(document.effects) | dict(action.settings)
            return replace(document, effects=tuple(sorted(effects.items())))


def _faders_before(document: Document, action: Faders) -> Faders:
    match action:
        case SetLevels():
            return SetLevels(tuple((role, document.level_db(role)) for role, _ in action.levels_db))
        case SetMixer():
            return SetMixer(tuple((key, document.control(*key)) for key, _ in action.settings))
        case SetEffects():
            return SetEffects(tuple((key, document.effect(key)) for key, _ in action.settings))


def _with_choice(document: Document, action: SetLooping | SetMasks | SetPatterns) -> Document:
    match action:
        case SetLooping():
            return replace(document, looping=action.section)
        case SetMasks():
            return replace(document, masks=_texts(document.masks, action.masks))
        case SetPatterns():
            return replace(document, patterns=_texts(document.patterns, action.patterns))


def _texts(
    before: tuple[tuple[Role, str], ...], changed: tuple[tuple[Role, str], ...]
) -> tuple[tuple[Role, str], ...]:
    """Return texts by role with what is changed, without those that are empty."""
    texts = dict(before) | dict(changed)
    return tuple(sorted((role, text) for role, text in texts.items() if text))


def _choice_before(
    document: Document, action: SetLooping | SetMasks | SetPatterns
) -> SetLooping | SetMasks | SetPatterns:
    match action:
        case SetLooping():
            return SetLooping(document.looping)
        case SetMasks():
            return SetMasks(tuple((role, document.mask(role)) for role, _ in action.masks))
        case SetPatterns():
            told = tuple((role, document.pattern(role)) for role, _ in action.patterns)
            return SetPatterns(told)


def _with_roles(document: Document, action: SetRoles) -> Document:
    before, before_in = _roles(document, action.name)
    after = (before - action.remove) | action.add
    after_in = (before_in - action.remove_in) | action.add_in
    match action.name:
        case "muted":
            return replace(document, muted=after, muted_in=after_in)
        case "soloed":
            return replace(document, soloed=after, soloed_in=after_in)
        case "locked":
            return replace(document, locked=after)


def _roles_before(document: Document, action: SetRoles) -> SetRoles:
    before, before_in = _roles(document, action.name)
    return SetRoles(
        action.name,
        add=before & (action.remove - action.add),
        remove=action.add - before,
        add_in=before_in & (action.remove_in - action.add_in),
        remove_in=action.add_in - before_in,
    )


def _merged(
    old: tuple[Part, ...], new: tuple[Part, ...], roles: frozenset[Role] | None
) -> tuple[Part, ...]:
    """Return `old` with the parts of `roles` (all where None) as they are in `new`."""
    if roles is None:
        return new
    parts = [part for part in old if part.role not in roles]
    parts += [part for part in new if part.role in roles]
    return tuple(sorted(parts, key=lambda part: ROLES.index(part.role)))


def _roles(document: Document, name: RoleSet) -> tuple[frozenset[Role], RolesIn]:
    """Return a set of roles, and the roles that count in one section alone."""
    return {
        "muted": (document.muted, document.muted_in),
        "soloed": (document.soloed, document.soloed_in),
        "locked": (document.locked, frozenset[tuple[int, Role]]()),
    }[name]
