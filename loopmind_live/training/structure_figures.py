"""Measure how well forms of songs are foretold, beside n-grams, and what samples are like."""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from loopmind_live.arranger.structure.decode import Asked, candidates
from loopmind_live.arranger.structure.infill import chances_here
from loopmind_live.arranger.structure.telling import StructureModel
from loopmind_live.arranger.structure.tokens import (
    CORPUS_LABELS,
    MOST_BARS,
    UNKNOWN_BARS,
    body,
    conditions,
    legal,
)
from loopmind_live.training.structure_corpus import Song

Shares = npt.NDArray[np.float64]
Advance = Callable[[int, int], None]
LabelForm = tuple[tuple[str, int], ...]
WITHIN_BARS = 8
"""A form is within one section of its length if it is off by no more bars than this."""


class Counted(Protocol):
    """N-grams: how likely each legal token comes after the tokens of a body."""

    def shares(self, tokens: Sequence[int]) -> Shares:
        """Return how likely each legal token comes next."""
        ...


@dataclass(frozen=True, slots=True)
class Surprises:
    """How much each told token surprised (natural logarithm), and whether it was the likeliest."""

    labels: Sequence[float]
    bars: Sequence[float]
    labels_right: Sequence[bool]
    bars_right: Sequence[bool]
    sections: int

    @property
    def perplexity(self) -> float:
        """Return the perplexity per token."""
        both = [*self.labels, *self.bars]
        return math.exp(sum(both) / len(both))

    @property
    def bits_per_section(self) -> float:
        """Return how many bits a section takes: its label, its bars, its share of the end."""
        return (sum(self.labels) + sum(self.bars)) / math.log(2.0) / self.sections


def surprises(told: Iterable[tuple[Song, Sequence[Shares]]]) -> Surprises:
    """Return how much songs surprised, from the shares that were told before each token."""
    labels: list[float] = []
    bars: list[float] = []
    labels_right: list[bool] = []
    bars_right: list[bool] = []
    sections = 0
    for song, shares in told:
        sections += len(song.sections)
        for place, token in enumerate(body(song.sections)):
            if token == UNKNOWN_BARS:
                continue
            at = legal(place).index(token)
            surprise = -math.log(max(float(shares[place][at]), 1e-12))
            right = int(np.argmax(shares[place])) == at
            (bars if place % 2 else labels).append(surprise)
            (bars_right if place % 2 else labels_right).append(right)
    return Surprises(labels, bars, labels_right, bars_right, sections)


def told_by_model(model: StructureModel, song: Song, with_length: bool = False) -> list[Shares]:
    """Return the shares that a model tells before each token of a song's body."""
    asked = song.bars if with_length else None
    pieces = model.begin(conditions(song.genre, song.bpm, asked), asked, 1)
    first = pieces.next[0]
    return [first, *(each[0] for each in pieces.read([body(song.sections)[:-1]]))]


def told_by_counts(counts: Counted, song: Song) -> list[Shares]:
    """Return the shares that n-grams tell before each token of a song's body."""
    tokens = body(song.sections)
    return [counts.shares(tokens[:place]) for place in range(len(tokens))]


def infill_accuracy(
    model: StructureModel, songs: Sequence[Song], advance: Advance = lambda *_: None
) -> float:
    """Return how often the label of a section is the likeliest, both its sides being known."""
    right = total = 0
    for done, song in enumerate(songs, 1):
        tokens = body(song.sections)
        pieces = model.begin(conditions(song.genre, song.bpm, song.bars), song.bars, 1)
        for place, (label, _) in enumerate(song.sections):
            chances = chances_here(pieces, tokens, 2 * place)
            right += max(chances, key=chances.__getitem__) == label
            total += 1
            pieces.read([tokens[2 * place : 2 * place + 2]])
        advance(done, len(songs))
    return right / total


@dataclass(frozen=True, slots=True)
class SampleFigures:
    """What drawn forms are like. `divergence`: Jensen-Shannon of pairs of sections, in bits."""

    samples: int
    valid: float
    within_a_section: float
    choruses: float
    choruses_of_data: float
    divergence: float

    def to_json(self) -> dict[str, float]:
        """Return the figures."""
        return {name: round(getattr(self, name), 4) for name in self.__dataclass_fields__}


def sample_figures(
    model: StructureModel, songs: Sequence[Song], count: int, seed: int = 1, best_of: int = 1
) -> SampleFigures:
    """Draw `count` forms with the genre, tempo and length of songs in turn, and measure them."""
    forms: list[LabelForm] = []
    asked: list[int] = []
    rng = random.Random(seed)
    for song, times in _turns(songs, count):
        wanted = Asked(song.genre, song.bpm, song.bars)
        drawn = candidates(model, wanted, times * best_of, rng)
        for start in range(0, len(drawn), best_of):
            forms.append(max(drawn[start : start + best_of], key=lambda each: each.score).form)
            asked.append(song.bars or 0)
    data = [[label for label, _ in song.sections] for song in songs]
    labels = [[label for label, _ in form] for form in forms]
    near = [
        abs(sum(bars for _, bars in form) - bars) <= WITHIN_BARS
        for form, bars in zip(forms, asked, strict=True)
    ]
    return SampleFigures(
        len(forms),
        sum(map(is_valid, forms)) / len(forms),
        sum(near) / len(near),
        float(np.mean([each.count("chorus") for each in labels])),
        float(np.mean([each.count("chorus") for each in data])),
        divergence(_pairs(labels), _pairs(data)),
    )


def is_valid(form: LabelForm) -> bool:
    """Return whether a form is one: known labels, bars that can be told, an intro only first.

    >>> is_valid((("intro", 4), ("chorus", 8))), is_valid((("chorus", 8), ("intro", 4)))
    (True, False)
    """
    inner = [label for label, _ in form[1:]]
    return (
        0 < len(form) <= 40
        and all(label in CORPUS_LABELS and 1 <= bars <= 2 * MOST_BARS for label, bars in form)
        and "intro" not in inner
    )


def divergence(first: Mapping[Any, int], second: Mapping[Any, int]) -> float:
    """Return the Jensen-Shannon divergence of two counts, in bits: 0 alike, 1 nothing in common.

    >>> divergence({"a": 1}, {"a": 5}), divergence({"a": 1}, {"b": 1})
    (0.0, 1.0)
    """
    totals = sum(first.values()), sum(second.values())
    bits = 0.0
    for key in {*first, *second}:
        shares = first.get(key, 0) / totals[0], second.get(key, 0) / totals[1]
        middle = sum(shares) / 2
        bits += sum(0.5 * share * math.log2(share / middle) for share in shares if share)
    return bits


def _pairs(songs: Iterable[Sequence[str]]) -> Counter[tuple[str, str]]:
    """Return how often each label follows each, beginning and end included."""
    return Counter(
        pair for labels in songs for pair in zip(["^", *labels], [*labels, "$"], strict=True)
    )


def _turns(songs: Sequence[Song], count: int) -> Iterable[tuple[Song, int]]:
    """Yield the songs, each with how often it is its turn of `count`."""
    for place, song in enumerate(songs):
        times = count // len(songs) + (place < count % len(songs))
        if times:
            yield song, times
