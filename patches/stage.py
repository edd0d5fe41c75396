"""The stage: one loop's clock, noise and rendering, on pyo's manual back-end."""

import ctypes
import math
import os
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

os.environ.setdefault("PYO_GUI_WX", "0")
import pyo64 as pyo

from .grid import Curve, Grid

Signal = Any
"""A pyo object: pyo has no types."""
Stereo = tuple[Signal, Signal]

_BLOCK = 512
_SETTLE_S = 4.0
"""Rendered before the loop and thrown away: the tails of the pass before it."""


class Stage:
    """Owns the pyo server while one loop is made. One stage at a time in a process.

    The loop goes round, so that its beginning has the tails of its end; a `once` stage plays it a
    single time, from silence.
    """

    def __init__(self, grid: Grid, seed: int, once: bool = False) -> None:
        self.grid = grid
        self.random = np.random.default_rng(seed)
        self._lead_blocks = math.ceil(_SETTLE_S * grid.rate_hz / _BLOCK)
        self._once = once
        self._kept: list[Any] = []
        self._server = pyo.Server(
            sr=grid.rate_hz, nchnls=2, buffersize=_BLOCK, duplex=0, audio="manual"
        )
        self._server.setVerbosity(1)
        self._server.deactivateMidi()
        self._server.boot()
        self._server.start()
        # pyo's own noises and jitters are seeded too, should a patch use one.
        self._server.setGlobalSeed(seed % 2**31 + 1)
        address = self._server.getOutputAddr()
        place = int(address, 16) if isinstance(address, str) else int(address)
        block = (ctypes.c_float * (_BLOCK * 2)).from_address(place)
        self._output = np.ctypeslib.as_array(block).reshape(_BLOCK, 2)
        trigger = self.keep(pyo.Trig().play())
        span = self.grid.frames + (self._lead_blocks * _BLOCK if once else 0)
        self._clock = self.keep(pyo.Count(trigger, min=0, max=span - 1))

    def __enter__(self) -> "Stage":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()
        self._kept.clear()
        self._server.shutdown()

    def keep(self, thing: Any) -> Any:
        """Hold a pyo object for as long as the loop is being made, and return it."""
        self._kept.append(thing)
        return thing

    def signal(self, curve: Curve) -> Signal:
        """Return a signal that repeats `curve`, float64 [frames], in step with the loop."""
        lead = self._lead_blocks * _BLOCK
        if self._once:
            values = np.concatenate([np.zeros(lead), curve])
        else:
            values = np.roll(curve, lead % self.grid.frames)
        table = self.keep(pyo.DataTable(size=len(values)))
        np.asarray(table.getBuffer())[: len(values)] = values
        return self.keep(pyo.TableIndex(table, self._clock))

    def oscillator(self, table: Any, phase: Curve) -> Signal:
        """Return a wave table read at `phase`, float64 [frames], in cycles."""
        return self.keep(pyo.Pointer(table, self.signal(phase % 1.0)))

    def noise(self) -> Signal:
        """Return white noise, as long as the loop, the same for the same seed."""
        return self.signal(self.random.uniform(-1.0, 1.0, self.grid.frames))

    def render(self, sound: Stereo) -> npt.NDArray[np.float32]:
        """Return one pass with the tails of the pass before it: float32 [frames, 2]."""
        left, right = sound
        self.keep(left.out(0))
        self.keep(right.out(1))
        for _ in range(self._lead_blocks):
            self._server.process()
        blocks = math.ceil(self.grid.frames / _BLOCK)
        audio = np.empty((blocks * _BLOCK, 2), np.float32)
        for block in range(blocks):
            self._server.process()
            audio[block * _BLOCK : (block + 1) * _BLOCK] = self._output
        return audio[: self.grid.frames]
