"""Name the command, section or part that a slip of the keyboard may have meant. Pure."""

from collections.abc import Sequence
from difflib import get_close_matches
from functools import partial

from loopmind_live.arranger.vocabulary import LANGUAGES, lexicon, plain
from loopmind_live.repl.bind import Misfit
from loopmind_live.repl.lexicon import FILLERS, ROLE_PHRASES, SECTIONS, TOPICS
from loopmind_live.repl.verbs import headed, spoken_heads
from loopmind_live.repl.words import Token, texts

_SPELLED = 24
"""Longer words are no slips of anything."""


def named_topic(tokens: Sequence[Token]) -> str | None:
    """Return what help is asked about: a command's name in the table, a topic, None for nothing.

    Raises Misfit where it is neither.
    """
    topic = next((token.text for token in tokens if token.text in TOPICS), None)
    if topic is not None:
        return topic
    words = tuple(token for token in tokens if token.text not in FILLERS | {"me", "about", "with"})
    if not words:
        return None
    patterns = headed(words)
    if not patterns:
        raise unknown(words, words)
    return patterns[0].command


def unknown(tokens: Sequence[Token], rest: Sequence[Token]) -> Misfit:
    """Return the error for words that open with no command: the nearest one is named."""
    if not rest:
        said = " ".join(token.text for token in tokens)[:40]
        return Misfit(f"{said!r} does not say what to do: as in goto hook in 4 bars", 0)
    first = rest[0].text
    word = first if len(first) <= _SPELLED else first[: _SPELLED - 3] + "..."
    for phrases, example in ((ROLE_PHRASES, "mute"), (SECTIONS, "goto")):
        name = next((phrases[w] for n in (3, 2, 1) if (w := texts(rest, 0, n)) in phrases), None)
        if name is not None and len(rest) <= 3:
            return Misfit(f"no command {word!r}: did you mean {example} {name}?", 0)
    return Misfit(partial(_no_command, word, first, " ".join(token.text for token in rest[:2])), 0)


def _no_command(word: str, *said: str) -> str:
    """Return the line that says there is no such command, with the nearest one."""
    if said[0] == said[-1] and _is_verb(word):
        return f"{word!r} alone does not say what: name a part or a section, as in: {word} bass"
    close = _nearest_head(*said)
    hint = f"did you mean {close}?" if close else "type help for the list"
    return f"no command {word!r}: {hint}"


def _is_verb(word: str) -> bool:
    """Tell whether a word is a verb in another language than English, and no slip of one."""
    if plain(word) in lexicon("english").senses:
        return False
    own = (lexicon(language).senses.get(plain(word), ()) for language in LANGUAGES[1:])
    return any(sense.kind == "verb" for senses in own for sense in senses)


def _nearest_head(*said: str) -> str | None:
    """Return the opening that the first of `said` is a slip of, or None.

    A slip keeps the first letter, or the letters and not their order.
    """
    for word in said:
        if len(word) > _SPELLED:
            continue
        letters = sorted(word)
        near = [
            head
            for head in spoken_heads()
            if abs(len(head) - len(word)) < 4 and (head[0] == word[0] or sorted(head) == letters)
        ]
        close = get_close_matches(word, near, n=1, cutoff=0.74)
        if close:
            return close[0]
    return None
