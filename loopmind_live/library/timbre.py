"""The numbers that an instrument is told by: how its sound begins, goes on and dies, and its pitch.

The blocks, each independent of how loud the sound is:

- vector: the numbers of the default embedding (timbre, movement, rhythm, harmony, shape)
- starts: the level over 20 bands at _AFTER windows from an onset, the mean over the clearest
  onsets, and how much they differ: hits of one drum are alike, those of a kit are not
- attacks: the same five times finer, over 16 bands at _FINELY_AFTER windows from an onset
- spread: the 10th, 50th and 90th percentile of each band over the windows that sound
- story: the level over 10 bands in 8 equal parts of the sound
- envelope: how fast the level rises and falls, over all and in the lows, mids and highs
- pitch: how clear it is, where it lies, whether it rests on notes or glides as a voice does
- modulation: how much 10 bands rise and fall, by how fast: speech has syllables, machines do not
- texture: tones (lasting) against hits (wide), steady against changing, how onsets follow
"""

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.medians import running_median
from loopmind_live.dsp.onsets import FLOOR_DB as FINE_FLOOR_DB
from loopmind_live.dsp.onsets import Onsets
from loopmind_live.dsp.spectrum import Floats
from loopmind_live.library.embedding.dsp import features
from loopmind_live.library.sound import (
    ANALYSIS_RATE_HZ,
    ANALYSIS_S,
    BANDS,
    CONTOUR_FRAMES,
    FLOOR_DB,
    Sound,
)

_AFTER = (-1, 0, 1, 2, 3, 5, 8, 13, 21)
_FINELY_AFTER = (-3, -1, 0, 1, 2, 3, 4, 6, 9, 14, 22, 36, 60, 90)
_CLEAREST = 12
_PARTS = 8
_SOUNDING_DB = 50.0
_VOICED = 0.8
_CLEARLY = 0.5
_STEADY_SEMITONES, _LEAP_SEMITONES = 0.35, 3.0
_SETS = (slice(0, 5), slice(5, 16), slice(16, 28), slice(28, BANDS))
_FALLS_DB = (6.0, 12.0, 20.0, 30.0, 45.0)
_MODULATION_WINDOWS = 256
_SPEEDS_HZ = (0.3, 1.0, 2.0, 4.0, 6.0, 9.0, 14.0, 22.0)
_CONTOUR_HZ = ANALYSIS_RATE_HZ / CONTOUR_FRAMES

Values = npt.NDArray[np.float64]


def timbre(sound: Sound, vector: Values | None = None) -> Floats:
    """Return the numbers of a measured sound, float32 [WIDTH], finite.

    `vector`: its `features`, where they are known already.
    """
    levels = sound.levels_db.astype(np.float64)
    loudness = levels.max(axis=1)
    sounding = np.flatnonzero(loudness > loudness.max() - _SOUNDING_DB)
    blocks = (
        features(sound) if vector is None else vector,
        _starts(sound, levels),
        _attacks(sound),
        np.quantile(_narrow(levels[sounding], 20), (0.1, 0.5, 0.9), axis=0).ravel(),
        _story(levels[sounding[0] : sounding[-1] + 1]),
        _envelope(sound, levels),
        _pitch(sound, loudness),
        _modulation(levels, sound.levels_hz),
        _texture(sound, levels[sounding]),
    )
    return np.nan_to_num(np.concatenate(blocks)).astype(np.float32)


def _narrow(levels: Values, bands: int) -> Values:
    """Return the levels with neighboring bands taken together."""
    together = levels.shape[-1] // bands
    # numpy's own mean over so short an axis takes ten times as long.
    total: Values = levels[..., ::together].copy()
    for band in range(1, together):
        total += levels[..., band::together]
    total /= together
    return total


def _starts(sound: Sound, levels: Values) -> Values:
    """Return mean and spread of the levels around the clearest onsets, over each one's loudest."""
    around = _around(sound.onsets, levels, sound.levels_hz, _AFTER, 20, FLOOR_DB)
    differ = _narrow(around.std(axis=0), 10)[[1, 3, 6]]
    return np.concatenate([around.mean(axis=0).ravel(), differ.ravel(), _alike(around)])


def _attacks(sound: Sound) -> Values:
    onsets = sound.onsets
    around = _around(onsets, onsets.levels_db, onsets.envelope_hz, _FINELY_AFTER, 16, FINE_FLOOR_DB)
    return np.asarray(around.mean(axis=0)).ravel()


def _around(
    onsets: Onsets,
    levels: Values | Floats,
    levels_hz: float,
    after: tuple[int, ...],
    bands: int,
    floor_db: float,
) -> Values:
    """Return the levels so many windows after the clearest onsets, over each one's loudest.

    float64 [onsets, after, bands]; where the sound has no onsets, from its loudest window.
    """
    strongest = np.argsort(onsets.strengths)[::-1][:_CLEAREST]
    places = np.round(onsets.times_s[strongest] * levels_hz).astype(int)
    if len(places) == 0:
        places = np.array([int(np.argmax(levels.max(axis=1)))])
    rows = places[:, None] + np.array(after)[None, :]
    around = _narrow(levels[np.clip(rows, 0, len(levels) - 1)].astype(np.float64), bands)
    around[(rows < 0) | (rows >= len(levels))] = floor_db
    result: Values = np.maximum(around - around.max(axis=(1, 2), keepdims=True), floor_db)
    return result


def _alike(around: Values) -> Values:
    """Return how alike the onsets are: mean, lowest tenth and highest tenth of their likeness."""
    if len(around) < 2:
        return np.ones(3)
    heads = around[:, 1:5].mean(axis=1)
    heads = heads - heads.mean(axis=1, keepdims=True)
    heads /= np.maximum(np.linalg.norm(heads, axis=1, keepdims=True), 1e-9)
    pairs = (heads @ heads.T)[np.triu_indices(len(heads), 1)]
    return np.array([pairs.mean(), *np.quantile(pairs, (0.1, 0.9))])


def _story(levels: Values) -> Values:
    edges = np.linspace(0, len(levels), _PARTS + 1).astype(int)
    parts = [levels[low : max(high, low + 1)].mean(axis=0) for low, high in pairwise(edges)]
    return _narrow(np.array(parts), 10).ravel()


def _envelope(sound: Sound, levels: Values) -> Values:
    contour = sound.contour_db.astype(np.float64)
    top = int(np.argmax(contour))
    rise = int(np.argmax(contour[: top + 1] > -20.0))
    power = 10.0 ** (contour / 10.0)
    center = float((power * np.arange(len(power))).sum() / power.sum())
    falls = [_log_s(_below(contour, top, fall) / _CONTOUR_HZ) for fall in _FALLS_DB]
    bands = [_band_falls(levels[:, bands].max(axis=1), sound.levels_hz) for bands in _SETS]
    shares = [float((contour > level).mean()) for level in (-6.0, -12.0, -20.0, -30.0, -45.0)]
    crest = float(-10.0 * math.log10(power.mean()))
    rest = [_log_s((top - rise) / _CONTOUR_HZ), (center - rise) / len(contour), crest]
    length = _log_s(min(sound.end_s, ANALYSIS_S) - sound.start_s)
    return np.array([*falls, *shares, *rest, length, *np.concatenate(bands)])


def _below(contour: Values, top: int, fall_db: float) -> int:
    """Return how long after the top the level has last been within `fall_db` of it."""
    return int(np.flatnonzero(contour[top:] > -fall_db)[-1]) + 1


def _band_falls(level: Values, levels_hz: float) -> Values:
    """Return how loud a band is at most, how fast it falls 15 dB and how much it moves."""
    top = int(np.argmax(level))
    under = np.flatnonzero(level[top:] < level[top] - 15.0)
    fall = int(under[0]) if len(under) else len(level) - top
    return np.array([level[top], _log_s(fall / levels_hz), float(level.std())])


def _log_s(seconds: float) -> float:
    return math.log2(max(seconds, 0.004))


def _pitch(sound: Sound, loudness: Values) -> Values:
    audible = loudness > loudness.max() - 30.0
    clarity = sound.pitch.clarity[audible].astype(np.float64)
    semitones = sound.pitch.semitones[audible].astype(np.float64)
    shares = [float((clarity > level).mean()) for level in (_CLEARLY, _VOICED, 0.92)]
    voiced = clarity > _VOICED
    if voiced.sum() < 3:
        voiced = clarity >= np.quantile(clarity, 0.5)
    low, middle, high = np.quantile(semitones[voiced], (0.1, 0.5, 0.9))
    both = voiced[1:] & voiced[:-1]
    moves = np.abs(np.diff(semitones))[both]
    count = max(len(moves), 1)
    steady = float((moves < _STEADY_SEMITONES).sum()) / count
    leaps = float((moves > _LEAP_SEMITONES).sum()) / count
    first = semitones[: max(3, len(semitones) // 10)].mean() - semitones[-3:].mean()
    turns = int((np.diff(voiced.astype(int)) == 1).sum()) / max(len(voiced) / sound.levels_hz, 0.1)
    rest = [low, middle, high, high - low, steady, 1.0 - steady - leaps, leaps, first]
    steps = np.abs(semitones[voiced] - np.round(semitones[voiced])).mean()
    return np.array(
        [*np.quantile(clarity, (0.1, 0.5, 0.9)), *shares, *rest, math.log2(0.1 + turns), steps]
    )


def _modulation(levels: Values, levels_hz: float) -> Values:
    """Return how much each of 10 bands moves at the speeds of _SPEEDS_HZ, in its first seconds."""
    moving = _narrow(levels, 10)
    moving = (moving - moving.mean(axis=0))[:_MODULATION_WINDOWS]
    shape = np.hanning(len(moving))[:, None]
    strengths = np.abs(np.fft.rfft(moving * shape, _MODULATION_WINDOWS, axis=0))
    speeds_hz = np.fft.rfftfreq(_MODULATION_WINDOWS, 1.0 / levels_hz)
    between = [(speeds_hz >= low) & (speeds_hz < high) for low, high in pairwise(_SPEEDS_HZ)]
    found = np.array([strengths[chosen].mean(axis=0) for chosen in between])
    return np.asarray(np.log1p(found / math.sqrt(len(moving)))).ravel()


def _texture(sound: Sound, levels: Values) -> Values:
    as_measured = levels.astype(np.float32)
    lasting, wide = (running_median(as_measured, axis) for axis in (0, 1))
    over: Values = np.subtract(lasting, wide, dtype=np.float64)
    moves = np.abs(np.diff(levels, axis=0)) if len(levels) > 1 else np.zeros((1, BANDS))
    gaps = np.diff(sound.onsets.times_s)
    gap = float(np.median(gaps)) if len(gaps) else min(sound.duration_s, ANALYSIS_S)
    uneven = float(np.abs(gaps - gap).mean() / max(gap, 1e-3)) if len(gaps) else 0.0
    slow = np.abs(np.fft.rfft(levels.max(axis=1) - levels.max(axis=1).mean(), 256))
    bins = np.fft.rfftfreq(256, 1.0 / sound.levels_hz)
    total = max(float(slow[1:].sum()), 1e-9)
    speeds = [
        float(slow[(bins >= low) & (bins < high)].sum()) / total
        for low, high in ((0.2, 1.5), (1.5, 3.0), (3.0, 6.0), (6.0, 10.0), (10.0, 22.0))
    ]
    strengths = sound.onsets.strengths
    strong = float(np.log1p(strengths.max())) if len(strengths) else 0.0
    bright = np.log2(1.0 + np.maximum(levels + 60.0, 0.0) @ np.arange(BANDS))
    return np.array(
        [
            *np.quantile(over, (0.1, 0.5, 0.9)),
            *[float(over[:, bands].mean()) for bands in _SETS],
            *[float(moves[:, bands].mean()) for bands in _SETS],
            _log_s(gap), min(uneven, 3.0), math.log2(1.0 + len(gaps)), strong, *speeds,
            float(bright.std()), *sound.chroma.classes[np.argsort(sound.chroma.classes)[-4:]],
        ]
    )  # fmt: skip
