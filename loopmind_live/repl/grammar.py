"""Turn what a performer types into commands of the table. Pure.

One row of the table is one command; `verbs` adds what people say besides, `bind` reads the words
after the verb by the kinds of the row's arguments. Nothing is corrected silently: a slip of the
keyboard is refused with the nearest command named.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import get_close_matches

from loopmind_live.errors import SessionError
from loopmind_live.repl.bind import Misfit, bind
from loopmind_live.repl.described import describes_music
from loopmind_live.repl.lexicon import FILLERS, POLITE, ROLE_PHRASES, SECTIONS, TOPICS
from loopmind_live.repl.verbs import Pattern, headed, headless, spoken_heads
from loopmind_live.repl.verbs import SOFT as SOFT_HEADS
from loopmind_live.repl.when import take_when
from loopmind_live.repl.words import MAX_COMMANDS, Token, split_at, texts, tokenize, trim
from loopmind_live.session.commands import BY_NAME, Command, CommandSpec, Value, When, check

_JOINS = frozenset({"and", ",", "&", "plus"})
_PATH_FILLERS = frozenset({"to", "as", "into", "it", "this", "that", "file", "in"})
_PATH = re.compile(r'"([^"]*)"|\'([^\']*)\'|(\S+)')
_ASIDES = frozenset({"this", "that", "it", "it's", "this one's", "i", "i'm", "because", "cause", "cuz"})
_ASIDE_WORDS = _ASIDES | {"this", "that's"}
_SPELLED = 24
_COUNTED = frozenset({"number", "integer"})


def parse(text: str) -> list[Command]:
    """Return the commands that `text` means, in the order typed; none for an empty line.

    Raises SessionError, one line that says what is wrong, and then nothing of the line is meant.

    >>> [(c.name, dict(c.arguments)) for c in parse("kill the hats; goto verse 2 in 4 bars")]
    [('mute', {'roles': ('hats',)}), ('goto', {'number': 2, 'section': 'verse'})]
    >>> parse("regnerate hook")
    Traceback (most recent call last):
        ...
    loopmind_live.errors.SessionError: no command 'regnerate': did you mean regenerate?
    """
    commands: list[Command] = []
    for line in split_at(tokenize(text), ";"):
        commands.extend(_parse_line(line, text))
        if len(commands) > MAX_COMMANDS:
            raise SessionError(f"more than {MAX_COMMANDS} commands in a line: split it")
    return commands


def _parse_line(tokens: tuple[Token, ...], source: str) -> list[Command]:
    """Return the commands between two ";": parts joined by "then", or one description."""
    parts = split_at(tokens, "then")
    if len(parts) == 1:
        return _parse_part(parts[0], source)
    try:
        return [command for part in parts for command in _parse_part(part, source)]
    except SessionError:
        # "house, intro 8 bars then drop 16": one description, of which "drop 16" is a part.
        if headed(_open(tokens)) or not describes_music(_raw(tokens, source), tokens, False):
            raise
        return [_described(tokens, source)]


def _parse_part(tokens: tuple[Token, ...], source: str) -> list[Command]:
    """Return one command, several joined by "and", or a description to arrange."""
    try:
        return [_parse_command(tokens, source)]
    except Misfit as error:
        several = _parse_joined(tokens, source)
        if several:
            return several
        opened = _open(tokens)
        commanded = bool(headed(opened))
        if (not commanded or opened[0].text in SOFT_HEADS) and describes_music(
            _raw(tokens, source), tokens, commanded
        ):
            return [_described(tokens, source)]
        raise SessionError(str(error)) from None


def _parse_joined(tokens: tuple[Token, ...], source: str) -> list[Command]:
    """Return the commands joined by "and" or a comma before a verb; none where that fits badly."""
    cuts = [0]
    for place, token in enumerate(tokens[:-1]):
        if token.text in _JOINS and token.kind != "quoted" and headed(tokens[place + 1 : place + 6]):
            cuts.append(place + 1)
    if len(cuts) == 1 or len(cuts) > MAX_COMMANDS:
        return []
    runs = [trim(tokens[a:b]) for a, b in zip(cuts, [*cuts[1:], len(tokens)], strict=True)]
    try:
        return [_parse_command(run, source) for run in runs if run]
    except SessionError:
        return []


def _parse_command(tokens: tuple[Token, ...], source: str) -> Command:
    """Return the one command that `tokens` say; raise Misfit where they say none."""
    opened = _open(_without_aside(tokens))
    patterns = headed(opened)
    named = any(_takes_text(BY_NAME[pattern.command]) for pattern in patterns[:1])
    when, rest = take_when(opened, anywhere=not named)
    rest = _open(trim(rest))
    patterns = headed(rest)
    best: Misfit | None = None
    for pattern in [*patterns, *(headless() if _opens_with_object(rest) else ())]:
        try:
            return _fit(pattern, rest, when, _raw(tokens, source), source)
        except Misfit as error:
            if pattern.head and (best is None or error.read > best.read):
                best = error
    raise best or _unknown(tokens, rest)


def _fit(
    pattern: Pattern, tokens: tuple[Token, ...], when: When | None, raw: str, source: str
) -> Command:
    """Return `tokens` read as `pattern`, or raise Misfit; ranges raise SessionError."""
    spec = BY_NAME[pattern.command]
    rest = tokens[len(pattern.head) :]
    if pattern.tail:
        place = _find(texts(rest, 0, len(rest)), pattern.tail)
        if place is None or place == 0 and not pattern.head:
            raise Misfit(f"{spec.name}: say more, as in: {spec.phrases[0]}", 0)
        rest = rest[:place] + rest[place + len(pattern.tail) :]
    if when is not None and pattern.when is not None:
        raise Misfit(f"{spec.name}: said twice when to land: choose one", len(pattern.head))
    when = when or pattern.when
    if pattern.needs == "when" and when is None:
        raise Misfit(f"{spec.name}: say more, as in: {spec.phrases[0]}", 0)
    read = _reader(spec)
    arguments = read(spec, pattern, rest, source)
    if when is not None and when.unit == "now" and spec.lands is None:
        when = None
    command = Command(spec.name, dict(sorted(arguments.items())), when, raw)
    check(command)
    return command


def _reader(
    spec: CommandSpec,
) -> Callable[[CommandSpec, Pattern, tuple[Token, ...], str], dict[str, Value]]:
    """Return what reads the arguments of `spec`: words, or text taken as it is typed."""
    kinds = {argument.kind for argument in spec.arguments}
    if "text" in kinds:
        return _read_text
    if "path" in kinds:
        return _read_path
    return _read_topic if "word" in kinds else bind


def _read_text(
    spec: CommandSpec, pattern: Pattern, tokens: tuple[Token, ...], source: str
) -> dict[str, Value]:
    """Return the rest of the line as it is typed."""
    if not tokens:
        raise Misfit(f"{spec.name} needs a description, as in: {spec.phrases[0]}", 1)
    name = next(argument.name for argument in spec.arguments if argument.kind == "text")
    return {name: _raw(tokens, source)}


def _read_path(
    spec: CommandSpec, pattern: Pattern, tokens: tuple[Token, ...], source: str
) -> dict[str, Value]:
    """Return the file named, quoted or bare, its case kept; "off" and "on" are flags."""
    values: dict[str, Value] = dict(pattern.arguments)
    flags = [argument.name for argument in spec.arguments if argument.kind == "flag"]
    name, optional = next((a.name, a.optional) for a in spec.arguments if a.kind == "path")
    while tokens and tokens[0].kind != "quoted" and tokens[0].text in _PATH_FILLERS:
        # A name that only begins like one of these words ("to-night.json") is a name.
        if source[tokens[0].end : tokens[0].end + 1].strip():
            break
        tokens = tokens[1:]
    words = texts(tokens, 0, 2)
    if flags and words in (("off",), ("stop",), ("on",), ("start",)):
        return values | {flags[0]: words[0] in ("on", "start")}
    found = [match.groups() for match in _PATH.finditer(_raw(tokens, source))]
    if len(found) > 1:
        raise SessionError(f'{spec.name}: quote a name with spaces, as in: {spec.name} "my set.json"')
    if found:
        path = next(part for part in found[0] if part is not None)
        if not path or path[0] in "\"'":
            raise SessionError(f"{spec.name}: no file named {path!r}: close the quotes, name a file")
        if values:
            raise Misfit(f"{spec.name}: {path!r} means nothing here", 1)
        values[name] = path
    elif not optional:
        raise Misfit(f"{spec.name} needs a file, as in: {spec.phrases[0]}", 1)
    return values


def _read_topic(
    spec: CommandSpec, pattern: Pattern, tokens: tuple[Token, ...], source: str
) -> dict[str, Value]:
    """Return the command that the words name, by its name in the table."""
    name = next(argument.name for argument in spec.arguments if argument.kind == "word")
    words = tuple(token for token in tokens if token.text not in FILLERS | {"me", "about", "with"})
    if not words:
        return {}
    if len(words) == 1 and words[0].text in TOPICS:
        return {name: words[0].text}
    patterns = headed(words)
    if not patterns:
        raise _unknown(words, words)
    return {name: patterns[0].command}


def _described(tokens: tuple[Token, ...], source: str) -> Command:
    """Return the command to arrange what `tokens` describe."""
    when, rest = take_when(tokens, anywhere=False)
    command = Command("arrange", {"prompt": _raw(rest, source)}, when, _raw(tokens, source))
    check(command)
    return command


def _unknown(tokens: Sequence[Token], rest: Sequence[Token]) -> Misfit:
    """Return the error for words that open with no command: the nearest one is named."""
    if not rest:
        said = " ".join(token.text for token in tokens)[:40]
        return Misfit(f"{said!r} says when, but not what: as in goto hook {said}"[:120], 0)
    first = rest[0].text
    word = first if len(first) <= _SPELLED else first[: _SPELLED - 3] + "..."
    for phrases, example in ((ROLE_PHRASES, "mute"), (SECTIONS, "goto")):
        name = next((phrases[w] for n in (3, 2, 1) if (w := texts(rest, 0, n)) in phrases), None)
        if name is not None and len(rest) <= 3:
            return Misfit(f"no command {word!r}: did you mean {example} {name}?", 0)
    heads = spoken_heads()
    opening = " ".join(token.text for token in rest[:2])
    for said in (first, opening):
        close = get_close_matches(said, heads, n=1, cutoff=0.72) if len(said) <= _SPELLED else []
        if close:
            return Misfit(f"no command {word!r}: did you mean {close[0]}?", 0)
    return Misfit(f"no command {word!r}: type help for the list", 0)


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
        if words[place] == "," and words[place + 1] in _ASIDE_WORDS:
            return tokens[:place]
    return tokens


def _takes_text(spec: CommandSpec) -> bool:
    return any(argument.kind in ("text", "path") for argument in spec.arguments)


def _opens_with_object(tokens: Sequence[Token]) -> bool:
    """Tell whether `tokens` open with a part, a section, a number or a key."""
    return bool(tokens) and tokens[0].kind != "quoted"


def _find(words: Sequence[str], phrase: Sequence[str]) -> int | None:
    """Return where `phrase` stands last in `words`, or None."""
    for place in range(len(words) - len(phrase), -1, -1):
        if tuple(words[place : place + len(phrase)]) == tuple(phrase):
            return place
    return None


def _raw(tokens: Sequence[Token], source: str) -> str:
    """Return the typed text from the first to the last of `tokens`."""
    return source[tokens[0].start : tokens[-1].end] if tokens else ""


__all__ = ["parse", "replace"]
