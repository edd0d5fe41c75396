"""What may be typed next, from the command table and the names that there are. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from loopmind_live.arranger.directions import MOOD_DIRECTIONS
from loopmind_live.errors import SessionError
from loopmind_live.repl.lexicon import TOPICS
from loopmind_live.repl.names import NO_NAMES, Named, Names
from loopmind_live.repl.verbs import display_name, headed
from loopmind_live.repl.when import EXAMPLES
from loopmind_live.repl.words import MAX_TEXT, tokenize
from loopmind_live.score.arrangement import LABELS
from loopmind_live.score.loop import ROLES
from loopmind_live.session.argument_kinds import Argument
from loopmind_live.session.commands import BY_NAME, COMMANDS, CommandSpec
from loopmind_live.units import MODES, PITCH_CLASSES, spell_key

RHYTHMS: tuple[Named, ...] = (
    ("x(3,8)", "3 of 8, as even as they go"), ("x(5,8)", "5 of 8"), ("x(7,16)", "7 of 16"),
    ("x.x.", "every other step"), ("x..x..x.", "step by step"), ("off", "heard throughout"),
)  # fmt: skip
"""Some to begin with: help rhythms tells how they are written."""
MOST_LOOPS = 50
"""More loops than these are not offered: type more of the name."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word or phrase that may stand in place of the last `replaces` characters."""

    text: str
    replaces: int
    note: str = ""


def candidates(
    text: str, names: Names = NO_NAMES, roles: Sequence[str] = ROLES
) -> tuple[Candidate, ...]:
    """Return what may come next after `text`, what is typed before the cursor.

    Where `names` has no sections, all labels are offered. `roles` are the parts that there are.

    >>> names = Names(sections=("verse 2",))
    >>> [c.text for c in candidates("mu")], [c.text for c in candidates("goto v", names)]
    (['mute'], ['verse 2'])
    """
    if len(text) > MAX_TEXT:
        return ()
    clause = _last_clause(text)
    word = "" if clause.endswith((" ", ",")) else clause.split(" ")[-1].split(",")[-1]
    before = clause[: len(clause) - len(word)].strip(" ,")
    if not before:
        return _matching(_verbs(), word)
    try:
        patterns = headed(tuple(tokenize(before)))
    except SessionError:
        return ()
    if not patterns:
        return ()
    spec = BY_NAME[patterns[0].command]
    head = len(" ".join(patterns[0].head))
    if spec.name == "listen":
        return _listening(clause[head:].lstrip(), names)
    said = before[head:].strip()
    listing = clause[: len(clause) - len(word)].rstrip().endswith(",")
    named = [] if listing else _named(spec, names, said)
    if said and named and not _words(said) & {name for name, _ in named}:
        return _matching(named, word)
    # A name of several words is matched from its first one: "verse 2" while "verse" is typed.
    tail = f"{before.split(' ')[-1]} {word}" if said else word
    wanted = [] if said and named else _wanted(spec, said, listing)
    options = [option for a in wanted for option in _values(a, names.sections, roles)]
    options.extend(named if not said else ())
    times = [(time, "when it lands") for time in EXAMPLES] if spec.lands is not None else []
    whole = _matching([o for o in options if " " in o[0]], tail) if tail != word else ()
    return (*whole, *_matching([*_unsaid(spec, options, said), *(times if said else ())], word))


def _listening(typed: str, names: Names) -> tuple[Candidate, ...]:
    """Return what can be heard on the cue: by the first letters, or any part of a file's name."""
    wanted = typed.lower()
    others = [*((name, "section") for name in names.sections), ("pending", "what is to come")]
    begin = (one for one in names.loops if one[0].lower().startswith(wanted))
    within = (one for one in names.loops if wanted in one[0].lower()[1:])
    found = dict(islice(begin, MOST_LOOPS)) | dict(islice(within, MOST_LOOPS))
    loops = [(name, note) for name, note in found.items() if name.lower() != wanted]
    return (
        *_matching(others, typed),
        *(Candidate(name, len(typed), note) for name, note in loops[:MOST_LOOPS]),
    )


def _named(spec: CommandSpec, names: Names, said: str) -> list[Named]:
    """Return what a command takes by name: patches and knobs once their parts are said."""
    match spec.name:
        case "patch":
            patches = [(name, "patch") for name in names.patches] if said else []
            return [*patches, ("off", "take patches off")]
        case "knob":
            parts = _words(said)
            return [
                (knob, f"{part}, {note}")
                for part, knob, note in names.knobs
                if part in parts or "all" in parts
            ]
        case "save":
            return [(name, "saved set") for name in names.sets]
        case "load":
            return [*((name, "set") for name in names.sets), ("last", "the last performance's set")]
        case "take":
            return [(str(number), note) for number, note in enumerate(names.offers, 1)]
        case _:
            return []


def _words(said: str) -> set[str]:
    return set(said.lower().replace(",", " ").split())


def _last_clause(text: str) -> str:
    """Return the text of the command being typed: after the last ";" or "then"."""
    last = text.rpartition(";")[2]
    _, then, after = last.rpartition(" then ")
    return (after if then else last).lstrip()


def _verbs() -> list[tuple[str, str]]:
    return [(display_name(spec), spec.help) for spec in COMMANDS]


def _values(
    argument: Argument, sections: Sequence[str], roles: Sequence[str]
) -> list[tuple[str, str]]:
    """Return what an argument may be, each with a note."""
    match argument.kind:
        case "section":
            return [*((name, "section") for name in sections or LABELS), ("this section", "")]
        case "roles":
            return [*((role, "part") for role in roles), ("all", "every part")]
        case "flag":
            return [("off", ""), ("on", "")] if argument.name == "on" else [(argument.name, "")]
        case "moods":
            return [(mood, "mood") for mood in MOOD_DIRECTIONS]
        case "choice":
            return [(choice, "") for choice in argument.choices]
        case "rhythm":
            return [*RHYTHMS]
        case "word":
            return [*_verbs(), *((topic, "topic") for topic in TOPICS)]
        case "key":
            keys = (f"{tonic}:{mode}" for mode in MODES for tonic in PITCH_CLASSES)
            return [(spell_key(key), "key") for key in keys]
        case _:
            return []


def _wanted(spec: CommandSpec, said: str, listing: bool) -> list[Argument]:
    """Return the arguments that may come next; in a list, more parts.

    First what must be said, and what may be said before it.
    """
    if listing:
        return [argument for argument in spec.arguments if argument.kind == "roles"]
    needed = [place for place, argument in enumerate(spec.arguments) if not argument.optional]
    if said or not needed:
        return list(spec.arguments)
    return [
        argument
        for place, argument in enumerate(spec.arguments)
        if place in needed or place < needed[0]
    ]


def _unsaid(spec: CommandSpec, options: list[tuple[str, str]], said: str) -> list[tuple[str, str]]:
    """Return the options that may still be said; parts may be listed, all else comes once."""
    words = set(said.replace(",", " ").split())
    listed = any(argument.kind == "roles" for argument in spec.arguments)
    if words and not listed:
        return []
    return [option for option in options if option[0] not in words]


def _matching(options: Iterable[tuple[str, str]], typed: str) -> tuple[Candidate, ...]:
    """Return the options that begin with what is typed, in their order."""
    start = typed.lower().lstrip()
    return tuple(
        Candidate(option, len(start), note)
        for option, note in dict(options).items()
        if option.lower().startswith(start) and option.lower() != start
    )
