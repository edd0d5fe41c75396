"""The tempo of a loop, from its sound and what it is called, and how sure it is.

Many candidates are looked at: tempos whose beats fill the file, and tempos at which the sound
repeats, from each place where the first downbeat may lie. A small trained network says how likely
each is, and how likely it is that there is none; what names and chunks claim is weighed in as odds,
so that they decide what is open and lose against a sound that is clear.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.onsets import Onsets
from loopmind_live.library.extent import Extent
from loopmind_live.library.meter import SURE_OF_THREE, describe_meter
from loopmind_live.library.rhythm import BEATS, Doubles, Evidence
from loopmind_live.library.tempo_candidates import find_candidates
from loopmind_live.library.tempo_model import TempoModel, load_meter, load_model

MARKED_TRUST, BARE_TRUST, CHUNK_TRUST = 6.0, 2.0, 4.0
"""The odds, as logarithms, that "128bpm", a mere "128" and a chunk in the file give a tempo.

Of marked ones nine in ten are right, and each has some forty rivals: log(0.9 / (0.1 / 40)).
"""
_NONE_ODDS = 1.5
"""Hits and noises are commoner among sounds than among what was trained on."""
_CLAIMED = 0.6
"""What names a tempo says that there is one, with so much of its odds."""
_SURE_OF_TEMPO = 0.8
"""Below it a bar of three may be three quarters of one of four at another tempo."""
_SHORTEST_S = 0.3
"""A beat at 200 BPM."""
_HINT_WIDTH = 0.01
_SAME_TEMPO, _CLOSE = 0.02, 0.005
_FILLS = 0.015
_LENGTH_ERROR, _ONSETS_ERROR, _STATED_ERROR = 0.008, 0.001, 0.003
"""How far off a tempo is, as a share, by a length that is not to the frame, by onsets, as told."""
_SNAP = 0.0025


@dataclass(frozen=True, slots=True)
class Hint:
    """A tempo that something beside the sound claims, and how far it is trusted, as log odds."""

    bpm: float
    trust: float


@dataclass(frozen=True, slots=True)
class Tempo:
    """A tempo, how sure it is (0..1), the first downbeat, and the whole beats from there.

    `confidence` is the probability that the tempo is right, as far as that could be learned.
    `beats_per_bar`: 3 only where that is sure, else 4.
    """

    bpm: float
    confidence: float
    start_s: float
    beats: int
    beats_per_bar: int = 4


@dataclass(frozen=True, slots=True)
class _Judged:
    """All candidates, [n] each: tempo, first downbeat, probability."""

    bpms: Doubles
    starts_s: Doubles
    chances: Doubles

    def near(self, bpm: float) -> npt.NDArray[np.bool_]:
        """Return which candidates are of the same tempo."""
        found: npt.NDArray[np.bool_] = np.abs(self.bpms / bpm - 1.0) < _SAME_TEMPO
        return found

    def together(self, width: float) -> Doubles:
        """Return the probability, [n], of each candidate with those less than `width` from it."""
        beside = np.abs(self.bpms[None, :] / self.bpms[:, None] - 1.0) < width
        result: Doubles = beside @ self.chances
        return result


def estimate_tempo(
    onsets: Onsets,
    extent: Extent,
    hints: Sequence[Hint] = (),
    stated_meters: Sequence[int] = (),
    model: TempoModel | None = None,
) -> Tempo | None:
    """Return the likeliest tempo of a loop, or None where it is likeliest that there is none.

    `stated_meters`: the beats a bar that names and chunks claim. `model`: what judges the
    candidates, by default the shipped one.
    """
    if extent.duration_s < _SHORTEST_S:
        return None
    evidence = Evidence(onsets, extent)
    judged, none = _judge(evidence, hints, model or load_model())
    chances = judged.together(_SAME_TEMPO)
    # Of candidates with the same neighbors the likeliest speaks for them.
    best = int(np.argmax(chances + 1e-3 * judged.chances))
    if chances[best] <= none:
        return None
    near = judged.near(float(judged.bpms[best]))
    confidence = min(1.0, float(chances[best]))
    # Of those the one in the likeliest company: one that fits by chance alone stands alone.
    close = judged.together(_CLOSE) + 1e-3 * judged.chances
    best = int(np.flatnonzero(near)[np.argmax(close[near])])
    start_s = _likeliest_start(judged, near)
    bpm = _settled(float(judged.bpms[best]), start_s, evidence, hints)
    beats = count_beats(bpm, start_s, evidence)
    figures = describe_meter(evidence, bpm, start_s, beats)
    three = load_meter().three_chance(figures, stated_meters)
    if three >= SURE_OF_THREE and confidence >= _SURE_OF_TEMPO:
        return Tempo(bpm, confidence, start_s, count_beats(bpm, start_s, evidence, 3), 3)
    return Tempo(bpm, confidence, start_s, beats)


def whole_beats(length_s: float, bpm: float, beats_per_bar: int = 4) -> int:
    """Return the beats of a loop of `length_s`: whole bars where it nearly fills them.

    >>> whole_beats(4.0, 120), whole_beats(3.9, 120), whole_beats(4.4, 120), whole_beats(1.0, 120)
    (8, 8, 8, 2)
    >>> whole_beats(9.5, 120), whole_beats(4.4, 120, 3)
    (16, 9)
    """
    beats = length_s * bpm / 60.0
    nearest = round(beats)
    if nearest in (1, 2, 3, 6) and abs(beats - nearest) <= 0.015 * nearest:
        return nearest
    bars = math.floor((beats + 0.35) / beats_per_bar)
    return beats_per_bar * bars if bars >= 1 else max(1, math.floor(beats + 0.1))


def count_beats(bpm: float, start_s: float, evidence: Evidence, beats_per_bar: int = 4) -> int:
    """Return the beats that fill the file from the first downbeat, or what sounds of it."""
    filled = _filled(bpm, start_s, evidence, beats_per_bar)
    if filled is not None:
        return filled[0]
    extent = evidence.extent
    sounding_s = min(extent.exact_end_s, extent.fades_s[0] + 0.3 * 60.0 / bpm)
    return whole_beats(max(0.05, sounding_s - start_s), bpm, beats_per_bar)


def _judge(evidence: Evidence, hints: Sequence[Hint], model: TempoModel) -> tuple[_Judged, float]:
    """Return the candidates with their probabilities, and the probability that none is right."""
    found = find_candidates(evidence, [hint.bpm for hint in hints])
    scores, none = model.scores(found.figures, found.overall)
    none += _NONE_ODDS - _CLAIMED * max((hint.trust for hint in hints), default=0.0)
    for hint in hints:
        off = np.log(found.bpms / hint.bpm) / _HINT_WIDTH
        scores = scores + hint.trust * np.exp(-0.5 * off**2)
    top = max(float(scores.max()), none)
    odds, none_odds = np.exp(scores - top), math.exp(none - top)
    total = float(odds.sum()) + none_odds
    return _Judged(found.bpms, found.starts_s, odds / total), none_odds / total


def _likeliest_start(judged: _Judged, near: npt.NDArray[np.bool_]) -> float:
    places: list[float] = sorted(set(judged.starts_s[near].tolist()))
    return max(places, key=lambda place: judged.chances[near & (judged.starts_s == place)].sum())


def _filled(
    bpm: float, start_s: float, evidence: Evidence, beats_per_bar: int = 4
) -> tuple[int, float] | None:
    """Return the beats that fill a part of the file from `start_s`, and its length in seconds."""
    best: tuple[float, int, float] | None = None
    for end_s in evidence.extent.ends_s:
        length_s = end_s - start_s
        number = max(1, round(length_s * bpm / 60.0))
        off = abs(length_s * bpm / 60.0 / number - 1.0)
        whole_bars = number % beats_per_bar == 0
        usual = number in BEATS if beats_per_bar == 4 else whole_bars
        unusual = 0.0 if usual else _FILLS / 2.0 if whole_bars else 0.8 * _FILLS
        if length_s > 0.1 and off + unusual < _FILLS and (best is None or off + unusual < best[0]):
            best = (off + unusual, number, length_s)
    return best[1:] if best is not None else None


def _settled(bpm: float, start_s: float, evidence: Evidence, hints: Sequence[Hint]) -> float:
    """Return the tempo to use: length, onsets and hints, each weighed by how exact it is.

    A whole tempo, or one at a half, is taken where it gives the length to the frame; a stated one,
    else a whole one, where it is as likely as that mean.
    """
    measured: list[tuple[float, float]] = []
    filled = _filled(bpm, start_s, evidence)
    if filled is not None:
        by_length = 60.0 * filled[0] / filled[1]
        typed = max(1.0, round(2.0 * by_length) / 2.0)
        if abs(60.0 * filled[0] / typed - filled[1]) * evidence.extent.rate_hz <= 1.0:
            return typed
        measured.append((by_length, _LENGTH_ERROR * by_length))
    by_onsets, error = evidence.refined(bpm)
    if abs(by_onsets / bpm - 1.0) < 0.02 and error < 0.01 * by_onsets:
        measured.append((by_onsets, math.hypot(error, _ONSETS_ERROR * by_onsets)))
    stated = [hint for hint in hints if abs(bpm / hint.bpm - 1.0) <= _SAME_TEMPO]
    measured += [(hint.bpm, _STATED_ERROR * hint.bpm) for hint in stated]
    if not measured:
        return bpm
    weights = [1.0 / deviation**2 for _, deviation in measured]
    mean = sum(w * told for w, (told, _) in zip(weights, measured, strict=True)) / sum(weights)
    likely = max(stated, key=lambda hint: hint.trust).bpm if stated else float(round(mean))
    return likely if abs(mean - likely) <= _SNAP * mean else mean
