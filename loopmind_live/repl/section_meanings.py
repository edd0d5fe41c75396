"""What a clause asks for of sections: put in, kept free of parts, longer, taken out. Pure."""

from dataclasses import replace

from loopmind_live.arranger.items import Item
from loopmind_live.repl.asked_of import (
    OUT,
    SOUNDING,
    Arguments,
    Asked,
    Before,
    at_place,
    on_sections,
)
from loopmind_live.repl.clauses import Clause, Place

_ONE_MORE = frozenset(
    {"another", "give us another", "give me another", "otro", "otra", "un autre",
     "une autre", "noch ein", "noch eine", "noch einen", "outro", "outra", "mais um", "mais uma"}
)  # fmt: skip


def insert(clause: Clause, _: Before) -> list[Asked]:
    """Put a section beside another."""
    beside = next((one for one in clause.places if one.link in ("before", "after")), None)
    between = next((one for one in clause.places if one.link == "between"), None)
    if beside is None and between is not None:
        beside = replace(between, link="after")
    # "I want an 8 bar bridge after the hook" needs no verb.
    wanted = beside is not None and clause.has("bars") and not clause.has("verb")
    wanted = wanted or (beside is not None and _is_one_more(clause))
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


def _is_one_more(clause: Clause) -> bool:
    """Tell whether one more is asked for, where it goes: "another verse after the hook"."""
    verbs = [item for item in clause.items if item.kind == "verb"]
    return len(verbs) == 1 and verbs[0].text in _ONE_MORE and not clause.has("mood", "darker")


def constrain(clause: Clause, before: Before) -> list[Asked]:
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
        said: Arguments = {"section": "build"} if build else at_place(place)
        found.append(("constrain", said | {argument: clause.roles}))
    return found


def _kept_out(clause: Clause) -> bool:
    """Tell whether a negation is of parts: "the intro shouldn't have drums"."""
    return clause.has("not") and (clause.has("with") or clause.says("make", *SOUNDING))


def resize(clause: Clause, before: Before) -> list[Asked]:
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
        if added or clause.says(*OUT, "lower"):
            return [
                ("resize", at_place(place) | {"delta": int(bars.number) * (1 if added else -1)})
            ]
    if bars is not None and bars.number >= 1:
        by = bars.extra or clause.has("by") or ((longer or shorter) and not _to_bars(clause, bars))
        if by and (longer or shorter or bars.extra):
            sign = -1 if shorter else 1
            return [("resize", at_place(place) | {"delta": sign * int(bars.number)})]
        return [("resize", at_place(place) | {"bars": int(bars.number)})]
    if longer or shorter:
        return [("resize", at_place(place) | {"rel": "longer" if longer else "shorter"})]
    return []


def _to_bars(clause: Clause, bars: Item) -> bool:
    """Tell whether bars are what it shall be, as in "extend it to 16 bars"."""
    at = clause.items.index(bars)
    said = [item for item in clause.items[max(0, at - 2) : at] if item.kind != "filler"]
    return bool(said) and said[-1].may_be("word", "to") != ""


def delete(clause: Clause, _: Before) -> list[Asked]:
    """Take sections out."""
    out = clause.says("remove", "mute") or clause.has("no")
    if not out or not clause.targets or clause.roles or clause.has("mood", "darker", "all"):
        return []
    if clause.has("once", "next"):
        return []  # "the next bridge": which number that is, is not known here
    if not clause.says("remove", "mute") and clause.targets[0].label == "current":
        return []
    return on_sections(clause, "delete")
