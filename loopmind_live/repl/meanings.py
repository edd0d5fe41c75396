"""What a clause asks for: the command of the table that its verbs and objects make. Pure.

Each rule takes a clause and returns commands, or nothing where the clause says something else. The
first rule that fits decides, so their order is part of the grammar.
"""

from itertools import pairwise

from loopmind_live.repl.asked_of import (
    OUT,
    SOUNDING,
    Arguments,
    Asked,
    Before,
    Rule,
    at_place,
    on_roles,
    on_sections,
    roles_of,
)
from loopmind_live.repl.clauses import Clause, Place
from loopmind_live.repl.lexicon import STEPS
from loopmind_live.repl.section_meanings import constrain, delete, insert, resize
from loopmind_live.repl.timings import asked_key, asked_tempo, when_of
from loopmind_live.score.loop import ROLES
from loopmind_live.session.command import Command
from loopmind_live.session.part_commands import MAX_ALTERNATIVES

_TOWARDS = frozenset({"to", "para", "pra", "pour", "zu"})
_ACAPELLA = frozenset({"acapella", "a capella", "a cappella", "acappella"})


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
        if item.text in _TOWARDS and after.kind == "verb" and clause.has("question"):
            return True  # "it is fun to mute the drums"
        if item.kind == "not" and after.kind in ("verb", "not"):
            return not (clause.roles and after.may_be("verb", *SOUNDING))
        if item.kind == "verb" and after.kind == "not" and not clause.has("mood", "darker"):
            return True
    return len(items) > 1 and items[-1].kind == "not" and items[0].kind == "verb"


def _tempo(clause: Clause, _: Before) -> list[Asked]:
    said = asked_tempo(clause)
    return [] if said is None else [said]


def _key(clause: Clause, _: Before) -> list[Asked]:
    said = asked_key(clause)
    return [] if said is None else [("set_key", said)]


def _loop(clause: Clause, _: Before) -> list[Asked]:
    place = clause.places[0] if clause.places else None
    section = at_place(place) or {"section": "current"}
    ended = clause.says("stop", *OUT) or clause.has("no")
    if clause.says("unloop") or (clause.says("loop") and ended and not clause.roles):
        return [("loop", {"on": False} | section)]
    bare = not clause.roles and not clause.has("genre", "mood", "bars")
    bare = bare and (place is not None or not clause.has("before", "after"))
    if clause.says("loop") and bare and not clause.strange and not clause.says("renew"):
        return [("loop", {"on": True} | section)]
    return []


def _solo(clause: Clause, before: Before) -> list[Asked]:
    """Play parts alone; "kill everything but the drums" is the drums alone."""
    if clause.excepted and (clause.says(*OUT, "stop") or clause.has("no")):
        kept = tuple(role for role in ROLES if role in clause.excepted)
        return on_roles(clause, "solo", kept)
    roles = roles_of(clause, before)
    alone = clause.says("solo") or clause.has("only") or _is_acapella(clause)
    if roles and alone and not _before_a_section(clause):
        return on_roles(clause, "solo", roles)
    return []


def _is_acapella(clause: Clause) -> bool:
    """Tell whether the voice shall be alone, in the word that says so: "acapella for 8 bars"."""
    named = [item.text for item in clause.items if item.kind == "role"]
    return len(named) == 1 and named[0] in _ACAPELLA and not clause.acts


def _before_a_section(clause: Clause) -> bool:
    """Tell whether "before the hook" is said, which nothing takes: muted in it is the opposite."""
    return any(place.link in ("before", "to") for place in clause.places)


def _level(clause: Clause, before: Before) -> list[Asked]:
    """Make parts louder or quieter."""
    roles = _too_loud(clause) or roles_of(clause, before)
    up, down = clause.says("raise", "louder"), clause.says("lower", "quieter")
    if not (up or down):
        up, down = clause.has("more"), clause.has("less")
    if not (up or down):
        up, down = clause.particle == "up", clause.particle == "down"
    if not roles and clause.says("louder", "quieter") and clause.is_bare:
        roles = ROLES
    if not roles or up == down or clause.has("mood", "darker", "bpm") or _adds_some(clause):
        return []
    step = clause.number("decibels") or STEPS["dB"]
    return [("level", {"roles": roles, "delta_db": (1.0 if up else -1.0) * abs(step)})]


def _adds_some(clause: Clause) -> bool:
    """Tell whether a part is to come in: "add some pads", where "add some groove" is a mood."""
    return clause.has("role") and any(
        (item.kind, item.text) == ("more", "add some") for item in clause.items
    )


def _too_loud(clause: Clause) -> tuple[str, ...]:
    """Return the part that is too loud beside another: "the drums are burying the vocals"."""
    items = [item for item in clause.items if item.kind not in ("filler", "question")]
    for (one, verb), other in zip(pairwise(items), items[2:], strict=False):
        if (one.kind, other.kind) == ("role", "role") and verb.may_be("verb", "lower"):
            return (one.name,)
    return ()


def _mute(clause: Clause, before: Before) -> list[Asked]:
    roles = roles_of(clause, before)
    out = clause.says(*OUT) or clause.has("no", "not")
    out = out or (clause.says("stop") and bool(clause.roles)) or _are_out(clause)
    return (
        on_roles(clause, "mute", roles) if out and roles and not _before_a_section(clause) else []
    )


def _are_out(clause: Clause) -> bool:
    """Tell whether parts are said to be out: "drums out for the next 8 bars"."""
    return clause.particle in ("out", "off", "away") or any(
        item.kind == "role" and after.kind == "filler" and after.text in ("out", "off")
        for item, after in pairwise(clause.items)
    )


def _unmute(clause: Clause, before: Before) -> list[Asked]:
    if not clause.says("return"):
        return []
    roles = roles_of(clause, before)
    if not roles and clause.targets and clause.targets[0].label != "current":
        return [("goto", at_place(clause.targets[0]))]
    if not roles and clause.has("it") and before.roles:
        roles = before.roles
    return on_roles(clause, "unmute", roles) if roles else []


def _renew(clause: Clause, before: Before) -> list[Asked]:
    """Choose anew: parts, or whole sections, in a mood where one is said."""
    roles = roles_of(clause, before)
    if clause.says("surprise") and clause.is_bare:
        return [("regenerate", at_place(before.place or Place("current", None, "", 0)))]
    if not clause.says("renew", "surprise"):
        return []
    if roles and len(roles) < len(ROLES):
        return on_roles(clause, "swap", roles)
    wanted, _ = clause.moods
    moods: Arguments = {"moods": wanted} if wanted else {}
    if clause.targets:
        return on_sections(clause, "regenerate", moods)
    if clause.has_object or clause.strange:
        return []
    if before.roles and before.place is None:
        return [("swap", {"roles": before.roles})]
    if before.place is not None:
        return [("regenerate", at_place(before.place) | moods)]
    return []


def _moods_of_sections(clause: Clause, _: Before) -> list[Asked]:
    """Move a section towards a mood: "darker hook", "make the intro dreamy"."""
    wanted, refused = clause.moods
    if not clause.targets or clause.roles or not (wanted or refused):
        return []
    if not wanted:
        return []
    return on_sections(clause, "regenerate", {"moods": wanted})


def _moods_of_roles(clause: Clause, _: Before) -> list[Asked]:
    """Another loop for a part that shall be darker."""
    moved = clause.has("darker") or (clause.says("make") and clause.has("mood"))
    if moved and clause.has("role"):
        return on_roles(clause, "swap", clause.roles)
    return []


def _add(clause: Clause, before: Before) -> list[Asked]:
    roles = roles_of(clause, before)
    adds = clause.says("add", "insert") or _adds_some(clause)
    if not roles or clause.has("darker") or not adds:
        return []
    if not clause.targets and any(item.text == "insert" for item in clause.items):
        return []  # an effect is put in so, and none is named
    return on_roles(clause, "add", roles)


def _go(clause: Clause, before: Before) -> list[Asked]:
    """Jump to a section; named with a time it needs no verb."""
    if clause.roles or clause.has("mood", "darker", "bars", "no", "lasting"):
        return []
    places = [one for one in clause.places if one.label != "current"]
    back = clause.has("there", "it") and clause.says("go") and clause.is_bare | clause.has("there")
    if not places and before.place is not None and back:
        return [("goto", at_place(before.place))]
    if not places and clause.says("restart") and clause.is_bare:
        return [("goto", {"section": "intro"})]
    if not places:
        return []
    lone = clause.has("when", "again") and not clause.says("renew", "make") and len(places) == 1
    if clause.says("go", "restart") or lone:
        return [("goto", at_place(places[-1] if len(places) > 1 else places[0]))]
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
    other = ("percent", "bars", "duration", "number", "statement", "question")
    if clause.has_object or clause.strange or clause.has(*other):
        return []
    if clause.has("edit"):
        if clause.says("redo", "return"):
            return [("redo", {})]
        return [("undo", {})] if clause.says("undo", *OUT, "stop") else []
    for name in ("redo", "undo", "stop", "play"):
        if clause.says(name):
            return [(name, {})]
    return []


RULES: tuple[Rule, ...] = (
    _tempo, _key, _loop, insert, constrain, resize, delete, _solo, _unmute, _renew,
    _moods_of_roles, _level, _mute, _add, _go, _moods_of_sections, _restyle, _take, _transport,
)  # fmt: skip
