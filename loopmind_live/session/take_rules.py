"""The rules of recording the live input to a part. Pure."""

from loopmind_live.errors import SessionError
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.actions import PlayTake
from loopmind_live.session.arguments import arrangement_of, number
from loopmind_live.session.commands import Command, CommandSpec
from loopmind_live.session.desk import Desk, Result
from loopmind_live.session.effects import Say
from loopmind_live.session.landing import Landing, projected, queue
from loopmind_live.session.state import State

MAX_TAKE_S = 170.0
"""A clip takes 180 s at most, also when the set becomes slower by a little."""


def record_bars(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Record so many bars of the input from the next line on, and play them when they end."""
    role = _role(command)
    no_input = desk.no_input()
    if no_input is not None:
        raise SessionError(no_input)
    if not state.started:
        raise SessionError("nothing plays yet: a take begins on a bar line, so play first")
    place = desk.landing(state, command, spec)
    if place.frame is not None:
        raise SessionError("a take begins on a bar line: leave out now")
    document = projected(state, desk.arranger.refit, place)
    arrangement = arrangement_of(document)
    bars = int(number(command, "bars") or 0)
    beats = bars * arrangement.beats_per_bar / document.time
    if beats != int(beats):
        raise SessionError(f"{bars} bars are no whole beats of the loops in double time: take more")
    end = Landing(place.bar + bars)
    seconds = (state.tempo.line(end.bar) - state.tempo.line(place.bar)) / state.tempo.rate_hz
    if seconds > MAX_TAKE_S:
        raise SessionError(
            f"{bars} bars last {seconds:.0f} s here, a take {MAX_TAKE_S:g} s at most: take fewer"
        )
    first = int(place.bar) + 1
    where = f"bar {first}" if bars == 1 else f"bars {first} to {first + bars - 1}"
    state = queue(state, command, spec, PlayTake(role, place.bar, bars), end)
    words = f"{role}: records {where}, plays from bar {first + bars} (#{state.next_number - 1})"
    return state, (Say(words, end.bar),)


def _role(command: Command) -> Role:
    """Return the one role that the input is recorded to."""
    value = command.arguments["roles"]
    named = [role for role in ROLES if isinstance(value, tuple) and role in value]
    if len(named) != 1:
        raise SessionError("a take is for one part, as in: record 4 bars to vocal")
    return named[0]
