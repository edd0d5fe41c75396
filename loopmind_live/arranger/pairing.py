"""Which loops go together: laid over each other as they would sound, and judged by the ranker."""

import math
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import Literal, NamedTuple

import numpy as np

from loopmind_live.arranger.compatibility import (
    EASY_STRETCH,
    Aim,
    Candidate,
    stretch_of,
    togetherness,
)
from loopmind_live.arranger.pairing_model import PairModel
from loopmind_live.arranger.pairing_shapes import Shapes, shapes_of, stacked
from loopmind_live.dsp.profile import Profile, unpack
from loopmind_live.score.fit import semitones_for, time_factor
from loopmind_live.score.loop import UNPITCHED_ROLES, Role

EASY_SEMITONES = 4
"""Loops that are stretched or transposed further are not themselves any more: nothing speaks for
them."""
PACK_COUNTS = 0.15
SCORE_COUNTS = 0.03
USUAL_SCORE, USUAL_RHYTHM = -2.5, -0.2
"""What half of all pairs by chance stay below: few are far likelier than their mean."""
MOST_SCORE = 6.0
MOST_RHYTHM = 1.0
"""The rhythm alone was learned from tones, and may say but little of drums."""
_HEIGHTS: Mapping[Role, int] = {"bass": 0, "chords": 1, "pad": 1, "melody": 2, "vocal": 2}
_KEPT_SHAPES, _KEPT_SCORES = 4096, 1 << 17
_LAID_AT_ONCE = 2048
"""So many loops are laid out before they are asked for: a performance has the time at its start."""
_OTHERS = 8
_Order = Literal["above", "below", "beside"]


class _Lay(NamedTuple):
    """How a loop lies in a set: `beat_s`: a beat of the set in the loop's own file."""

    content: str
    role: Role
    beat_s: float


class _Heard(NamedTuple):
    """A loop that lies so, and how many semitones higher than its file it sounds."""

    lay: _Lay
    semitones: int


class Pairs:
    """Judges which loops of a library go together; remembers what it has judged."""

    def __init__(self, candidates: Sequence[Candidate], model: PairModel) -> None:
        """Know the profiles of `candidates`: loops that come from elsewhere are found by content.

        A part of an old timeline or a journal has none of its own.
        """
        self._model = model
        self._profiles = {
            each.loop.content_hash: each.loop.profile
            for each in candidates
            if each.loop.profile is not None
        }
        self._shapes: dict[_Lay, Shapes | None] = {}
        self._scores: dict[tuple[_Lay, _Lay, int], float] = {}
        first = (each for each in candidates if each.loop.profile is not None)
        self._learn({_lay(each, each.bpm): each for each in islice(first, _LAID_AT_ONCE)})

    def matching(self, candidate: Candidate, others: Collection[Candidate], aim: Aim) -> float:
        """Return how well a candidate goes with `others`, about -0.2..0.35; 0 with none."""
        return self.matchings([candidate], others, aim)[0]

    def matchings(
        self, candidates: Sequence[Candidate], others: Collection[Candidate], aim: Aim
    ) -> list[float]:
        """Return the matching of each candidate with the last of `others`, all judged at once.

        Loops of one folder are usually one pack, made for each other. Where no profile is known,
        that and the brightness is all there is to go by.
        """
        if not others:
            return [0.0] * len(candidates)
        strengths = self.strengths(candidates, others, aim)
        if all(strength is None for strength in strengths):
            return [togetherness(candidate, others) for candidate in candidates]
        return [
            PACK_COUNTS * sum(other.folder == each.folder for other in others) / len(others)
            + SCORE_COUNTS * (strength or 0.0)
            for each, strength in zip(candidates, strengths, strict=True)
        ]

    def strengths(
        self, candidates: Sequence[Candidate], others: Collection[Candidate], aim: Aim
    ) -> list[float | None]:
        """Return what the ranker says of each candidate beside all `others`: -6..6, 0 as by chance.

        None where the profiles are not known; the lowest where a candidate is stretched or
        transposed too far.
        """
        if len(self._shapes) > _KEPT_SHAPES or len(self._scores) > _KEPT_SCORES:
            self._shapes.clear()
            self._scores.clear()
        once = list({other.loop.content_hash: other for other in others}.values())[-_OTHERS:]
        heard, beside = ([_heard(each, aim) for each in some] for some in (candidates, once))
        self._learn({h.lay: c for h, c in zip(heard + beside, [*candidates, *once], strict=True)})
        beside = [each for each in beside if self._shapes[each.lay] is not None]
        self._judge([each for each in heard if self._shapes[each.lay] is not None], beside)
        result: list[float | None] = []
        for candidate, mine in zip(candidates, heard, strict=True):
            if self._shapes[mine.lay] is None or not beside:
                result.append(None)
            elif not _is_easy(candidate, mine.semitones, aim):
                result.append(-MOST_SCORE)
            else:
                total = sum(self._scores[_pair(mine, other)] for other in beside)
                # What several say is not all news: they go together themselves.
                strength = total / math.sqrt(len(beside))
                result.append(min(MOST_SCORE, max(-MOST_SCORE, strength)))
        return result

    def _learn(self, wanted: Mapping[_Lay, Candidate]) -> None:
        """Lay out those of `wanted` that were not laid out yet, all at once."""
        new: dict[_Lay, Profile] = {}
        for lay, candidate in wanted.items():
            if lay not in self._shapes:
                packed = candidate.loop.profile or self._profiles.get(lay.content)
                self._shapes[lay] = None
                if (profile := unpack(packed)) is not None:
                    new[lay] = profile
        if new:
            shapes = shapes_of(list(new.values()), [lay.beat_s for lay in new])
            for place, lay in enumerate(new):
                self._shapes[lay] = shapes.take(slice(place, place + 1))

    def _judge(self, heard: Sequence[_Heard], beside: Sequence[_Heard]) -> None:
        """Score those pairs that were not scored yet, all of the same order at once."""
        blocks: dict[_Order, tuple[dict[_Heard, None], dict[_Heard, None]]] = {}
        for other in beside:
            new = [mine for mine in heard if _pair(mine, other) not in self._scores]
            for mine in new:
                order = _order(mine.lay.role, other.lay.role)
                rows, columns = blocks.setdefault(order, ({}, {}))
                rows[mine] = columns[other] = None
        for order, (rows, columns) in blocks.items():
            first, second = self._sounding(rows), self._sounding(columns)
            if order == "above":
                scores = self._model.scores(second, first).T - USUAL_SCORE
            elif order == "below":
                scores = self._model.scores(first, second) - USUAL_SCORE
            else:
                rhythm = self._model.rhythm_scores(first, second) - USUAL_RHYTHM
                scores = np.clip(rhythm, -MOST_RHYTHM, MOST_RHYTHM)
            for mine, values in zip(rows, scores.tolist(), strict=True):
                self._scores.update(
                    (_pair(mine, other), value)
                    for other, value in zip(columns, values, strict=True)
                    if _order(mine.lay.role, other.lay.role) == order
                )

    def _sounding(self, heard: Collection[_Heard]) -> Shapes:
        shapes = [shape for each in heard if (shape := self._shapes[each.lay]) is not None]
        return stacked(shapes).transposed([each.semitones for each in heard])


def _heard(candidate: Candidate, aim: Aim) -> _Heard:
    semitones = semitones_for(candidate.loop, candidate.role, aim.key)
    return _Heard(_lay(candidate, aim.bpm), semitones)


def _lay(candidate: Candidate, bpm: float) -> _Lay:
    counted_bpm = candidate.bpm * time_factor(candidate.bpm, candidate.beats, bpm)
    return _Lay(candidate.loop.content_hash, candidate.role, 60.0 / counted_bpm)


def _pair(mine: _Heard, other: _Heard) -> tuple[_Lay, _Lay, int]:
    """Return what a score depends on: of their transpositions, the difference alone."""
    return mine.lay, other.lay, (mine.semitones - other.semitones) % 12


def _order(role: Role, other: Role) -> _Order:
    """Return where a role lies by another: above or below it, or beside it where one is a drum's.

    >>> _order("melody", "chords"), _order("bass", "melody"), _order("bass", "drums")
    ('above', 'below', 'beside')
    """
    if role in UNPITCHED_ROLES or other in UNPITCHED_ROLES:
        return "beside"
    return "below" if _HEIGHTS[role] < _HEIGHTS[other] else "above"


def _is_easy(candidate: Candidate, semitones: int, aim: Aim) -> bool:
    low, high = EASY_STRETCH
    return low <= stretch_of(candidate, aim.bpm) <= high and abs(semitones) <= EASY_SEMITONES
