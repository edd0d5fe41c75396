"""Forms that a model of structure tells for a genre: several are drawn, the best is taken."""

import random
from collections import Counter
from collections.abc import Mapping

from loopmind_live.arranger.dialects import CORPUS_GENRE, dialect_of, habits_of_form, is_danced
from loopmind_live.arranger.genres import Form, Genre
from loopmind_live.arranger.structure.decode import Asked, Candidate, candidates
from loopmind_live.arranger.structure.telling import StructureModel

DRAWN = 6
SHORTEST_BARS, LONGEST_BARS = 24, 256
"""Shorter pieces are no forms of sections; longer ones repeat what this many bars hold."""
LEADING = ("build", "prechorus")
"""After these comes the peak."""
_UNIT, _DANCE_UNIT = 4, 8
_MISSING = 1.0
"""What a section that is missing costs, in the measure of a candidate's score."""
_SHORT = 0.3
"""The same of a peak that is over too soon."""


def told_form(
    model: StructureModel,
    genre: Genre,
    bpm: float,
    bars: float | None,
    wanted: Mapping[str, int | None],
    rng: random.Random,
) -> Form | None:
    """Return a form of about `bars`, or of the genre's usual length; None for very short ones.

    `wanted`: labels that are asked for, in the genre's words, with their bars where told.
    """
    usual = sum(wanted.get(label) or length for label, length in genre.form)
    length = min(usual if bars is None else bars, LONGEST_BARS)
    if length < SHORTEST_BARS:
        return None
    unit = _DANCE_UNIT if is_danced(genre) else _UNIT
    asked = Asked(
        CORPUS_GENRE.get(genre.name),
        bpm,
        max(unit, round(length / unit) * unit),
        unit,
        bars_of={label: fixed for label, fixed in wanted.items() if fixed is not None},
        opening="intro",
        outro_bars=max(unit, wanted.get("outro") or genre.bars_of("outro")),
        apart=True,
        leads=dict.fromkeys(LEADING, genre.spoken("hook")),
        dialect=dialect_of(genre, frozenset(wanted)),
        habits=habits_of_form(genre),
    )
    drawn = candidates(model, asked, DRAWN, rng)
    needed = _needed(genre, length / usual) | Counter(dict.fromkeys(wanted, 1))

    def worth(each: Candidate) -> float:
        flaws = _MISSING * _missing(each.form, needed) + _SHORT * _short_peaks(each.form, genre)
        return each.score - flaws

    return max(drawn, key=worth).form


def told_bars(
    model: StructureModel,
    genre: Genre,
    bpm: float,
    listed: tuple[tuple[str, int | None], ...],
    rng: random.Random,
) -> Form:
    """Return the sections that were `listed`, with bars where none were told."""
    asked = Asked(
        CORPUS_GENRE.get(genre.name),
        bpm,
        unit=_DANCE_UNIT if is_danced(genre) else _UNIT,
        given=listed,
        whole=True,
        dialect=dialect_of(genre, frozenset(label for label, _ in listed)),
        habits=habits_of_form(genre),
    )
    return max(candidates(model, asked, DRAWN, rng), key=lambda each: each.score).form


def _needed(genre: Genre, share: float) -> Counter[str]:
    """Return how often each label that makes a genre's form is needed in a piece of its share.

    Where people dance these are all of its labels, else those that come twice.
    """
    counts = Counter(label for label, _ in genre.form)
    least = 1 if is_danced(genre) else 2
    return Counter(
        {
            label: max(1, min(2, int(count * share)))
            for label, count in counts.items()
            if count >= least and share > 0.5
        }
    )


def _missing(form: Form, needed: Counter[str]) -> int:
    return (needed - Counter(label for label, _ in form)).total()


def _short_peaks(form: Form, genre: Genre) -> int:
    """Return how many peaks have at most half the bars that peaks usually have, or 16.

    >>> from loopmind_live.arranger.genres import GENRES
    >>> _short_peaks((("hook", 8), ("verse", 4), ("hook", 4)), GENRES["trap"])
    1
    """
    peak = genre.spoken("hook")
    enough = min(16, genre.bars_of(peak))
    return sum(label == peak and 2 * bars <= enough for label, bars in form)
