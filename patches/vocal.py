"""A voice-like sound: a buzzing source with vibrato through four moving formants."""

from collections.abc import Sequence

import numpy as np
import pyo64 as pyo

from loopmind_live.demo.note import Note

from . import tables
from .curves import Phrase, adsr, draw, held, phases, phrases, pitches, smooth, voices
from .grid import Curve
from .stage import Signal, Stage, Stereo

_FORMANTS_HZ = {
    "a": (800.0, 1150.0, 2800.0, 3500.0),
    "e": (400.0, 1600.0, 2700.0, 3300.0),
    "i": (350.0, 1700.0, 2700.0, 3700.0),
    "o": (450.0, 800.0, 2830.0, 3500.0),
    "u": (325.0, 700.0, 2530.0, 3500.0),
}
"""The alto's first four formants, from the table in the appendix of the Csound manual."""
_LEVELS = (1.0, 0.55, 0.16, 0.08)
_Q = (7.0, 10.0, 18.0, 22.0)
_VIBRATO_HZ = 5.1


def vocal(
    stage: Stage,
    notes: Sequence[Note],
    *,
    vowels: str = "ao",
    attack_s: float = 0.06,
    release_s: float = 0.35,
    breath: float = 0.08,
    vibrato_cents: float = 30.0,
    size: float = 1.0,
    morph_s: float = 0.05,
) -> Stereo:
    """Sing notes or chords on `vowels` (of a e i o u), a new one with each attack.

    `size` scales the formants (1.15 a smaller, 0.85 a larger singer); `breath` (0..1) is noise in
    the source; vowels change over `morph_s`.
    """
    grid = stage.grid
    chord = max(sum(1 for other in notes if other.beat == note.beat) for note in notes)
    dealt = [phrases(grid, voice) for voice in voices(notes, chord)]
    glide = pitches(grid, glide_s=0.09)

    def frequency(part: Phrase) -> Curve:
        time_s = np.arange(part.room) / grid.rate_hz
        scoop = -60.0 * np.exp(-time_s / 0.05)
        depth = vibrato_cents * np.clip((time_s - 0.25) / 0.3, 0.0, 1.0)
        return np.asarray(
            glide(part)
            * 2.0 ** ((scoop + depth * np.sin(2 * np.pi * _VIBRATO_HZ * time_s)) / 1200.0)
        )

    highest = max(float(frequency(part).max()) for parts in dealt for part in parts)
    wave = tables.saw(stage, highest)
    sides = [stage.keep(pyo.Sig(0.0)), stage.keep(pyo.Sig(0.0))]
    gate = np.zeros(grid.frames)
    for parts in dealt:
        curve = draw(grid, parts, adsr(grid, attack_s, 3.0, 0.8, release_s))
        gate = np.maximum(gate, curve)
        level = stage.signal(curve)
        middle = stage.oscillator(wave, phases(grid, parts, frequency)) * level * 0.35
        for place, cents in enumerate((-6.0, 6.0)):
            phase = phases(grid, parts, frequency, 2.0 ** (cents / 1200.0))
            sides[place] = sides[place] + middle + stage.oscillator(wave, phase) * level * 0.3
    air = stage.noise() * stage.signal(gate * breath)
    formants = _formants(stage, phrases(grid, notes), vowels, size, morph_s)
    result = []
    for side in sides:
        source = stage.keep(pyo.ButLP(side, freq=5000.0)) + air
        throat = stage.keep(pyo.Sig(0.0))
        for centre, q, level in zip(formants, _Q, _LEVELS, strict=True):
            throat = throat + stage.keep(pyo.Biquad(source, freq=centre, q=q, type=2)) * level
        result.append(stage.keep(pyo.ButHP(throat, freq=85.0)))
    return result[0], result[1]


def _formants(
    stage: Stage, parts: Sequence[Phrase], vowels: str, size: float, morph_s: float
) -> list[Signal]:
    grid = stage.grid
    order = {part.start: place for place, part in enumerate(parts)}
    signals = []
    for number in range(len(_LEVELS)):

        def centre(part: Phrase, number: int = number) -> float:
            vowel = vowels[order[part.start] % len(vowels)]
            return float(np.log(_FORMANTS_HZ[vowel][number] * size))

        curve = held(grid, parts, centre)
        # Before the first attack of a loop the last one's vowel goes on: the loop is a circle.
        signals.append(stage.signal(np.exp(smooth(curve, morph_s * grid.rate_hz))))
    return signals
