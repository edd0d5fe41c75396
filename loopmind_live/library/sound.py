"""The figures that all judgments on a file are drawn from: measured once, in one place."""

import math
from dataclasses import dataclass

import numpy as np

from loopmind_live.dsp.chroma import Chroma, find_chroma
from loopmind_live.dsp.onsets import Onsets, find_onsets
from loopmind_live.dsp.pitch_track import PitchTrack, find_pitch
from loopmind_live.dsp.spectrum import (
    Floats,
    bin_frequencies,
    centroid_hz,
    flatness,
    magnitudes,
    mel_bands,
    share_between,
)
from loopmind_live.library.decode import Audio
from loopmind_live.library.extent import Extent, find_extent

ANALYSIS_RATE_HZ = 22050
ANALYSIS_S = 60.0
"""Of longer files the beginning speaks for the rest."""
SILENCE = 1e-4
BANDS = 40
"""Mel bands, from 30 Hz up."""
FLOOR_DB = -80.0
CONTOUR_FRAMES = 128
"""How fine the contour of the level is: 5.8 ms."""
CONTOUR_HZ = ANALYSIS_RATE_HZ / CONTOUR_FRAMES
_WINDOW_FRAMES, _HOP_FRAMES = 2048, 512


@dataclass(frozen=True, slots=True)
class Sound:
    """What was measured of a file; levels of `low` .. `high` are shares (0..1) of the power.

    `fall_db`: the last quarter's level under the loudest quarter's.
    `levels_db`: float32 [windows, BANDS], each band's level in `levels_hz` windows a second, over
    the loudest one's, at least FLOOR_DB. `pitch`: of the same windows. `contour_db`: float32, the
    level of every CONTOUR_FRAMES frames at ANALYSIS_RATE_HZ, over the loudest ones'.
    """

    extent: Extent
    onsets: Onsets
    chroma: Chroma
    brightness_hz: float
    flatness: float
    low: float
    high: float
    fall_db: float
    levels_db: Floats
    levels_hz: float
    pitch: PitchTrack
    contour_db: Floats

    @property
    def duration_s(self) -> float:
        """Return how long the file is."""
        return self.extent.duration_s

    @property
    def rate_hz(self) -> int:
        """Return the file's own rate."""
        return self.extent.rate_hz

    @property
    def start_s(self) -> float:
        """Return where sound begins."""
        return self.extent.start_s

    @property
    def end_s(self) -> float:
        """Return where sound ends."""
        return self.extent.end_s

    @property
    def cut(self) -> bool:
        """Return whether the file stops while it is still loud."""
        return self.extent.cut

    @property
    def onsets_per_s(self) -> float:
        """Return how many onsets there are a second, over the time in which anything sounds."""
        return len(self.onsets.times_s) / max(min(self.end_s, ANALYSIS_S) - self.start_s, 0.1)


def measure(audio: Audio) -> Sound:
    """Measure decoded sound that is not silent."""
    import soxr

    mono = audio.mono()
    peak = float(np.abs(mono).max())
    if peak < SILENCE:  # opposite channels cancel
        mono = audio.samples[:, 0]
    head = mono[: int(ANALYSIS_S * audio.rate_hz)]
    if audio.rate_hz != ANALYSIS_RATE_HZ:
        head = soxr.resample(head, audio.rate_hz, ANALYSIS_RATE_HZ, "MQ")
    spectrum = magnitudes(head, _WINDOW_FRAMES, _HOP_FRAMES)
    power: Floats = np.einsum("ij,ij->j", spectrum, spectrum) / np.float32(len(spectrum))
    frequencies = bin_frequencies(_WINDOW_FRAMES, ANALYSIS_RATE_HZ)
    return Sound(
        extent=find_extent(mono, audio.rate_hz),
        onsets=find_onsets(head, ANALYSIS_RATE_HZ),
        chroma=find_chroma(head, ANALYSIS_RATE_HZ),
        brightness_hz=centroid_hz(power, frequencies),
        flatness=flatness(power),
        low=share_between(power, frequencies, 0.0, 150.0),
        high=share_between(power, frequencies, 4000.0, ANALYSIS_RATE_HZ),
        fall_db=_fall_db(mono),
        levels_db=_levels_db(spectrum),
        levels_hz=ANALYSIS_RATE_HZ / _HOP_FRAMES,
        pitch=find_pitch(spectrum, ANALYSIS_RATE_HZ),
        contour_db=_contour_db(head),
    )


def _levels_db(spectrum: Floats) -> Floats:
    bands = spectrum @ mel_bands(_WINDOW_FRAMES, ANALYSIS_RATE_HZ, BANDS)
    top = max(float(bands.max(initial=0.0)), 1e-12)
    result: Floats = np.maximum(20.0 * np.log10(bands / top + 1e-9), FLOOR_DB)
    return result


def _contour_db(head: Floats) -> Floats:
    padded = np.zeros((-(-len(head) // CONTOUR_FRAMES), CONTOUR_FRAMES), np.float32)
    padded.reshape(-1)[: len(head)] = head
    power = np.vecdot(padded, padded)
    top = max(float(power.max(initial=0.0)), 1e-20)
    result: Floats = np.maximum(10.0 * np.log10(power / top + 1e-12), FLOOR_DB).astype(np.float32)
    return result


def _fall_db(mono: Floats) -> float:
    parts = [part for part in np.array_split(mono, 4) if len(part)]
    quarters = [math.sqrt(float(part @ part) / len(part)) for part in parts]
    return 20.0 * math.log10(max(max(quarters[-1], 1e-7) / max(*quarters, 1e-7), 1e-30))
