"""A snare drum, a clap, or both: two tones and shaped noise."""

from collections.abc import Callable, Sequence

import numpy as np
import pyo64 as pyo

from loopmind_live.demo.note import Note

from . import tables
from .curves import Phrase, draw, phases, phrases, strike
from .grid import Curve
from .stage import Signal, Stage, Stereo

_BURSTS_S = (0.0, 0.011, 0.023)


def snare(
    stage: Stage,
    notes: Sequence[Note],
    *,
    tone_hz: float = 185.0,
    tone_s: float = 0.16,
    noise_s: float = 0.24,
    brightness_hz: float = 1800.0,
    clap: float = 0.0,
    drive: float = 1.5,
    width: float = 0.35,
) -> Stereo:
    """Play a snare; a note's pitch moves its tone against MIDI 38.

    `tone_s` and `noise_s` are how long skin and wires ring, `brightness_hz` where the wires begin;
    `clap` (0..1) replaces both by hands: three bursts and a tail around 1.2 kHz. `width` is how far
    the noise of the two sides differs (0..1).
    """
    grid = stage.grid
    parts = phrases(grid, notes)

    def falling(part: Phrase) -> Curve:
        time_s = np.arange(part.room) / grid.rate_hz
        base = tone_hz * 2.0 ** ((part.notes[0].pitch - 38.0) / 12.0)
        return np.asarray(base * (1.0 + 0.7 * np.exp(-time_s / 0.012)))

    level = stage.signal(draw(grid, parts, strike(grid, tone_s)))
    sine = tables.sine(stage)
    low = stage.oscillator(sine, phases(grid, parts, falling))
    high = stage.oscillator(sine, phases(grid, parts, falling, ratio=1.74))
    skin = (low + high * 0.5) * level * (0.75 * (1.0 - clap))

    wires_level = stage.signal(draw(grid, parts, strike(grid, noise_s, hold_s=0.004)))
    hands_level = stage.signal(draw(grid, parts, _hands(stage, noise_s)))
    shared, sides = stage.noise(), (stage.noise(), stage.noise())

    def side(own: Signal) -> Signal:
        air = shared * (1.0 - width) + own * width
        wires = stage.keep(pyo.ButHP(air, freq=brightness_hz)) * wires_level * (1.0 - clap)
        hands = stage.keep(pyo.ButBP(air, freq=1250.0, q=1.1)) * hands_level * (3.2 * clap)
        fizz = stage.keep(pyo.ButHP(air, freq=5000.0)) * hands_level * (0.35 * clap)
        return stage.keep(pyo.Tanh((skin + wires * 0.8 + hands + fizz) * drive))

    return side(sides[0]), side(sides[1])


def _hands(stage: Stage, tail_s: float) -> Callable[[Phrase], Curve]:
    grid = stage.grid

    def shape(part: Phrase) -> Curve:
        tail = strike(grid, tail_s)(part)
        time_s = np.arange(len(tail)) / grid.rate_hz
        level = np.zeros(len(tail))
        for start_s in _BURSTS_S:
            since_s = time_s - start_s
            level = np.where(since_s >= 0, np.exp(-np.maximum(since_s, 0.0) / 0.006), level)
        return np.asarray(np.maximum(0.8 * level * part.velocity, 0.75 * tail * (time_s > 0.023)))

    return shape
