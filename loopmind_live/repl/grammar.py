"""Turn what a performer types into commands of the table. Pure.

A line is read as the table writes it (`strict`); else as a description of music to arrange; else
as people speak, in five languages (`spoken`). Slips of the keyboard are mended and told, save where
that would stop the music or lose something. What is not understood does nothing, and is named.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from loopmind_live.arranger.items import Lexed
from loopmind_live.arranger.lexer import lex
from loopmind_live.arranger.prompt import read_lexed
from loopmind_live.arranger.spelling import meant_by
from loopmind_live.arranger.vocabulary import LANGUAGES, lexicon
from loopmind_live.errors import LoopMindError, SessionError
from loopmind_live.repl.bind import Misfit
from loopmind_live.repl.described import describes_music
from loopmind_live.repl.lexicon import FILLERS, MOODS, NUMBERS, ROLE_PHRASES, SECTIONS, UNITS
from loopmind_live.repl.readers import read_roles
from loopmind_live.repl.spoken import merged, refusal, speak
from loopmind_live.repl.strict import described, parse_line
from loopmind_live.repl.synonyms import NOUNS
from loopmind_live.repl.verbs import PATTERNS, headed
from loopmind_live.repl.words import MAX_COMMANDS, Token, as_typed, split_at, tokenize
from loopmind_live.session.commands import COMMANDS, Command

_KEPT_SAFE = frozenset(
    {"quit", "panic", "stop", "load", "delete", "save", "record", "cancel", "forget", "fade"}
)
"""Commands that a mended verb only suggests."""
FALLBACK = "english"
"""The language that a line is read in, too: music speaks it everywhere."""
_FREE = ("file", "what")
_CODE = re.compile(
    r"[{}$\\`]|<(?!3)|\s\*\s|[<>=!]=|\w\s*=\s*\w|>\s*\d|://|\(\)|[^\W\d]\([^\W\d]|&&|\s--?[a-z]|;\s*$"
)
"""Signs of programs and shells, which nobody speaks in."""
_NAMING = ("load", "save", "record", "listen")
_WORDS = frozenset(
    word
    for words in (
        *(pattern.head for pattern in PATTERNS), *(pattern.tail for pattern in PATTERNS),
        *ROLE_PHRASES, *SECTIONS, *MOODS, *UNITS, *NOUNS.values(), FILLERS, NUMBERS,
        *(argument.choices for spec in COMMANDS for argument in spec.arguments),
    )
    for word in words
)  # fmt: skip
"""Words of the table, which are no slips."""


class NotUnderstood(SessionError):
    """Words that ask for nothing that is known; no value of theirs is wrong."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text means: its commands, the slips that were mended, the words without meaning."""

    commands: tuple[Command, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    strange: tuple[str, ...] = ()


_WRITTEN_ALONE = frozenset({"patch", "knob", "mask", "unmask", "pattern"})
"""So begin commands that nobody speaks; what follows may be named like a genre: trance_gate."""
_NO_DESCRIPTION = frozenset(
    {"send", "level", "alternatives", "lock", "unlock", "cancel", "nudge", "save", "previous"}
)
"""So begins no description of music."""


def prepare() -> None:
    """Read the tables of all languages, which takes a moment: the first line is then as quick."""
    lex("")
    for language in LANGUAGES:
        lexicon(language)
        meant_by("prepare", language, ())


def parse(text: str) -> list[Command]:
    """Return the commands that `text` means, in the order typed; none for an empty line.

    Raises LoopMindError, one line that says what is wrong, and then nothing of the text is meant.

    >>> [(c.name, dict(c.arguments)) for c in parse("kill the hats; goto verse 2 in 4 bars")]
    [('mute', {'roles': ('hats',)}), ('goto', {'number': 2, 'section': 'verse'})]
    >>> [(c.name, dict(c.arguments)) for c in parse("sube la voz y regenra el estribillo")]
    [('level', {'delta_db': 3.0, 'roles': ('vocal',)}), ('regenerate', {'section': 'hook'})]
    """
    return list(read(text).commands)


def read(text: str) -> Reading:
    """Return what `text` means, with the slips in it and the words that mean nothing.

    Raises as `parse` does.

    >>> read("regnerate hook").corrected
    (('regnerate', 'regenerate'),)
    >>> try:
    ...     read("tokyo rain")
    ... except NotUnderstood as error:
    ...     print(error)
    'tokyo rain': not understood: tokyo, rain: type help for the list
    """
    commands: list[Command] = []
    corrected: list[tuple[str, str]] = []
    strange: list[str] = []
    for line in split_at(tokenize(text), ";"):
        reading = _read_line(line, text)
        commands += reading.commands
        corrected += reading.corrected
        strange += reading.strange
        if len(commands) > MAX_COMMANDS:
            raise SessionError(f"more than {MAX_COMMANDS} commands in a line: split it")
    return Reading(tuple(merged(commands)), tuple(corrected), tuple(strange))


def _read_line(tokens: tuple[Token, ...], source: str) -> Reading:
    """Return what the tokens between two ";" mean."""
    try:
        commands = parse_line(tokens, source)
        if _takes_back(as_typed(tokens, source)):
            raise Misfit("something is taken back in it", 0)
        if not any(map(_takes_a_word, commands)):
            return Reading(tuple(commands))
        complaint = Misfit(f"{as_typed(tokens, source)[:60]!r}: write names in quotes", 0)
    except Misfit as error:
        complaint = error
    if tokens[0].text == "patch" and tokens[-1].text == "off":
        raise NotUnderstood("patch: taken off without its name, as in: patch drums off")
    if _inserts_into_parts(tokens) or tokens[0].text in _WRITTEN_ALONE:
        raise NotUnderstood(str(complaint))
    typed = as_typed(tokens, source)
    if _CODE.search(typed):
        raise NotUnderstood(
            f"{typed[:60]!r} reads as code, and not as music: type help for the list"
        )
    refused: LoopMindError | None = None
    lexed = lex(typed, _WORDS)
    readings = [lexed]
    if lexed.language != FALLBACK:
        readings.append(lex(typed, _WORDS, FALLBACK))
    for one in readings:
        try:
            return _as_spoken(one, tokens, source)
        except LoopMindError as error:
            refused = refused or error
            if not isinstance(error, Misfit):
                break
    nothing = isinstance(refused, Misfit) and not refused.read
    described_wrong = not isinstance(refused, SessionError) and any(
        item.kind == "genre" for item in lexed.items
    )
    if nothing or (headed(tokens) and not described_wrong):
        raise NotUnderstood(str(complaint))
    assert refused is not None
    if isinstance(refused, Misfit):
        raise NotUnderstood(str(refused)) from None
    raise refused


def _as_spoken(lexed: Lexed, tokens: tuple[Token, ...], source: str) -> Reading:
    """Return what a line means in one language; Misfit where it means nothing."""
    typed = as_typed(tokens, source)
    if describes_music(lexed) and tokens[0].text not in _NO_DESCRIPTION:
        strange = read_lexed(lexed, typed).unknown
        return Reading((described(tokens, source),), lexed.corrected, strange)
    mended = _mended(lexed, typed)
    if mended is not None:
        commands = _as_written(mended)
        if commands:
            return Reading(_safe(commands, lexed, mended), lexed.corrected)
    spoken = speak(lexed, typed)
    if spoken.commands:
        return Reading(_safe(spoken.commands, lexed, mended), lexed.corrected, spoken.strange)
    raise refusal(spoken, typed)


def _takes_back(typed: str) -> bool:
    """Tell whether a line corrects itself: "mute the drums, no, the bass"."""
    return "," in typed and '"' not in typed and lex(typed, _WORDS).amended


def _inserts_into_parts(tokens: tuple[Token, ...]) -> bool:
    """Tell whether a line begins "insert drums": an effect is missing, or is none that there is."""
    return tokens[0].text == "insert" and bool(read_roles(tokens, 1)[0])


def _takes_a_word(command: Command) -> bool:
    """Tell whether a name that is taken as typed is a plain word of everyday life: "save water"."""
    for name in _FREE if command.name in _NAMING else ():
        value = command.arguments.get(name)
        if isinstance(value, str) and f'"{value}"' not in command.text:
            plain = value.lower() if value.isupper() else value  # a Name is none
            senses = lexicon("english").senses.get((plain,), ())
            if senses and senses[0].kind in ("other", "filler", "word", "number"):
                return not value.isdigit() and value not in ("off", "all", "pending")
    return False


def _as_written(mended: str) -> tuple[Command, ...]:
    """Return the commands of a mended line, none where it is still not as the table writes it."""
    try:
        return tuple(parse_line(tokenize(mended), mended))
    except Misfit:
        return ()


def _mended(lexed: Lexed, typed: str) -> str | None:
    """Return a line with its slips put right, None where it has none."""
    if not lexed.corrected:
        return None
    mended = typed
    for wrong, meant in lexed.corrected:
        mended = re.sub(rf"(?<!\w){re.escape(wrong)}(?!\w)", meant, mended, count=1)
    return mended


def _safe(commands: Iterable[Command], lexed: Lexed, mended: str | None) -> tuple[Command, ...]:
    """Return `commands`, or raise where a verb was guessed that stops or loses something."""
    kept = tuple(commands)
    guessed = {meant for _, meant in lexed.corrected}
    verbs = {
        word
        for item in lexed.items
        if item.kind == "verb"
        for word in item.text.split()
        if word in guessed
    } | {meant for meant in guessed if meant in _KEPT_SAFE}
    if verbs and any(command.name in _KEPT_SAFE for command in kept):
        raise SessionError(f"did you mean: {mended}? It is not guessed: type it out")
    return kept
