"""Typed text cut into items: words by what they mean, numbers with their units, keys, times. Pure.

One lexer serves descriptions ("dark trap 140 bpm") and commands ("mute drums in 4 bars").
"""

from collections.abc import Collection, Sequence

from loopmind_live.arranger.amending import amended
from loopmind_live.arranger.items import Lexed
from loopmind_live.arranger.reading import Reader
from loopmind_live.arranger.spelling import meant_by
from loopmind_live.arranger.tokens import Token, tokens_of
from loopmind_live.arranger.tonics import read_key
from loopmind_live.arranger.vocabulary import lexicon, likely_languages


def lex(text: str, known: Collection[str] = (), language: str | None = None) -> Lexed:
    """Return the items of `text`, in order, slips of the keyboard mended; `known` words are none.

    It is read in `language`, or in the one that it is most likely in: of several the one that
    leaves least of it unknown, and takes most words together. Everyday words settle it, too.

    >>> lexed = lex("drak trap, 140bpm in F# minor")
    >>> [(item.kind, item.name or item.number) for item in lexed.items]
    [('mood', 'dark'), ('genre', 'trap'), ('comma', ','), ('bpm', 140.0), ('place', 'place'), \
('key', 'F#:min')]
    >>> lexed.language, lexed.corrected
    ('english', (('drak', 'dark'),))
    """
    tokens = tokens_of(text)
    if language is not None:
        return _lexed_in(language, tokens, known)
    best: Lexed | None = None
    for likely in likely_languages(token.word for token in tokens):
        lexed = _lexed_in(likely, tokens, known)
        if best is None or _left_over(lexed) < _left_over(best):
            best = lexed
        everyday = any(item.kind == "other" for item in best.items)
        if everyday or (likely == "english" and _left_over(lexed)[0] == 0):
            break
    assert best is not None
    return best


def _left_over(lexed: Lexed) -> tuple[int, int]:
    """Return how much of a text is mended or unknown, and in how many pieces it is."""
    unknown = sum(item.kind == "unknown" for item in lexed.items)
    return unknown + len(lexed.corrected), len(lexed.items)


def _lexed_in(language: str, typed: Sequence[Token], known: Collection[str]) -> Lexed:
    """Return the items of the tokens of a text, read in `language`."""
    tokens = list(typed)
    words = lexicon(language)
    corrected: list[tuple[str, str]] = []
    for place, token in enumerate(tokens):
        meant = None
        wrong = token.word.isalpha() and token.word not in known
        if wrong and not read_key(tokens, place, language)[1]:
            meant = meant_by(token.word, language, words.words)
        if meant is not None:
            tokens[place] = Token(meant, token.raw, token.start, token.end)
            corrected.append((token.raw, meant))
    items = Reader(tokens, words, language).items()
    kept = amended(items)
    return Lexed(kept, language, tuple(corrected), len(kept) < len(items))
