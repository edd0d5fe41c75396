"""Loudness (ITU-R BS.1770) and true peak."""

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.units import gain_to_db

_BLOCK_S, _STEP_S = 0.4, 0.1
_ABSOLUTE_GATE_LUFS, _RELATIVE_GATE_DB, _OFFSET_DB = -70.0, -10.0, -0.691
_PEAK_GATE = 0.4
"""Between samples that are all below so much of the highest one no wave comes above that: it would
take more than sixteen of the very same level and of changing sign."""
_BEND, _FAR = 0.65, 1e-5
"""What lies between two samples is above both of them by at most so much of the strongest bend (the
second difference) near there, and by so much of the peak for all that is further away: sums of
the magnitudes of what soxr's filter does beyond drawing straight lines."""
_PIECE_FRAMES, _MARGIN_FRAMES, _EDGE_FRAMES = 256, 320, 256
"""Of a loud span so much around is given to the filter, whose reach is shorter than the edge."""

Powers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


def lufs(audio: Floats, rate_hz: int) -> float | None:
    """Return the integrated loudness of `audio`: float32 [frames, channels], one or two channels.

    None where nothing reaches the absolute gate of -70 LUFS. A sound shorter than the meter's
    400 ms block is measured as that block, silence around it included. The weighting filters are
    pyloudnorm's, and so is the placing of the blocks; its own meter takes twice as long.
    """
    powers = _block_powers(audio, rate_hz)
    loud = powers[_in_lufs(powers) >= _ABSOLUTE_GATE_LUFS]
    if len(loud) == 0:
        return None
    gate = float(_in_lufs(loud.mean())) + _RELATIVE_GATE_DB
    return float(_in_lufs(loud[_in_lufs(loud) > gate].mean()))


def true_peak_dbtp(audio: Floats, rate_hz: int) -> float:
    """Return the true peak of `audio`: float32 [frames, channels], in dBTP; -120 for silence.

    Oversampled to at least 176.4 kHz, as BS.1770-4 annex 2 does (four times at 44.1 and 48 kHz).
    """
    import soxr

    frames = np.ascontiguousarray(audio, np.float32)
    highest = _highest(np.abs(frames))
    peak = float(highest.max(initial=0.0))
    factor = max(1, math.ceil(176400 / rate_hz))
    if peak > 0.0 and factor > 1:
        loud = _spans(_may_reach(frames, highest, peak), len(frames))
        spans = [_around(channel, *span) for span in loud for channel in _channels(frames, *span)]
        between = soxr.resample(np.concatenate(spans), rate_hz, factor * rate_hz)
        at = 0
        for span in spans:
            begin, end = at + _EDGE_FRAMES - 1, at + len(span) - _EDGE_FRAMES
            inside = between[factor * begin : factor * end]
            peak = max(peak, float(inside.max()), -float(inside.min()))
            at += len(span)
    return gain_to_db(peak)


def _may_reach(frames: Floats, highest: Floats, peak: float) -> Places:
    """Return the pieces in which, or up to a frame before, the wave may come up to `peak`.

    `highest`: the highest level of each piece's samples.
    """
    around = np.zeros((len(frames) + 2, frames.shape[1]), np.float32)
    around[1:-1] = frames
    steps = around[1:] - around[:-1]
    bends = steps[1:] - steps[:-1]
    bent = _highest(np.abs(bends, out=bends))
    nearby = np.maximum(bent, np.maximum(np.append(bent[1:], 0.0), np.append(0.0, bent[:-1])))
    may = (highest >= _PEAK_GATE * peak) & (highest + _BEND * nearby >= (1.0 - _FAR) * peak)
    return np.flatnonzero(may)


def _highest(levels: Floats) -> Floats:
    """Return the highest of the levels [frames, channels] in each piece, of all channels."""
    line = levels.reshape(-1)
    size = _PIECE_FRAMES * levels.shape[1]
    return np.maximum.reduceat(line, np.arange(0, len(line), size)) if len(line) else line


def _spans(pieces: Places, frames: int) -> list[tuple[int, int]]:
    """Return where pieces of a sound of so many frames are, those close to each other as one.

    >>> _spans(np.array([1, 5, 6]), 1600)
    [(256, 512), (1280, 1600)]
    """
    if len(pieces) == 0:
        return []
    gaps = np.flatnonzero(np.diff(pieces) > 2 * _MARGIN_FRAMES // _PIECE_FRAMES)
    firsts, lasts = pieces[np.append(0, gaps + 1)], pieces[np.append(gaps, len(pieces) - 1)]
    return [
        (int(first) * _PIECE_FRAMES, min((int(last) + 1) * _PIECE_FRAMES, frames))
        for first, last in zip(firsts, lasts, strict=True)
    ]


def _around(channel: Floats, begin: int, end: int) -> Floats:
    """Return a span with its margins; zeros before and after all: what is cut off rings there."""
    first, last = begin - _MARGIN_FRAMES, end + _MARGIN_FRAMES
    inside = channel[max(0, first) : last]
    if len(inside) == last - first:
        return inside
    return np.pad(inside, (max(0, -first), max(0, last - len(channel))))


def _channels(frames: Floats, begin: int, end: int) -> list[Floats]:
    """Return the channels; of two that are the same around a span, one."""
    channels = list(frames.T)
    around = frames[max(0, begin - _MARGIN_FRAMES) : end + _MARGIN_FRAMES]
    same = len(channels) == 2 and np.array_equal(around[:, 0], around[:, 1])
    return channels[:1] if same else channels


def _block_powers(audio: Floats, rate_hz: int) -> Powers:
    """Return the mean square of each 400 ms block, 100 ms after another, of K-weighted sound.

    That of all channels together.
    """
    from pyloudnorm import IIRfilter
    from scipy.signal import sosfilt

    shelf = IIRfilter(4.0, 1.0 / math.sqrt(2.0), 1500.0, rate_hz, "high_shelf")
    high_pass = IIRfilter(0.0, 0.5, 38.0, rate_hz, "high_pass")
    sections = [np.concatenate([stage.b, stage.a]) for stage in (shelf, high_pass)]
    channels = audio.shape[1]
    sound = np.zeros((max(len(audio), math.ceil(_BLOCK_S * rate_hz) + 1), channels))
    sound[: len(audio)] = audio
    # Two channels go through the filters together, as one of complex numbers.
    line = sound.view(np.complex128) if channels == 2 else sound
    weighted = sosfilt(np.array(sections), line[:, 0]).view(np.float64)
    count = round((len(sound) / rate_hz - _BLOCK_S) / _STEP_S) + 1
    first = np.arange(count) * (_STEP_S / _BLOCK_S)
    begins = (_BLOCK_S * first * rate_hz).astype(np.int64)
    ends = np.minimum((_BLOCK_S * (first + 1.0) * rate_hz).astype(np.int64), len(sound))
    # Blocks overlap: each sample is added once, to the piece between two of their edges.
    edges = np.unique(np.concatenate([begins, ends]))
    pieces = [weighted[channels * begin : channels * end] for begin, end in pairwise(edges)]
    sums = np.cumsum([0.0, *(piece @ piece for piece in pieces)])
    inside = sums[np.searchsorted(edges, ends)] - sums[np.searchsorted(edges, begins)]
    means: Powers = inside / (_BLOCK_S * rate_hz)
    return means


def _in_lufs(powers: npt.ArrayLike) -> Powers:
    result: Powers = _OFFSET_DB + 10.0 * np.log10(np.maximum(powers, 1e-30))
    return result
