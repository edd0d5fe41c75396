"""Where the spectrum of parts that play together has its center: told from what is known of them.

Levels of parts add by their power, band by band; a part's loudness in the mix says how high its
bands lie. Without profiles each part counts with its own center, by its loudness.
"""

from collections.abc import Collection
from functools import cache

import numpy as np
import numpy.typing as npt

from loopmind_live.arranger.measures import measure_of
from loopmind_live.dsp.profile import BANDS, FLOOR_DB, unpack
from loopmind_live.score.arrangement import Part
from loopmind_live.score.fit import TARGET_LUFS

Values = npt.NDArray[np.float64]
_LOW_HZ, _HIGH_HZ = 30.0, 11025.0
_SILENT_DB = -90.0
"""What lies on the floor of a profile may lie anywhere below it."""
_MEL_BANDS = 2 * BANDS
_AIR_HZ, _FALL_BANDS, _NO_POWER = 20000.0, 8, 1e-12
_SHELF_HZ, _SHELF_DB, _PASS_HZ = 1500.0, 4.0, 38.0


def center_hz(parts: Collection[Part]) -> float | None:
    """Return about where the spectrum of `parts` together has its center, None where unknown."""
    powers = _powers(parts)
    return _by_loudness(parts) if powers is None else _center(np.sum(powers, axis=0), *bands())


def center_with_air_hz(parts: Collection[Part]) -> float | None:
    """Return the same with what probably lies above the bands that are known, None where unknown.

    Cymbals, breath and hiss reach to the end of hearing: each part is taken to go on as it falls.
    """
    powers = _powers(parts)
    if powers is None:
        return _by_loudness(parts)
    return _center(np.sum([_with_air(power) for power in powers], axis=0), *_bands_with_air())


def _powers(parts: Collection[Part]) -> list[Values] | None:
    """Return the power of each band of each part, None where that of any is not known."""
    powers = [power for part in parts if (power := bands_of(part)) is not None]
    return powers if powers and len(powers) == len(parts) else None


def _center(power: Values, centers: Values, widths: Values) -> float:
    amplitudes = np.sqrt(power) * widths
    return float((amplitudes * centers).sum() / amplitudes.sum())


def _with_air(power: Values) -> Values:
    """Return the power of a part's bands and of those above: the line through the highest, on."""
    centers, _ = _bands_with_air()
    octaves = np.log2(centers)
    levels_db = 10.0 * np.log10(np.maximum(power[-_FALL_BANDS:], _NO_POWER))
    slope, start = np.polyfit(octaves[BANDS - _FALL_BANDS : BANDS], levels_db, 1)
    air_db = np.minimum(start + slope * octaves[BANDS:], levels_db[-1])
    return np.concatenate((power, 10.0 ** (air_db / 10.0)))


@cache
def _bands_with_air() -> tuple[Values, Values]:
    """Return center and width of the bands of a profile and of those above, up to 20 kHz."""
    centers, widths = bands()
    step = centers[-1] / centers[-2]
    above = step ** np.arange(1, 1 + int(np.log(_AIR_HZ / centers[-1]) / np.log(step)))
    return (
        np.concatenate((centers, centers[-1] * above)),
        np.concatenate((widths, widths[-1] * above)),
    )


def bands_of(part: Part) -> Values | None:
    """Return the power [BANDS] of each band of a part in the mix, None where no profile is known.

    Moved by its transposition; as loud, to the ear, as the part is.
    """
    profile = unpack(part.loop.profile)
    if profile is None:
        return None
    centers, widths = bands()
    places = centers * 2.0 ** (-part.semitones / 12.0)
    known_db = np.where(profile.bands <= FLOOR_DB + 0.5, _SILENT_DB, profile.bands)
    levels_db = np.interp(np.log2(places), np.log2(centers), known_db)
    power: Values = 10.0 ** (levels_db / 10.0)
    heard = float((power * widths * _loudness_weights()).sum())
    return power * (_level(part) ** 2 / heard)


@cache
def bands() -> tuple[Values, Values]:
    """Return center and width of each band of a profile, in Hz: pairs of mel bands.

    >>> centers, widths = bands()
    >>> len(centers), bool((np.diff(centers) > 0).all()), round(float(centers[-1]))
    (20, True, 9899)
    """
    low, high = (2595.0 * np.log10(1.0 + hz / 700.0) for hz in (_LOW_HZ, _HIGH_HZ))
    edges = 700.0 * (10.0 ** (np.linspace(low, high, _MEL_BANDS + 2) / 2595.0) - 1.0)
    centers = edges[1:-1].reshape(BANDS, 2).mean(axis=1)
    widths = ((edges[2:] - edges[:-2]) / 2.0).reshape(BANDS, 2).sum(axis=1)
    return centers, widths


@cache
def _loudness_weights() -> Values:
    """Return how much a band's power counts for loudness: about the K-weighting of BS.1770."""
    centers, _ = bands()
    shelf: Values = 10.0 ** (_SHELF_DB / (1.0 + (_SHELF_HZ / centers) ** 2) / 10.0)
    return shelf / (1.0 + (_PASS_HZ / centers) ** 4)


def _level(part: Part) -> float:
    """Return how loud a part is in the mix, as an amplitude."""
    lufs = part.loop.lufs
    level_db = TARGET_LUFS[part.role] if lufs is None else lufs + part.gain_db
    return float(10.0 ** (level_db / 20.0))


def _by_loudness(parts: Collection[Part]) -> float | None:
    """Return the mean of the centers of `parts`, the louder the more; None where none is known."""
    total = weights = 0.0
    for part in parts:
        brightness = measure_of(part).brightness
        if brightness is not None:
            total += _level(part) * 2.0**brightness
            weights += _level(part)
    return total / weights if weights else None
