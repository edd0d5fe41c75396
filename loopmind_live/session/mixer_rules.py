"""The rules of a track's filter, place and sends. Pure."""

from loopmind_live.errors import SessionError
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.actions import SetMixer
from loopmind_live.session.arguments import known_roles, names, number, text
from loopmind_live.session.commands import Command, CommandSpec
from loopmind_live.session.desk import Desk, Result
from loopmind_live.session.document import SEND_OFF_DB, Control, Document, Mixer
from loopmind_live.session.moves import document_then, move
from loopmind_live.session.state import State

FIRST_SEND_DB = -12.0
"""Where "more reverb" takes a send that was off."""


def sweep(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Set the filter of parts."""
    value = number(command, "sweep") or 0.0
    roles = _roles(state.document, command)
    told = f"{value:+g} %" if value else "off"
    return _set(state, command, spec, desk, "filter", dict.fromkeys(roles, value), told)


def pan(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Place parts between left and right."""
    value = number(command, "place") or 0.0
    roles = _roles(state.document, command)
    told = f"{'left' if value < 0 else 'right'} {abs(value):g} %" if value else "center"
    return _set(state, command, spec, desk, "pan", dict.fromkeys(roles, value), told)


def send(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Set or move how much of parts goes to the reverb, or the delay."""
    control: Control = "reverb" if text(command, "to") == "reverb" else "delay"
    level, delta = number(command, "db"), number(command, "delta_db")
    if level is None and delta is None:
        raise SessionError(f"send: how much? As in: {spec.phrases[0]}, or: more {control}")
    document = document_then(state, command, spec, desk)
    values = {
        role: level if level is not None else _moved(document, role, control, delta or 0.0)
        for role in _roles(document, command)
    }
    levels = sorted(set(values.values()))
    told = " to ".join("off" if db <= SEND_OFF_DB else f"{db:+.1f} dB" for db in levels)
    return _set(state, command, spec, desk, control, values, told)


def _moved(document: Document, role: Role, control: Control, delta_db: float) -> float:
    """Return a send's level after a step; what was off begins to be heard."""
    before = document.control(role, control)
    if before <= SEND_OFF_DB and delta_db > 0.0:
        return FIRST_SEND_DB
    return min(0.0, max(SEND_OFF_DB, before + delta_db))


def _roles(document: Document, command: Command) -> tuple[Role, ...]:
    """Return the parts a command names, all where it names none."""
    return known_roles(document, command) if "roles" in command.arguments else ROLES


def _set(
    state: State,
    command: Command,
    spec: CommandSpec,
    desk: Desk,
    control: Control,
    values: dict[Role, float],
    told: str,
) -> Result:
    settings: Mixer = tuple(((role, control), value) for role, value in values.items())
    words = f"{control} {names(values)} {told}"
    return move(state, command, spec, desk, SetMixer(settings), words)
