"""The rules of a part's inserts: which shell takes one, and what is told of it. Pure."""

from loopmind_live.config import FIRST_PATCH, INSERTS
from loopmind_live.errors import SessionError
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.actions import SetMixer
from loopmind_live.session.arguments import known_roles, names, number, text
from loopmind_live.session.commands import Command, CommandSpec
from loopmind_live.session.desk import Desk, Result
from loopmind_live.session.document import (
    AMOUNT_CONTROLS,
    DEFAULT_AMOUNT,
    INSERT_CONTROLS,
    Control,
    Document,
)
from loopmind_live.session.effects import Say
from loopmind_live.session.moves import document_then, move
from loopmind_live.session.patches import KnownPatch, insert_name
from loopmind_live.session.state import State

Settings = dict[tuple[Role, Control], float]


def insert(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Put an effect into parts, move its amount, or take it off (an amount of 0)."""
    effect, amount = text(command, "effect"), number(command, "amount")
    off = effect == "off" or amount == 0.0
    if not off and "roles" not in command.arguments:
        raise SessionError(f"insert: into which part? As in: {spec.phrases[0]}")
    document = document_then(state, command, spec, desk)
    roles = known_roles(document, command) if "roles" in command.arguments else ROLES
    settings: Settings = {}
    for role in roles:
        if off:
            settings |= _off(document, role, effect)
        else:
            settings |= _on(document, role, effect, amount, state.patches)
    if not settings:
        what = "no insert" if effect == "off" else f"no {effect}"
        return state, (Say(f"insert {names(roles)}: there is {what}"),)
    action = SetMixer(tuple(settings.items()))
    told = "off" if off else f"{_amount_of(settings):g} %"
    moved = {role for role, _ in settings}
    words = "insert" if effect == "off" else effect
    return move(state, command, spec, desk, action, f"{words} {names(moved)} {told}")


def _off(document: Document, role: Role, effect: str) -> Settings:
    """Return what takes an effect, or every one, off a part."""
    return {
        (role, shell): 0.0
        for shell in INSERT_CONTROLS
        if (there := document.control(role, shell)) and effect in ("off", insert_name((), there))
    }


def _on(
    document: Document,
    role: Role,
    effect: str,
    amount: float | None,
    patches: tuple[KnownPatch, ...],
) -> Settings:
    """Return what puts an effect into a part's first free shell, or moves the one that is there."""
    wanted = INSERTS.index(effect) + 1
    there = [int(document.control(role, shell)) for shell in INSERT_CONTROLS]
    if wanted in there:
        place = there.index(wanted)
        at, shell = AMOUNT_CONTROLS[place], INSERT_CONTROLS[place]
        if amount is not None:
            return {(role, at): amount}
        # Asked for again without a word on how much: the engine may have taken it off.
        return {(role, at): document.control(role, at), (role, shell): float(wanted)}
    if 0 not in there:
        taken = [insert_name(patches, one) for one in there]
        off = f"patch {role} off" if there[0] >= FIRST_PATCH else f"{role} {taken[0]} off"
        raise SessionError(
            f"insert: {role} has {' and '.join(taken)} already, as many as a part takes: take one "
            f"off first, as in: {off}"
        )
    at_shell = there.index(0)
    # The amount first: the insert is built for it.
    return {
        (role, AMOUNT_CONTROLS[at_shell]): DEFAULT_AMOUNT if amount is None else amount,
        (role, INSERT_CONTROLS[at_shell]): float(wanted),
    }


def _amount_of(settings: Settings) -> float:
    return next(value for (_, control), value in settings.items() if control in AMOUNT_CONTROLS)
