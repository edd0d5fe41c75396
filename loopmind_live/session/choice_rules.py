"""The rules of choosing other loops, and of what explains them. Pure."""

from dataclasses import replace

from loopmind_live.arranger.base import NEUTRAL
from loopmind_live.arranger.directions import direction_of
from loopmind_live.errors import SessionError
from loopmind_live.session import choices, section_choices
from loopmind_live.session.actions import SetParts
from loopmind_live.session.arguments import (
    arrangement_of,
    known_roles,
    moods,
    number,
    place_of,
    places_of,
    told_places,
)
from loopmind_live.session.commands import Command, CommandSpec
from loopmind_live.session.desk import Desk, Result, say
from loopmind_live.session.document import Document
from loopmind_live.session.effects import Say
from loopmind_live.session.landing import Landing, entered, projected, queue
from loopmind_live.session.part_commands import MAX_ALTERNATIVES
from loopmind_live.session.role_rules import lasting, told_lasting
from loopmind_live.session.state import Offer, State

_LISTED = 5


def regenerate(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Choose other loops for a section, in a direction where moods are said."""
    place, document = _then(state, command, spec, desk)
    places = places_of(state, document, command)
    direction = direction_of(moods(command, "moods"))
    state, choice = choices.regenerate(state, document, places, desk.arranger, direction)
    return _queued(state, command, spec, place, choice)


def previous(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Bring back what a section played before."""
    place, document = _then(state, command, spec, desk)
    choice = choices.previous(state, document, places_of(state, document, command))
    return _queued(state, command, spec, place, choice)


def swap(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Choose another loop for parts."""
    place, document = _then(state, command, spec, desk)
    places = places_of(state, document, command)
    roles = known_roles(document, command)
    state, choice = choices.swap(state, document, places, roles, desk.arranger)
    return _queued(state, command, spec, place, choice)


def add(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Bring parts in: muted ones back, others with a loop of their own."""
    place, document = _then(state, command, spec, desk)
    places = places_of(state, document, command)
    ends = not command.arguments.keys().isdisjoint(("bars", "until"))
    here = "section" in command.arguments
    if here and ends and state.started:
        ids = {document.section_ids[one] for one in places}
        place = entered(state, ids, place, desk.arranger.refit)
    bars = lasting(state, command, place, desk.arranger.refit)
    roles = known_roles(document, command)
    state, choice = section_choices.add(state, document, places, roles, here, desk.arranger)
    if bars:
        choice = replace(choice, words=choice.words + told_lasting(command, bars))
    return _queued(state, command, spec, place, choice, bars)


def restyle(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Move all loops of the arrangement towards moods, or away from them."""
    place, document = _then(state, command, spec, desk)
    arrangement_of(document)
    towards, away = moods(command, "moods"), moods(command, "moods_out")
    if direction_of(towards, away) == NEUTRAL:
        raise SessionError(f"restyle: which way? As in: {spec.phrases[0]}")
    state, choice = section_choices.restyle(state, document, towards, away, desk.arranger)
    return _queued(state, command, spec, place, choice)


def take(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Play one of the alternatives that were listed last."""
    wanted = int(number(command, "number") or 0)
    if not state.offered:
        raise SessionError("take: nothing is listed yet: ask first, as in: alternatives bass")
    if wanted > len(state.offered):
        raise SessionError(f"take: no alternative {wanted}: there are 1 to {len(state.offered)}")
    offer = state.offered[wanted - 1]
    place, document = _then(state, command, spec, desk)
    there = [one for one in offer.sections if document.place_of(one) is not None]
    if not there:
        raise SessionError("take: its section is gone: list alternatives again")
    part = offer.part
    action = SetParts(tuple((one, (part,)) for one in there), offer.fit, frozenset({part.role}))
    state = queue(state, command, spec, action, place)
    return state, (say(state, f"{part.role}: {part.loop.path.name}", place),)


def alternatives(state: State, command: Command, _spec: CommandSpec, desk: Desk) -> Result:
    """List the loops that parts could play instead, numbered for `take`."""
    document = projected(state, desk.arranger.refit)
    arrangement = arrangement_of(document)
    places = places_of(state, document, command)
    ids = tuple(document.section_ids[one] for one in places)
    roles = known_roles(document, command)
    each = max(1, min(_LISTED, MAX_ALTERNATIVES // max(1, len(roles))))
    offers: list[Offer] = []
    lines: list[str] = []
    for role in roles:
        for one in desk.arranger.alternatives(arrangement, places[0], role, each):
            if len(offers) < MAX_ALTERNATIVES:
                offers.append(Offer(ids, one.part, (arrangement.bpm, arrangement.key)))
                why = f": {', '.join(one.reasons)}" if one.reasons else ""
                name = one.part.loop.path.name
                lines.append(f"{len(offers)}. {role} {name}, {one.score:.2f}{why}")
    head = f"{told_places(arrangement, places)}: take one by its number, as in: take 1"
    return replace(state, offered=tuple(offers)), tuple(Say(line) for line in (head, *lines))


def why(state: State, command: Command, _spec: CommandSpec, desk: Desk) -> Result:
    """Tell why a section plays what it plays, where it plays it."""
    document = projected(state, desk.arranger.refit)
    arrangement = arrangement_of(document)
    place = place_of(state, document, command)
    lines = [str(reason) for reason in desk.arranger.why(arrangement, place)]
    return state, tuple(Say(line) for line in (arrangement.name(place), *lines))


def _then(
    state: State, command: Command, spec: CommandSpec, desk: Desk
) -> tuple[Landing, Document]:
    """Return where a command lands, and the document that it will find there."""
    place = desk.landing(state, command, spec)
    return place, projected(state, desk.arranger.refit, place)


def _queued(
    state: State,
    command: Command,
    spec: CommandSpec,
    place: Landing,
    choice: choices.Choice,
    bars: float = 0.0,
) -> Result:
    state = queue(state, command, spec, choice.action, place, back_bars=bars)
    return state, (say(state, choice.words, place),)
