"""Commands written as the table has them, every word accounted for. Pure.

One row of the table is one command; `verbs` adds what people say besides, `bind` reads the words
after the verb by the kinds of the row's arguments.
"""

from collections.abc import Sequence

from loopmind_live.errors import SessionError
from loopmind_live.repl.bind import Misfit, bind
from loopmind_live.repl.lexicon import EXCEPT, POLITE
from loopmind_live.repl.suggest import named_topic, unknown
from loopmind_live.repl.synonyms import Pattern
from loopmind_live.repl.typed import read_path, read_text
from loopmind_live.repl.verbs import headed, headless
from loopmind_live.repl.when import take_when
from loopmind_live.repl.words import (
    MAX_COMMANDS,
    Token,
    as_typed,
    split_at,
    texts,
    trim,
)
from loopmind_live.session.argument_kinds import Value
from loopmind_live.session.commands import BY_NAME, Command, CommandSpec, When, check

_MOST_WORDS = 40
"""A command that opens with what it is about is no longer than this."""
_SILENCING = frozenset({("mute",), ("kill",), ("silence",), ("cut",), ("drop",), ("stop",), ()})
"""Verbs that silence parts for now; others take them out of a section for good."""
_WITHOUT = frozenset({("no",), ("without",)})
_JOINS = frozenset({"and", ",", "&", "plus"})
_ASIDES = frozenset({"this", "that", "that's", "it", "it's", "i", "i'm", "because", "cause", "cuz"})


def parse_line(tokens: tuple[Token, ...], source: str) -> list[Command]:
    """Return the commands of a line without ";": parts joined by "then", "and" or a comma.

    Raises Misfit where words do not fit, SessionError where a value is out of its range.
    """
    return [command for part in split_at(tokens, "then") for command in _parse_part(part, source)]


def _parse_part(tokens: tuple[Token, ...], source: str) -> list[Command]:
    """Return one command, or several joined by "and"."""
    try:
        return [_parse_command(tokens, source)]
    except Misfit:
        several = _parse_joined(tokens, source)
        if not several:
            raise
        return several


def _parse_joined(tokens: tuple[Token, ...], source: str) -> list[Command]:
    """Return the commands joined by "and" or a comma before a verb; none where that fits badly.

    Where no verb follows, "and" alone may join: "drums up 3 and bass down 2".
    """
    joins = [
        place + 1
        for place, token in enumerate(tokens[:-1])
        if token.text in _JOINS and token.kind != "quoted"
    ]
    verbs = [place for place in joins if headed(tokens[place : place + 6])]
    for cuts in (verbs, [place for place in joins if tokens[place - 1].text == "and"]):
        if not cuts or len(cuts) >= MAX_COMMANDS:
            continue
        spans = zip([0, *cuts], [*cuts, len(tokens)], strict=True)
        runs = [trim(tokens[start:end]) for start, end in spans]
        try:
            return [_parse_command(run, source) for run in runs if run]
        except SessionError:
            continue
    return []


def _parse_command(tokens: tuple[Token, ...], source: str) -> Command:
    """Return the one command that `tokens` say; raise Misfit where they say none."""
    opened = _open(_without_aside(tokens))
    patterns = headed(opened)
    named = any(_takes_text(BY_NAME[pattern.command]) for pattern in patterns[:1])
    # What is taught says when by itself: "learn regenerate hook in 2 bars".
    teaches = any(pattern.command == "learn" for pattern in patterns[:1])
    try:
        when, rest = (None, opened) if teaches else take_when(opened, anywhere=not named)
    except SessionError as error:
        raise Misfit(str(error), 1) from error
    rest = _open(trim(rest))
    patterns = headed(rest)
    best: Misfit | None = None
    if 0 < len(rest) <= _MOST_WORDS:
        patterns.extend(headless())
    for pattern in patterns:
        try:
            return _fit(pattern, rest, when, as_typed(tokens, source), source)
        except Misfit as error:
            telling = pattern.head and pattern.needs in ("", "bars")
            if telling and (best is None or error.read > best.read):
                best = error
    raise best or unknown(tokens, rest)


def _fit(
    pattern: Pattern, tokens: tuple[Token, ...], when: When | None, raw: str, source: str
) -> Command:
    """Return `tokens` read as `pattern`, or raise Misfit; ranges raise SessionError."""
    spec = BY_NAME[pattern.command]
    rest = tokens[len(pattern.head) :]
    if pattern.tail:
        place = _find(texts(rest, 0, len(rest)), pattern.tail)
        if place is None or (place == 0 and not pattern.head):
            raise Misfit(f"{spec.name}: say more, as in: {spec.phrases[0]}", 0)
        rest = rest[:place] + rest[place + len(pattern.tail) :]
    if when is not None and pattern.when is not None:
        raise Misfit(f"{spec.name}: said twice when to land: choose one", len(pattern.head))
    when = when or pattern.when
    if pattern.needs == "when" and when is None:
        raise Misfit(f"{spec.name}: say more, as in: {spec.phrases[0]}", 0)
    arguments = _arguments(spec, pattern, rest, source)
    if when is not None and when.unit == "now" and spec.lands is None:
        when = None
    command = Command(spec.name, dict(sorted(arguments.items())), when, raw)
    if {"bars", "rel"} <= arguments.keys():
        raise Misfit(f"{spec.name}: longer by how many bars, or just longer?", len(pattern.head))
    if spec.name == "solo" and "section" in arguments and pattern.head != ("solo",):
        raise Misfit("solo: or only them in it, as in: only drums in intro", len(pattern.head))
    if spec.name == "constrain" and not {"roles_out", "roles_only"} & arguments.keys():
        raise Misfit("constrain: which parts? As in: no bass in build", len(pattern.head))
    if spec.name == "insert_section" and any(token.text == "to" for token in rest):
        raise Misfit("insert: before or after which? As in: insert bridge", len(pattern.head))
    if spec.name == "mute" and "section" in arguments and pattern.head[:1] not in _SILENCING:
        raise Misfit("mute: keep them out of it, as in: no bass in build", len(pattern.head))
    if spec.name == "mute" and "until" in arguments and pattern.head[:1] in _WITHOUT:
        raise Misfit("mute: keep them out of what leads there, as in: no bass in build", 1)
    if spec.name == "mute" and rest[-1:] and rest[-1].text == "in":
        raise Misfit("mute: or bring them in, as in: add bass", len(pattern.head))
    if spec.name == "mute" and not EXCEPT.isdisjoint(token.text for token in rest):
        raise Misfit("mute: play the others alone, as in: solo drums", len(pattern.head))
    if spec.name == "level" and {"section", "sections"} & {token.text for token in rest}:
        raise Misfit("level: parts are mixed alike in all sections", len(pattern.head))
    if spec.name == "take" and "to" in texts(rest, 0, 3):
        raise Misfit("take: one from the list, as in: take 2", len(pattern.head))
    check(command)
    return command


def _arguments(
    spec: CommandSpec, pattern: Pattern, tokens: tuple[Token, ...], source: str
) -> dict[str, Value]:
    """Return what `tokens` say: words, or text that is taken as it is typed."""
    kinds = {argument.kind for argument in spec.arguments}
    if "text" in kinds:
        return read_text(spec, tokens, source)
    if "path" in kinds:
        return read_path(spec, pattern, tokens, source)
    if "word" in kinds:
        topic = named_topic(tokens)
        return {} if topic is None else {spec.arguments[0].name: topic}
    return bind(spec, pattern, tokens, source)


def described(tokens: tuple[Token, ...], source: str) -> Command:
    """Return the command to arrange what `tokens` describe."""
    when, rest = take_when(tokens, anywhere=False)
    command = Command("arrange", {"prompt": as_typed(rest, source)}, when, as_typed(tokens, source))
    check(command)
    return command


def _open(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Return `tokens` without opening courtesies: "can you please"."""
    while tokens:
        words = texts(tokens, 0, 4)
        polite = max((len(p) for p in POLITE if words[: len(p)] == p), default=0)
        if polite == 0 and words[0] in (",", "!") and len(words) > 1:
            polite = 1
        if polite == 0:
            break
        tokens = tokens[polite:]
    return tokens


def _without_aside(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Return `tokens` without a closing remark after a comma: ", this one's boring"."""
    words = texts(tokens, 0, len(tokens))
    for place in range(1, len(words) - 1):
        if words[place] == "," and words[place + 1] in _ASIDES:
            return tokens[:place]
    return tokens


def _takes_text(spec: CommandSpec) -> bool:
    return any(argument.kind in ("text", "path") for argument in spec.arguments)


def _find(words: Sequence[str], phrase: Sequence[str]) -> int | None:
    """Return where `phrase` stands last in `words`, or None."""
    for place in range(len(words) - len(phrase), -1, -1):
        if tuple(words[place : place + len(phrase)]) == tuple(phrase):
            return place
    return None
