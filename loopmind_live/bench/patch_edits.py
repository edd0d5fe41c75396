"""The bench "patches": a patch that plays is edited again and again, well and badly.

The sound is computed beside, from what plays and the gain of the last good version: a version that
came late or early by a sample, or a broken edit that was heard, differs from it.
"""

import os
import random
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from loopmind_live.bench.memory import MB, private_bytes
from loopmind_live.bench.rows import BenchRow
from loopmind_live.bench.settings import Progress
from loopmind_live.config import FIRST_PATCH, MOST_PATCHES
from loopmind_live.engine.arena import Arena
from loopmind_live.engine.base import Row
from loopmind_live.engine.offline import OfflineEngine
from loopmind_live.engine.patch.scratch import Scratch
from loopmind_live.errors import EngineError

BROKEN, GOOD = 200, 500
MOST_MB = 10.0
RATE_HZ, BLOCK = 48000, 256
BAR_FRAMES = 48_000.0 * 4 * 60 / 133
"""A bar at 133 bpm: its lines lie between the frames, and within blocks."""
_SOUND_FRAMES = 40_000
_NOT_HEARD = 1e-6
_HEAD = "import pyo\nfrom loopmind_live.score.patch import Parameter\n\ndef build(input, knobs):\n"
_FAULTS = (
    "    return input *\n",
    "    return input * nothing\n",
    "    return input * 'loud'\n",
    "    return input * float('nan')\n",
    "    return pyo.Delay(input, -1, maxdelay=-1)\n",
    "    return pyo.Delay(input, 0.2, maxdelay=1e9)\n",
    "    return input * 1000\n",
    "    while True: pass\n",
    "    return pyo.SndTable('x.wav')\n",
    "    import ctypes; ctypes.string_at(0)\n",
    "    import os; os._exit(1)\n",
    "    return input.out()\n",
    "    return 1 / 0\n",
    "    return [0] * (1 << 40)\n",
)
Samples = npt.NDArray[np.float64]


def run_patches_bench(progress: Progress, broken: int = BROKEN, good: int = GOOD) -> list[BenchRow]:
    """Return how many bad edits were heard, and how many good ones came on their frame."""
    with tempfile.TemporaryDirectory() as folder:
        desk = _Desk(Path(folder))
        try:
            desk.reload(0.5)
            desk.play_on()
            told = 0
            for number in range(broken):
                progress("saving what is broken", number / broken)
                told += desk.break_it(number)
            heard = desk.wrong_bars
            rows = [
                _row("broken edits told with their line", told, f"of {broken}", broken),
                _row("bars in which one was heard", heard, f"of {desk.bars}", 0),
            ]
            desk.wrong_bars = desk.bars = 0
            desk.begin_memory()
            for number in range(good):
                progress("saving what is good", number / good)
                desk.reload(random.Random(number).choice((-1.0, -0.5, 0.25, 0.5, 0.75)))
            desk.play_on()
            grown = desk.grown_mb()
            return [
                *rows,
                _row("bars with a good version not on its frame", desk.wrong_bars,
                     f"of {desk.bars}", 0),
                BenchRow("patches", f"memory taken by {good} versions", round(grown, 2), "MB",
                         f"<= {MOST_MB:g}", grown <= MOST_MB),
            ]  # fmt: skip
        finally:
            desk.close()


class _Desk:
    """An engine with noise on a track, and one patch file in its first shell."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "trial.py"
        self._engine = OfflineEngine(RATE_HZ, BLOCK, Arena.create(RATE_HZ, folder))
        noise = np.random.default_rng(1).uniform(-0.4, 0.4, (_SOUND_FRAMES + 8, 2))
        self._noise = noise.astype(np.float32).astype(np.float64)
        self._engine.arena.allocate(len(noise))
        self._engine.arena.write(0, noise.astype(np.float32))
        row = Row(0, 1, 0, len(noise), float(_SOUND_FRAMES), 0.0, 0)
        self._engine.splice(0, [row])
        self._changes: list[tuple[int, float]] = [(0, 1.0)]
        self._late: list[Samples] = []
        self._bar = 0
        self._number = FIRST_PATCH
        self._memory = 0
        self.bars = self.wrong_bars = 0

    def reload(self, gain: float) -> None:
        """Save a version that turns the sound to `gain`, and let it in at the next bar line."""
        self._file.write_text(f"{_HEAD}    return input * {gain}\n")
        patch = Scratch(self._file, RATE_HZ, BLOCK).wait()
        oldest = self._number - MOST_PATCHES  # goes as in a performance, which knows so many
        self._engine.learn(self._number, patch, oldest if oldest >= FIRST_PATCH else None)
        frame = self._line(self._bar + 1)
        self._engine.set_parameter("track/0/insert1", self._number, 0.0, frame)
        self._changes = [self._changes[-1], (frame, gain)]
        self._number += 1
        self.play_on()

    def break_it(self, number: int) -> bool:
        """Save what is broken, and play on; tell whether its fault was told."""
        self._file.write_text(_HEAD + _FAULTS[number % len(_FAULTS)])
        scratch = Scratch(self._file, RATE_HZ, BLOCK)
        self.play_on()
        try:
            scratch.wait()
        except EngineError as error:
            return ", line " in str(error) and "\n" not in str(error)
        return False

    def play_on(self) -> None:
        """Play until the next bar line has passed, and compare the bar before it."""
        first, last = self._line(self._bar), self._line(self._bar + 1)
        late = self._engine.latency_frames
        blocks = list(self._late)
        have = sum(map(len, blocks))
        while have < last - first + late:
            blocks.append(self._engine.render().astype(np.float64))
            have += BLOCK
        heard = np.concatenate(blocks)
        skip = late if self._bar == 0 else 0
        bar = heard[skip : skip + last - first]
        self._late = [heard[skip + last - first :]]
        frames = np.arange(first, last)
        gains = np.full(len(frames), self._changes[0][1])
        for frame, gain in self._changes:
            gains[frames >= frame] = gain
        expected = self._noise[frames % _SOUND_FRAMES] * gains[:, None]
        self.wrong_bars += bool(np.abs(bar - expected).max() > _NOT_HEARD)
        self.bars += 1
        self._bar += 1

    def begin_memory(self) -> None:
        """Count memory from here on."""
        self._memory = private_bytes(os.getpid()) or 0

    def grown_mb(self) -> float:
        """Return how much memory was taken since."""
        return ((private_bytes(os.getpid()) or 0) - self._memory) / MB

    def close(self) -> None:
        """Let the engine go."""
        self._engine.close()

    def _line(self, bar: int) -> int:
        return round(bar * BAR_FRAMES)


def _row(figure: str, value: int, unit: str, wanted: int) -> BenchRow:
    return BenchRow("patches", figure, value, unit, f"= {wanted}", value == wanted)
