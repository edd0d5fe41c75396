"""Loops laid out over the same eight bars of a set, so that any two of them can be compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.profile import ROWS_A_BEAT, STEPS_A_BEAT, Profile

Floats = npt.NDArray[np.float32]
BEATS, BARS = 32, 8
ROWS, STEPS = ROWS_A_BEAT * BEATS, STEPS_A_BEAT * BEATS
_QUIET = 0.05
_CLEAR_HIT = 0.2


def _spans(widths: Mapping[str, int]) -> dict[str, slice]:
    ends = np.cumsum(list(widths.values())).tolist()
    return {
        name: slice(end - width, end)
        for (name, width), end in zip(widths.items(), ends, strict=True)
    }


HARMONY_ROWS = {
    "half beats": ROWS, "half bars": 2 * BARS, "bars": BARS, "all": 1,
    "any bar": ROWS // BARS, "any half": 2,
}  # fmt: skip
HARMONY_VIEWS = _spans(HARMONY_ROWS)
"""Where the rows of each view lie in `Shapes.harmony`; "any bar" is the mean of all bars: what is
left where it does not matter which bar lies over which."""
RHYTHM_VIEWS = _spans(
    {
        "hits": STEPS, "any bar": STEPS // BARS, "bar": STEPS // BARS, "by bar": BARS,
        "peaks": ROWS, "moves": ROWS, "swell": ROWS,
    }
)  # fmt: skip
"""Where each view lies in `Shapes.rhythm`: what begins when; the mean of its bars, as it is and by
its shape alone; how much begins in each bar; the strongest hit of each half beat; when the harmony
changes; and when it is loud. All are about their mean and of length 1, save "any bar"."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """Loops [n] over BEATS beats of a set; shorter ones are repeated.

    `harmony`: complex64 [n, 2, 7, rows], the Fourier transform over pitch classes of tones and
    bottoms, each row of length 1 before: a transposition turns its phases, and the product of two
    is the histogram of the intervals between them. `rhythm`: float32 [n, numbers]. `density`: [n],
    the share of steps with a clear hit. `bands`: [n, bands], shares of the level, sum 1.
    """

    harmony: npt.NDArray[np.complex64]
    rhythm: Floats
    density: Floats
    bands: Floats

    def __len__(self) -> int:
        return len(self.rhythm)

    def take(self, places: Any) -> "Shapes":
        """Return those at `places`: numbers, or a slice."""
        return Shapes(*(getattr(self, name)[places] for name in self.__slots__))

    def transposed(self, semitones: Sequence[int]) -> "Shapes":
        """Return the loops as they sound so many semitones [n] higher."""
        turns = np.exp(-2j * np.pi / 12.0 * np.arange(7) * np.asarray(semitones)[:, None])
        harmony = self.harmony * turns.astype(np.complex64)[:, None, :, None]
        return Shapes(harmony, self.rhythm, self.density, self.bands)


def stacked(shapes: Sequence[Shapes]) -> Shapes:
    """Return all of `shapes` as one."""
    names = Shapes.__slots__
    return Shapes(*(np.concatenate([getattr(each, name) for each in shapes]) for name in names))


def shapes_of(profiles: Sequence[Profile], beats_s: Sequence[float]) -> Shapes:
    """Return the shapes of loops; `beats_s`: how long a beat of the set is in each one's file.

    That is the beat of its profile, or half or twice as long where the loop is counted otherwise.
    """
    laid = [
        (_laid(each.tones, step), _laid(each.bottoms, step), _placed(each.hits, step))
        for each, beat_s in zip(profiles, beats_s, strict=True)
        for step in [_step(beat_s, each.beat_s)]
    ]
    tones, bottoms, hits = (np.stack(part) for part in zip(*laid, strict=True))
    levels = 10.0 ** (np.stack([each.bands for each in profiles]) / 20.0)
    loud = _leveled(tones)
    pulse = np.sqrt(hits.sum(axis=2))
    pulse /= np.maximum(pulse.max(axis=1, keepdims=True), 1e-6)
    return Shapes(
        np.stack([_harmony(loud), _harmony(_leveled(bottoms))], axis=1),
        _rhythm(pulse, loud),
        (pulse > _CLEAR_HIT).mean(axis=1, dtype=np.float32),
        levels / levels.sum(axis=1, keepdims=True),
    )


def _step(beat_s: float, profile_beat_s: float) -> float:
    """Return how many of a profile's beats one of the set takes; roundly, where it nearly does.

    >>> _step(1.001, 0.5), _step(0.5, 0.5), _step(0.5, 0.7)
    (2.0, 1.0, 0.7142857142857143)
    """
    exact = beat_s / profile_beat_s
    return next((each for each in (0.5, 1.0, 2.0) if abs(exact / each - 1.0) < 0.02), exact)


def _laid(rows: Floats, step: float) -> Floats:
    """Return `rows` over ROWS, around and around; `step`: how many of them one of the set takes."""
    places = np.arange(ROWS)
    first, second = (((places + part) * step).astype(np.int64) for part in (0.25, 0.75))
    result: Floats = 0.5 * (rows[first % len(rows)] + rows[second % len(rows)])
    return result


def _placed(hits: Floats, step: float) -> Floats:
    """Return `hits` over STEPS, around and around; each stays the moment that it is."""
    if step == 1.0:
        return hits[np.arange(STEPS) % len(hits)]
    sources = np.arange(int(np.ceil(STEPS * step)))
    places = np.round(sources / step).astype(np.int64)
    inside = places < STEPS
    result = np.zeros((STEPS, hits.shape[1]), np.float32)
    np.maximum.at(result, places[inside], hits[sources[inside] % len(hits)])
    return result


def _harmony(rows: Floats) -> npt.NDArray[np.complex64]:
    """Return the views of [n, ROWS, 12] as complex64 [n, 7, rows]."""
    views = {
        name: _unit(rows.reshape(len(rows), HARMONY_ROWS[name], -1, 12).mean(axis=2), _QUIET)
        for name in ("half beats", "half bars", "bars", "all")
    }
    for name, source in (("any bar", "half beats"), ("any half", "half bars")):
        views[name] = views[source].reshape(len(rows), BARS, -1, 12).mean(axis=1)
    spectra = np.fft.rfft(np.concatenate([views[name] for name in HARMONY_VIEWS], axis=1), axis=2)
    return np.ascontiguousarray(spectra.transpose(0, 2, 1).astype(np.complex64))


def _rhythm(pulse: Floats, loud: Floats) -> Floats:
    """Return the views of hits [n, STEPS] and of tones [n, ROWS, 12] as float32 [n, numbers]."""
    near = _unit(loud, _QUIET)
    rises = np.maximum(near - np.roll(near, 1, axis=1), 0.0).sum(axis=2)
    hits = _shape(pulse)
    by_bar = pulse.reshape(len(pulse), BARS, -1)
    views = {
        "hits": hits,
        "any bar": hits.reshape(by_bar.shape).mean(axis=1) * np.float32(BARS**0.5),
        "bar": _shape(by_bar.mean(axis=1)),
        "by bar": _shape(by_bar.sum(axis=2)),
        "peaks": _shape(pulse.reshape(len(pulse), ROWS, -1).max(axis=2)),
        "moves": _shape(rises),
        "swell": _shape(loud.sum(axis=2)),
    }
    return np.concatenate([views[name] for name in RHYTHM_VIEWS], axis=1)


def _leveled(rows: Floats) -> Floats:
    """Return [n, ROWS, 12] with a mean of 1 a row, over all that sounds in it."""
    result: Floats = rows * (ROWS / np.maximum(rows.sum(axis=(1, 2), keepdims=True), 1e-9))
    return result


def _shape(values: Floats) -> Floats:
    return _unit(values - values.mean(axis=1, keepdims=True))


def _unit(values: Floats, quiet: float = 1e-6) -> Floats:
    """Return vectors of length 1; those far shorter than `quiet` stay short."""
    length = np.sqrt((values**2).sum(axis=-1, keepdims=True))
    result: Floats = (values / (length + np.float32(quiet))).astype(np.float32)
    return result
