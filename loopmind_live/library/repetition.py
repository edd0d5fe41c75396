"""How like itself a sound is some beats later, and from its end around to its beginning."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.spectrum import Floats

Doubles = npt.NDArray[np.float64]

_LAGS = (0.25, 0.5, 2.0 / 3.0, 0.75, 1.0, 4.0 / 3.0, 1.5, 2.0, 3.0, 4.0, 8.0, 16.0)
_LEVEL_LAGS = (1.0, 2.0, 4.0, 8.0)
_ROUND_LAGS = (1.0, 2.0, 3.0, 4.0, 8.0)
_LEVEL_ROUND_LAGS = (1.0, 4.0)
_STEPS = np.array([-0.008, -0.004, 0.0, 0.004, 0.008])
_LIMIT = 0.85
_LEAST_OVERLAP = 0.25
_FIT = 0.01


class Repetition:
    """The likeness of a sound to itself, asked at lags in beats.

    `likeness`: float32 [2, lags], `hz` lags a second, as Onsets has it.
    """

    def __init__(self, likeness: Floats, hz: float) -> None:
        self.hz = hz
        self.curves = likeness
        count = likeness.shape[1]
        overlap = np.maximum(count - np.arange(count), _LEAST_OVERLAP * count) / max(count, 1)
        self._sums = likeness * overlap

    def later(self, beat_s: Doubles) -> list[Doubles]:
        """Return the likeness some parts of a beat and some beats later, [n] each, 0 where unknown.

        By where each band rises, then by how loud each band is.
        """
        found = []
        limit_s = _LIMIT * self.curves.shape[1] / self.hz
        for curve, lags in zip(self.curves, (_LAGS, _LEVEL_LAGS), strict=True):
            lag_s = np.outer(lags, beat_s)
            value = self._near(curve, lag_s)
            found += list(np.where(lag_s < limit_s, value, 0.0))
        return found

    def at_beats(
        self, bpm: float, lags: Sequence[float], *, rises: bool = True
    ) -> list[float | None]:
        """Return the likeness some beats later, None where the sound is too short to tell.

        By where each band rises, or by how loud each band is.
        """
        curve = self.curves[0 if rises else 1]
        lag_s = np.array(lags) * 60.0 / bpm
        known = lag_s < _LIMIT * self.curves.shape[1] / self.hz
        values = self._near(curve, lag_s)
        return [float(value) if told else None for value, told in zip(values, known, strict=True)]

    def around(self, bpms: Doubles, start_s: float, ends_s: Sequence[float]) -> list[Doubles]:
        """Return the likeness some beats later of what is played in a circle, [n] each.

        Only of tempos whose whole beats fill the span from `start_s` to one of `ends_s`.
        """
        lags = len(_ROUND_LAGS) + len(_LEVEL_ROUND_LAGS)
        best = np.zeros((lags, len(bpms)))
        for end_s in ends_s:
            span_s = end_s - start_s
            if span_s < 0.1 or self.curves.shape[1] < 2:
                continue
            number = np.maximum(1.0, np.round(span_s * bpms / 60.0))
            fit = np.exp(-0.5 * ((span_s * bpms / 60.0 / number - 1.0) / _FIT) ** 2)
            rows = []
            for sums, beats in zip(self._sums, (_ROUND_LAGS, _LEVEL_ROUND_LAGS), strict=True):
                later_s = np.outer(beats, span_s / number)
                value = self._near(sums, later_s) + self._near(sums, span_s - later_s)
                fits = later_s < 0.6 * span_s
                rows.append(np.where(fits, fit * value, 0.0))
            best = np.maximum(best, np.concatenate(rows))
        return list(best)

    def _near(self, curve: Floats, lag_s: Doubles) -> Doubles:
        """Return the curve at lags [...], at the best place of those that are about there."""
        if len(curve) < 2:
            return np.zeros(lag_s.shape)
        at = lag_s[..., None] * (1.0 + _STEPS) * self.hz
        value: Doubles = np.interp(at, np.arange(len(curve)), curve).max(axis=-1)
        return value
