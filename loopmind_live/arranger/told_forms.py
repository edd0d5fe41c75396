"""Forms that a model of structure tells for a genre: several are drawn, the best is taken."""

import math
import random
from collections import Counter
from collections.abc import Mapping

from loopmind_live.arranger.dialects import CORPUS_GENRE, dialect_of, habits_of_form, is_danced
from loopmind_live.arranger.genres import Form, Genre
from loopmind_live.arranger.structure.decode import Asked, Candidate, candidates, drawn
from loopmind_live.arranger.structure.telling import StructureModel
from loopmind_live.arranger.typical import LEADING, flaws, missing, typical_of

DRAWN = 8
_ROUNDS = 2
"""So often forms are drawn where each lacks something that the piece needs."""
SHORTEST_BARS, LONGEST_BARS = 24, 256
"""Shorter pieces are no forms of sections; longer ones repeat what this many bars hold."""
_UNIT, _DANCE_UNIT = 4, 8
_LIKELY, _WARMTH = 0.35, 0.15
"""How much it counts how likely a form is, as likely ones are drawn more often anyway; and how far
below the best its worth may lie that it is still taken now and then."""


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
    unit = unit_of(genre)
    typical = typical_of(genre, length, unit, is_danced(genre))
    asked = Asked(
        CORPUS_GENRE.get(genre.name),
        bpm,
        max(unit, round(length / unit) * unit),
        unit,
        genre.longest,
        bars_of={label: fixed for label, fixed in wanted.items() if fixed is not None},
        opening="intro",
        outro_bars=max(unit, wanted.get("outro") or typical.bars_of.get("outro", unit)),
        apart=True,
        leads=dict.fromkeys(LEADING, genre.spoken("hook")),
        trails={"postchorus": genre.spoken("hook")},
        closing=typical.closing,
        most={label: most for label, most in typical.most.items() if label not in wanted},
        dialect=dialect_of(genre, frozenset(wanted)),
        habits=habits_of_form(genre, tuple(typical.bars_of.items())),
    )
    needed = typical.needed | Counter(dict.fromkeys(wanted, 1))
    told: list[Candidate] = []
    for _ in range(_ROUNDS):
        told += candidates(model, asked, DRAWN, rng)
        if any(not missing(each.form, needed) for each in told):
            break
    worths = [_LIKELY * each.score - flaws(each.form, typical, needed) for each in told]
    chances = [math.exp((worth - max(worths)) / _WARMTH) for worth in worths]
    return told[drawn(chances, rng)].form


def unit_of(genre: Genre) -> int:
    """Return the bars that sections of `genre` are multiples of."""
    return _DANCE_UNIT if is_danced(genre) else _UNIT


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
        unit=unit_of(genre),
        given=listed,
        whole=True,
        dialect=dialect_of(genre, frozenset(label for label, _ in listed)),
        habits=habits_of_form(genre),
    )
    return max(candidates(model, asked, DRAWN, rng), key=lambda each: each.score).form
