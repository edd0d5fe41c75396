"""Tuned percussion: toms, congas, rims, blocks and bells from two sines in frequency modulation."""

from collections.abc import Sequence

import numpy as np
import pyo64 as pyo

from loopmind_live.demo.note import Note

from . import tables
from .curves import Phrase, draw, hertz, phases, phrases, strike
from .grid import Curve
from .stage import Stage, Stereo


def perc(
    stage: Stage,
    notes: Sequence[Note],
    *,
    ratio: float = 1.4,
    index: float = 0.4,
    decay_s: float = 0.25,
    drop: float = 0.3,
    noise: float = 0.15,
    noise_hz: float = 3000.0,
    drive: float = 1.2,
    width: float = 0.5,
) -> Stereo:
    """Strike each note at its own pitch; higher notes stand further right, by `width` (0..1).

    `ratio` and `index` are the modulator's (1.4 and 0.4 a skin, 2.76 and 1.5 a block, 3.5 and 2 a
    bell); `drop` is how much sharper it starts (0.3: four semitones), `noise` the stick.
    """
    grid = stage.grid
    parts = phrases(grid, notes)

    def falling(part: Phrase) -> Curve:
        time_s = np.arange(part.room) / grid.rate_hz
        base = float(hertz(np.array([part.notes[0].pitch]))[0])
        return np.asarray(base * (1.0 + drop * np.exp(-time_s / 0.02)))

    level = stage.signal(draw(grid, parts, strike(grid, decay_s)))
    depth = draw(grid, parts, strike(grid, decay_s * 0.5))
    modulator = np.sin(2 * np.pi * phases(grid, parts, falling, ratio=ratio)) * depth
    carrier = phases(grid, parts, falling) + modulator * index / (2 * np.pi)
    body = stage.oscillator(tables.sine(stage), carrier) * level
    stick = stage.signal(draw(grid, parts, strike(grid, 0.04)))
    tick = stage.keep(pyo.ButBP(stage.noise(), freq=noise_hz, q=0.7)) * stick * (noise * 2.0)
    sound = stage.keep(pyo.Tanh((body + tick) * drive))
    pitches = [note.pitch for note in notes]
    middle, spread = float(np.mean(pitches)), max(1.0, float(np.ptp(pitches)))

    def place(part: Phrase) -> Curve:
        side = width * (part.notes[0].pitch - middle) / spread
        return np.full(part.room, side)

    pan = draw(grid, parts, place)
    left, right = (stage.signal(np.sqrt(0.5 + side * pan / 2)) for side in (-1, 1))
    return sound * left, sound * right
