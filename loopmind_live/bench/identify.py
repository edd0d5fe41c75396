"""Tell which codes sound in a stretch of audio, and where in them it is. For saying what is wrong.

The comparison itself never uses this: it names what was heard where the comparison failed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopmind_live.bench.codes import GRID, PEAK_STEPS, Code
from loopmind_live.bench.rules import Meter

WINDOW_FRAMES = 4096
REACH_FRAMES = 1024


@dataclass(frozen=True, order=True)
class Heard:
    """A code that sounds at a bar line: `phase_bars` into it, `late_frames` after the line."""

    loop: str
    phase_bars: int
    late_frames: int

    def __str__(self) -> str:
        late = f", {self.late_frames:+d} frames" if self.late_frames else ""
        return f"{self.loop} at its bar {self.phase_bars + 1}{late}"


def identify(
    audio: NDArray[np.float64], codes: Iterable[Code], meter: Meter, bar: int
) -> tuple[Heard, ...]:
    """Return the codes in `audio`, float64 [frames, 2] that starts at the line of `bar`.

    A code is found by correlation where it is up to `REACH_FRAMES` late or early; the window is
    a tenth of a second, so a change shortly after the line is not seen.
    """
    size = 1 << (WINDOW_FRAMES + 2 * REACH_FRAMES - 1).bit_length()
    window = audio[:WINDOW_FRAMES].sum(axis=1)
    if len(window) == 0:
        return ()
    spectrum = np.fft.rfft(window, size)
    # A whole match correlates to about the window's own energy; half of that is no accident.
    power = 2 * (PEAK_STEPS * GRID) ** 2 / 3 * len(window)
    found = []
    for code in codes:
        for phase in range(code.bars):
            start = meter.line(bar) - meter.line(bar - phase)
            template = _around(code, start - REACH_FRAMES, start + len(window) + REACH_FRAMES)
            score = np.fft.irfft(np.conj(spectrum) * np.fft.rfft(template, size), size)
            place = int(np.argmax(score[: 2 * REACH_FRAMES + 1]))
            if score[place] > 0.5 * power:
                found.append(Heard(code.name, phase, REACH_FRAMES - place))
    return tuple(sorted(found))


def _around(code: Code, start: int, stop: int) -> NDArray[np.float64]:
    """Return the code's channels summed from `start` to `stop`, going round at its ends."""
    frames = np.arange(start, stop) % len(code.steps)
    summed: NDArray[np.float64] = code.steps[frames].astype(np.float64).sum(axis=1) * GRID
    return summed
