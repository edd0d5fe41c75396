"""Tell forms by a model of structure: what was asked for is honored, the rest is drawn."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from loopmind_live.arranger.structure.telling import Shares, StructureModel
from loopmind_live.arranger.structure.tokens import (
    AFTER_BARS,
    AFTER_LABEL,
    CORPUS_LABELS,
    EOS,
    MOST_BARS,
    conditions,
)

Form = tuple[tuple[str, int], ...]

MOST_SECTIONS = 40
END = "end"
_STEPS = 4096
"""Shares are rounded to so many parts before one is drawn: floats differ between machines."""
_FAINTEST = 1e-9


@dataclass(frozen=True, slots=True)
class Dialect:
    """The labels of a genre: each is told by one or several labels of the corpus."""

    meanings: Mapping[str, tuple[str, ...]]

    def places(self) -> dict[str, list[int]]:
        """Return, by label, the places in AFTER_BARS of what it is told by."""
        return {
            label: [1 + CORPUS_LABELS.index(meaning) for meaning in meanings]
            for label, meanings in self.meanings.items()
        }


PLAIN = Dialect({label: (label,) for label in CORPUS_LABELS})
"""The corpus's own labels."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How likely a label follows another in a genre, and which bars it has; `weight` 0..1.

    `weight`: how much they count against the model, as exponents of a product.
    """

    follows: Mapping[str, Mapping[str, float]]
    bars: Mapping[str, Mapping[int, float]]
    weight: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form has to be like. `genre` is one of the corpus's.

    `bars`: the whole length, hit exactly where `unit` divides it; `unit`: sections are multiples
    of it; `longest`: none is told to be longer, but an outro that fills up; `bars_of`: fixed bars
    of labels; `given`: (label, bars or None) of the first sections, all of them where `whole`;
    `opening`: the label it begins with; `outro_bars`: it ends in an outro of up to so many bars;
    `closing`: the labels that come before that outro, and how many bars they have at least;
    `apart`: no label comes twice in a row; `leads`: what must come after a label, as a drop after
    a build; `trails`: what a label comes after and nowhere else; `most`: how often a label may
    come, as long as another may.
    """

    genre: str | None = None
    bpm: float | None = None
    bars: int | None = None
    unit: int = 1
    longest: int = MOST_BARS
    given: tuple[tuple[str, int | None], ...] = ()
    whole: bool = False
    bars_of: Mapping[str, int] = field(default_factory=dict)
    opening: str | None = None
    outro_bars: int | None = None
    closing: Mapping[str, int] = field(default_factory=dict)
    apart: bool = False
    leads: Mapping[str, str] = field(default_factory=dict)
    trails: Mapping[str, str] = field(default_factory=dict)
    most: Mapping[str, int] = field(default_factory=dict)
    dialect: Dialect = PLAIN
    habits: Habits | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A form and its score: the mean logarithm of the shares of what was drawn."""

    form: Form
    score: float


def candidates(
    model: StructureModel, asked: Asked, count: int, rng: random.Random
) -> list[Candidate]:
    """Return `count` forms drawn at random, in the order in which they were drawn."""
    places = asked.dialect.places()
    drafts = [_Draft(asked, places) for _ in range(count)]
    start = conditions(asked.genre, asked.bpm, asked.bars)
    pieces = model.begin(start, asked.bars, count)
    telling = list(range(count))
    while telling:
        tokens = [drafts[i].draw(pieces.next[row], rng) for row, i in enumerate(telling)]
        left = [row for row, token in enumerate(tokens) if token != EOS]
        if left and len(left) < len(telling):
            pieces = pieces.of(left)
        telling = [telling[row] for row in left]
        if telling:
            pieces.read([[tokens[row]] for row in left])
    return [draft.candidate() for draft in drafts]


class _Draft:
    """A form that is being drawn."""

    def __init__(self, asked: Asked, places: Mapping[str, Sequence[int]]) -> None:
        self._asked = asked
        self._places = places
        self._labels: list[str] = []
        self._bars: list[int] = []
        self._surprise: list[float] = []

    def candidate(self) -> Candidate:
        """Return the form as it is now."""
        mean = sum(self._surprise) / max(1, len(self._surprise))
        return Candidate(tuple(zip(self._labels, self._bars, strict=True)), -mean)

    def draw(self, shares: Shares, rng: random.Random) -> int:
        """Return the next token, drawn by the model's shares from what may come here."""
        if len(self._labels) == len(self._bars):
            return self._draw_label(shares, rng)
        return self._draw_bars(shares, rng)

    @property
    def _left(self) -> int | None:
        """Return how many bars are left of those asked for."""
        return None if self._asked.bars is None else self._asked.bars - sum(self._bars)

    def _draw_label(self, shares: Shares, rng: random.Random) -> int:
        allowed = self._labels_allowed()
        told = shares.tolist()
        weights = [
            sum(told[place] for place in self._places[label]) if label != END else told[0]
            for label in allowed
        ]
        habits = self._asked.habits
        if habits is not None:
            usual = habits.follows.get(self._labels[-1] if self._labels else "", {})
            weights = _weighed(weights, [usual.get(label, 0.0) for label in allowed], habits)
        label = allowed[self._drawn(weights, rng)]
        if label == END:
            return EOS
        self._labels.append(label)
        return AFTER_BARS[max(self._places[label], key=told.__getitem__)]

    def _draw_bars(self, shares: Shares, rng: random.Random) -> int:
        allowed = self._bars_allowed()
        told = shares.tolist()
        weights = [told[min(bars, MOST_BARS) - 1] for bars in allowed]
        habits = self._asked.habits
        if habits is not None:
            usual = habits.bars.get(self._labels[-1], {})
            weights = _weighed(weights, [usual.get(bars, 0.0) for bars in allowed], habits)
        bars = allowed[self._drawn(weights, rng)]
        self._bars.append(bars)
        return AFTER_LABEL[min(bars, MOST_BARS) - 1]

    def _drawn(self, weights: Sequence[float], rng: random.Random) -> int:
        chosen = drawn(weights, rng)
        if len(weights) > 1:
            self._surprise.append(-math.log(max(weights[chosen] / sum(weights), _FAINTEST)))
        return chosen

    def _labels_allowed(self) -> list[str]:
        """Return the labels that may come next, END among them where the form may end."""
        asked, count, left = self._asked, len(self._labels), self._left
        if count < len(asked.given):
            return [asked.given[count][0]]
        if (asked.whole and asked.given) or count >= MOST_SECTIONS:
            return [END]
        if asked.opening is not None and count == 0:
            return [asked.opening]
        last = self._labels[-1] if self._labels else ""
        over = left is not None and left <= 0
        ends_in_outro = left is not None and asked.outro_bars is not None
        if (over and not ends_in_outro) or (last == "outro" and (ends_in_outro or left is None)):
            return [END]
        if last in asked.leads and count < MOST_SECTIONS - 1:
            return [asked.leads[last]]
        closing = left is not None and asked.outro_bars is not None and left <= asked.outro_bars
        if closing or count == MOST_SECTIONS - 1:
            return ["outro"]
        labels = [label for label in asked.dialect.meanings if self._may_follow(label)]
        rare = [
            label
            for label in labels
            if self._labels.count(label) < asked.most.get(label, MOST_SECTIONS)
        ]
        labels = rare or labels or ["outro"]
        return [END, *labels] if left is None and count else labels

    def _may_follow(self, label: str) -> bool:
        """Return whether a label may come next, for all that its place tells."""
        if label == "intro":
            return not self._labels
        if self._asked.apart and self._labels and self._labels[-1] == label:
            return False
        last = self._labels[-1] if self._labels else ""
        if self._asked.trails.get(label, last) != last:
            return False
        if self._left is not None and label != "outro" and not self._fits(label, self._left):
            return False
        if label == "outro" and self._left is not None:
            return self._left <= MOST_BARS and self._asked.outro_bars is None
        return True

    def _bars_allowed(self) -> list[int]:
        """Return the numbers of bars that the section told last may have."""
        asked, label, left = self._asked, self._labels[-1], self._left
        place = len(self._bars)
        if place < len(asked.given) and asked.given[place][1] is not None:
            return [int(asked.given[place][1] or 0)]
        if label in asked.bars_of:
            return [asked.bars_of[label]]
        lengths = list(range(asked.unit, asked.longest + 1, asked.unit))
        if left is None or place < len(asked.given):
            return lengths
        if label == "outro" or left <= asked.unit:
            return [min(left, 2 * MOST_BARS) if left > 0 else asked.unit]
        fitting = [bars for bars in lengths if self._leaves_room(left - bars)]
        return fitting or [min(left, MOST_BARS)]

    def _leaves_room(self, rest: int) -> bool:
        """Return whether what has to follow the section told last fits into `rest` bars."""
        asked, label = self._asked, self._labels[-1]
        ends = rest == 0 and asked.outro_bars is None and label not in asked.leads
        return ends or rest >= self._needed_after(label)

    def _fits(self, label: str, left: int) -> bool:
        """Return whether a section of `label` and what has to follow it fit into `left` bars."""
        asked = self._asked
        if asked.closing and asked.outro_bars is not None and label not in asked.closing:
            return left >= asked.unit + self._needed_after(label)
        return label not in asked.leads or left >= 3 * asked.unit

    def _needed_after(self, label: str) -> int:
        """Return how many bars are needed after a section of `label`, for what has to follow it."""
        asked = self._asked
        lead, least = asked.leads.get(label), max(4, asked.unit)
        needed = least if lead is None else 2 * least
        if asked.outro_bars is None or not asked.closing or label in asked.closing:
            return needed
        close = max(asked.outro_bars + 1, least + min(asked.closing.values()))
        return max(needed, close if lead is None or lead in asked.closing else least + close)


def drawn(weights: Sequence[float], rng: random.Random) -> int:
    """Return a place, drawn by weights that are rounded first, so that all machines agree.

    >>> drawn([0.0, 1.0, 0.0], random.Random(1))
    1
    """
    total = sum(weights)
    parts = [round(_STEPS * weight / total) for weight in weights] if total > 0 else []
    if not any(parts):
        parts = [1] * len(weights)
    point = rng.random() * sum(parts)
    for place, part in enumerate(parts):
        point -= part
        if point < 0:
            return place
    return max(range(len(parts)), key=parts.__getitem__)


def _weighed(model: Sequence[float], usual: Sequence[float], habits: Habits) -> list[float]:
    """Return the product of the model's shares and of habits, each to its power."""
    return [
        max(share, _FAINTEST) ** (1.0 - habits.weight) * max(habit, 0.003) ** habits.weight
        for share, habit in zip(model, usual, strict=True)
    ]
