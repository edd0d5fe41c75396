"""What forms of a genre are usually like in a piece of some length, and what is unusual. Pure.

A short piece has shorter sections than a long one, and somewhat fewer: a techno edit of three
minutes has its breakdown, its build and its second drop, too.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from loopmind_live.arranger.genres import Form, Genre

LEADING = ("build", "prechorus")
"""After these comes the peak."""
_NUMBER, _LENGTH = 1 / 3, 2 / 3
"""How much of a piece's length, as exponents, is made by the number of sections and by theirs."""
_USUAL = 0.25
"""So far, in octaves, the number of sections may be from the usual one without being unusual."""
_LENGTHS = (4, 8, 16, 32)
_FEWEST = 7
"""So many units make a dance form with two peaks: what leads to each, and what rests between."""
_MISSING, _EXTRA, _OFTEN, _SHORT, _WANING, _FADING = 1.0, 0.3, 0.4, 0.3, 0.5, 0.3
"""What flaws cost, in the measure of a candidate's score: a section that is missing; one that comes
too often; twice (or half) as many sections; a peak that is over too soon; a last one that is
shorter than the one before; an outro that is twice as long."""


@dataclass(frozen=True, slots=True)
class Typical:
    """How often each label comes, how long it is, and how often it has to come at least.

    `peak`: what the genre calls its peak; `closing`: labels that come before the outro, with the
    bars they have at least.
    """

    counts: Mapping[str, float]
    bars_of: Mapping[str, int]
    needed: Counter[str]
    peak: str
    closing: Mapping[str, int]

    @property
    def sections(self) -> float:
        """Return how many sections there usually are."""
        return sum(self.counts.values())

    @property
    def most(self) -> dict[str, int]:
        """Return how often labels that a genre has but once may come: an aside is no refrain."""
        return {
            label: max(1, math.ceil(count))
            for label, count in self.counts.items()
            if label not in (self.peak, *LEADING, *self.closing) and self.needed[label] < 2
        }


def typical_of(genre: Genre, bars: float, unit: int, danced: bool) -> Typical:
    """Return what forms of `genre` with about `bars` are usually like, in sections of `unit`.

    >>> from loopmind_live.arranger.genres import GENRES
    >>> short = typical_of(GENRES["techno"], 96, 8, danced=True)
    >>> round(short.sections), short.bars_of["drop"], short.needed["drop"], short.needed["build"]
    (6, 16, 2, 1)
    """
    usual = sum(length for _, length in genre.form)
    share = bars / usual
    scaled = [(label, _grown(genre, length * share**_LENGTH, unit)) for label, length in genre.form]
    times = Counter(label for label, _ in genre.form)
    counts = {label: count * share**_NUMBER for label, count in times.items()}
    peak = genre.spoken("hook")
    least = 1 if danced else 2
    needed = Counter(
        {
            label: max(1, min(2, round(counts[label])))
            for label, count in times.items()
            if count >= least and share > 0.25
        }
    )
    if danced and bars >= _FEWEST * unit:
        needed[peak] = 2
    bars_of = dict(reversed(scaled))
    closing = {
        label: max(unit, bars_of[label] // 2)
        for (label, _), (after, _) in pairwise(genre.form)
        if after == "outro"
    }
    return Typical(counts, bars_of, needed, peak, closing)


def _grown(genre: Genre, length: float, unit: int) -> int:
    """Return the usual length of sections that is nearest, none beyond the longest of the genre."""
    fitting = [each for each in _LENGTHS if unit <= each <= genre.longest] or [unit]
    return min(fitting, key=lambda each: abs(math.log2(each / length)))


def missing(form: Form, needed: Counter[str]) -> int:
    """Return how many sections of those that are `needed` are not there.

    >>> missing((("intro", 8), ("drop", 16)), Counter({"drop": 2, "build": 1}))
    2
    """
    return (needed - Counter(label for label, _ in form)).total()


def flaws(form: Form, typical: Typical, needed: Counter[str]) -> float:
    """Return what is not as usual in `form`, and what is missing of what is `needed`.

    >>> from loopmind_live.arranger.genres import GENRES
    >>> typical = typical_of(GENRES["house"], 72, 8, danced=True)
    >>> full = (("intro", 8), ("build", 8), ("drop", 16), ("breakdown", 8), ("build", 8),
    ...     ("drop", 16), ("outro", 8))
    >>> few = (("intro", 16), ("drop", 32), ("breakdown", 16), ("outro", 8))
    >>> flaws(full, typical, typical.needed) < 0.3 < flaws(few, typical, typical.needed)
    True
    """
    counts = Counter(label for label, _ in form)
    often = {label: math.ceil(count) for label, count in typical.counts.items()}
    often |= dict.fromkeys(LEADING, counts[typical.peak])
    extra = sum(
        max(0, count - max(1, often.get(label, 0), needed[label]))
        for label, count in counts.items()
    )
    off = max(0.0, abs(math.log2(len(form) / typical.sections)) - _USUAL)
    return (
        _MISSING * missing(form, needed)
        + _EXTRA * extra
        + _OFTEN * off
        + _SHORT * _short_peaks(form, typical)
        + _WANING * _wanes(form, typical)
        + _FADING * _fading(form, typical)
    )


def _fading(form: Form, typical: Typical) -> float:
    """Return how many times the outro is twice as long as usual, 0 where it is no longer.

    Whatever is left over at the end of a piece is its outro's.
    """
    label, bars = form[-1]
    usual = typical.bars_of.get("outro", bars)
    return max(0.0, math.log2(bars / usual)) if label == "outro" else 0.0


def _wanes(form: Form, typical: Typical) -> bool:
    """Return whether the last peak is shorter than the one before it."""
    peaks = [bars for label, bars in form if label == typical.peak]
    return len(peaks) > 1 and peaks[-1] < peaks[-2]


def _short_peaks(form: Form, typical: Typical) -> int:
    """Return how many peaks have at most half the bars that peaks usually have, or 16.

    >>> from loopmind_live.arranger.genres import GENRES
    >>> typical = typical_of(GENRES["trap"], 72, 4, danced=False)
    >>> _short_peaks((("hook", 8), ("verse", 4), ("hook", 4)), typical)
    1
    """
    enough = min(16, typical.bars_of.get(typical.peak, 16))
    return sum(label == typical.peak and 2 * bars <= enough for label, bars in form)
