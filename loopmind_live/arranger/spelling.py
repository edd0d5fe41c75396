"""Slips of the keyboard: which known word was meant. Pure."""

from collections.abc import Collection, Mapping
from functools import cache

from loopmind_live.arranger.vocabulary import KINDS, Sense, lexicon, own_words

SHORTEST = 3
_CORRECTED = frozenset(
    {"section", "role", "genre", "darker", "mood", "verb", "time", "more", "less", "ordinal",
     "number", "filler"}
)  # fmt: skip
_VOWELS = frozenset("aeiouy")
_NEVER = frozenset({"question", "statement", "not", "them", "once"})


def distance(word: str, meant: str, most: int) -> int:
    """Return how many letters are wrong, missing, added or swapped with their neighbor.

    More than `most` is returned as `most` + 1.

    >>> distance("drak", "dark", 2), distance("regnrate", "regenerate", 2), distance("a", "xyz", 1)
    (1, 2, 2)
    """
    if abs(len(word) - len(meant)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(word, 1):
        last, before, row = before, row, [i]
        for j, wanted in enumerate(meant, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (letter != wanted))
            swapped = i > 1 and j > 1 and letter == meant[j - 2] and word[i - 2] == wanted
            row.append(min(cost, last[j - 2] + 1) if swapped else cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def allowed(word: str, meant: str) -> int:
    """Return how many slips make `word` of `meant` believable; 0 where none do."""
    shorter = min(len(word), len(meant))
    same_start = word[0] == meant[0]
    if shorter == SHORTEST == len(meant) and same_start:
        return int(sorted(word) == sorted(meant))
    if shorter < SHORTEST or len(meant) < 4:
        return 0
    if shorter > 4 and same_start and sorted(word) == sorted(meant):
        return 2
    if not same_start and sorted(word) != sorted(meant):
        return 1 if shorter >= 6 else 0
    if shorter < 5 and len(word) == len(meant):
        # In short words a wrong letter makes another word; two swapped ones do not.
        return 1 if sorted(word) == sorted(meant) else 0
    return 2 if shorter >= 8 else 1


@cache
def _targets(language: str) -> Mapping[tuple[str, int], tuple[str, ...]]:
    """Return the words that a slip may be of, by first letter and length."""
    found: dict[tuple[str, int], dict[str, None]] = {}
    senses = lexicon(language).senses
    for word in sorted(own_words(language)):
        if word.isalpha() and _is_spelled(word) and _is_target(senses[word,][0]):
            found.setdefault((word[0], len(word)), {})[word] = None
    return {place: tuple(words) for place, words in found.items()}


@cache
def _endings(language: str) -> Mapping[str, str]:
    """Return the words that a slip may be of, by all letters but the first."""
    return {
        word[1:]: word for words in _targets(language).values() for word in words if len(word) > 3
    }


def _is_spelled(word: str) -> bool:
    """Tell whether a word is written out: without a vowel it is short for another ("brdg")."""
    return not _VOWELS.isdisjoint(word)


def _is_target(sense: Sense) -> bool:
    if sense.kind == "word":
        return sense.name not in _NEVER
    return sense.kind in _CORRECTED


@cache
def _rank(word: str, language: str) -> int:
    return KINDS.index(lexicon(language).senses[word,][0].kind)


def meant_by(word: str, language: str, known: Collection[str]) -> str | None:
    """Return the word of music that `word` is a slip of, None where it is none or a real word.

    >>> meant_by("regenrate", "english", ()), meant_by("drak", "english", ())
    ('regenerate', 'dark')
    """
    if len(word) < SHORTEST or not word.isalpha() or word in known:
        return None
    targets, endings = _targets(language), _endings(language)
    letters = frozenset(word)
    near = [endings[end] for end in (word[1:], word, word[0] + word[2:]) if end in endings]
    for length in range(len(word) - 2, len(word) + 3):
        near += [
            meant
            for meant in targets.get((word[0], length), ())
            if len(letters.difference(meant)) <= 2
        ]
    best: tuple[int, bool, int, str] | None = None
    for meant in near:
        most = allowed(word, meant)
        slips = distance(word, meant, most) if most else 1
        if slips <= most:
            candidate = (slips, word[0] != meant[0], _rank(meant, language), meant)
            best = candidate if best is None else min(best, candidate)
    return None if best is None else best[-1]
