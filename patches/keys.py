"""Keys: electric piano, bells and organ stabs from pairs of sines in frequency modulation."""

from collections.abc import Callable, Sequence

import numpy as np
import pyo64 as pyo

from loopmind_live.demo.note import Note

from . import tables
from .curves import Phrase, adsr, draw, phases, phrases, pitches, voices
from .grid import Curve
from .stage import Stage, Stereo


def keys(
    stage: Stage,
    notes: Sequence[Note],
    *,
    ratio: float = 1.0,
    index: float = 1.4,
    tine: float = 0.2,
    decay_s: float = 3.5,
    sustain: float = 0.0,
    release_s: float = 0.25,
    brightness_hz: float = 4500.0,
    tremolo: tuple[float, float] = (0.0, 1.0),
) -> Stereo:
    """Play chords and lines on struck keys.

    `ratio` and `index` are the modulator's, its depth falling with each note (1 and 1.4 an electric
    piano, 3.5 and 2 a bell); `tine` (0..1) is the bright strike at 14 times the pitch; `tremolo`
    (depth 0..1, beats a cycle) moves the sound from side to side.
    """
    grid = stage.grid
    chord = max(sum(1 for other in notes if other.beat == note.beat) for note in notes)
    dealt = [phrases(grid, voice) for voice in voices(notes, chord + 2)]
    frequency = pitches(grid)
    sine = tables.sine(stage)
    total = stage.keep(pyo.Sig(0.0))
    for parts in dealt:
        level = stage.signal(draw(grid, parts, adsr(grid, 0.002, decay_s, sustain, release_s)))
        depth = draw(grid, parts, _depth(stage, decay_s * 0.5))
        wave = np.sin(2 * np.pi * phases(grid, parts, frequency, ratio)) * depth
        carrier = phases(grid, parts, frequency) + wave * index / (2 * np.pi)
        total = total + stage.oscillator(sine, carrier) * level * 0.35
        strike = stage.signal(draw(grid, parts, adsr(grid, 0.001, 0.25, 0.0, 0.1)))
        ping = stage.oscillator(sine, 14.0 * phases(grid, parts, frequency))
        total = total + ping * strike * (0.06 * tine)
    warm = stage.keep(pyo.ButLP(stage.keep(pyo.Tanh(total)), freq=brightness_hz))
    clean = stage.keep(pyo.ButHP(warm, freq=70.0))
    amount, beats = tremolo
    swing = amount * np.sin(2 * np.pi * grid.steady_phase(grid.bpm / 60.0 / beats))
    left, right = (stage.signal(np.sqrt(0.5 + side * swing / 2)) for side in (-1, 1))
    return clean * left, clean * right


def _depth(stage: Stage, fall_s: float) -> Callable[[Phrase], Curve]:
    def shape(part: Phrase) -> Curve:
        time_s = np.arange(part.room) / stage.grid.rate_hz
        return np.asarray(part.velocity**1.5 * (0.25 + 0.75 * np.exp(-5.0 * time_s / fall_s)))

    return shape
