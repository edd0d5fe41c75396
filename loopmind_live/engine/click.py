"""The sounds of the click, computed, and where they lie in the arena."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from loopmind_live.errors import EngineError

CLICK_S = 0.04
_BEAT_HZ, _ACCENT_HZ = 1000.0, 1500.0
_PEAK = 0.45
"""Two sounds at once, on the one, stay within full scale."""
_DECAY_S = 0.008

Audio = npt.NDArray[np.float32]


class Memory(Protocol):
    """Where clicks are laid (see `arena.Arena`)."""

    def allocate(self, frames: int) -> int | None:
        """Return the first frame of a free place, now taken; None where there is none."""
        ...

    def write(self, offset: int, audio: Audio) -> None:
        """Copy stereo `audio` to `offset`."""
        ...


@dataclass(frozen=True, slots=True)
class Clicks:
    """Where both sounds lie in the arena, each `frames` long; the accent is added on the one."""

    beat: int
    accent: int
    frames: int


def click_audio(hz: float, rate_hz: int) -> Audio:
    """Return a click of pitch `hz`, float32 [frames, 2]: loudest in its first frame, then fading.

    >>> audio = click_audio(1000.0, 48000)
    >>> audio.shape, float(abs(audio).max()) == float(audio[0, 0])
    ((1920, 2), True)
    """
    times_s = np.arange(round(CLICK_S * rate_hz)) / rate_hz
    fading = np.exp(-times_s / _DECAY_S) * (1.0 - times_s / CLICK_S)
    mono = _PEAK * np.cos(2.0 * np.pi * hz * times_s) * fading
    return np.ascontiguousarray(np.stack([mono, mono], axis=1), np.float32)


def lay_clicks(arena: Memory, rate_hz: int) -> Clicks:
    """Lay both sounds into the arena, for good; EngineError where it is full."""
    offsets = []
    frames = 0
    for hz in (_BEAT_HZ, _ACCENT_HZ):
        audio = click_audio(hz, rate_hz)
        frames = len(audio)
        offset = arena.allocate(frames)
        if offset is None:
            raise EngineError("no room for the click in the clip memory: use fewer loops")
        arena.write(offset, audio)
        offsets.append(offset)
    return Clicks(offsets[0], offsets[1], frames)
