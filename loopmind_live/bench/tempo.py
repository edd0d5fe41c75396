"""The bench "tempo": where clips are read while the tempo glides and trembles, sample by sample.

A clip whose samples count its frames plays through the session's own rows and the engine's own
kernel; what comes out is the place that was read. Where it should be is worked out beside that,
in decimals, from the tempo alone.
"""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal, getcontext
from pathlib import Path

import numpy as np

from loopmind_live import config
from loopmind_live.bench.rows import BenchRow
from loopmind_live.engine.base import Row
from loopmind_live.engine.rows import pack
from loopmind_live.engine.schedule import splice
from loopmind_live.score.arrangement import Arrangement, Part, Section
from loopmind_live.score.clip import Clip, ClipRecipe, body_frames
from loopmind_live.score.loop import Loop
from loopmind_live.session.document import Document
from loopmind_live.session.plan import Stage, plan_rows
from loopmind_live.session.state import Playhead, State
from loopmind_live.session.walking import walk_to
from loopmind_live.timing.tempo_map import TempoMap

Progress = Callable[[str, float], None]

RATE_HZ, BLOCK = 48000, 256
FROM_BPM, TO_BPM = 100.0, 160.0
MINUTES = 10.0
WOBBLE = 0.001
PIECE_FRAMES = RATE_HZ // 4
CLIP_BARS, SECTION_BARS = 4, 256
BAR_SAMPLES = 0.05
_EDGE_FRAMES = 4
"""So near the ends of a pass neighbors are of another pass: the count is not even there."""
_DIGITS = 40


@dataclass(frozen=True)
class Track:
    """How far the places that were read were off, in samples, and how many were looked at."""

    worst: float
    rms: float
    places: int


class Ideal:
    """Bars at frames, in decimals: the tempo moves evenly over the bars within each piece.

    ``d bar / dt = v / 240`` and ``v = start + slope * (bar - first)``, so that over a piece
    ``bar = first + start / slope * (exp(slope * t / 240) - 1)``.
    """

    def __init__(self, ends_bar: float) -> None:
        getcontext().prec = _DIGITS
        self._ends = Decimal(ends_bar)
        self._bar = Decimal(0)
        self._frame = 0
        self._start, self._slope = Decimal(FROM_BPM), Decimal(0)

    def turn(self, frame: int, share: float) -> None:
        """Begin a piece at `frame`: `share` off the ramp's tempo there, and on to its end."""
        self._bar = self.bar(frame)
        self._frame = frame
        ramp = Decimal(FROM_BPM) + (Decimal(TO_BPM) - Decimal(FROM_BPM)) * self._bar / self._ends
        self._start = ramp * (1 + Decimal(share))
        self._slope = (Decimal(TO_BPM) - self._start) / (self._ends - self._bar)

    def bar(self, frame: int) -> Decimal:
        """Return the bar at `frame`, which lies in the newest piece."""
        seconds = Decimal(frame - self._frame) / RATE_HZ
        if self._slope == 0:
            return self._bar + self._start * seconds / 240
        grown = (self._slope * seconds / 240).exp() - 1
        return self._bar + self._start / self._slope * grown


def run_tempo_bench(progress: Progress, minutes: float = MINUTES, seed: int = 1) -> list[BenchRow]:
    """Return how far from the ideal a clip is read over a ramp of `minutes`."""
    found = follow(progress, minutes, seed)
    bar = f"<= {BAR_SAMPLES:g}"
    what = f"place off the ideal over {minutes:g} minutes"
    return [
        BenchRow("tempo", f"{what}, most", found.worst, "samples", bar, found.worst <= BAR_SAMPLES),
        BenchRow("tempo", f"{what}, rms", found.rms, "samples"),
        BenchRow("tempo", "places compared", found.places, "places"),
    ]


def follow(progress: Progress, minutes: float, seed: int) -> Track:
    """Play a ramp that trembles every 250 ms, and compare two places of every block."""
    set_up = _Set(minutes)
    ideal = Ideal(set_up.ends_bar)
    chance = random.Random(seed)
    end = round(minutes * 60 * RATE_HZ)
    off: list[float] = []
    turn = 0
    shares: dict[int, float] = {}
    for frame in range(0, end, BLOCK):
        # The block in which a piece begins is told of it before it is computed, as live.
        if turn < frame + BLOCK and turn < end:
            shares[turn] = chance.uniform(-WOBBLE, WOBBLE)
            set_up.turn(turn, shares[turn], frame)
            turn += PIECE_FRAMES
        read = set_up.render()
        for at in (0, BLOCK // 2):
            while shares and min(shares) <= frame + at:
                begins = min(shares)
                ideal.turn(begins, shares.pop(begins))
            place = float(ideal.bar(frame + at) % CLIP_BARS / CLIP_BARS) * set_up.pass_frames
            if _EDGE_FRAMES <= place < set_up.pass_frames - _EDGE_FRAMES:
                off.append(abs(float(read[at]) - place))
        if frame % (1 << 20) == 0:
            progress("following a ramp", frame / end)
    progress("done", 1.0)
    errors = np.array(off)
    return Track(float(errors.max()), float(np.sqrt(np.square(errors).mean())), len(off))


class _Set:
    """One clip that counts, in a section that goes round, and the player that reads it."""

    def __init__(self, minutes: float) -> None:
        # Before numba is imported, as the kernel asks.
        os.environ["NUMBA_CACHE_DIR"] = str(config.kernel_folder())
        from loopmind_live.engine.player import Player

        # Evenly in bars the ramp lasts 240 / slope * ln(to / from) seconds; a bar is to spare.
        seconds = minutes * 60.0
        self.ends_bar = seconds * (TO_BPM - FROM_BPM) / 240.0 / np.log(TO_BPM / FROM_BPM) + 1.0
        loop = Loop(Path("count.wav"), "count", bpm=TO_BPM, beats=CLIP_BARS * 4)
        part = Part("drums", loop)
        section = Section("hook", SECTION_BARS, (part,))
        arrangement = Arrangement(TO_BPM, None, (section,))
        self._state = State(
            TempoMap.constant(FROM_BPM, RATE_HZ), started=True, playing=True,
            document=Document(arrangement=arrangement), playhead=Playhead.at(0, 0.0),
        )  # fmt: skip
        self._rows: tuple[Row, ...] = ()
        self.pass_frames = CLIP_BARS * 240.0 * RATE_HZ / TO_BPM
        frames = body_frames(self.pass_frames)
        pool = np.repeat(np.arange(frames, dtype=np.float32)[:, None], 2, axis=1)
        self._player = Player(np.ascontiguousarray(pool), RATE_HZ, BLOCK)
        self._stage = Stage(_clip, lambda _recipe: 0, lambda _recipe: 0, RATE_HZ, dry=True)

    def turn(self, frame: int, share: float, now: int) -> None:
        """Give the map a new piece at `frame`, and the player the rows of it."""
        state = self._state
        for moment in walk_to(state, frame, _refit, lambda _change: True):
            state = moment.state
        bar = state.tempo.bar(frame)
        ramp = FROM_BPM + (TO_BPM - FROM_BPM) * bar / self.ends_bar
        tempo = state.tempo.with_tempo(bar, ramp * (1.0 + share))
        tempo = tempo.with_ramp(bar, self.ends_bar - bar, TO_BPM)
        self._state = replace(state, tempo=tempo)
        rows = plan_rows(self._state, frame, _refit, lambda _change: True, self._stage)
        self._rows = splice(self._rows, frame, rows, now)
        self._player.install(pack(self._rows))

    def render(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """Return what is heard in the next block, left, float64 [frames]: the places read."""
        self._player.render()
        return self._player.out[0, :, 0]


def _clip(recipe: ClipRecipe) -> Clip:
    return Clip(recipe, 0, body_frames(recipe.pass_frames))


def _refit(arrangement: Arrangement, _bpm: float, _key: str | None) -> Arrangement:
    return arrangement
