"""Whether a loop's bars have three beats or four.

Four is what nearly all loops have. Three is told only where it is sure: by how like itself the
sound is three beats later and four, by where its accents fall, by how many beats fill it, and by
what its name or a chunk in it says.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.library.rhythm import Doubles, Evidence

SURE_OF_THREE = 0.95
"""Three beats a bar must be so likely to be told."""
_STATED = {3: 4.0, 4: -2.0}
"""What it says, as log odds of three, that a name or a chunk states a meter."""
FAR = 4.0
_LAGS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 9.0, 12.0)
_AGAINST = ((3.0, 2.0), (3.0, 4.0), (6.0, 4.0), (6.0, 8.0), (9.0, 8.0), (12.0, 8.0))
_CYCLES = (2.0, 3.0, 4.0, 6.0, 8.0)
_DIVISIONS = (1.0, 2.0, 3.0, 4.0)
_FIT = 0.02
_LOW = 0


@dataclass(frozen=True, slots=True)
class MeterModel:
    """Small networks that tell three beats a bar from four; all layers but the last are rectified.

    `center`, `spread`: float64 [figures]. `networks`: layers of weights and biases each, that end
    in one number: the log odds of three.
    """

    center: Doubles
    spread: Doubles
    networks: Sequence[Sequence[tuple[Doubles, Doubles]]]

    def three_chance(self, figures: Floats, stated: Iterable[int] = ()) -> float:
        """Return how likely a bar has three beats.

        `stated`: the beats a bar that names and chunks claim.
        """
        x = np.clip((figures - self.center) / self.spread, -FAR, FAR)
        odds = float(np.mean([_forward(layers, x) for layers in self.networks]))
        odds += sum(_STATED.get(beats, 0.0) for beats in stated)
        return 1.0 / (1.0 + math.exp(-min(30.0, max(-30.0, odds))))


def describe_meter(evidence: Evidence, bpm: float, start_s: float, beats: int) -> Floats:
    """Return what speaks for three or four beats a bar, at a tempo: float32 [figures].

    `start_s`: the first downbeat; `beats`: those that are thought to follow it.
    """
    figures = [
        *_later(evidence, bpm),
        *_around(evidence, bpm, start_s),
        *_accents(evidence, bpm, start_s),
        *_length(evidence, bpm, start_s, beats),
        math.log2(bpm / 120.0),
        math.log1p(len(evidence.times_s)),
    ]
    return np.array(figures, np.float32)


def _later(evidence: Evidence, bpm: float) -> list[float]:
    """Return the likeness at lags of whole beats, and what those of threes have before fours."""
    found: list[float] = []
    known: list[float] = []
    for rises in (True, False):
        at = dict(zip(_LAGS, evidence.repetition.at_beats(bpm, _LAGS, rises=rises), strict=True))
        found += [value or 0.0 for value in at.values()]
        for three, four in _AGAINST:
            one, other = at[three], at[four]
            found.append(0.0 if one is None or other is None else one - other)
        known = [float(value is not None) for value in at.values()]
    return found + known


def _around(evidence: Evidence, bpm: float, start_s: float) -> list[float]:
    """Return the same of what is played in a circle, where whole beats fill the file."""
    bpms = np.array([bpm])
    columns = evidence.repetition.around(bpms, start_s, evidence.extent.ends_s)
    return [float(column[0]) for column in columns]


def _accents(evidence: Evidence, bpm: float, start_s: float) -> list[float]:
    """Return how much the onsets recur every 2, 3, 4, 6 and 8 beats, and from the first on.

    Of all of them, of those on the beats, and of those in the low bands.
    """
    beats = (evidence.times_s - start_s) * bpm / 60.0
    on_beat = np.exp(-0.5 * ((beats - np.round(beats)) / 0.08) ** 2)
    found: list[float] = []
    for weights in (evidence.weights, evidence.weights * on_beat, evidence.bands[_LOW]):
        total = max(float(weights.sum()), 1e-9)
        means = [complex(np.exp(2j * np.pi * beats / cycle) @ weights) / total for cycle in _CYCLES]
        found += [abs(mean) for mean in means]
        found += [mean.real for mean in means]
    finer = np.exp(2j * np.pi * np.outer(_DIVISIONS, beats)) @ evidence.weights
    return [*found, *np.abs(finer).tolist()]


def _length(evidence: Evidence, bpm: float, start_s: float, beats: int) -> list[float]:
    """Return what the number of beats says, by the file's ends and as it was told."""
    threes, fours, neither = 0.0, 0.0, 0.0
    for end_s in evidence.extent.ends_s:
        length = (end_s - start_s) * bpm / 60.0
        number = max(1, round(length))
        fit = math.exp(-0.5 * ((length / number - 1.0) / _FIT) ** 2)
        threes = max(threes, fit * (number % 3 == 0 and number % 4 != 0))
        fours = max(fours, fit * (number % 4 == 0 and number % 3 != 0))
        neither = max(neither, fit * (number % 4 != 0 and number % 3 != 0))
    told = [float(beats % 3 == 0 and beats % 4 != 0), float(beats % 4 == 0 and beats % 3 != 0)]
    return [threes, fours, neither, *told, math.log2(max(beats, 1)) / 3.0, float(beats < 6)]


def _forward(layers: Sequence[tuple[Doubles, Doubles]], x: Doubles) -> float:
    for weights, biases in layers[:-1]:
        x = np.maximum(x @ weights + biases, 0.0)
    weights, biases = layers[-1]
    return float((x @ weights + biases)[0])
