"""Counts of what follows what: the n-grams that the model of structure is measured against.

Chen and Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling" (1999):
Kneser-Ney's continuation counts, absolute discounting, interpolated.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from loopmind_live.arranger.structure.tokens import (
    AFTER_BARS,
    AFTER_LABEL,
    BOS,
    ID,
    legal,
)

Shares = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
"""[n, key length + 2]: a context filled up with -1, what came then, and how often."""
_BODY = (*AFTER_BARS, *AFTER_LABEL)
_NONE = -1


@dataclass(frozen=True, slots=True)
class Trigrams:
    """Tokens by the two tokens before them. `discount`: what is taken from each count, 0..1."""

    counts: Mapping[tuple[int, ...], Counter[int]]
    discount: float

    @classmethod
    def learned(cls, bodies: Iterable[Sequence[int]], discount: float) -> "Trigrams":
        """Return the trigrams of bodies of pieces."""
        counts: dict[tuple[int, ...], Counter[int]] = {}
        for tokens in bodies:
            told = [BOS, BOS, *tokens]
            for first, second, third in zip(told, told[1:], told[2:], strict=False):
                counts.setdefault((first, second), Counter())[third] += 1
        return cls(_with_continuations(counts), discount)

    def shares(self, tokens: Sequence[int]) -> Shares:
        """Return how likely each legal token comes after the body's `tokens`; they sum to 1."""
        before = [BOS, BOS, *tokens][-2:]
        told = np.full(len(_BODY), 1.0 / len(_BODY))
        for context in ((), (before[1],), tuple(before)):
            told = _mixed(told, self.counts.get(context), self.discount, _BODY)
        places = [_BODY.index(token) for token in legal(len(tokens))]
        shares: Shares = told[places] / told[places].sum()
        return shares


@dataclass(frozen=True, slots=True)
class Factored:
    """Labels by the labels before them, bars by the label and how long it was the last time."""

    counts: Mapping[tuple[int, ...], Counter[int]]
    discount: float

    @classmethod
    def learned(cls, bodies: Iterable[Sequence[int]], discount: float) -> "Factored":
        """Return the counts of bodies of pieces."""
        counts: dict[tuple[int, ...], Counter[int]] = {}
        for tokens in bodies:
            for place, token in enumerate(tokens):
                for context in _contexts(tokens[:place]):
                    counts.setdefault(context, Counter())[token] += 1
        return cls(counts, discount)

    def shares(self, tokens: Sequence[int]) -> Shares:
        """Return how likely each legal token comes after the body's `tokens`; they sum to 1."""
        allowed = legal(len(tokens))
        told = np.full(len(allowed), 1.0 / len(allowed))
        for context in _contexts(tokens):
            told = _mixed(told, self.counts.get(context), self.discount, allowed)
        shares: Shares = told / told.sum()
        return shares


def to_counts(counts: Mapping[tuple[int, ...], Counter[int]]) -> Counts:
    """Return counts as rows of numbers, to be stored."""
    width = max(map(len, counts))
    return np.array(
        [
            (*context, *[_NONE] * (width - len(context)), token, count)
            for context, found in counts.items()
            for token, count in found.items()
        ],
        np.int64,
    )


def from_counts(rows: Counts) -> dict[tuple[int, ...], Counter[int]]:
    """Return stored rows as counts."""
    counts: dict[tuple[int, ...], Counter[int]] = {}
    for *context, token, count in rows.tolist():
        known = tuple(part for part in context if part != _NONE)
        counts.setdefault(known, Counter())[token] = count
    return counts


def _contexts(tokens: Sequence[int]) -> list[tuple[int, ...]]:
    """Return what the next token is counted under, from nothing to all. Begins with the kind."""
    labels, bars = tokens[0::2], tokens[1::2]
    if len(tokens) % 2 == 0:
        before = [labels[-back] if len(labels) >= back else BOS for back in (1, 2, 3)]
        choruses = min(list(labels).count(ID["S_chorus"]), 4)
        facts = [before[0], choruses, before[1], before[2]]
        return [(0, *facts[:count]) for count in range(len(facts) + 1)]
    label = labels[-1]
    known = zip(reversed(labels[:-1]), reversed(bars), strict=True)
    last = next((length for there, length in known if there == label), 0)
    return [(1,), (1, label), (1, label, last)]


def _mixed(
    below: Shares, found: Counter[int] | None, discount: float, allowed: Sequence[int]
) -> Shares:
    """Return the shares of counts, what is discounted given to those of a shorter context."""
    if not found:
        return below
    total = found.total()
    kept = np.array([max(found.get(token, 0) - discount, 0.0) for token in allowed])
    result: Shares = kept / total + discount * len(found) / total * below
    return result


def _with_continuations(
    counts: Mapping[tuple[int, ...], Counter[int]],
) -> dict[tuple[int, ...], Counter[int]]:
    """Return counts with those of shorter contexts: in how many longer ones a token was seen."""
    everything = dict(counts)
    longest = counts
    while any(longest):
        shorter: dict[tuple[int, ...], Counter[int]] = {}
        for context, found in longest.items():
            for token in found:
                shorter.setdefault(context[1:], Counter())[token] += 1
        everything.update(shorter)
        longest = shorter
    return everything
