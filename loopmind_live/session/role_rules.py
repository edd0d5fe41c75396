"""The rules of mute, solo and lock, for good or for some bars, everywhere or in sections. Pure."""

from loopmind_live.errors import SessionError
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.score.rhythm import rhythm_of
from loopmind_live.session.actions import SetMasks, SetRoles
from loopmind_live.session.arguments import (
    arrangement_of,
    known_roles,
    names,
    number,
    places_alone,
    text,
    told_places,
)
from loopmind_live.session.commands import Command, CommandSpec
from loopmind_live.session.desk import Desk, Result, say
from loopmind_live.session.document import Document, Refit
from loopmind_live.session.effects import Opinion, Say
from loopmind_live.session.landing import (
    Landing,
    apply_at_once,
    bars_until,
    entered,
    projected,
    queue,
)
from loopmind_live.session.state import State

_EVERY = frozenset(ROLES)
OFF = "off"


def lock(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Keep parts through regenerations, or let them change again."""
    refit = desk.arranger.refit
    roles = frozenset(known_roles(projected(state, refit), command))
    locks = spec.name == "lock"
    action = SetRoles("locked", add=roles) if locks else SetRoles("locked", remove=roles)
    state = apply_at_once(state, command, spec, action, refit, desk.now.frame)
    said = Say(f"{spec.name} {names(roles)}")
    parts = state.section.parts if locks and state.section is not None else ()
    kept = tuple(part.loop for part in parts if part.role in roles)
    return state, (Opinion("locked", kept), said) if kept and len(roles) < len(ROLES) else (said,)


def hear(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Mute, unmute, solo or unsolo parts."""
    refit = desk.arranger.refit
    place = desk.landing(state, command, spec)
    document = projected(state, refit)
    roles = frozenset(known_roles(document, command))
    ends = not command.arguments.keys().isdisjoint(("bars", "until"))
    words = f"{spec.name} {names(roles)}".strip()
    places: tuple[int, ...] | None = None
    if "section" in command.arguments:
        places = places_alone(state, document, command)
        words += f" in {told_places(arrangement_of(document), places)}"
    if places is not None and ends:
        place = _from_entry(state, document, places, place, desk)
        places = None
    bars = lasting(state, command, place, refit)
    if bars:
        words += told_lasting(command, bars)
    action = hearing(document, spec.name, roles, places)
    state = queue(state, command, spec, action, place, back_bars=bars)
    return state, (say(state, words, place),)


def mask(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Let parts sound in a rhythm alone, or throughout again."""
    wanted = text(command, "rhythm")
    rhythm = "" if wanted == OFF else rhythm_of(wanted).text
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit)
    roles = known_roles(document, command)
    words = f"mask {names(roles)} {rhythm or OFF}"
    changed = tuple((role, rhythm) for role in roles if document.mask(role) != rhythm)
    if not changed and (command.by_routine or not rhythm):
        return state, () if rhythm else (Say(f"{words}: there is none"),)
    action = SetMasks(tuple((role, rhythm) for role in roles))
    state = queue(state, command, spec, action, place)
    return state, (say(state, words, place),)


def lasting(state: State, command: Command, place: Landing, refit: Refit) -> float:
    """Return for how many bars from `place` a command lasts: 0 where it stays."""
    bars, until = number(command, "bars") or 0.0, command.arguments.get("until")
    if until is None:
        return bars
    if bars:
        raise SessionError(f"{command.name}: for some bars, or until {until}? Choose one")
    return bars_until(state, str(until), place, refit)


def told_lasting(command: Command, bars: float) -> str:
    """Return for how long a command lasts, as words."""
    until = command.arguments.get("until")
    return f" for {told_bars(bars)}" + (f", until {until}" if until is not None else "")


def told_bars(bars: float) -> str:
    """Return a number of bars as words.

    >>> told_bars(1.0), told_bars(4.0), told_bars(0.5)
    ('1 bar', '4 bars', '0.5 bars')
    """
    return "1 bar" if bars == 1 else f"{bars:g} bars"


def _from_entry(
    state: State, document: Document, places: tuple[int, ...], place: Landing, desk: Desk
) -> Landing:
    """Return where one of the sections plays from `place` on: some bars are counted from there."""
    ids = {document.section_ids[one] for one in places}
    return entered(state, ids, place, desk.arranger.refit) if state.started else place


def hearing(
    document: Document, verb: str, roles: frozenset[Role], places: tuple[int, ...] | None
) -> SetRoles:
    """Return what "mute", "unmute", "solo" or "unsolo" does to the document.

    In the sections at `places` alone, or everywhere where None: then sections' own words go, too.

    >>> sorted(hearing(Document(ids=(3, 4)), "mute", frozenset({"bass"}), (1,)).add_in)
    [(4, 'bass')]
    """
    ids = document.section_ids
    there = {ids[place] for place in places} if places is not None else set(ids)
    named = frozenset((one, role) for one in there for role in roles)
    soloed = frozenset(pair for pair in document.soloed_in if places is None or pair[0] in there)
    match verb, places:
        case "mute", None:
            return SetRoles("muted", add=roles)
        case "mute", _:
            return SetRoles("muted", add_in=named)
        case "unmute", None:
            quiet = frozenset(pair for pair in document.muted_in if pair[1] in roles)
            return SetRoles("muted", remove=roles, remove_in=quiet)
        case "unmute", _:
            # What is muted everywhere stays so in all the other sections.
            lifted = roles & document.muted
            others = frozenset((one, role) for one in set(ids) - there for role in lifted)
            return SetRoles("muted", remove=lifted, add_in=others, remove_in=named)
        case "solo", None:
            return SetRoles("soloed", add=roles, remove=_EVERY, remove_in=soloed)
        case "solo", _:
            return SetRoles("soloed", add_in=named, remove_in=soloed)
        case _:
            return SetRoles("soloed", remove=_EVERY, remove_in=soloed)
