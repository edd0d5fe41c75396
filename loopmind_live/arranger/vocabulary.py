"""What words mean, a table a language: `loopmind_live/languages/*.toml`, data to be added to.

A table names kinds ("role", "verb"), a kind names meanings ("bass", "mute"), a meaning the phrases
that say it. Phrases are folded: lower case, no accents, no hyphens.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from loopmind_live.arranger.numerals import numerals
from loopmind_live.score.arrangement import LAST
from loopmind_live.score.labels import fold

LANGUAGES = ("english", "spanish", "french", "german", "portuguese")
CONTENT = ("section", "role", "genre", "darker", "mood")
"""Kinds whose words are understood in whatever language the rest of a line is."""
KINDS = (*CONTENT, "verb", "time", "more", "less", "ordinal", "number", "word", "filler", "other")
"""All kinds, those first whose meaning goes before another of the same phrase."""
LONGEST = 9
_LOOSE = ("question", "statement", "polite")
"""Words of these matter less than any other that is said the same."""

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of a phrase; a number is its value in `number`."""

    kind: str
    name: str
    number: float = 0.0


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Phrases of one language (and the content words of all): what each may mean, best first.

    `split` holds the verbs in two pieces: "turn * off" under "turn". `words` are all single words.
    """

    senses: Mapping[Phrase, tuple[Sense, ...]]
    split: Mapping[Phrase, tuple[tuple[Phrase, Sense], ...]]
    words: frozenset[str]


def plain(text: str) -> Phrase:
    """Return the words of `text`, folded, apostrophes as spaces, without "the".

    >>> plain("S’il te plaît"), plain("turn the hi-hats")
    (('s', 'il', 'te', 'plait'), ('turn', 'hi', 'hats'))
    """
    words = fold(text.replace("'", " ").replace("’", " ")).split()
    return tuple(word for word in words if word != "the")


def _spellings(phrase: str) -> Iterator[str]:
    """Yield `phrase`, and its umlauts as two letters where it has any."""
    yield phrase
    wide = phrase
    for letter, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        wide = wide.replace(letter, letters)
    if wide != phrase:
        yield wide


@cache
def table(language: str) -> Mapping[str, Any]:
    """Return a language's table as it is written."""
    text = resources.files("loopmind_live").joinpath(f"languages/{language}.toml")
    return tomllib.loads(text.read_text("utf-8"))


def _entries(language: str) -> Iterator[tuple[str, Sense]]:
    """Yield every phrase of a language with one of its meanings, the strongest kinds first."""
    written = table(language)
    for kind in CONTENT:
        for name, phrases in written.get(kind, {}).items():
            yield from ((phrase, Sense(kind, name)) for phrase in phrases)
    for kind in ("verb", "time"):
        for name, phrases in written[kind].items():
            yield from ((phrase, Sense(kind, name)) for phrase in phrases)
    for kind in ("more", "less"):
        yield from ((phrase, Sense(kind, kind)) for phrase in written[kind]["words"])
    for name, words in written["numbers"].items():
        if name.startswith("ordinal"):
            yield from (
                (word, Sense("ordinal", "", float(place))) for place, word in enumerate(words, 1)
            )
    yield from ((word, Sense("ordinal", "", float(LAST))) for word in written["numbers"]["last"])
    yield from ((word, Sense("number", "", n)) for word, n in numerals(written["numbers"]))
    yield from ((word, Sense("and_half", "")) for word in written["numbers"].get("and_half", ()))
    loose = []
    for name, phrases in written["word"].items():
        if name == "filler":
            continue
        group = [(phrase, Sense("word", name)) for phrase in phrases]
        if name in _LOOSE:
            loose += group
        else:
            yield from group
    yield from loose
    yield from ((phrase, Sense("filler", "")) for phrase in written["word"]["filler"])
    yield from ((word, Sense("other", "")) for word in written["other"]["words"].split())


@cache
def _own(language: str) -> tuple[Mapping[Phrase, tuple[Sense, ...]], Mapping[Phrase, Any]]:
    """Return a language's own phrases: whole ones and those in two pieces."""
    whole: dict[Phrase, tuple[Sense, ...]] = {}
    split: dict[Phrase, tuple[tuple[Phrase, Sense], ...]] = {}
    for text, sense in _entries(language):
        for spelling in _spellings(text):
            head, star, tail = spelling.partition("*")
            first = plain(head)
            if star:
                split[first] = (*split.get(first, ()), (plain(tail), sense))
            elif first and sense not in whole.get(first, ()):
                whole[first] = (*whole.get(first, ()), sense)
    return whole, split


@cache
def lexicon(language: str) -> Lexicon:
    """Return what phrases mean in a line of `language`: its own, then English, then music words.

    >>> lexicon("portuguese").senses["no",][0].name, lexicon("english").senses["no",][0].name
    ('place', 'no')
    """
    whole, split = _own(language)
    senses = dict(whole)
    pieces = dict(split)
    if language != "english":
        english, english_split = _own("english")
        for phrase, found in english.items():
            senses.setdefault(phrase, found)
        for head, tails in english_split.items():
            pieces.setdefault(head, tails)
    for other in LANGUAGES:
        for phrase, found in _own(other)[0].items():
            if phrase not in senses and found[0].kind in CONTENT:
                senses[phrase] = tuple(one for one in found if one.kind in CONTENT)
    words = frozenset(word for phrase in senses for word in phrase) | frozenset(
        word for head, tails in pieces.items() for tail, _ in tails for word in (*head, *tail)
    )
    return Lexicon(senses, pieces, words)


@cache
def _known_words(language: str) -> frozenset[str]:
    whole, split = _own(language)
    return frozenset(word for phrase in whole for word in phrase) | frozenset(
        word for head, tails in split.items() for tail, _ in tails for word in (*head, *tail)
    )


@cache
def own_words(language: str) -> frozenset[str]:
    """Return the phrases of one word that a language and English have."""
    return frozenset(
        phrase[0] for one in (language, "english") for phrase in _own(one)[0] if len(phrase) == 1
    )


@cache
def _english_content() -> frozenset[str]:
    """Return the English words of music, which all languages use."""
    return frozenset(
        word
        for phrase, senses in _own("english")[0].items()
        if any(sense.kind in (*CONTENT, "verb") for sense in senses)
        for word in phrase
    )


def likely_languages(words: Iterable[str]) -> tuple[str, ...]:
    """Return the languages that know most of `words`, first the one that does for itself alone.

    Those within a word of the first are as likely: all know the English words of music.

    >>> [likely_languages(text.split()) for text in ("turn it down", "mais rapido", "toque")]
    [('english',), ('portuguese',), ('spanish', 'portuguese')]
    """
    said = [word for word in words if word.isalpha() and word != "the"]
    scores: dict[str, tuple[int, float]] = {}
    for language in LANGUAGES:
        own = _known_words(language)
        covered = sum(
            word in own or (language != "english" and word in _english_content()) for word in said
        )
        for_itself = sum(
            1.0 / sum(word in _known_words(other) for other in LANGUAGES)
            for word in said
            if word in own
        )
        scores[language] = (covered, round(for_itself, 6))
    ranked = sorted(LANGUAGES, key=lambda one: scores[one], reverse=True)
    most, alone = scores[ranked[0]]
    return tuple(one for one in ranked if scores[one][0] == most and scores[one][1] > alone - 1.0)


@cache
def named(kind: str) -> Mapping[str, tuple[str, ...]]:
    """Return the phrases of a content kind in all languages, by what they mean."""
    found: dict[str, dict[str, None]] = {}
    for language in LANGUAGES:
        for name, phrases in table(language).get(kind, {}).items():
            kept = found.setdefault(name, {})
            kept.update(dict.fromkeys(" ".join(plain(one)) for one in phrases if "*" not in one))
    return {name: tuple(phrases) for name, phrases in found.items()}
