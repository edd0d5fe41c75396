"""A pluck: saws behind a filter that closes fast, a voice of its own for each note."""

from collections.abc import Sequence

import numpy as np
import pyo64 as pyo

from loopmind_live.demo.note import Note

from . import tables
from .curves import Phrase, adsr, draw, phases, phrases, pitches, voices
from .grid import Curve
from .stage import Stage, Stereo


def pluck(
    stage: Stage,
    notes: Sequence[Note],
    *,
    cutoff_hz: float = 350.0,
    sweep: tuple[float, float] = (4.0, 0.22),
    decay_s: float = 0.9,
    sustain: float = 0.0,
    release_s: float = 0.3,
    detune_cents: float = 10.0,
    hollow: float = 0.3,
    spread: float = 0.5,
) -> Stereo:
    """Play notes or stabs that begin bright and close within `sweep` (octaves, seconds).

    `hollow` (0..1) mixes from saw to square; neighbouring voices stand apart by `spread` (0..1).
    """
    grid = stage.grid
    chord = max(sum(1 for other in notes if other.beat == note.beat) for note in notes)
    dealt = [phrases(grid, voice) for voice in voices(notes, max(2, chord))]
    frequency = pitches(grid)
    highest = max(float(frequency(part).max()) for parts in dealt for part in parts)
    saw, square = tables.saw(stage, highest), tables.square(stage, highest)
    octaves, sweep_s = sweep

    def opening(part: Phrase) -> Curve:
        time_s = np.arange(part.room) / grid.rate_hz
        curve = octaves * (0.4 + 0.6 * part.velocity) * np.exp(-4.0 * time_s / sweep_s)
        return np.asarray(curve)

    left, right = stage.keep(pyo.Sig(0.0)), stage.keep(pyo.Sig(0.0))
    for place, parts in enumerate(dealt):
        level = stage.signal(draw(grid, parts, adsr(grid, 0.002, decay_s, sustain, release_s)))
        curve = np.minimum(cutoff_hz * 2.0 ** draw(grid, parts, opening), 0.3 * grid.rate_hz)
        cutoff = stage.signal(curve)
        ratio = 2.0 ** (detune_cents / 2400.0)
        up = stage.oscillator(saw, phases(grid, parts, frequency, ratio, start=0.5))
        down = stage.oscillator(saw, phases(grid, parts, frequency, 1 / ratio, start=0.5))
        box = stage.oscillator(square, phases(grid, parts, frequency))
        raw = (up + down) * (0.5 * (1.0 - hollow)) + box * (0.6 * hollow)
        tone = stage.keep(pyo.MoogLP(raw, freq=cutoff, res=0.12)) * level * 0.5
        side = spread * (place / max(1, len(dealt) - 1) - 0.5)
        left, right = left + tone * (0.5 - side) ** 0.5, right + tone * (0.5 + side) ** 0.5
    return stage.keep(pyo.ButHP(left, freq=120.0)), stage.keep(pyo.ButHP(right, freq=120.0))
