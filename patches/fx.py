"""Effects between sections: risers, falls, impacts, swells and the dust of a record."""

from collections.abc import Sequence

import numpy as np
import pyo64 as pyo

from loopmind_live.demo.note import Note

from . import tables
from .curves import Phrase, draw, phases, phrases
from .grid import Curve
from .stage import Signal, Stage, Stereo

SHAPES = ("rise", "fall", "impact", "dust")


def fx(
    stage: Stage,
    notes: Sequence[Note],
    *,
    shape: str = "rise",
    low_hz: float = 300.0,
    high_hz: float = 9000.0,
    tone: float = 0.2,
    noise: float = 0.8,
    flutter: tuple[float, float] = (0.0, 1.0),
    width: float = 0.7,
) -> Stereo:
    """Play a sweep over each note's length.

    `shape`: "rise" and "fall" sweep a noise band between `low_hz` and `high_hz` with a gliding
    `tone` (0..1) an octave long; "impact" is a boom with a long tail; "dust" is crackle through the
    whole note. `flutter` (depth 0..1, beats a cycle) chops the level in time.
    """
    grid = stage.grid
    parts = phrases(grid, notes)
    if shape == "dust":
        return _dust(stage, parts, low_hz, high_hz, noise)
    level_curve = draw(grid, parts, lambda part: _level(stage, part, shape))
    depth, beats = flutter
    phase = grid.steady_phase(grid.bpm / 60.0 / beats)
    level = stage.signal(level_curve * (1.0 - depth * 0.5 * (1.0 - np.cos(2 * np.pi * phase))))
    path = draw(grid, parts, lambda part: _path(part, shape), rest=0.0)
    centre = stage.signal(low_hz * (high_hz / low_hz) ** path)

    def gliding(part: Phrase) -> Curve:
        base = 440.0 * 2.0 ** ((part.notes[0].pitch - 69.0) / 12.0)
        octaves = 1.5 * _path(part, shape) if shape != "impact" else _path(part, shape) * 2.0
        return np.asarray(base * 2.0 ** np.resize(octaves, part.room))

    voice = stage.oscillator(tables.sine(stage), phases(grid, parts, gliding, start=0.05))
    shared, sides = stage.noise(), (stage.noise(), stage.noise())

    def side(own: Signal) -> Signal:
        air = shared * (1.0 - width) + own * width
        band = stage.keep(pyo.SVF(air, freq=centre, q=1.6, type=0.45)) * noise
        return stage.keep(pyo.Tanh((band + voice * tone) * level * 1.2))

    return side(sides[0]), side(sides[1])


def _level(stage: Stage, part: Phrase, shape: str) -> Curve:
    length = min(part.room, part.gate)
    place = np.arange(length) / max(1, length)
    if shape == "rise":
        curve = place**1.6
    elif shape == "fall":
        curve = (1.0 - place) ** 2.2
    else:
        curve = np.exp(-6.0 * place) * (1.0 - place)
    fade = min(length, stage.grid.seconds(0.006))
    curve[-fade:] *= np.linspace(1.0, 0.0, fade)
    return np.asarray(curve * part.velocity)


def _path(part: Phrase, shape: str) -> Curve:
    place = np.arange(part.gate) / max(1, part.gate)
    if shape == "rise":
        return np.asarray(place)
    if shape == "fall":
        return np.asarray(1.0 - place)
    return np.asarray(np.exp(-place * 25.0))


def _dust(
    stage: Stage, parts: Sequence[Phrase], low_hz: float, high_hz: float, noise: float
) -> Stereo:
    grid = stage.grid
    level = stage.signal(draw(grid, parts, lambda part: np.full(part.gate, part.velocity)))
    sides = []
    for _ in range(2):
        ticks = np.zeros(grid.frames)
        count = int(grid.frames / grid.rate_hz * 14)
        places = stage.random.integers(0, grid.frames, count)
        ticks[places] = stage.random.uniform(-1.0, 1.0, count) * stage.random.uniform(
            0.05, 1.0, count
        )
        crackle = stage.keep(pyo.ButBP(stage.signal(ticks), freq=high_hz, q=0.6)) * 2.5
        hiss = stage.keep(pyo.ButLP(stage.noise(), freq=high_hz)) * (0.08 * noise)
        rumble = stage.keep(pyo.ButLP(stage.noise(), freq=low_hz)) * (0.3 * noise)
        sides.append(stage.keep(pyo.Tanh(crackle * 3.0)) * level * 0.25 + (hiss + rumble) * level)
    return sides[0], sides[1]
