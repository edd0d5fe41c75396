"""The rules of sections that come, go, and change their length or what they may play. Pure."""

from dataclasses import replace

from loopmind_live.arranger.genres import genre_of
from loopmind_live.arranger.prompt import read_prompt
from loopmind_live.config import MAX_SECTION_BARS, MAX_SECTIONS
from loopmind_live.errors import ArrangerError, SessionError
from loopmind_live.score.arrangement import Arrangement, Section
from loopmind_live.session import section_choices
from loopmind_live.session.actions import DeleteSections, Inserted, InsertSections, SetBars
from loopmind_live.session.arguments import (
    arrangement_of,
    known_roles,
    number,
    places_alone,
    text,
    told_places,
)
from loopmind_live.session.commands import Command, CommandSpec
from loopmind_live.session.desk import Desk, Result, say
from loopmind_live.session.document import Document
from loopmind_live.session.landing import projected, queue, settled
from loopmind_live.session.sections import fresh_ids
from loopmind_live.session.state import State


def resize(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Make sections longer or shorter; what plays already is never cut out of them."""
    refit = desk.arranger.refit
    place = desk.landing(state, command, spec)
    document = projected(state, refit, place)
    arrangement, places = arrangement_of(document), places_alone(state, document, command)
    wanted = {at: _bars_wanted(arrangement.sections[at].bars, command) for at in places}
    for at, bars in wanted.items():
        if not 1 <= bars <= MAX_SECTION_BARS:
            raise SessionError(
                f"resize: {arrangement.name(at)} would be {bars} bars long: choose 1 to "
                f"{MAX_SECTION_BARS} bars"
            )
    action = SetBars(tuple((document.section_ids[at], bars) for at, bars in wanted.items()))
    state = queue(state, command, spec, action, place)
    state, real = settled(state, refit)
    lengths = " and ".join(dict.fromkeys(f"{bars} bars" for bars in wanted.values()))
    told = f"{told_places(arrangement, places)}: {lengths}"
    late = ", from its next pass on," if real.bar != place.bar else ""
    return state, (say(state, f"{told}{late}", real),)


def _bars_wanted(bars: int, command: Command) -> int:
    """Return how long a section of `bars` is to be."""
    wanted, delta = number(command, "bars"), number(command, "delta")
    rel = command.arguments.get("rel")
    if wanted is not None:
        return int(wanted)
    if delta is not None:
        return bars + (-abs(int(delta)) if rel == "shorter" else int(delta))
    if rel is None:
        raise SessionError("resize: how long? As in: resize hook 16 bars, or: longer outro")
    return longer(bars) if rel == "longer" else shorter(bars)


def longer(bars: int) -> int:
    """Return the next length that phrases have: a power of two.

    >>> longer(4), longer(12), longer(256)
    (8, 16, 256)
    """
    return min(MAX_SECTION_BARS, 1 << bars.bit_length())


def shorter(bars: int) -> int:
    """Return the length that phrases have just below: a power of two.

    >>> shorter(16), shorter(12), shorter(1)
    (8, 8, 1)
    """
    return max(1, 1 << ((bars - 1).bit_length() - 1)) if bars > 1 else 1


def delete(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Take sections out: the one that plays leaves at its end, the last one left stays."""
    refit = desk.arranger.refit
    place = desk.landing(state, command, spec)
    document = projected(state, refit, place)
    arrangement, places = arrangement_of(document), places_alone(state, document, command)
    told = told_places(arrangement, places)
    if len(places) == len(arrangement.sections):
        raise SessionError(f"delete: nothing would be left without {told}: arrange something else")
    action = DeleteSections(tuple(document.section_ids[at] for at in places))
    state = queue(state, command, spec, action, place)
    state, real = settled(state, refit)
    late = ", as it plays until then," if real.bar != place.bar else ""
    verb = "leave" if " and " in told else "leaves"
    return state, (say(state, f"{told} {verb}{late}", real),)


def insert(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Put a section in: with what its label plays already, or with loops of its own."""
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit, place)
    arrangement = arrangement_of(document)
    label = text(command, "section")
    if label == "current":
        raise SessionError("insert section: which one? As in: insert bridge before hook")
    if len(arrangement.sections) >= MAX_SECTIONS:
        raise SessionError(f"insert section: there are {MAX_SECTIONS} already: delete one first")
    (number_,) = fresh_ids(state.next_number, 1)
    item, where = _anchored(state, document, command)
    wanted = number(command, "bars")
    bars = int(wanted) if wanted is not None else _usual_bars(arrangement, label)
    state, section = section_choices.new_section(
        state, document, Section(label, bars), item, desk.arranger
    )
    item = replace(item, id=number_, section=section)
    action = InsertSections((item,), (arrangement.bpm, arrangement.key))
    state = queue(state, command, spec, action, place)
    return state, (say(state, f"{label}, {bars} bars, {where}", place),)


def _usual_bars(arrangement: Arrangement, label: str) -> int:
    """Return how long sections of `label` are here, or usually are in the genre asked for."""
    same = [section.bars for section in arrangement.sections if section.label == label]
    if same:
        return same[0]
    try:
        genre = read_prompt(arrangement.prompt).request.genre
    except ArrangerError:
        genre = None
    return genre_of(genre).bars_of(label)


def _anchored(state: State, document: Document, command: Command) -> tuple[Inserted, str]:
    """Return beside which section the new one comes, and the words that tell where."""
    arrangement, ids = arrangement_of(document), document.section_ids
    item = Inserted(0, Section("", 1))
    here = None if state.playhead is None else state.document.section_ids[state.playhead.place]
    playing = document.place_of(here)
    for side in ("before", "after"):
        if side not in command.arguments:
            continue
        first = 0 if playing is None else playing + (side == "before")
        place = _neighbor(document, command, side, first, playing)
        words = f"{side} {arrangement.name(place)}"
        if side == "before":
            return replace(item, before=ids[place]), words
        return replace(item, after=ids[place]), words
    if playing is not None and state.playing:
        return replace(item, after=ids[playing]), f"after {arrangement.name(playing)}"
    if arrangement.sections[-1].label == "outro" and len(ids) > 1:
        return replace(item, before=ids[-1]), "before the outro"
    return item, "at the end"


def _neighbor(
    document: Document, command: Command, side: str, first: int, playing: int | None
) -> int:
    """Return the place of the section named beside `side`: the next one to come of its label."""
    label = text(command, side)
    if label == "current":
        if playing is None:
            raise SessionError(f"insert section: nothing plays: {side} which section?")
        return playing
    wanted = number(command, "number")
    places = arrangement_of(document).find(label, None if wanted is None else int(wanted))
    return next((place for place in places if place >= first), places[0])


def constrain(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Keep parts out of sections, or all others, until told otherwise."""
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit, place)
    arrangement, places = arrangement_of(document), places_alone(state, document, command)
    out = known_roles(document, command, "roles_out")
    only = known_roles(document, command, "roles_only")
    if not out and not only:
        raise SessionError(f"constrain: which parts? As in: {spec.phrases[0]}")
    state, choice = section_choices.constrain(state, document, places, (out, only), desk.arranger)
    state = queue(state, command, spec, choice.action, place)
    told = told_places(arrangement, places)
    words = [f"{told} without {', '.join(out)}"] if out else []
    words += [f"{told} with {', '.join(only)} alone"] if only else []
    return state, (say(state, ", ".join(words), place),)
