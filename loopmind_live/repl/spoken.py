"""Lines as people speak them, in five languages: commands, mended slips, strange words. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from loopmind_live.arranger.items import Item, Lexed
from loopmind_live.repl.asked_of import Before
from loopmind_live.repl.bind import Misfit
from loopmind_live.repl.clauses import TOO, Clause, Place, clauses
from loopmind_live.repl.meanings import commands_of
from loopmind_live.repl.talk import readings
from loopmind_live.score.labels import fold
from loopmind_live.session.commands import Command, check

_SILENT = frozenset({"filler", "polite", "comma", "and", "then", "but", "it", "something"})
_MOST_ITEMS = 150
"""Nobody speaks longer lines of commands."""
_OBJECTS_FOR_A_STRANGER = 2
"""So many words of music excuse one that is strange."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a line asks for, and the words in it that say nothing."""

    commands: tuple[Command, ...] = ()
    strange: tuple[str, ...] = ()


def speak(lexed: Lexed, source: str) -> Spoken:
    """Return the commands of a line; none where one of its clauses is not understood well enough.

    Raises SessionError where a value is out of its range.
    """
    commands: list[Command] = []
    strange = [item.text for item in lexed.items if item.kind in ("unknown", "other")]
    if len(lexed.items) > _MOST_ITEMS:
        return Spoken((), tuple(strange))
    before = Before()
    said_in_turn = clauses(lexed.items)
    for place, clause in enumerate(said_in_turn):
        if clause.is_urging and place + 1 < len(said_in_turn):
            continue
        said = _inherited(clause, before)
        found = [] if clause.is_aside else commands_of(said, before, _typed(clause, source))
        if found and len(clause.strange) > _excused(clause, lexed):
            found = []
        if found:
            before = _remembered(said, before, found)
        else:
            found, before = _within_talk(clause, before, source)
        if not found and _is_request(clause):
            return Spoken((), tuple(strange))
        for command in found:
            check(command)
        commands += found
    return Spoken(tuple(commands), tuple(strange))


def _within_talk(clause: Clause, before: Before, source: str) -> tuple[list[Command], Before]:
    """Return what is asked for within talk, where each word of the request is understood."""
    for talk, requests in readings(clause):
        found: list[Command] = []
        known = _after_talk(talk, before)
        for request in requests:
            asked = [] if request.is_aside else commands_of(request, known, _typed(request, source))
            if not asked or request.strange:
                break
            known = _remembered(request, known, asked)
            found += asked
        else:
            return found, known
    return [], _after_talk(clause, before)


def _after_talk(talk: Clause, before: Before) -> Before:
    """Return what may be pointed back to once something of music is named in passing."""
    return Before(before.verb, before.roles or talk.roles, _place(talk, before))


def _is_request(clause: Clause) -> bool:
    """Tell whether a clause that is not understood asks for something all the same."""
    meant = [item for item in clause.items if item.kind not in _SILENT]
    strong = [item for item in meant if item.kind == "verb" and item.name != "make"]
    described = clause.has("genre", "bpm", "key", "semitones")
    return (bool(strong) or described) and clause.has_object and not clause.is_aside


def _excused(clause: Clause, lexed: Lexed) -> int:
    """Return how many strange words a clause may hold: none beside a word of everyday life."""
    if lexed.corrected or any(item.kind == "other" for item in clause.strange):
        return 0
    if clause.particle and clause.strange and clause.strange[0] is clause.items[0]:
        return 1  # a verb that is not known, and which way it goes: "yank the drums out"
    known = sum(item.kind not in (*_SILENT, "unknown", "place") for item in clause.items)
    return 1 if known >= _OBJECTS_FOR_A_STRANGER + 1 else 0


def _inherited(clause: Clause, before: Before) -> Clause:
    """Return a clause without a verb with that of the one before: "and the bass in 8"."""
    if before.sections and clause.names_a_section:
        # "hook next, then the bridge": after that one
        later = Item("when", "", "section", before.sections + 1.0)
        return Clause((*clause.items, later))
    named = clause.has("role", "section") and not clause.asks_for_a_section
    if clause.acts or before.verb is None or not named:
        return clause
    return Clause((before.verb, *clause.items)) if clause.has("when") else clause


def _remembered(clause: Clause, before: Before, found: Sequence[Command]) -> Before:
    """Return what the next clause may point back to."""
    verb = next((item for item in clause.items if item.kind == "verb"), before.verb)
    last = found[-1]
    goes = last.name == "goto" and last.when is not None and last.when.unit == "section"
    sections = last.when.n if goes and last.when is not None else 0
    parts = last.arguments.get("roles")
    roles = parts if isinstance(parts, tuple) else clause.roles or before.roles
    return Before(verb, roles, _place(clause, before), sections)


def _place(clause: Clause, before: Before) -> Place | None:
    return clause.targets[0] if clause.targets else before.place


def merged(commands: Sequence[Command]) -> list[Command]:
    """Return `commands` with neighbors that move towards moods made one."""
    kept: list[Command] = []
    for command in commands:
        last = kept[-1] if kept else None
        if last is not None and _said_again(last, command):
            continue
        if last is not None and _is_remedied(last, command):
            kept.pop()
            last = kept[-1] if kept else None
        if last is not None and _goes_on(last, command):
            arguments = dict(last.arguments)
            for name, value in command.arguments.items():
                there = arguments.get(name, ())
                if isinstance(value, tuple) and isinstance(there, tuple):
                    arguments[name] = tuple(dict.fromkeys((*there, *value)))
            kept[-1] = Command(last.name, arguments, last.when, f"{last.text}, {command.text}")
        else:
            kept.append(command)
    return kept


def _said_again(last: Command, command: Command) -> bool:
    """Tell whether a command only repeats the last in other words: "go back, undo".

    Said twice in the same words it is meant twice, save on parts: "too loud, bring them down".
    """
    same = (last.name, last.arguments, last.when) == (command.name, command.arguments, command.when)
    again = last.name in _TRANSPORT and last.text.split() != command.text.split()
    if last.name == command.name == "regenerate" and last.when == command.when:
        # "the drop should be angrier, redo it"
        return command.arguments.items() < last.arguments.items()
    return same and ("roles" in command.arguments or again)


def _is_remedied(last: Command, command: Command) -> bool:
    """Tell whether `last` is a complaint that says what to do next: "too slow, double time"."""
    if TOO.isdisjoint(fold(last.text).split()) or last.when != command.when:
        return False
    if last.name in _TEMPO and command.name in _TEMPO:
        return True
    about = ("roles", "section", "number")
    same = all(last.arguments.get(name) == command.arguments.get(name) for name in about)
    return last.name == command.name and same


_TRANSPORT = frozenset({"undo", "redo", "play", "stop"})
_TEMPO = frozenset({"set_tempo", "ramp", "half_time", "double_time"})
_ALL = re.compile(r"\b(everything|all|whole|entire|todo|toda|tout|alles|ganze|tudo)\b")


def _goes_on(last: Command, command: Command) -> bool:
    """Tell whether a restyle says more of the command before: "redo the hook, make it darker"."""
    if command.name != "restyle" or command.when not in (None, last.when):
        return False
    if last.name == "restyle":
        return command.when == last.when
    named = _ALL.search(command.text.casefold()) is not None
    return last.name == "regenerate" and not named and "moods_out" not in command.arguments


def _typed(clause: Clause, source: str) -> str:
    """Return a clause as it was typed, without joining words at its ends."""
    kept: list[Item] = list(clause.items)
    while kept and kept[0].kind in ("and", "comma", "but", "then"):
        kept.pop(0)
    while kept and kept[-1].kind in ("comma", "and"):
        kept.pop()
    return source[kept[0].start : kept[-1].end] if kept else source


def refusal(spoken: Spoken, source: str) -> Misfit:
    """Return the error that names the words that were not understood."""
    shown = " ".join(source.split())[:60]
    if not spoken.strange:
        return Misfit(f"{shown!r} asks for nothing: type help for the list", 0)
    words = ", ".join(dict.fromkeys(word[:24] for word in spoken.strange[:8]))
    return Misfit(
        f"{shown!r}: not understood: {words}: type help for the list", len(spoken.strange)
    )
