"""A pad: many detuned saws a note, spread over the stereo field, behind a slow filter."""

from collections.abc import Sequence

import numpy as np
import pyo64 as pyo

from loopmind_live.demo.note import Note

from . import tables
from .curves import adsr, draw, phases, phrases, pitches, voices
from .stage import Stage, Stereo

_DETUNES = (-1.0, -0.37, 0.29, 0.83)


def pad(
    stage: Stage,
    notes: Sequence[Note],
    *,
    brightness_hz: float = 1200.0,
    motion: tuple[float, float] = (1.0, 16.0),
    attack_s: float = 0.5,
    release_s: float = 1.2,
    detune_cents: float = 14.0,
    air: float = 0.05,
    soft: float = 0.0,
) -> Stereo:
    """Play chords that swell and overlap.

    The filter stands at `brightness_hz` and moves by `motion` (octaves, beats a cycle). `air`
    (0..1) is breath above 4 kHz, `soft` (0..1) turns the saws into organ-like waves.
    """
    grid = stage.grid
    chord = max(sum(1 for other in notes if other.beat == note.beat) for note in notes)
    dealt = [phrases(grid, voice) for voice in voices(notes, chord * 2)]
    frequency = pitches(grid)
    highest = max(float(frequency(part).max()) for parts in dealt for part in parts)
    levels = [(1.0 - soft) / (k + 1) + (soft / (k + 1) ** 2.2) for k in range(30)]
    wave = tables.partials(stage, levels[: max(1, int(0.45 * grid.rate_hz / highest))])
    sides = [stage.keep(pyo.Sig(0.0)), stage.keep(pyo.Sig(0.0))]
    envelope = adsr(grid, attack_s, 4.0, 0.85, release_s)
    breath = np.zeros(grid.frames)
    for parts in dealt:
        curve = draw(grid, parts, envelope)
        breath = np.maximum(breath, curve)
        level = stage.signal(curve)
        for place, detune in enumerate(_DETUNES):
            ratio = 2.0 ** (detune * detune_cents / 1200.0)
            start = float(stage.random.uniform())
            tone = stage.oscillator(wave, phases(grid, parts, frequency, ratio, start)) * level
            sides[place % 2] = sides[place % 2] + tone * 0.16
            sides[1 - place % 2] = sides[1 - place % 2] + tone * 0.05
    octaves, beats = motion
    phase = grid.steady_phase(grid.bpm / 60.0 / beats)
    cutoff = stage.signal(brightness_hz * 2.0 ** (octaves * 0.5 * (1 - np.cos(2 * np.pi * phase))))
    wind = stage.signal(breath * air * 0.5)
    result = []
    for side in sides:
        dark = stage.keep(pyo.ButLP(side, freq=cutoff))
        high = stage.keep(pyo.ButHP(stage.noise(), freq=4000.0)) * wind
        result.append(stage.keep(pyo.ButHP(dark + high, freq=110.0)))
    return result[0], result[1]
