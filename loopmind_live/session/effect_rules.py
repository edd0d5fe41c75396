"""The rules of the reverb and the delay that all parts share. Pure."""

from collections.abc import Mapping

from loopmind_live.session.actions import SetEffects
from loopmind_live.session.arguments import number
from loopmind_live.session.commands import Command, CommandSpec
from loopmind_live.session.desk import Desk, Result
from loopmind_live.session.document import EffectControl
from loopmind_live.session.moves import move
from loopmind_live.session.state import State

CONTROLS: Mapping[str, EffectControl] = {
    "reverb_size": "reverb/size",
    "reverb_damp": "reverb/damp",
    "delay_time": "delay/beats",
    "delay_feedback": "delay/feedback",
}
"""What each command moves."""


def effect(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Set one control of the reverb, or of the delay."""
    argument = spec.arguments[0]
    value = number(command, argument.name)
    assert value is not None
    action = SetEffects(((CONTROLS[spec.name], value),))
    words = f"{spec.name.replace('_', ' ')} {value:g} {argument.unit}"
    return move(state, command, spec, desk, action, words)
