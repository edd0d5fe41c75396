"""Sounds without a tempo to train on: hits, held tones, noise, notes at random times."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.training.midi import Note
from loopmind_live.training.synthesis import Part
from loopmind_live.training.tempo_patterns import VOICES, Random
from loopmind_live.training.tempo_sources import RATE_HZ, Sources

_T = TypeVar("_T")

TYPED = 0.25
"""So many lengths are round numbers of seconds that somebody typed."""


def draw_length_s(random: Random) -> float:
    """Return a length that has nothing to do with beats."""
    length_s = float(random.uniform(0.7, 10.0))
    if random.random() < TYPED:
        return max(1.0, round(2.0 * length_s) / 2.0)
    return length_s


def texture(random: Random, length_s: float) -> Floats:
    """Return a held tone or noise that swells or fades."""
    sound = np.zeros(round(length_s * RATE_HZ), np.float32)
    if random.random() < 0.6:
        _add_tone(random, sound)
        return sound
    time_s = np.arange(len(sound)) / RATE_HZ
    curve = np.exp(random.choice([-1, 1]) * random.uniform(0.3, 2.0) * time_s)
    noise = random.standard_normal(len(sound)) * 0.2 * curve / curve.max()
    result: Floats = noise.astype(np.float32)
    return result


def hits(random: Random, sources: Sources, length_s: float, count: int) -> Floats:
    """Return hits of one or several samples, or bursts of noise, at random times."""
    sound = np.zeros(round(length_s * RATE_HZ), np.float32)
    times = np.sort(random.uniform(0.0, random.uniform(0.6, 0.98) * length_s, count))
    times[0] = random.choice([0.0, times[0]])
    if count == 1:
        times[0] = random.choice([0.0, 0.0, min(0.3, times[0])])
    voices = [voice for voice in VOICES if len(sources.samples.get(voice, ()))]
    own = [one_of(random, sources.samples[one_of(random, voices)]) for _ in range(3)]
    if random.random() < 0.3:
        fade = np.exp(-np.arange(RATE_HZ) / RATE_HZ * random.uniform(2.0, 40.0))
        own = [(0.5 * random.standard_normal(RATE_HZ) * fade).astype(np.float32)]
    kit = own[: int(random.integers(1, 4))]
    same = random.random() < 0.3
    for at_s in times:
        at = round(at_s * RATE_HZ)
        sample = one_of(random, kit)[: len(sound) - at]
        loud = 0.8 if same else random.uniform(0.4, 1.0)
        sound[at : at + len(sample)] += loud * sample
    return sound


def free_notes(random: Random, length_s: float, program: int) -> Part:
    """Return a note, a chord, or a line without any beat, played by a General MIDI program."""
    low = int(random.integers(36, 72))
    if random.random() < 0.4:
        pitches = low + np.array([0, 4, 7])[: int(random.choice([1, 3]))]
        end_s = length_s * random.uniform(0.2, 1.0)
        return Part([Note(0.0, end_s, int(pitch), 100) for pitch in pitches], program)
    notes, at_s = [], float(random.choice([0.0, random.uniform(0.0, 0.4)]))
    while at_s < length_s - 0.1:
        long_s = float(random.gamma(2.0, 0.2)) + 0.06
        pitch = low + int(random.integers(0, 12))
        notes.append(Note(at_s, at_s + 0.9 * long_s, pitch, int(random.integers(60, 120))))
        at_s += long_s
    return Part(notes, program)


def one_of(random: Random, things: Sequence[_T]) -> _T:
    """Return one of some things."""
    return things[int(random.integers(len(things)))]


def _add_tone(random: Random, sound: Floats) -> None:
    time_s = np.arange(len(sound)) / RATE_HZ
    for _ in range(int(random.integers(1, 5))):
        hz = 55.0 * 2.0 ** random.uniform(0.0, 4.0)
        wobble = np.sin(2 * np.pi * random.uniform(0.1, 5) * time_s)
        phase = 2.0 * np.pi * hz * time_s + random.uniform(0, 1) * wobble
        sound += (np.sin(phase) * random.uniform(0.05, 0.2)).astype(np.float32)
    sound *= np.minimum(1.0, time_s / random.uniform(0.01, 1.0)).astype(np.float32)
    if random.random() < 0.5:
        sound *= np.exp(-time_s * random.uniform(0.2, 2.0)).astype(np.float32)
