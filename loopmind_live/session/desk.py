"""What every rule of the commands has at hand, and how it answers."""

from dataclasses import dataclass

from loopmind_live.arranger.base import Arranger
from loopmind_live.score.loop import ROLES
from loopmind_live.session.actions import Edit, SetLevels
from loopmind_live.session.commands import Command, CommandSpec
from loopmind_live.session.effects import Effect, Say, SetParameter
from loopmind_live.session.landing import Landing, Now, landing
from loopmind_live.session.state import State
from loopmind_live.units import db_to_gain

Result = tuple[State, tuple[Effect, ...]]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a rule may use beside the state: the clock as it stands, and the arranger."""

    now: Now
    arranger: Arranger

    def landing(self, state: State, command: Command, spec: CommandSpec) -> Landing:
        """Return where `command` lands."""
        assert spec.lands is not None
        return landing(state, command.when, spec.lands, self.now, self.arranger.refit)


def say(state: State, words: str, place: Landing) -> Say:
    """Tell what was queued last, where it lands, and its number."""
    where = str(place)
    return Say(f"{words} {where} (#{state.next_number - 1})", place.bar)


def faders(action: Edit) -> tuple[Effect, ...]:
    """Return the parameters that put the engine's faders where `action` says."""
    if not isinstance(action, SetLevels):
        return ()
    return tuple(
        SetParameter(f"track/{ROLES.index(role)}/gain", db_to_gain(db))
        for role, db in action.levels_db
    )
