"""What tells tones from drums and noise: lasting, sharp partials in one tuning."""

import numpy as np

from loopmind_live.dsp.harmony import ROWS
from loopmind_live.dsp.pitches import Partials, Tuning, Values
from loopmind_live.dsp.spectrum import Floats, flatness, share_between

NUMBERS = (
    "tonalness", "sharpness", "steady", "lasting", "spread", "spread of chords", "strongest",
    "partials", "fall", "pitched", "flatness", "low", "high", "longest",
)  # fmt: skip
"""What `tonality` returns, in order."""
_LASTING_WINDOWS = 4
_FALL_WINDOWS = 2
_LOW_HZ, _HIGH_HZ = 150.0, 4000.0
_SOUNDING = 0.1
_CLEAN, _MAJOR, _MINOR = (ROWS.index(row) for row in ("clean", "major chords", "minor chords"))


def tonality(
    power: Floats, bin_hz: float, tonalness: float, tuning: Tuning, found: Partials,
    levels: Values, rows: Values,
) -> Values:  # fmt: skip
    """Return float64 [len(NUMBERS)]; `rows`: the `harmony` of `levels` [windows, semitones].

    `power`: float32 [bins], the mean over the windows, of all bins, which are `bin_hz` apart.

    steady, lasting: the share of the levels that is there a window, and four, later · spread: how
    evenly the pitch classes, and the chords, are used, 0..1 · strongest: the share of the most used
    class · partials: how many a window has · fall: by how much a level falls within two windows, in
    nepers, at most 3 · pitched: the share of the power on semitones · flatness: its logarithm ·
    low, high: the shares of the power · longest: for how many windows, as a logarithm, a semitone
    sounds without a break.
    """
    total = max(float(power.sum()) * found.rows, 1e-12)
    frequencies = np.arange(len(power), dtype=np.float32) * np.float32(bin_hz)
    return np.array(
        [
            tonalness,
            tuning.sharpness,
            _kept(levels, 1),
            _kept(levels, _LASTING_WINDOWS),
            _evenness(rows[_CLEAN]),
            _evenness(np.concatenate([rows[_MAJOR], rows[_MINOR]])),
            float(rows[_CLEAN].max()),
            len(found.row) / max(1, found.rows),
            _fall(levels),
            min(2.0, 3.0 * float((levels**2).sum()) / total),  # a Hann peak spans three bins
            float(np.log10(flatness(power) + 1e-6)),
            share_between(power, frequencies, 0.0, _LOW_HZ),
            share_between(power, frequencies, _HIGH_HZ, float(frequencies[-1]) + 1.0),
            float(np.log2(1 + _longest(levels))),
        ]
    )


def _kept(levels: Values, windows: int) -> float:
    total = float(levels.sum())
    if total <= 0.0 or len(levels) <= windows:
        return 0.0
    return float(np.minimum(levels[:-windows], levels[windows:]).sum()) / total


def _evenness(shares: Values) -> float:
    """Return the entropy of shares over its most: 0 for one alone, 1 for all alike or none.

    >>> _evenness(np.array([1.0, 0.0])), _evenness(np.array([0.5, 0.5]))
    (0.0, 1.0)
    """
    total = float(shares.sum())
    if total <= 0.0:
        return 1.0
    sounding = shares[shares > 0.0] / total
    entropy = -float((sounding * np.log(sounding)).sum()) / float(np.log(len(shares)))
    return min(1.0, max(0.0, entropy))


def _fall(levels: Values) -> float:
    if len(levels) <= _FALL_WINDOWS:
        return 3.0
    before, after = levels[:-_FALL_WINDOWS], levels[_FALL_WINDOWS:]
    falls = np.clip(np.log(np.maximum(before, 1e-9) / np.maximum(after, 1e-9)), 0.0, 3.0)
    return float((before * falls).sum() / max(float(before.sum()), 1e-9))


def _longest(levels: Values) -> int:
    """Return the most windows in a row in which a semitone is within 20 dB of the loudest."""
    silent = levels <= _SOUNDING * levels.max(initial=0.0)
    windows = np.arange(len(levels))[:, None]
    last_silent = np.maximum.accumulate(np.where(silent, windows, -1), axis=0)
    return int((windows - last_silent).max(initial=0))
