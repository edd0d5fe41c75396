"""Move faders, controls and shared effects: at once, or on the line that was asked for. Pure."""

from loopmind_live.session.actions import Faders
from loopmind_live.session.commands import Command, CommandSpec
from loopmind_live.session.desk import Desk, Result, faders, say
from loopmind_live.session.document import Document
from loopmind_live.session.effects import Say
from loopmind_live.session.landing import apply_at_once, projected, queue
from loopmind_live.session.state import State


def document_then(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Document:
    """Return the document that `command` will find where it lands."""
    if not _waits(state, command, desk):
        return state.document
    return projected(state, desk.arranger.refit, desk.landing(state, command, spec))


def move(
    state: State,
    command: Command,
    spec: CommandSpec,
    desk: Desk,
    action: Faders,
    words: str,
) -> Result:
    """Return the state after `action` and what the engine is told, or the state with it pending."""
    if _waits(state, command, desk):
        place = desk.landing(state, command, spec)
        state = queue(state, command, spec, action, place)
        return state, (say(state, words, place),)
    state = apply_at_once(state, command, spec, action, desk.arranger.refit, desk.now.frame)
    return state, (*faders(action), Say(words))


def _waits(state: State, command: Command, desk: Desk) -> bool:
    if desk.now.due_frame is not None and state.started:
        return True
    return command.when is not None and command.when.unit != "now"
