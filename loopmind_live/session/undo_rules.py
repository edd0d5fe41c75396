"""The rules of undo, redo and cancel. Pure."""

from dataclasses import replace

from loopmind_live.errors import SessionError
from loopmind_live.session.actions import Edit
from loopmind_live.session.arguments import flag, number
from loopmind_live.session.commands import BY_NAME, Command, CommandSpec
from loopmind_live.session.desk import Desk, Result, faders, say
from loopmind_live.session.document import Refit
from loopmind_live.session.editing import apply, inverse
from loopmind_live.session.effects import Say
from loopmind_live.session.landing import landing, queue, settled
from loopmind_live.session.seams import before_the_end
from loopmind_live.session.state import Change, State, Step
from loopmind_live.session.state import cancel as cancel_change


def undo(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Take the newest change back, or cancel it where it is pending; a routine's are left alone."""
    own = tuple(change for change in state.pending if not change.by_routine)
    newest = own[-1] if own else None
    if not state.done:
        if newest is None:
            return state, (Say("nothing to undo"),)
        return cancel_change(state, newest), (Say(f"canceled: {newest.text}"),)
    step = state.done[-1]
    if newest is not None and newest.step is None and newest.number > step.number:
        return cancel_change(state, newest), (Say(f"canceled: {newest.text}"),)
    rest = replace(state, done=state.done[:-1], undone=(*state.undone, step))
    pending = _pending_of(state, step)
    if step.inverse is None or (pending is not None and pending.mode != "undo"):
        if pending is not None:
            rest = replace(
                rest, pending=tuple(c for c in rest.pending if c.number != pending.number)
            )
        return rest, (Say(f"canceled: {step.text}"),)
    return _again(rest, command, step, step.inverse, "undo", desk)


def redo(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Do again what was taken back."""
    if not state.undone:
        return state, (Say("nothing to redo"),)
    step = state.undone[-1]
    rest = replace(state, undone=state.undone[:-1], done=(*state.done, replace(step, inverse=None)))
    return _again(rest, command, step, step.action, "redo", desk)


def _again(
    state: State, command: Command, step: Step, action: Edit, mode: str, desk: Desk
) -> Result:
    """Do a step, or its inverse, as its command did: at once, or on its line."""
    if step.lands in (None, "now"):
        state = _redone(state, step, action, mode, desk.arranger.refit)
        return state, (*faders(action), Say(f"{mode}: {step.text}"))
    assert step.lands is not None
    place = landing(state, command.when, step.lands, desk.now, desk.arranger.refit)
    spec = BY_NAME[command.name]
    state = queue(
        state,
        replace(command, text=f"{mode} {step.text}"),
        spec,
        action,
        place,
        "undo" if mode == "undo" else "redo",
        step,
    )
    if before_the_end(action):  # a section that plays is not taken out under it
        state, place = settled(state, desk.arranger.refit)
    return state, (say(state, f"{mode}: {step.text}", place),)


def _redone(state: State, step: Step, action: Edit, mode: str, refit: Refit) -> State:
    """Return the state after an at-once step was taken back or done again."""
    before = state.document
    done = state.done
    if mode == "redo":
        again = replace(step, inverse=inverse(before, action, refit))
        done = tuple(again if one.number == step.number else one for one in done)
    return replace(state, document=apply(before, action, refit), done=done)


def _pending_of(state: State, step: Step) -> Change | None:
    return next(
        (
            c
            for c in state.pending
            if c.mode != "back" and c.step is not None and c.step.number == step.number
        ),
        None,
    )


def cancel(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Drop what is pending."""
    if not state.pending:
        return state, (Say("nothing is pending"),)
    chosen = state.pending if flag(command, "all", default=False) else state.pending[-1:]
    wanted = number(command, "change")
    if wanted is not None:
        chosen = tuple(change for change in state.pending if change.number == int(wanted))
        if not chosen:
            there = ", ".join(f"#{change.number}" for change in state.pending)
            raise SessionError(f"nothing pending is #{int(wanted)}: pending are {there}")
    for change in chosen:
        state = cancel_change(state, change)
    return state, (Say("canceled: " + ", ".join(change.text for change in chosen)),)
