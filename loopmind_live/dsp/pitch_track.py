"""The pitch of a single line, window by window, and how clearly there is one."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft

from loopmind_live.dsp.spectrum import Floats

LOWEST_HZ, HIGHEST_HZ = 40.0, 1500.0
_NEARLY = 0.88
_AT_ONCE = 128


@dataclass(frozen=True, slots=True)
class PitchTrack:
    """The pitch in each window, in semitones over LOWEST_HZ, and its clarity: float32 [windows].

    Clarity is near 1 where one periodic sound plays alone, and near 0 in noise; where it is low
    the pitch means nothing.
    """

    semitones: Floats
    clarity: Floats


def find_pitch(spectrum: Floats, rate_hz: float) -> PitchTrack:
    """Return the pitch in each row of a magnitude spectrogram [windows, bins] of Hann windows.

    By autocorrelation, divided by that of the window (Boersma 1993); of several periods that fit
    nearly as well as the best, the shortest: a period fits doubled, too.

    >>> from loopmind_live.dsp.spectrum import magnitudes
    >>> tone = np.sin(2 * np.pi * 440.0 * np.arange(8192) / 22050.0)
    >>> float(find_pitch(magnitudes(tone, 2048, 512), 22050).semitones[8].round())
    42.0
    """
    window = 2 * (spectrum.shape[1] - 1)
    shortest = int(rate_hz / HIGHEST_HZ)
    longest = min(int(rate_hz / LOWEST_HZ) + 2, window // 2 - 1)
    fade = _fade(window)[shortest : longest + 1]
    parts = [
        _track(spectrum[start : start + _AT_ONCE], rate_hz, shortest, longest, fade)
        for start in range(0, len(spectrum), _AT_ONCE)
    ]
    pitches, clarities = zip(*parts, strict=True) if parts else ((np.zeros(0),), (np.zeros(0),))
    return PitchTrack(
        np.concatenate(pitches).astype(np.float32), np.concatenate(clarities).astype(np.float32)
    )


def _track(
    spectrum: Floats, rate_hz: float, shortest: int, longest: int, fade: Floats
) -> tuple[Floats, Floats]:
    # A power spectrum is even: its cosine transform is the autocorrelation.
    repeats = fft.dct(spectrum**2, type=1, axis=1)
    likeness = repeats[:, shortest : longest + 1] / fade
    inner = likeness[:, 1:-1]
    heights = inner * ((inner >= likeness[:, :-2]) & (inner > likeness[:, 2:]))
    best = heights.max(axis=1, keepdims=True)
    place = np.argmax((heights >= _NEARLY * best) & (heights > 0.0), axis=1)
    found = np.take_along_axis(heights, place[:, None], 1)[:, 0]
    clarity = found / np.maximum(repeats[:, 0], 1e-20)
    lags = place + shortest + 1
    semitones: Floats = 12.0 * np.log2(rate_hz / lags / LOWEST_HZ)
    return semitones, np.clip(clarity, 0.0, 1.0)


@lru_cache(maxsize=4)
def _fade(window: int) -> Floats:
    """Return the autocorrelation of a Hann window, 1 at lag 0."""
    shape = np.hanning(window)
    raw = np.fft.irfft(np.abs(np.fft.rfft(shape, 2 * window)) ** 2)[:window]
    result: Floats = (raw / raw[0]).astype(np.float32)
    result.setflags(write=False)
    return result
