"""Read what is taken as it is typed: descriptions and file names. Pure."""

import re

from loopmind_live.errors import SessionError
from loopmind_live.repl.bind import Misfit
from loopmind_live.repl.synonyms import Pattern
from loopmind_live.repl.words import Token, as_typed, texts
from loopmind_live.session.argument_kinds import Value
from loopmind_live.session.commands import CommandSpec

_PATH_FILLERS = frozenset(
    {"to", "as", "into", "it", "this", "that", "file", "in", "set", "arrangement"}
)
_PATH = re.compile(r'"([^"]*)"|\'([^\']*)\'|(\S+)')


def read_text(spec: CommandSpec, tokens: tuple[Token, ...], source: str) -> dict[str, Value]:
    """Return the rest of the line as it is typed; nothing where there is none and need be none."""
    text = next(argument for argument in spec.arguments if argument.kind == "text")
    if not tokens and not text.optional:
        raise Misfit(f"{spec.name} needs a description, as in: {spec.phrases[0]}", 1)
    return {text.name: as_typed(tokens, source)} if tokens else {}


def read_path(
    spec: CommandSpec, pattern: Pattern, tokens: tuple[Token, ...], source: str
) -> dict[str, Value]:
    """Return the file named, quoted or bare, its case kept; "off" and "on" are flags.

    So is a flag's own name, where it is the first word.
    """
    values: dict[str, Value] = dict(pattern.arguments)
    flags = [argument.name for argument in spec.arguments if argument.kind == "flag"]
    name, optional = next((a.name, a.optional) for a in spec.arguments if a.kind == "path")
    tokens = _without_fillers(tokens, source)
    named = tokens[0].text if tokens and _is_word(tokens[0], source) else None
    if named in flags[1:]:
        values[str(named)] = True
        tokens = _without_fillers(tokens[1:], source)
    words = texts(tokens, 0, 2)
    if flags and words in (("off",), ("stop",), ("on",), ("start",)):
        return values | {flags[0]: words[0] in ("on", "start")}
    found = [match.groups() for match in _PATH.finditer(as_typed(tokens, source))]
    if len(found) > 1:
        raise SessionError(
            f'{spec.name}: quote a name with spaces, as in: {spec.name} "my set.json"'
        )
    if found:
        path = next(part for part in found[0] if part is not None)
        if not path or path[0] in "\"'":
            raise SessionError(
                f"{spec.name}: no file named {path!r}: close the quotes, name a file"
            )
        if flags[:1] and flags[0] in values:
            raise Misfit(f"{spec.name}: {path!r} means nothing here", 1)
        values[name] = path
    elif not optional:
        raise Misfit(f"{spec.name} needs a file, as in: {spec.phrases[0]}", 1)
    return values


def _without_fillers(tokens: tuple[Token, ...], source: str) -> tuple[Token, ...]:
    """Return `tokens` without opening words that are no name: "to", "as"."""
    while tokens and tokens[0].text in _PATH_FILLERS and _is_word(tokens[0], source):
        tokens = tokens[1:]
    return tokens


def _is_word(token: Token, source: str) -> bool:
    """Tell whether a token stands alone: "to-night.json" is a name that begins with one."""
    return token.kind != "quoted" and not source[token.end : token.end + 1].strip()
