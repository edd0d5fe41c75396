"""A bass synthesizer: sub sine, saws and square into a ladder filter and a soft curve."""

from collections.abc import Sequence

import numpy as np
import pyo64 as pyo

from loopmind_live.demo.note import Note

from . import tables
from .curves import Phrase, adsr, draw, phases, phrases, pitches
from .grid import Curve
from .stage import Stage, Stereo

_BIAS = 0.3
Envelope = tuple[float, float, float, float]
"""Attack s, decay s, sustain 0..1, release s."""


def bass(
    stage: Stage,
    notes: Sequence[Note],
    *,
    mix: tuple[float, float, float] = (1.0, 0.0, 0.0),
    envelope: Envelope = (0.003, 1.5, 0.4, 0.08),
    cutoff_hz: float = 400.0,
    sweep: tuple[float, float] = (2.0, 0.3),
    resonance: float = 0.2,
    wobble: tuple[float, float] = (0.0, 1.0),
    detune_cents: float = 12.0,
    drive: float = 1.5,
) -> Stereo:
    """Play one note at a time, sliding where the notes say so.

    `mix` is the level of sub sine, saws (two, `detune_cents` apart, one on each side) and square.
    Saws and square pass a ladder filter that opens by `sweep` (octaves, seconds) above `cutoff_hz`
    at each attack and moves by `wobble` (octaves, beats a cycle). An 808 is a long sub with drive;
    a reese is wide saws; an acid line has resonance 0.8 and slides.
    """
    grid = stage.grid
    parts = phrases(grid, notes)
    frequency = pitches(grid, glide_s=0.07)
    highest = max(float(frequency(part).max()) for part in parts)
    level = stage.signal(draw(grid, parts, adsr(grid, *envelope)))
    sub_level, saw_level, square_level = mix
    sine = tables.sine(stage)
    sub = stage.oscillator(sine, phases(grid, parts, frequency)) * (sub_level * 0.9)
    cutoff = stage.signal(_cutoff(stage, parts, cutoff_hz, sweep, wobble))
    saw, square = tables.saw(stage, highest), tables.square(stage, highest)
    shared = stage.oscillator(square, phases(grid, parts, frequency)) * (square_level * 0.5)
    sides = []
    for sign in (-1.0, 1.0):
        ratio = 2.0 ** (sign * detune_cents / 2400.0)
        near = stage.oscillator(saw, phases(grid, parts, frequency, ratio, start=0.5))
        far = stage.oscillator(saw, phases(grid, parts, frequency, 1.0 / ratio, start=0.5))
        raw = (near * 0.42 + far * 0.2) * saw_level + shared
        dark = stage.keep(pyo.MoogLP(raw, freq=cutoff, res=resonance))
        # Off its middle the curve adds even partials.
        driven = stage.keep(pyo.Tanh((dark + sub + _BIAS) * level * drive))
        # What a small speaker plays of a low note: the partials that a harder curve adds.
        bite = stage.keep(pyo.ButHP(stage.keep(pyo.Tanh(driven * 4.0)), freq=140.0))
        sides.append(stage.keep(pyo.ButHP(driven + bite * min(0.4, 0.12 * drive), freq=26.0)))
    return sides[0], sides[1]


def _cutoff(
    stage: Stage,
    parts: Sequence[Phrase],
    cutoff_hz: float,
    sweep: tuple[float, float],
    wobble: tuple[float, float],
) -> Curve:
    grid = stage.grid
    octaves, sweep_s = sweep
    depth, beats = wobble

    def opening(part: Phrase) -> Curve:
        time_s = np.arange(part.room) / grid.rate_hz
        accent = 0.6 + 0.5 * part.velocity
        return np.asarray(octaves * accent * np.exp(-4.0 * time_s / max(sweep_s, 1e-3)))

    phase = grid.steady_phase(grid.bpm / 60.0 / beats)
    moving = depth * 0.5 * (1.0 - np.cos(2 * np.pi * phase))
    curve = cutoff_hz * 2.0 ** (draw(grid, parts, opening) + moving)
    return np.minimum(curve, 0.3 * grid.rate_hz)
