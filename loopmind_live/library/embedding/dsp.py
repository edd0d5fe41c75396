"""Embeddings from what the analysis measures anyway: timbre, movement, rhythm, harmony, shape.

The blocks of a vector, each weighed alike however many numbers it has:

- timbre: how the level goes over 40 mel bands, as the first 24 cosine coefficients of the mean
  over the windows that sound (no coefficient 0: loudness does not count)
- spread: 16 coefficients of how much each band's level varies
- change: 8 coefficients of how much each band's level moves from window to window
- rhythm: how much the rises in the lows, the mids and the highs are like themselves 10 times
  between 0.06 and 2 s later
- harmony: the 6 magnitudes of the Fourier transform over pitch classes, the same in every key
  (Lewin 1959; in use for chroma since Gomez 2006), and how tonal the sound is
- shape: brightness, flatness, the share of lows and highs, the fall, the onsets, the length, the
  share of windows that sound, how far levels reach, where it is loudest, how loud the end is

Every number is brought to a usual range (`embedding/scale.py`) and cut off at three times that, so
that no odd sound is far from all others by one number alone.
"""

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import fft

from loopmind_live.dsp.onsets import autocorrelation
from loopmind_live.dsp.spectrum import Floats
from loopmind_live.errors import LibraryError
from loopmind_live.library.decode import Audio
from loopmind_live.library.embedding.base import unit
from loopmind_live.library.embedding.scale import CENTERS, SPREADS
from loopmind_live.library.sound import BANDS, FLOOR_DB, Sound, measure

NAME = "dsp-1"
"""Its number is raised whenever the same sound would get another vector."""
BLOCKS = (
    ("timbre", 24, 1.3), ("spread", 16, 0.7), ("change", 8, 0.7), ("rhythm", 30, 0.6),
    ("harmony", 7, 0.8), ("shape", 11, 1.0),
)  # fmt: skip
"""What a vector is made of: name, how many numbers, how much it counts."""
WIDTH = sum(size for _, size, _ in BLOCKS)
_MOST = 3.0
_SOUNDING_DB = 50.0
_LAGS_S = np.geomspace(0.06, 2.0, 10)
_LAG_EDGES_S = np.geomspace(
    _LAGS_S[0] / math.sqrt(_LAGS_S[1] / _LAGS_S[0]),
    _LAGS_S[-1] * math.sqrt(_LAGS_S[1] / _LAGS_S[0]),
    len(_LAGS_S) + 1,
)
"""Each lag stands for all up to half-way to its neighbors: the highest of them counts."""
_SETS = (slice(0, 6), slice(6, 28), slice(28, BANDS))

Values = npt.NDArray[np.float64]


class DspMaker:
    """The maker of every scan: no model, no download, a millisecond a loop beyond its analysis."""

    name = NAME
    width = WIDTH
    knows_text = False

    def of_audio(self, audio: Audio) -> Floats:
        """Return the vector of a sound; what is known of it is measured first."""
        return embed(measure(audio))

    def of_text(self, text: str) -> Floats:
        """Raise LibraryError: it places sounds only."""
        raise LibraryError(f"{text!r}: the embedding dsp knows no words: choose clap for them")


def embed(sound: Sound) -> Floats:
    """Return the vector of a measured sound, float32 [WIDTH], length 1."""
    return vector_of(features(sound))


def vector_of(numbers: Values) -> Floats:
    """Return the vector of a sound with such `features`, float32 [WIDTH], length 1."""
    scaled = np.clip((numbers - CENTERS) / SPREADS, -_MOST, _MOST)
    # Samples may be of any size, also such that their squares are not finite.
    scaled = np.nan_to_num(scaled)
    if not scaled.any():
        scaled[0] = 1.0  # usual in every number: somewhere it must lie
    return unit((scaled * _WEIGHTS).astype(np.float32))


def features(sound: Sound) -> Values:
    """Return the numbers of a vector before they are brought to one range: float64 [WIDTH]."""
    levels = sound.levels_db.astype(np.float64)
    loudness = levels.max(axis=1)
    sounding = levels[loudness > loudness.max() - _SOUNDING_DB]
    moves = np.abs(np.diff(levels, axis=0)) if len(levels) > 1 else np.zeros((1, BANDS))
    blocks = (
        _cosines(sounding.mean(axis=0))[1:25],
        _cosines(sounding.std(axis=0))[:16],
        _cosines(moves.mean(axis=0))[:8],
        _rhythm(levels, sound.levels_hz),
        _harmony(sound),
        _shape(sound, len(sounding) / len(levels), loudness),
    )
    return np.concatenate(blocks)


def _cosines(levels: Values) -> Values:
    result: Values = fft.dct(levels, norm="ortho")
    return result


def _rhythm(levels: Values, levels_hz: float) -> Values:
    """Return how periodic the lows, mids and highs are, -1..1, float64 [3 * lags]."""
    rises = np.maximum(np.diff(levels, axis=0, prepend=levels[:1]), 0.0)
    return np.concatenate(
        [_periodicity(rises[:, bands].mean(axis=1), levels_hz) for bands in _SETS]
    )


def _periodicity(envelope: Values, levels_hz: float) -> Values:
    """Return how much an envelope is like itself at _LAGS_S; 0 where it is too short or flat."""
    result = np.zeros(len(_LAGS_S))
    if len(envelope) < 4 or float(envelope.std()) < 1e-6:
        return result
    repeats = autocorrelation(envelope.astype(np.float32))
    for place, (low, high) in enumerate(pairwise(np.round(_LAG_EDGES_S * levels_hz).astype(int))):
        if low < len(repeats):
            result[place] = repeats[low : max(high, low + 1)].max()
    return np.clip(result, -1.0, 1.0)


def _harmony(sound: Sound) -> Values:
    classes = sound.chroma.classes
    turns = np.abs(np.fft.rfft(classes))[1:7] / max(float(classes.sum()), 1e-9)
    return np.append(turns, sound.chroma.tonalness)


def _shape(sound: Sound, sounding: float, loudness: Values) -> Values:
    quarters = [float(part.max()) for part in np.array_split(loudness, 4) if len(part)]
    return np.array(
        [
            math.log2(max(sound.brightness_hz, 20.0) / 1000.0),
            math.sqrt(math.sqrt(max(sound.flatness, 0.0))),
            sound.low,
            sound.high,
            max(sound.fall_db, FLOOR_DB),
            math.log2(0.25 + sound.onsets_per_s),
            math.log2(max(sound.duration_s, 0.05)),
            sounding,
            float(loudness.max() - np.median(loudness)),
            int(np.argmax(quarters)) / 3.0,
            quarters[-1] - max(quarters),
        ]
    )


_WEIGHTS = np.concatenate(
    [np.full(size, weight / math.sqrt(size)) for _name, size, weight in BLOCKS]
)
