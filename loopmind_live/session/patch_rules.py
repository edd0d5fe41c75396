"""The rules of patches: which shell takes one, what its knobs may be, and new versions. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from loopmind_live.config import FIRST_PATCH
from loopmind_live.errors import SessionError
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.score.patch import Parameter
from loopmind_live.session.actions import SetMixer
from loopmind_live.session.arguments import known_roles, names, number, text
from loopmind_live.session.commands import BY_NAME, Command, CommandSpec
from loopmind_live.session.desk import Desk, Result, say
from loopmind_live.session.document import INSERT_CONTROLS, Control, Document
from loopmind_live.session.effects import Rehearse, Say
from loopmind_live.session.landing import projected, queue
from loopmind_live.session.moves import move
from loopmind_live.session.patches import KnownPatch, insert_name, newest, numbered
from loopmind_live.session.state import State

OFF = "off"
Settings = dict[tuple[Role, Control], float]


def patch(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Put a patch into parts, or take patches off; what nobody knows yet is rehearsed first."""
    name = text(command, "name")
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit, place)
    roles = known_roles(document, command) if "roles" in command.arguments else ROLES
    if name == OFF:
        settings = _off(document, roles)
        words = f"patch {names({role for role, _ in settings})} off"
        if not settings:
            return state, (Say(f"patch {names(roles)}: there is none"),)
    else:
        if "roles" not in command.arguments:
            raise SessionError(f"patch: into which part? As in: {spec.phrases[0]}")
        known = newest(state.patches, name)
        if known is None:
            return state, (Rehearse(name, command),)
        settings = {}
        for role in roles:
            settings |= _on(state, document, role, known)
        words = f"{name} on {names(roles)}"
    state = queue(state, command, spec, SetMixer(tuple(settings.items())), place)
    return state, (say(state, words, place),)


def knob(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Turn a knob of what stands in parts."""
    name, value = text(command, "name"), number(command, "value")
    assert value is not None
    settings: Settings = {}
    roles = known_roles(state.document, command)
    for role in roles:
        for shell, known in _mounted(state, state.document, role):
            knobs = known.knobs
            if name not in knobs:
                continue
            low, high, unit = knobs[name].low, knobs[name].high, knobs[name].unit
            if not low <= value <= high:
                raise SessionError(
                    f"knob: {name} {value:g} is out of range: choose {low:g} to {high:g} {unit}"
                    .rstrip()
                )  # fmt: skip
            settings[role, knob_control(shell, name)] = value
    if not settings:
        there = {one for role in roles for _, known in _mounted(state, state.document, role)
                 for one in known.knobs}  # fmt: skip
        what = f"there are {', '.join(sorted(there))}" if there else "no patch is there"
        raise SessionError(f"knob: {names(roles)} has no {name!r:.40}: {what}")
    told = f"{name} {names({role for role, _ in settings})} {value:g}"
    return move(state, command, spec, desk, SetMixer(tuple(settings.items())), told)


def renewed(state: State, known: KnownPatch, desk: Desk) -> Result:
    """Let a new version take the place of those before it, from the next bar line on."""
    spec = replace(BY_NAME["patch"], undoable=False)
    command = Command("patch", text=f"patch {known.name}")
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit, place)
    settings: Settings = {}
    for role in ROLES:
        for shell, before in _mounted(state, document, role):
            if before.name == known.name and before.number != known.number:
                settings |= _mounting(document, role, shell, known)
    if not settings:
        return state, (Say(f"{known.name} is rehearsed: patch drums {known.name}"),)
    state = queue(state, command, spec, SetMixer(tuple(settings.items())), place)
    roles = {role for role, _ in settings}
    return state, (say(state, f"{known.name} on {names(roles)} anew", place),)


def knob_control(shell: int, name: str) -> Control:
    """Return the control of a knob in a shell, counted from 0.

    >>> knob_control(1, "feedback")
    'knob2/feedback'
    """
    return f"knob{shell + 1}/{name}"


def _mounted(state: State, document: Document, role: Role) -> list[tuple[int, KnownPatch]]:
    """Return the patches of a part, with their shells."""
    there = []
    for shell, control in enumerate(INSERT_CONTROLS):
        known = numbered(state.patches, document.control(role, control))
        if known is not None:
            there.append((shell, known))
    return there


def _on(state: State, document: Document, role: Role, known: KnownPatch) -> Settings:
    """Return what puts a patch into a part: in place of an older version, or in a free shell."""
    for shell, before in _mounted(state, document, role):
        if before.name == known.name:
            return _mounting(document, role, shell, known)
    taken = [document.control(role, control) for control in INSERT_CONTROLS]
    if 0.0 not in taken:
        there = " and ".join(insert_name(state.patches, one) for one in taken)
        raise SessionError(
            f"patch: {role} has {there} already, as many as a part takes: take one off first, as "
            f"in: patch {role} off"
        )
    shell = taken.index(0.0)
    fresh = {(role, knob_control(shell, name)): knob.default for name, knob in known.knobs.items()}
    return {**fresh, (role, INSERT_CONTROLS[shell]): float(known.number)}


def _mounting(document: Document, role: Role, shell: int, known: KnownPatch) -> Settings:
    """Return what puts another version into a shell, its knobs where they stand."""
    standing = dict(document.mixer)
    settings: Settings = {}
    for name, knob in known.knobs.items():  # first: the patch is built for them
        control = knob_control(shell, name)
        value = standing.get((role, control), knob.default)
        settings[role, control] = min(knob.high, max(knob.low, value))
    return {**settings, (role, INSERT_CONTROLS[shell]): float(known.number)}


def _off(document: Document, roles: tuple[Role, ...]) -> Settings:
    """Return what takes all patches off parts."""
    return {
        (role, control): 0.0
        for role in roles
        for control in INSERT_CONTROLS
        if document.control(role, control) >= FIRST_PATCH
    }


def standing_knobs(state: State, role: Role) -> Iterator[tuple[str, Parameter, float]]:
    """Return the knobs of the patches in a part, and where each stands."""
    for shell, known in _mounted(state, state.document, role):
        standing = dict(state.document.mixer)
        for name, one in known.knobs.items():
            yield name, one, standing.get((role, knob_control(shell, name)), one.default)


def turnable(state: State) -> tuple[tuple[Role, str, str], ...]:
    """Return the knobs of the patches in parts: part, knob, where it stands and may go."""
    return tuple(
        (role, name, f"{value:g}, {one.low:g} to {one.high:g} {one.unit}".rstrip())
        for role in ROLES
        for name, one, value in standing_knobs(state, role)
    )
