"""Hi-hats, rides and shakers: six squares that do not agree, and noise, above a high-pass."""

from collections.abc import Sequence

import numpy as np
import pyo64 as pyo

from loopmind_live.demo.note import Note

from . import tables
from .curves import Phrase, draw, phrases, strike
from .grid import Curve
from .stage import Signal, Stage, Stereo

_OPEN = 46
_METAL_HZ = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)
"""The six oscillators of the TR-808's cymbals."""
_TOP_HZ = 11000.0


def hats(
    stage: Stage,
    notes: Sequence[Note],
    *,
    metal: float = 0.6,
    closed_s: float = 0.07,
    open_s: float = 0.45,
    highpass_hz: float = 5500.0,
    tune: float = 1.6,
    soft_s: float = 0.0,
    width: float = 0.4,
) -> Stereo:
    """Play hats: MIDI 46 rings for `open_s`, all others for `closed_s`.

    `metal` (0..1) goes from noise to ringing squares, `tune` moves those, `soft_s` slows the attack
    (a shaker at 0.02), `width` is how far the two sides' noise differs (0..1).
    """
    grid = stage.grid
    parts = phrases(grid, notes)
    closed, opened = strike(grid, closed_s), strike(grid, open_s)

    def shape(part: Phrase) -> Curve:
        curve = (opened if part.notes[0].pitch == _OPEN else closed)(part)
        rise = grid.seconds(soft_s)
        if rise:
            rise = min(rise, len(curve))
            curve[:rise] *= np.linspace(0.0, 1.0, rise)
        return curve

    level = stage.signal(draw(grid, parts, shape))
    wave = tables.square(stage, 800.0)
    ring = sum(
        (
            stage.oscillator(wave, grid.steady_phase(tone_hz * tune, place / 6))
            for place, tone_hz in enumerate(_METAL_HZ)
        ),
        start=stage.keep(pyo.Sig(0.0)),
    )
    shared, sides = stage.noise(), (stage.noise(), stage.noise())

    def side(own: Signal) -> Signal:
        air = shared * (1.0 - width) + own * width
        raw = ring * (0.3 * metal) + air * (1.0 - metal)
        thin = stage.keep(pyo.ButHP(raw, freq=highpass_hz))
        clear = stage.keep(pyo.ButHP(thin, freq=highpass_hz * 0.5))
        return stage.keep(pyo.ButLP(clear, freq=_TOP_HZ)) * level

    return side(sides[0]), side(sides[1])
