"""What both sides of the bench "engine" play: the same clips, tracks, filters and sends."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]
RATE_HZ = 48000
CLIPS = 8
CLIP_FRAMES = 96_000
SPARE_FRAMES = 8


@dataclass(frozen=True)
class Band:
    """A shelf of a voice's equalizer."""

    kind: Literal["low", "high"]
    hz: float
    db: float


EQ = (Band("low", 200.0, -3.0), Band("high", 4000.0, 2.0))


@dataclass(frozen=True)
class Voice:
    """A sounding clip: which one, on which track, from which frame of it."""

    clip: int
    track: int
    start: int


@dataclass(frozen=True)
class MixSpec:
    """A mix of `count` clips; `filter_hz` and `send` 0 leave filters and effects out."""

    count: int
    seconds: float
    speed: float = 1.0
    filter_hz: float = 2197.0
    send: float = 0.25
    tracks: int = 8
    filter_rq: float = 1.1
    room: float = 0.7
    damp: float = 0.5
    delay_s: float = 0.375
    feedback: float = 0.4
    rate_hz: int = RATE_HZ

    @property
    def gain(self) -> float:
        """Return each voice's gain: the mix is as loud, however many there are."""
        return float(0.5 / np.sqrt(self.count))

    def voices(self) -> Iterator[Voice]:
        """Yield the voices: every one begins somewhere else."""
        for number in range(self.count):
            yield Voice(number % CLIPS, number % self.tracks, number * 7919 % CLIP_FRAMES)

    def dry(self, seconds: float) -> "MixSpec":
        """Return the same clips, without filters and effects."""
        return MixSpec(self.count, seconds, self.speed, filter_hz=0.0, send=0.0)


def make_clips() -> list[Audio]:
    """Return the clips, float32 [CLIP_FRAMES, 2]: noise of as many colors."""
    clips = []
    for number in range(CLIPS):
        noise = np.random.default_rng(number).standard_normal((CLIP_FRAMES, 2))
        hz = np.fft.rfftfreq(CLIP_FRAMES, 1 / RATE_HZ)[:, None]
        shaped = np.fft.irfft(np.fft.rfft(noise, axis=0) / (1.0 + hz / (150.0 * 2**number)), axis=0)
        clips.append((shaped * (0.1 / shaped.std())).astype(np.float32))
    return clips


def equalized(clip: Audio) -> Audio:
    """Return a clip that loops as if the equalizer's shelves ran over it for ever.

    The shelves of R. Bristow-Johnson's "Cookbook formulae for audio EQ biquad filter
    coefficients", with a slope of 1.
    """
    from scipy.signal import lfilter

    twice = np.concatenate([clip, clip]).astype(np.float64)
    for band in EQ:
        b, a = _shelf(band)
        twice = lfilter(b, a, twice, axis=0)
    return np.asarray(twice[len(clip) :], np.float32)


def _shelf(band: Band) -> tuple[list[float], list[float]]:
    amount = 10.0 ** (band.db / 40.0)
    w = 2.0 * np.pi * band.hz / RATE_HZ
    sign = 1.0 if band.kind == "low" else -1.0
    c = sign * np.cos(w)
    beta = np.sqrt(2.0 * amount) * np.sin(w)
    up, down = amount + 1.0, amount - 1.0
    b = [
        amount * (up - down * c + beta),
        sign * 2.0 * amount * (down - up * c),
        amount * (up - down * c - beta),
    ]
    a = [up + down * c + beta, sign * -2.0 * (down + up * c), up + down * c - beta]
    return b, a
