"""The rules of favorites and of what is remembered of a performer's taste. Pure."""

from loopmind_live.errors import SessionError
from loopmind_live.session.arguments import arrangement_of, flag, known_roles, text
from loopmind_live.session.commands import Command, CommandSpec
from loopmind_live.session.desk import Desk, Result
from loopmind_live.session.effects import Forget, Opinion, Say
from loopmind_live.session.state import State


def favorite(state: State, command: Command, _spec: CommandSpec, _desk: Desk) -> Result:
    """Remember the loops that play now, all or those of some parts, as favorites."""
    arrangement_of(state.document)
    section, playhead = state.section, state.playhead
    if section is None or playhead is None:
        raise SessionError("favorite: nothing plays yet: it takes the loops that are heard")
    wanted = known_roles(state.document, command)
    heard = [part for part in section.parts if state.document.audible(part.role, playhead.place)]
    loops = tuple(part.loop for part in heard if not wanted or part.role in wanted)
    if not loops:
        there = ", ".join(part.role for part in heard) or "nothing"
        raise SessionError(f"favorite: no {', '.join(wanted) or 'part'} is heard: {there} is")
    on = flag(command, "on", default=True)
    told = ", ".join(loop.path.name for loop in loops)
    verdict = Opinion("favorite" if on else "no favorite", tuple(dict.fromkeys(loops)))
    return state, (verdict, Say(f"{verdict.verdict}: {told}"))


def forget(state: State, command: Command, _spec: CommandSpec, _desk: Desk) -> Result:
    """Erase what was learned of a taste, or the favorites."""
    return state, (Forget(text(command, "what")),)
