"""A bass drum: a sine that falls from a click to its tone, driven into a soft curve."""

from collections.abc import Sequence

import numpy as np
import pyo64 as pyo

from loopmind_live.demo.note import Note

from . import tables
from .curves import Phrase, draw, phases, phrases, strike
from .grid import Curve
from .stage import Stage, Stereo


def kick(
    stage: Stage,
    notes: Sequence[Note],
    *,
    tone_hz: float = 48.0,
    sweep_hz: float = 190.0,
    sweep_s: float = 0.024,
    decay_s: float = 0.45,
    click: float = 0.25,
    drive: float = 1.6,
    grit: float = 0.0,
) -> Stereo:
    """Play a bass drum; pitches are not heard.

    It falls from `tone_hz` + `sweep_hz` to `tone_hz` in about three `sweep_s` and rings for
    `decay_s`. `click` (0..1) is the beater, `drive` (1 clean, 4 hard) the saturation, `grit` (0..1)
    noise through the first tenth of a second.
    """
    grid = stage.grid
    parts = phrases(grid, notes)

    def falling(part: Phrase) -> Curve:
        time_s = np.arange(part.room) / grid.rate_hz
        snap = 900.0 * click * np.exp(-time_s / 0.0025)
        return np.asarray(tone_hz + sweep_hz * np.exp(-time_s / sweep_s) + snap)

    level = stage.signal(draw(grid, parts, strike(grid, decay_s, hold_s=0.02)))
    # Starting a little into the cycle makes the first frame audible.
    body = stage.oscillator(tables.sine(stage), phases(grid, parts, falling, start=0.01)) * level
    tick = stage.signal(draw(grid, parts, strike(grid, 0.018)))
    dust = stage.signal(draw(grid, parts, strike(grid, 0.12)))
    noise = stage.noise()
    bright = stage.keep(pyo.ButHP(noise, freq=2500.0)) * tick * (0.8 * click)
    rough = stage.keep(pyo.ButBP(noise, freq=700.0, q=0.8)) * dust * (0.8 * grit)
    driven = stage.keep(pyo.Tanh((body + bright + rough) * drive))
    sound = stage.keep(pyo.ButHP(driven, freq=24.0))
    return sound * 0.9, sound * 0.9
