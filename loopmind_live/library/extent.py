"""Where in a file its sound lies: without silence, and before its tail."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.spectrum import Floats

_SOUND = 1e-3
_DIGITAL_SILENCE = 2e-5
"""Under one step of 16 bits."""
_SILENT_S = 0.005
_CUT = 0.18
_EDGE_S, _BEAT_S, _FADE_S = 0.005, 0.05, 0.01
_FADES_DB = (12.0, 24.0)


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a file's sound lies: the file is `duration_s` long, at `rate_hz` frames a second.

    `start_s`, `end_s`: where sound (above -60 dB of the peak) begins and ends. `exact_start_s`,
    `exact_end_s`: the same without digital silence only. `fades_s`: where it falls for the last
    time 12 and 24 dB under what is loud in it. `cut`: it stops while it is still loud.
    """

    duration_s: float
    rate_hz: int
    start_s: float
    end_s: float
    exact_start_s: float
    exact_end_s: float
    fades_s: tuple[float, float]
    cut: bool

    @property
    def ends_s(self) -> list[float]:
        """Return where a loop that fills its file may end: at the file's end or before silence."""
        silent = self.duration_s - self.exact_end_s > _SILENT_S
        return [self.duration_s, self.exact_end_s] if silent else [self.duration_s]


def find_extent(mono: Floats, rate_hz: int) -> Extent:
    """Return where the sound of `mono` lies: float32 [frames], not all of them 0."""
    level = np.abs(mono)
    peak = float(level.max())
    loud = _first_and_last(level > _SOUND * peak)
    heard = _first_and_last(level > min(_DIGITAL_SILENCE, _SOUND * peak))
    return Extent(
        duration_s=len(mono) / rate_hz,
        rate_hz=rate_hz,
        start_s=float(loud[0]) / rate_hz,
        end_s=float(loud[1] + 1) / rate_hz,
        exact_start_s=float(heard[0]) / rate_hz,
        exact_end_s=float(heard[1] + 1) / rate_hz,
        fades_s=_fades_s(mono, rate_hz),
        cut=_is_cut(mono, rate_hz),
    )


def _first_and_last(found: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """Return the first and the last place that is true; there is one.

    >>> _first_and_last(np.array([False, True, False, True, False]))
    (1, 3)
    """
    # numpy looks at all of a reversed array; bytes are searched from behind.
    return int(found.argmax()), found.tobytes().rfind(1)


def _mean_squares(mono: Floats, piece: int) -> Floats:
    """Return the mean square of each whole piece."""
    pieces = mono[: len(mono) // piece * piece].reshape(-1, piece)
    sums: Floats = np.vecdot(pieces, pieces)
    return sums / np.float32(piece)


def _fades_s(mono: Floats, rate_hz: int) -> tuple[float, float]:
    piece = max(1, int(_FADE_S * rate_hz))
    if len(mono) < piece:
        return len(mono) / rate_hz, len(mono) / rate_hz
    power = _mean_squares(mono, piece)
    top = float(power.max())
    if top <= 0.0:
        return len(mono) / rate_hz, len(mono) / rate_hz
    loud = float(np.percentile(power[power > 1e-6 * top], 80))
    early, late = (
        (int(np.flatnonzero(power >= loud * 10.0 ** (-0.1 * fade))[-1]) + 1) * piece / rate_hz
        for fade in _FADES_DB
    )
    return early, late


def _is_cut(mono: Floats, rate_hz: int) -> bool:
    """Return whether the last 5 ms are within 15 dB of the loudest twentieth of a second."""
    edge, beat = max(1, int(_EDGE_S * rate_hz)), max(1, int(_BEAT_S * rate_hz))
    loudest = float(_mean_squares(mono, beat).max(initial=0.0))
    return float((mono[-edge:] ** 2).mean()) > _CUT**2 * loudest > 0.0
