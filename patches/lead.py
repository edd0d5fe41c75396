"""A lead: one voice of saw and square with glide, vibrato and a filter that answers velocity."""

from collections.abc import Sequence

import numpy as np
import pyo64 as pyo

from loopmind_live.demo.note import Note

from . import tables
from .curves import Phrase, adsr, draw, phases, phrases, pitches
from .grid import Curve
from .stage import Stage, Stereo

_VIBRATO_HZ = 5.4


def lead(
    stage: Stage,
    notes: Sequence[Note],
    *,
    mix: tuple[float, float, float] = (0.0, 0.8, 0.3),
    envelope: tuple[float, float, float, float] = (0.008, 1.2, 0.6, 0.25),
    cutoff_hz: float = 1800.0,
    sweep: tuple[float, float] = (1.5, 0.25),
    resonance: float = 0.15,
    vibrato_cents: float = 18.0,
    detune_cents: float = 9.0,
    glide_s: float = 0.06,
) -> Stereo:
    """Play a melody. `mix` is the level of sine, saws and square.

    `vibrato_cents` comes in a third of a second after each attack; `sweep` (octaves, seconds) opens
    the filter at it. A sine with long glides is a theremin, a square with short decay a game.
    """
    grid = stage.grid
    parts = phrases(grid, notes)
    glide = pitches(grid, glide_s)

    def frequency(part: Phrase) -> Curve:
        time_s = np.arange(part.room) / grid.rate_hz
        depth = vibrato_cents * np.clip((time_s - 0.3) / 0.4, 0.0, 1.0)
        cents = depth * np.sin(2 * np.pi * _VIBRATO_HZ * time_s)
        return np.asarray(glide(part) * 2.0 ** (cents / 1200.0))

    def opening(part: Phrase) -> Curve:
        time_s = np.arange(part.room) / grid.rate_hz
        octaves, sweep_s = sweep
        return np.asarray(octaves * part.velocity * np.exp(-4.0 * time_s / sweep_s))

    highest = max(float(frequency(part).max()) for part in parts)
    level = stage.signal(draw(grid, parts, adsr(grid, *envelope)))
    cutoff_curve = np.minimum(cutoff_hz * 2.0 ** draw(grid, parts, opening), 0.3 * grid.rate_hz)
    cutoff = stage.signal(cutoff_curve)
    saw, square = tables.saw(stage, highest), tables.square(stage, highest)
    sine_level, saw_level, square_level = mix
    pure = stage.oscillator(tables.sine(stage), phases(grid, parts, frequency)) * sine_level
    hollow = stage.oscillator(square, phases(grid, parts, frequency)) * (square_level * 0.6)
    sides = []
    for sign in (-1.0, 1.0):
        ratio = 2.0 ** (sign * detune_cents / 2400.0)
        edge = stage.oscillator(saw, phases(grid, parts, frequency, ratio, start=0.5))
        middle = stage.oscillator(saw, phases(grid, parts, frequency, start=0.5))
        raw = (edge * 0.6 + middle * 0.4) * saw_level + hollow + pure * 0.8
        dark = stage.keep(pyo.MoogLP(raw, freq=cutoff, res=resonance))
        sides.append(stage.keep(pyo.ButHP(dark, freq=140.0)) * level * 0.6)
    return sides[0], sides[1]
