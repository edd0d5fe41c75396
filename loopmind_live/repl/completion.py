"""What may be typed next, from the command table and the sections and parts there are. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loopmind_live.arranger.directions import MOOD_DIRECTIONS
from loopmind_live.errors import SessionError
from loopmind_live.repl.lexicon import TOPICS
from loopmind_live.repl.verbs import display_name, headed
from loopmind_live.repl.when import EXAMPLES
from loopmind_live.repl.words import MAX_TEXT, tokenize
from loopmind_live.score.arrangement import LABELS
from loopmind_live.score.loop import ROLES
from loopmind_live.session.argument_kinds import Argument
from loopmind_live.session.commands import BY_NAME, COMMANDS, CommandSpec
from loopmind_live.units import MODES, PITCH_CLASSES, spell_key


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word or phrase that may stand in place of the last `replaces` characters."""

    text: str
    replaces: int
    note: str = ""


def candidates(
    text: str, sections: Sequence[str] = (), roles: Sequence[str] = ROLES
) -> tuple[Candidate, ...]:
    """Return what may come next after `text`, what is typed before the cursor.

    `sections` are the names that the arrangement has ("intro", "verse 2"); without any, all labels
    are offered. `roles` are the parts that it has.

    >>> [c.text for c in candidates("mu")], [c.text for c in candidates("goto v", ["verse 2"])]
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
    said = before[len(" ".join(patterns[0].head)) :].strip()
    # A name of several words is matched from its first one: "verse 2" while "verse" is typed.
    tail = f"{before.split(' ')[-1]} {word}" if said else word
    listing = clause[: len(clause) - len(word)].rstrip().endswith(",")
    wanted = _wanted(spec, said, listing)
    options = [option for a in wanted for option in _values(a, sections, roles)]
    times = [(time, "when it lands") for time in EXAMPLES] if spec.lands is not None else []
    whole = _matching([o for o in options if " " in o[0]], tail) if tail != word else ()
    return (*whole, *_matching([*_unsaid(spec, options, said), *(times if said else ())], word))


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
        case "word":
            return [*_verbs(), *((topic, "topic") for topic in TOPICS)]
        case "key":
            keys = (f"{tonic}:{mode}" for mode in MODES for tonic in PITCH_CLASSES)
            return [(spell_key(key), "key") for key in keys]
        case _:
            return []


def _wanted(spec: CommandSpec, said: str, listing: bool) -> list[Argument]:
    """Return the arguments that may come next: first what must be said; in a list, more parts."""
    if listing:
        return [argument for argument in spec.arguments if argument.kind == "roles"]
    needed = [argument for argument in spec.arguments if not argument.optional]
    return list(spec.arguments) if said or not needed else needed


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
