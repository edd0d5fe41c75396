"""The tempo of a loop, from its onsets and its length, and how sure it is.

A loop's length is nearly always a whole number of beats, and its onsets lie on a grid of sixteenths
or triplets. Each candidate tempo is scored by how well it explains both; the confidence is what
is left of the best candidate's evidence against a rival tempo and against none.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from loopmind_live.dsp.onsets import Onsets
from loopmind_live.library.rhythm import Evidence

_SEARCH_BPM = (60.0, 190.0)
_PRIOR_BPM, _PRIOR_OCTAVES = 125.0, 0.5
# How usual a loop of so many beats is, as a logarithm; other lengths are rarer still.
_BEATS_PRIOR = {
    4: 0.0, 8: 0.0, 16: 0.0, 32: -0.1, 64: -0.5, 2: -0.9, 12: -1.2, 24: -1.2, 1: -2.5,
    6: -1.6, 3: -2.0, 20: -1.8, 28: -2.0, 40: -2.0, 48: -1.6, 128: -1.2,
}  # fmt: skip
_ODD_BEATS_PRIOR = -2.5
_DURATION_TOLERANCE = 0.006
_HINT_TOLERANCE = 0.02
_CLEAR = 0.35
_HINT_ALONE = 0.4
_MARKED_TRUST, _BARE_TRUST = 2.5, 1.0
_SNAP = 0.0025
_NEAR_BPM = 0.1


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a file's sound lies: the file is `duration_s` long, sound from `start_s` to `end_s`.

    `cut`: it stops while it is still loud, as what was cut to a length does.
    """

    duration_s: float
    start_s: float
    end_s: float
    rate_hz: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Hint:
    """A tempo that the file's name states; `marked` where it says "bpm" and not just a number."""

    bpm: float
    marked: bool


@dataclass(frozen=True, slots=True)
class Tempo:
    """A tempo, how sure it is (0..1), the first downbeat, and the whole beats from there."""

    bpm: float
    confidence: float
    start_s: float
    beats: int


@dataclass(frozen=True, slots=True)
class _Span:
    """A guess at where the loop proper lies; `penalty` says how far it is from the plain one."""

    start_s: float
    end_s: float
    penalty: float
    exact: bool

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class _Candidate:
    bpm: float
    span: _Span
    score: float
    grid: float
    fit: float
    whole: float


def estimate_tempo(onsets: Onsets, extent: Extent, hint: Hint | None = None) -> Tempo | None:
    """Return the tempo of a loop, or None where nothing speaks for any.

    A `hint` wins where onsets or length agree with it, and with little confidence where it is
    marked and they say nothing; against clear evidence it is not believed.
    """
    evidence = Evidence(onsets, extent.duration_s)
    spans = _spans(extent)
    candidates = [
        _score(evidence, bpm, span, extent) for span in spans for bpm in _bpms(evidence, span, hint)
    ]
    if not candidates:
        return None
    best = max(candidates, key=lambda candidate: candidate.score)
    confidence = _confidence(best, candidates)
    if hint is not None:
        hinted = _hinted(candidates, evidence, hint, confidence)
        if hinted is not None:
            best, confidence = hinted
    bpm = _settled(best, evidence, hint.bpm if hint is not None else None)
    return Tempo(bpm, confidence, best.span.start_s, whole_beats(best.span.length_s, bpm))


def whole_beats(length_s: float, bpm: float) -> int:
    """Return the beats of a loop of `length_s`: whole bars of four where it nearly fills them.

    >>> whole_beats(4.0, 120), whole_beats(3.9, 120), whole_beats(4.4, 120), whole_beats(1.0, 120)
    (8, 8, 8, 2)
    >>> whole_beats(9.5, 120)
    16
    """
    beats = length_s * bpm / 60.0
    nearest = round(beats)
    if nearest in (1, 2, 3, 6) and abs(beats - nearest) <= 0.015 * nearest:
        return nearest
    bars = math.floor((beats + 0.35) / 4.0)
    return 4 * bars if bars >= 1 else max(1, math.floor(beats + 0.1))


def _spans(extent: Extent) -> list[_Span]:
    """Return where the loop may lie in its file: all of it, or without silence at either end."""
    starts = [(0.0, 0.0)]
    if extent.start_s > 0.01:
        starts.append((extent.start_s, 0.6))
    ends = [(extent.duration_s, 0.0)]
    if extent.duration_s - extent.end_s > 0.05:
        ends.append((extent.end_s, 0.6))
    return [
        _Span(start, end, before + after, start == 0.0 and end == extent.duration_s)
        for start, before in starts
        for end, after in ends
        if end - start > 0.2
    ]


def _bpms(evidence: Evidence, span: _Span, hint: Hint | None) -> Iterable[float]:
    low, high = _SEARCH_BPM
    for beats in _BEATS_PRIOR:
        bpm = 60.0 * beats / span.length_s
        if low <= bpm <= high:
            yield bpm
    yield from evidence.tempo_peaks(low, high)
    if hint is not None:
        yield hint.bpm


def _score(evidence: Evidence, bpm: float, span: _Span, extent: Extent) -> _Candidate:
    beats = span.length_s * bpm / 60.0
    nearest = max(1, round(beats))
    error = beats / nearest - 1.0
    fit = math.exp(-0.5 * (error / _DURATION_TOLERANCE) ** 2)
    usual = _BEATS_PRIOR.get(nearest, _ODD_BEATS_PRIOR)
    grid = evidence.grid(bpm)
    beat_s = 60.0 / bpm
    repeats = sum(
        weight * max(0.0, evidence.periodicity(times * beat_s))
        for times, weight in ((1, 0.8), (0.5, 0.4), (2, 0.5), (4, 0.5))
    )
    tempo_prior = -0.5 * (math.log2(bpm / _PRIOR_BPM) / _PRIOR_OCTAVES) ** 2
    whole = _whole_tempo(nearest, span, extent) if fit > 0.5 else 0.0
    explained = 0.45 * grid + repeats + fit * (2.5 + usual) + 1.5 * whole
    # Music moves in eighths at least: nothing between the beats speaks for half the tempo.
    score = explained + tempo_prior - 0.6 * evidence.plainness(bpm) - span.penalty
    return _Candidate(bpm, span, score, grid, fit * math.exp(usual), whole)


def _whole_tempo(beats: int, span: _Span, extent: Extent) -> float:
    """Return how far a whole tempo explains a file's length: 1 to the frame, 0 not at all.

    Loops are cut by programs at whole tempos. A length of whole half seconds may be anybody's, so
    it counts less, like a length that is only near, and only where the sound was cut.
    """
    if not span.exact:
        return 0.0
    bpm = 60.0 * beats / span.length_s
    off_frames = abs(60.0 * beats / round(bpm) - span.length_s) * extent.rate_hz
    typed = abs(2.0 * span.length_s - round(2.0 * span.length_s)) < 1e-4
    if off_frames <= 1.0 and not typed:
        return 1.0
    near = abs(bpm - round(bpm)) < _NEAR_BPM and (beats in (16, 32, 64) or not typed)
    return 0.75 if near and extent.cut else 0.0


def _hinted(
    candidates: list[_Candidate], evidence: Evidence, hint: Hint, rival_confidence: float
) -> tuple[_Candidate, float] | None:
    """Return the candidate that a hint speaks for and its confidence, None where it misleads."""
    named = [c for c in candidates if abs(c.bpm / hint.bpm - 1.0) <= _HINT_TOLERANCE]
    best = max(named, key=lambda candidate: candidate.score)
    if best.grid > 1.5 or best.fit > 0.3 or evidence.loosely(hint.bpm) > 2.0:
        return best, _confidence(best, named, _MARKED_TRUST if hint.marked else _BARE_TRUST)
    if hint.marked and rival_confidence < _CLEAR:
        return best, _HINT_ALONE
    return None


def _settled(best: _Candidate, evidence: Evidence, hint_bpm: float | None) -> float:
    """Return the tempo to use: length, onsets and name, each weighed by how exact it is.

    A stated tempo, else a whole one, is taken where it is as likely as that mean.
    """
    measured: list[tuple[float, float]] = []
    by_length = 60.0 * max(1, round(best.span.length_s * best.bpm / 60.0)) / best.span.length_s
    if abs(by_length / best.bpm - 1.0) < 0.02:
        if best.whole == 1.0:
            return float(round(by_length))
        measured.append((by_length, 0.004 * by_length))
    by_onsets, error = evidence.refined(best.bpm)
    if abs(by_onsets / best.bpm - 1.0) < 0.02 and error < 0.01 * by_onsets:
        measured.append((by_onsets, math.hypot(error, 0.0015 * by_onsets)))
    stated = hint_bpm is not None and abs(best.bpm / hint_bpm - 1.0) <= _HINT_TOLERANCE
    if stated and hint_bpm is not None:
        measured.append((hint_bpm, 0.003 * hint_bpm))
    if not measured:
        return best.bpm
    weights = [1.0 / deviation**2 for _, deviation in measured]
    mean = sum(w * bpm for w, (bpm, _) in zip(weights, measured, strict=True)) / sum(weights)
    likely = hint_bpm if stated and hint_bpm is not None else float(round(mean))
    return likely if abs(mean - likely) <= _SNAP * mean else mean


def _confidence(best: _Candidate, candidates: list[_Candidate], trust: float = 0.0) -> float:
    """Return 0..1: little without a grid or an exact length, less where another tempo is close.

    `trust`: log odds that something outside the sound adds.
    """
    rival = max(
        (c.score for c in candidates if abs(c.bpm / best.bpm - 1.0) > _HINT_TOLERANCE),
        default=best.score - 4.0,
    )
    lead = 1.0 / (1.0 + math.exp(-1.2 * (best.score - rival)))
    ground = 1.0 / (
        1.0 + math.exp(4.0 - 0.6 * best.grid - 2.0 * best.fit - 2.0 * best.whole - trust)
    )
    return lead * ground
