"""What a clause asks for: the command of the table that its verbs and objects make. Pure.

Each rule takes a clause and returns commands, or nothing where the clause says something else. The
first rule that fits decides, so their order is part of the grammar.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from loopmind_live.arranger.items import Item
from loopmind_live.repl.clauses import Clause, Place
from loopmind_live.repl.lexicon import STEPS
from loopmind_live.repl.timings import asked_key, asked_tempo, lasting_bars, when_of
from loopmind_live.score.loop import ROLES
from loopmind_live.session.argument_kinds import Value
from loopmind_live.session.command import Command
from loopmind_live.session.part_commands import MAX_ALTERNATIVES

Arguments = dict[str, Value]
Asked = tuple[str, Arguments]
_LASTING = ("mute", "unmute", "solo", "add")
"""Commands on parts that end by themselves where it is said for how long."""
_OUT = ("mute", "remove", "keep_out")
_SOUNDING = ("play", "go", "add", "return")
"""Verbs that make parts sound: not to do so is to keep them out."""


@dataclass(frozen=True, slots=True)
class Before:
    """What the command before was about: "them" are those parts, "the bass in 8" is muted, too."""

    verb: Item | None = None
    roles: tuple[str, ...] = ()
    place: Place | None = None
    sections: int = 0
    """After how many sections from now it goes somewhere, 0 where it does not."""


Rule = Callable[[Clause, Before], list[Asked]]


def commands_of(clause: Clause, before: Before, typed: str) -> list[Command]:
    """Return what `clause` asks for; nothing where it asks for nothing that is known."""
    times = {(item.name, item.number) for item in clause.items if item.kind == "when"}
    if len(times) > 1 or _is_refused(clause):
        return []
    when = when_of(clause)
    for rule in RULES:
        asked = rule(clause, before)
        if asked:
            return [Command(name, dict(sorted(said.items())), when, typed) for name, said in asked]
    return []


def _is_refused(clause: Clause) -> bool:
    """Tell whether the verb is forbidden: "don't mute the drums", "nicht stoppen"."""
    items = [item for item in clause.items if item.kind not in ("filler", "polite")]
    for item, after in pairwise(items):
        if item.kind == "not" and after.kind in ("verb", "not"):
            return not (clause.roles and after.may_be("verb", *_SOUNDING))
        if item.kind == "verb" and after.kind == "not" and not clause.has("mood", "darker"):
            return True
    return len(items) > 1 and items[-1].kind == "not" and items[0].kind == "verb"


def _at(place: Place | None) -> Arguments:
    """Return the arguments that name a section."""
    if place is None:
        return {}
    said: Arguments = {"section": place.label}
    if place.number is not None and place.label != "current":
        said["number"] = place.number
    return said


def _sections(clause: Clause, name: str, more: Arguments | None = None) -> list[Asked]:
    """Return the command for each section named."""
    return [(name, _at(place) | (more or {})) for place in clause.targets]


def _on_roles(clause: Clause, name: str, roles: tuple[str, ...]) -> list[Asked]:
    """Return a command on `roles`, in the section named, for as long as is said."""
    place = clause.targets[0] if clause.targets else None
    if place is not None and place.label == "current":
        place = None
    said: Arguments = {"roles": roles} | _at(place)
    bars = lasting_bars(clause)
    lasting = clause.first("lasting")
    until = clause.until
    if until is not None:
        if name not in _LASTING or lasting is not None or until.number is not None:
            return []
        return [(name, said | {"until": until.label})]
    if lasting is not None and lasting.name == "section" and name in _LASTING:
        if lasting.number != 1 or place is not None:
            return []
        said["section"] = "current"
    elif bars is not None and name in _LASTING:
        said["bars"] = bars
    elif clause.counts or clause.has("bars", "beats", "percent", "bpm", "duration"):
        return []
    return [(name, said)]


def _roles(clause: Clause, before: Before) -> tuple[str, ...]:
    """Return the parts that a clause is about: "beat" is the drums where no other is named."""
    if clause.roles:
        return clause.roles
    if clause.has("them"):
        return before.roles
    beat = any(
        item.kind in ("it", "unit") and item.text in ("beat", "beats") for item in clause.items
    )
    return ("drums",) if beat else ()


def _tempo(clause: Clause, _: Before) -> list[Asked]:
    said = asked_tempo(clause)
    return [] if said is None else [said]


def _key(clause: Clause, _: Before) -> list[Asked]:
    said = asked_key(clause)
    return [] if said is None else [("set_key", said)]


def _loop(clause: Clause, _: Before) -> list[Asked]:
    place = clause.places[0] if clause.places else None
    section = _at(place) or {"section": "current"}
    ended = clause.says("stop", *_OUT) or clause.has("no")
    if clause.says("unloop") or (clause.says("loop") and ended and not clause.roles):
        return [("loop", {"on": False} | section)]
    bare = not clause.roles and not clause.has("genre", "mood", "bars")
    bare = bare and (place is not None or not clause.has("before", "after"))
    if clause.says("loop") and bare and not clause.strange and not clause.says("renew"):
        return [("loop", {"on": True} | section)]
    return []


def _insert(clause: Clause, _: Before) -> list[Asked]:
    """Put a section beside another."""
    beside = next((one for one in clause.places if one.link in ("before", "after")), None)
    between = next((one for one in clause.places if one.link == "between"), None)
    if beside is None and between is not None:
        beside = replace(between, link="after")
    # "I want an 8 bar bridge after the hook" needs no verb.
    wanted = beside is not None and clause.has("bars") and not clause.has("verb")
    if not (wanted or clause.says("insert", "add")) or not clause.targets or clause.roles:
        return []
    put = clause.targets[0]
    if clause.says("go") and not (beside or clause.has("bars")):
        return []
    of_bars = beside is not None and clause.has("bars")  # "4 bars of build before the hook"
    inside = put.link == "to" or (put.link == "place" and not of_bars)
    if put.label == "current" or inside or clause.has("darker", "mood"):
        return []
    said: Arguments = {"section": put.label}
    bars = clause.number("bars")
    if beside is None and (clause.says("longer", "shorter") or (clause.says("make") and not bars)):
        return []
    if bars is not None and bars >= 1:
        said["bars"] = int(bars)
    if beside is not None:
        said[beside.link] = beside.label
        if beside.number is not None:
            said["number"] = beside.number
    return [("insert_section", said)]


def _constrain(clause: Clause, before: Before) -> list[Asked]:
    """Keep parts out of sections, or all others."""
    places = [one for one in clause.places if one.link != "after"]
    if not places and before.place is not None and clause.items[0].kind == "but":
        places = [before.place]  # "another intro, but without drums"
    if not clause.roles or not places or clause.has("lasting"):
        return []
    if clause.until is not None and not clause.has("no"):
        return []
    only = clause.has("only") and not clause.says("solo", "mute", "go")
    out = clause.has("no") or clause.says("keep_out", "remove") or _kept_out(clause)
    # "mute the drums before the drop": in the drop itself is the opposite of what is meant.
    out = out or (clause.says("mute") and all(place.link == "before" for place in places))
    if not only and not out:
        return []
    argument = "roles_only" if only else "roles_out"
    found: list[Asked] = []
    for place in places:
        # What is left out "before the drop" is left out of the build.
        build = place.link in ("before", "until") and place.label in ("drop", "hook")
        said: Arguments = {"section": "build"} if build else _at(place)
        found.append(("constrain", said | {argument: clause.roles}))
    return found


def _kept_out(clause: Clause) -> bool:
    """Tell whether a negation is of parts: "the intro shouldn't have drums"."""
    return clause.has("not") and (clause.has("with") or clause.says("make", *_SOUNDING))


def _resize(clause: Clause, before: Before) -> list[Asked]:
    """Make a section longer or shorter, by bars or to bars."""
    longer = clause.says("longer") or (
        clause.has("twice") and not clause.says("go", "loop", "undo", "redo")
    )
    shorter = clause.says("shorter") or clause.has("half")
    place = clause.targets[0] if clause.targets else None
    bars = clause.first("bars")
    if place is None and bars is not None and clause.says("make") and clause.has("it"):
        place = before.place  # "no drums in the intro and make it 8 bars"
    if not (longer or shorter or bars is not None) or clause.roles:
        return []
    if place is None and (longer or shorter) and not clause.has("tempo_word", "key_word", "genre"):
        if clause.strange:
            return []
        place = before.place or Place("current", None, "", 0)
    named = clause.has("genre", "darker") and bars is None and not (longer or shorter)
    if place is None or named:
        return []
    if bars is not None and bars.number >= 1 and not (longer or shorter):
        added = clause.says("add", "insert") and place.link in ("to", "place")
        if added or clause.says(*_OUT, "lower"):
            return [("resize", _at(place) | {"delta": int(bars.number) * (1 if added else -1)})]
    if bars is not None and bars.number >= 1:
        by = bars.extra or clause.has("by") or ((longer or shorter) and not _to_bars(clause, bars))
        if by and (longer or shorter or bars.extra):
            sign = -1 if shorter else 1
            return [("resize", _at(place) | {"delta": sign * int(bars.number)})]
        return [("resize", _at(place) | {"bars": int(bars.number)})]
    if longer or shorter:
        return [("resize", _at(place) | {"rel": "longer" if longer else "shorter"})]
    return []


def _to_bars(clause: Clause, bars: Item) -> bool:
    """Tell whether bars are what it shall be, as in "extend it to 16 bars"."""
    at = clause.items.index(bars)
    said = [item for item in clause.items[max(0, at - 2) : at] if item.kind != "filler"]
    return bool(said) and said[-1].may_be("word", "to") != ""


def _delete(clause: Clause, _: Before) -> list[Asked]:
    """Take sections out."""
    out = clause.says("remove", "mute") or clause.has("no")
    if not out or not clause.targets or clause.roles or clause.has("mood", "darker", "all"):
        return []
    if clause.has("once", "next"):
        return []  # "the next bridge": which number that is, is not known here
    if not clause.says("remove", "mute") and clause.targets[0].label == "current":
        return []
    return _sections(clause, "delete")


def _solo(clause: Clause, before: Before) -> list[Asked]:
    """Play parts alone; "kill everything but the drums" is the drums alone."""
    if clause.excepted and (clause.says(*_OUT, "stop") or clause.has("no")):
        kept = tuple(role for role in ROLES if role in clause.excepted)
        return _on_roles(clause, "solo", kept)
    roles = _roles(clause, before)
    if roles and (clause.says("solo") or clause.has("only")) and not _before_a_section(clause):
        return _on_roles(clause, "solo", roles)
    return []


def _before_a_section(clause: Clause) -> bool:
    """Tell whether "before the hook" is said, which nothing takes: muted in it is the opposite."""
    return any(place.link in ("before", "to") for place in clause.places)


def _level(clause: Clause, before: Before) -> list[Asked]:
    """Make parts louder or quieter."""
    roles = _roles(clause, before)
    up, down = clause.says("raise", "louder"), clause.says("lower", "quieter")
    if not (up or down):
        up, down = clause.has("more"), clause.has("less")
    if not roles and clause.says("louder", "quieter") and clause.is_bare:
        roles = ROLES
    if not roles or up == down or clause.has("mood", "darker"):
        return []
    step = clause.number("decibels") or STEPS["dB"]
    return [("level", {"roles": roles, "delta_db": (1.0 if up else -1.0) * abs(step)})]


def _mute(clause: Clause, before: Before) -> list[Asked]:
    roles = _roles(clause, before)
    out = clause.says(*_OUT) or clause.has("no", "not")
    out = out or (clause.says("stop") and bool(clause.roles)) or _are_out(clause)
    return (
        _on_roles(clause, "mute", roles) if out and roles and not _before_a_section(clause) else []
    )


def _are_out(clause: Clause) -> bool:
    """Tell whether parts are said to be out: "drums out for the next 8 bars"."""
    return any(
        item.kind == "role" and after.kind == "filler" and after.text in ("out", "off")
        for item, after in pairwise(clause.items)
    )


def _unmute(clause: Clause, before: Before) -> list[Asked]:
    if not clause.says("return"):
        return []
    roles = _roles(clause, before)
    if not roles and clause.targets and clause.targets[0].label != "current":
        return [("goto", _at(clause.targets[0]))]
    if not roles and clause.has("it") and before.roles:
        roles = before.roles
    return _on_roles(clause, "unmute", roles) if roles else []


def _renew(clause: Clause, before: Before) -> list[Asked]:
    """Choose anew: parts, or whole sections, in a mood where one is said."""
    roles = _roles(clause, before)
    if clause.says("surprise") and clause.is_bare:
        return [("regenerate", _at(before.place or Place("current", None, "", 0)))]
    if not clause.says("renew", "surprise"):
        return []
    if roles and len(roles) < len(ROLES):
        return _on_roles(clause, "swap", roles)
    wanted, _ = clause.moods
    moods: Arguments = {"moods": wanted} if wanted else {}
    if clause.targets:
        return _sections(clause, "regenerate", moods)
    if clause.has_object or clause.strange:
        return []
    if before.roles and before.place is None:
        return [("swap", {"roles": before.roles})]
    if before.place is not None:
        return [("regenerate", _at(before.place) | moods)]
    return []


def _moods_of_sections(clause: Clause, _: Before) -> list[Asked]:
    """Move a section towards a mood: "darker hook", "make the intro dreamy"."""
    wanted, refused = clause.moods
    if not clause.targets or clause.roles or not (wanted or refused):
        return []
    if not wanted:
        return []
    return _sections(clause, "regenerate", {"moods": wanted})


def _moods_of_roles(clause: Clause, _: Before) -> list[Asked]:
    """Another loop for a part that shall be darker."""
    moved = clause.has("darker") or (clause.says("make") and clause.has("mood"))
    if moved and clause.has("role"):
        return _on_roles(clause, "swap", clause.roles)
    return []


def _add(clause: Clause, before: Before) -> list[Asked]:
    roles = _roles(clause, before)
    if not roles or clause.has("darker") or not clause.says("add", "insert"):
        return []
    if not clause.targets and any(item.text == "insert" for item in clause.items):
        return []  # an effect is put in so, and none is named
    return _on_roles(clause, "add", roles)


def _go(clause: Clause, before: Before) -> list[Asked]:
    """Jump to a section; named with a time it needs no verb."""
    if clause.roles or clause.has("mood", "darker", "bars", "no", "lasting"):
        return []
    places = [one for one in clause.places if one.label != "current"]
    if not places and before.place is not None and clause.has("there") and clause.says("go"):
        return [("goto", _at(before.place))]
    if not places and clause.says("restart") and clause.is_bare:
        return [("goto", {"section": "intro"})]
    if not places:
        return []
    lone = clause.has("when", "again") and not clause.says("renew", "make") and len(places) == 1
    if clause.says("go", "restart") or lone:
        return [("goto", _at(places[-1] if len(places) > 1 else places[0]))]
    return []


def _restyle(clause: Clause, _: Before) -> list[Asked]:
    """Move the whole arrangement towards a mood, or away from it."""
    wanted, refused = clause.moods
    if clause.has("role", "genre") or clause.targets or not (wanted or refused):
        return []
    if clause.says("lower"):
        wanted, refused = (), (*refused, *wanted)
    moved = clause.has("darker", "more", "less") or clause.says("make", "raise", "lower", "renew")
    if not moved or len(clause.strange) > 1:
        return []
    said: Arguments = {}
    if wanted:
        said["moods"] = wanted
    if refused:
        said["moods_out"] = refused
    return [("restyle", said)]


def _take(clause: Clause, _: Before) -> list[Asked]:
    """Play one of the alternatives listed last: "take the second one"."""
    ordinals = [item for item in clause.items if item.kind == "ordinal"]
    ordinals = ordinals or [item for item in clause.items if item.kind == "number"]
    silent = ("filler", "polite", "ordinal", "number", "verb", "it", "something")
    if len(ordinals) != 1 or not clause.says("choose"):
        return []
    if any(item.kind not in silent for item in clause.items):
        return []
    number = int(ordinals[0].number)
    return [("take", {"number": number})] if 1 <= number <= MAX_ALTERNATIVES else []


def _transport(clause: Clause, _: Before) -> list[Asked]:
    """Start, stop, undo, redo: only where nothing else is named."""
    if clause.has_object or clause.strange or clause.has("percent", "bars", "duration", "number"):
        return []
    if clause.has("edit"):
        if clause.says("redo", "return"):
            return [("redo", {})]
        return [("undo", {})] if clause.says("undo", *_OUT, "stop") else []
    for name in ("redo", "undo", "stop", "play"):
        if clause.says(name):
            return [(name, {})]
    return []


RULES: tuple[Rule, ...] = (
    _tempo, _key, _loop, _insert, _constrain, _resize, _delete, _solo, _unmute, _renew,
    _moods_of_roles, _level, _mute, _add, _go, _moods_of_sections, _restyle, _take, _transport,
)  # fmt: skip
