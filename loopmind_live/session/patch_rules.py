"""The rules of patches: which shell takes one, what its knobs may be, and new versions. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import cast

from loopmind_live.config import BUSES, FIRST_PATCH
from loopmind_live.errors import SessionError
from loopmind_live.score.loop import ROLES
from loopmind_live.score.melody import melody_of
from loopmind_live.score.patch import Parameter
from loopmind_live.session.actions import SetMixer, SetPatterns
from loopmind_live.session.arguments import known_roles, names, number, text
from loopmind_live.session.commands import BY_NAME, Command, CommandSpec
from loopmind_live.session.desk import Desk, Result, say
from loopmind_live.session.document import (
    AMOUNT_CONTROLS,
    INSERT_CONTROLS,
    Bus,
    Control,
    Document,
    Strip,
)
from loopmind_live.session.effects import Rehearse, Say
from loopmind_live.session.landing import projected, queue
from loopmind_live.session.moves import move
from loopmind_live.session.notes_ahead import instrument_of
from loopmind_live.session.patches import KnownPatch, insert_name, newest, numbered
from loopmind_live.session.state import State

OFF = "off"
SILENCE = "."
"""A pattern without notes."""
_NEAR = 0.7
"""How alike a knob's name must be to be meant: "width" is no "depth"."""
STRIPS: tuple[Strip, ...] = (*ROLES, *cast(tuple[Bus, ...], BUSES))
Settings = dict[tuple[Strip, Control], float]


def patch(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Put a patch into parts and buses, or take patches off.

    What nobody knows yet is rehearsed first.
    """
    name = text(command, "name")
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit, place)
    strips = _strips(document, command)
    if name == OFF:
        settings = _off(document, strips or STRIPS)
        words = f"patch {told(strip for strip, _ in settings)} off"
        if not settings:
            return state, (Say(f"patch {told(strips or STRIPS)}: there is none"),)
    else:
        if not strips:
            raise SessionError(f"patch: into which part? As in: {spec.phrases[0]}")
        known = newest(state.patches, name)
        if known is None:
            return state, (Rehearse(name, command),)
        settings = {}
        for strip in strips:
            settings |= _on(state, document, strip, known)
        words = f"{name} on {told(strips)}"
    state = queue(state, command, spec, SetMixer(tuple(settings.items())), place)
    return state, (say(state, words, place),)


def knob(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Turn a knob of what stands in parts and buses."""
    name, value = text(command, "name"), number(command, "value")
    assert value is not None
    settings: Settings = {}
    strips = _strips(state.document, command)
    if not strips:
        raise SessionError(f"knob: of which part? As in: {spec.phrases[0]}")
    for strip in strips:
        for shell, known in _mounted(state, state.document, strip):
            knobs = known.knobs
            if name not in knobs:
                continue
            low, high, unit = knobs[name].low, knobs[name].high, knobs[name].unit
            if not low <= value <= high:
                raise SessionError(
                    f"knob: {name} {value:g} is out of range: choose {low:g} to {high:g} {unit}"
                    .rstrip()
                )  # fmt: skip
            settings[strip, knob_control(shell, name)] = value
    if not settings:
        instead = _instead(state, strips, name)
        raise SessionError(f"knob: {told(strips)} has no {name!r:.40}: {instead}")
    words = f"{name} {told(strip for strip, _ in settings)} {value:g}"
    return move(state, command, spec, desk, SetMixer(tuple(settings.items())), words)


def pattern(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Let the instruments of parts play a pattern, or nothing."""
    wanted = text(command, "notes")
    melody = SILENCE if wanted == OFF else melody_of(wanted).text
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit, place)
    roles = known_roles(document, command)
    playing = tuple(role for role in roles if instrument_of(state.patches, document, role))
    if not playing:
        raise SessionError(
            f"pattern: {names(roles)} has no instrument: put one in first, as in: patch "
            f"{roles[0]} acid"
        )
    if command.by_routine and all(document.pattern(role) == melody for role in playing):
        return state, ()
    action = SetPatterns(tuple((role, melody) for role in playing))
    words = f"pattern {names(playing)} {OFF if wanted == OFF else melody}"
    state = queue(state, command, spec, action, place)
    return state, (say(state, words, place),)


def _instead(state: State, strips: tuple[Strip, ...], name: str) -> str:
    """Return what to turn, or to do, where there is no knob of that name."""
    there = sorted(
        {one for strip in strips for _, known in _mounted(state, state.document, strip)
         for one in known.knobs}
    )  # fmt: skip
    if not there:
        return f"no patch is there: put one in first, as in: patch {strips[0]} dub_delay"
    near = get_close_matches(name, there, 1, _NEAR)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(there)}"


def renewed(state: State, known: KnownPatch, desk: Desk) -> Result:
    """Let a new version take the place of those before it, from the next bar line on."""
    spec = replace(BY_NAME["patch"], undoable=False)
    command = Command("patch", text=f"patch {known.name}")
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit, place)
    settings: Settings = {}
    for strip in STRIPS:
        for shell, before in _mounted(state, document, strip):
            if before.name == known.name and before.number != known.number:
                settings |= _mounting(document, strip, shell, known)
    if not settings:
        return state, (Say(f"{known.name} is rehearsed: patch drums {known.name}"),)
    state = queue(state, command, spec, SetMixer(tuple(settings.items())), place)
    words = f"{known.name} on {told(strip for strip, _ in settings)} anew"
    return state, (say(state, words, place),)


def knob_control(shell: int, name: str) -> Control:
    """Return the control of a knob in a shell, counted from 0.

    >>> knob_control(1, "feedback")
    'knob2/feedback'
    """
    return f"knob{shell + 1}/{name}"


def told(strips: Iterable[Strip]) -> str:
    """Return parts and buses in their order, as words.

    >>> told(("master", "bass", "drums")), told(STRIPS)
    ('drums, bass, master', 'all')
    """
    chosen = set(strips)
    if chosen == set(STRIPS):
        return "all"
    roles = names(role for role in ROLES if role in chosen)
    return ", ".join([*([roles] if roles else []), *(bus for bus in BUSES if bus in chosen)])


def _strips(document: Document, command: Command) -> tuple[Strip, ...]:
    """Return the parts and the bus that a command names."""
    roles = known_roles(document, command)
    bus = command.arguments.get("bus")
    return (*roles, cast(Bus, bus)) if bus is not None else roles


def _shells(strip: Strip) -> tuple[Control, ...]:
    """Return the shells that a strip has."""
    return INSERT_CONTROLS[:1] if strip in BUSES else INSERT_CONTROLS


def _mounted(state: State, document: Document, strip: Strip) -> list[tuple[int, KnownPatch]]:
    """Return the patches of a strip, with their shells."""
    there = []
    for shell, control in enumerate(_shells(strip)):
        known = numbered(state.patches, document.control(strip, control))
        if known is not None:
            there.append((shell, known))
    return there


def _on(state: State, document: Document, strip: Strip, known: KnownPatch) -> Settings:
    """Return what puts a patch into a strip.

    It takes the place of an older version, or on a bus of what is there; else it needs a free
    shell. An instrument takes the first one, or another instrument's: effects come after it.
    """
    if known.pattern and strip in BUSES:
        raise SessionError(
            f"patch: {known.name} is an instrument, for a part: as in: patch bass {known.name}"
        )
    for shell, before in _mounted(state, document, strip):
        if before.name == known.name or (before.pattern and known.pattern):
            return _mounting(document, strip, shell, known)
    taken = [document.control(strip, control) for control in _shells(strip)]
    if 0.0 not in taken and strip not in BUSES:
        there = " and ".join(insert_name(state.patches, one) for one in taken)
        raise SessionError(
            f"patch: {strip} has {there} already, as many as a part takes: take one off first, as "
            f"in: patch {strip} off"
        )
    shell = taken.index(0.0) if 0.0 in taken else 0
    made = _after_it(document, strip) if known.pattern and shell else {}
    shell = 0 if known.pattern else shell
    for name, knob in known.knobs.items():
        made[strip, knob_control(shell, name)] = knob.default
    return {**made, (strip, INSERT_CONTROLS[shell]): float(known.number)}


def _after_it(document: Document, strip: Strip) -> Settings:
    """Return what moves an effect from the first shell into the second, as it stands."""
    first, second = INSERT_CONTROLS
    moved: Settings = {
        (strip, control.replace("1", "2", 1)): value
        for (one, control), value in document.mixer
        if one == strip and (control.startswith("knob1/") or control == AMOUNT_CONTROLS[0])
    }
    return {**moved, (strip, second): document.control(strip, first)}


def _mounting(document: Document, strip: Strip, shell: int, known: KnownPatch) -> Settings:
    """Return what puts another version into a shell, its knobs where they stand."""
    standing = dict(document.mixer)
    settings: Settings = {}
    for name, knob in known.knobs.items():  # first: the patch is built for them
        control = knob_control(shell, name)
        value = standing.get((strip, control), knob.default)
        settings[strip, control] = min(knob.high, max(knob.low, value))
    return {**settings, (strip, INSERT_CONTROLS[shell]): float(known.number)}


def _off(document: Document, strips: tuple[Strip, ...]) -> Settings:
    """Return what takes all patches off strips."""
    return {
        (strip, control): 0.0
        for strip in strips
        for control in _shells(strip)
        if document.control(strip, control) >= FIRST_PATCH
    }


def standing_knobs(state: State, strip: Strip) -> Iterator[tuple[str, Parameter, float]]:
    """Return the knobs of the patches in a part or on a bus, and where each stands."""
    for shell, known in _mounted(state, state.document, strip):
        standing = dict(state.document.mixer)
        for name, one in known.knobs.items():
            yield name, one, standing.get((strip, knob_control(shell, name)), one.default)


def mounted_names(state: State) -> set[str]:
    """Return the names of the patches that stand in any part or on any bus."""
    return {known.name for strip in STRIPS for _, known in _mounted(state, state.document, strip)}


def turnable(state: State) -> tuple[tuple[Strip, str, str], ...]:
    """Return the knobs of all patches: where, the knob, where it stands and may go."""
    return tuple(
        (strip, name, f"{value:g}, {one.low:g} to {one.high:g} {one.unit}".rstrip())
        for strip in STRIPS
        for name, one, value in standing_knobs(state, strip)
    )
