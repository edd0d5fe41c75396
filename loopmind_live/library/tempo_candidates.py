"""Which tempos are worth a look: what fills the file in beats, and at what the sound repeats."""

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from loopmind_live.library.extent import Extent
from loopmind_live.library.rhythm import Doubles, Evidence

SEARCH_BPM = (58.0, 202.0)
_NUMBERS = (
    4, 8, 16, 32, 64, 2, 1, 12, 24, 6, 3, 48, 20, 28, 40, 56, 128, 80, 96, 5, 7, 9, 10, 14, 18,
    36, 44, 52,
)  # fmt: skip
_SAME = 0.002
_GRID_PEAKS, _LAG_PEAKS = 8, 6
_BEAT_LAGS_S, _BAR_LAGS_S = (0.28, 1.05), (1.05, 4.5)
_LEAST_COUNT = 2.5
_START_GAP_S = 0.008


@dataclass(frozen=True, slots=True)
class Candidates:
    """Tempos with a place each for the first downbeat, [n], and what is said of each.

    `figures`: float32 [n, figures]; `overall`: float32 [numbers], what is said of the whole sound,
    and the highest that each figure is for any candidate: where all are low, none may be right.
    """

    bpms: Doubles
    starts_s: Doubles
    figures: npt.NDArray[np.float32]
    overall: npt.NDArray[np.float32]


def find_candidates(evidence: Evidence, more: Sequence[float] = ()) -> Candidates:
    """Return the candidates for a sound, the tempos of `more` among them."""
    first = float(evidence.times_s[0]) if len(evidence.times_s) else None
    places = starts(evidence.extent, first)
    bpms = tempos(evidence, places, more)
    figures = evidence.describe(bpms, places)
    overall = np.array(evidence.overall(), np.float32)
    return Candidates(
        np.tile(bpms, len(places)),
        np.repeat(np.array(places), len(bpms)),
        figures,
        np.concatenate([overall, figures.max(axis=0)]),
    )


def starts(extent: Extent, first_onset_s: float | None) -> list[float]:
    """Return where the first downbeat may lie: at the file's start, or where sound begins."""
    found = [0.0]
    for place in (extent.exact_start_s, extent.start_s, first_onset_s):
        near = place is None or any(abs(place - other) < _START_GAP_S for other in found)
        if place is not None and not near and place < 0.5 * extent.duration_s:
            found.append(place)
    return found[:3]


def tempos(evidence: Evidence, starts_s: Iterable[float], more: Iterable[float] = ()) -> Doubles:
    """Return the tempos to look at, those of `more` first: of near ones the first is kept."""
    low, high = SEARCH_BPM
    found: list[float] = []
    in_order: list[float] = []
    for bpm in _all(evidence, starts_s, more):
        place = bisect(in_order, bpm)
        nearest = in_order[max(0, place - 1) : place + 1]
        if low <= bpm <= high and all(abs(bpm / other - 1.0) > _SAME for other in nearest):
            found.append(bpm)
            in_order.insert(place, bpm)
    return np.array(found or [120.0])


def _all(evidence: Evidence, starts_s: Iterable[float], more: Iterable[float]) -> Iterator[float]:
    yield from more
    for start_s in starts_s:
        for end_s in evidence.extent.ends_s:
            if end_s - start_s > 0.1:
                yield from (60.0 * number / (end_s - start_s) for number in _NUMBERS)
    yield from _grid_peaks(evidence)
    yield from _lag_peaks(evidence)


def _grid_peaks(evidence: Evidence) -> Iterator[float]:
    """Yield tempos whose sixteenths or triplets the onsets meet best."""
    if evidence.count < _LEAST_COUNT:
        return
    step = 1.0 / (8.0 * max(min(evidence.extent.duration_s, 60.0), 1.0))
    for division in (4.0, 2.0, 3.0):
        low, high = (division * bpm / 60.0 for bpm in SEARCH_BPM)
        hz = np.arange(low, high, step)
        for place in _best_peaks(evidence.coherence(hz), _GRID_PEAKS):
            yield float(hz[place]) * 60.0 / division


def _lag_peaks(evidence: Evidence) -> Iterator[float]:
    """Yield tempos at which the sound is like itself a beat, or a bar, later."""
    curve, rate_hz = evidence.repetition.curves[0], evidence.repetition.hz
    for (low_s, high_s), beats in ((_BEAT_LAGS_S, (1, 2)), (_BAR_LAGS_S, (2, 4, 8))):
        low = int(low_s * rate_hz)
        part = curve[low : min(int(high_s * rate_hz), int(0.85 * len(curve)))]
        for place in _best_peaks(part, _LAG_PEAKS):
            left, middle, right = (float(part[place + step]) for step in (-1, 0, 1))
            shift = 0.5 * (right - left) / max(2.0 * middle - left - right, 1e-9)
            lag_s = (low + place + min(0.5, max(-0.5, shift))) / rate_hz
            yield from (60.0 * number / lag_s for number in beats)


def _best_peaks(values: Doubles, count: int) -> list[int]:
    if len(values) < 3:
        return []
    inner = values[1:-1]
    peaks = 1 + np.flatnonzero((inner > values[:-2]) & (inner >= values[2:]))
    return [int(place) for place in peaks[np.argsort(values[peaks])[::-1][:count]]]
