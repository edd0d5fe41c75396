"""Synthesizers to train on: bass lines, melodies, chords and pads of instruments drawn at random.

Each instrument is waves through a filter that closes as the note goes on; what is heard goes from
the open over a half-open to the closed filter, which costs a hundredth of a filter that moves.
"""

from dataclasses import dataclass

import numpy as np
from scipy import signal

from loopmind_live.training.midi import Note
from loopmind_live.training.phrases import (
    Phrase,
    arpeggio,
    chords,
    line,
    one_chord,
    one_note,
)
from loopmind_live.training.varying import RATE_HZ, Values

WAVES = ("saw", "square", "pulse", "sine", "fm", "supersaw", "triangle")
_MOST_HARMONICS = 60
_TABLE = 2048


@dataclass(frozen=True, slots=True)
class Patch:
    """An instrument: times in seconds, `closed` and `open` in harmonics of the note that pass."""

    wave: str
    attack_s: float
    decay_s: float
    sustain: float
    release_s: float
    opened: float
    closed: float
    closing_s: float
    resonance: float
    drive: float
    vibrato: float
    glide_s: float
    wobble_hz: float


def bass(random: np.random.Generator) -> Values:
    """Return a bass note or line."""
    phrase = one_note(random, 24, 48) if random.random() < 0.55 else line(random, 26, 46, 0.6)
    patch = Patch(
        wave=_one_of(random, WAVES),
        attack_s=_between(random, 0.001, 0.02), decay_s=_between(random, 0.15, 1.5),
        sustain=float(random.uniform(0.0, 0.9)), release_s=_between(random, 0.02, 0.3),
        opened=_between(random, 2.0, 40.0), closed=_between(random, 1.0, 8.0),
        closing_s=_between(random, 0.03, 0.8), resonance=float(random.uniform(0.0, 1.0)),
        drive=_between(random, 0.3, 9.0), vibrato=0.0,
        glide_s=float(random.choice([0.0, 0.0, 0.03, 0.1])),
        wobble_hz=float(random.choice([0.0, 0.0, 0.0, 1.5, 3.0, 6.0])),
    )  # fmt: skip
    sound = play(phrase, patch, random)
    if random.random() < 0.3:  # as of records that leave the lows to the kick
        cut_hz = float(random.uniform(60.0, 160.0))
        high = signal.butter(2, cut_hz, "highpass", fs=RATE_HZ, output="sos")
        sound = np.asarray(signal.sosfilt(high, sound))
    return sound


def synth(random: np.random.Generator) -> Values:
    """Return a note, chord, melody, arpeggio or rhythm of chords."""
    low, kind = int(random.integers(48, 66)), random.random()
    if kind < 0.1:
        phrase = one_note(random, 43, 76, float(random.uniform(2.0, 8.0)))
    elif kind < 0.25:
        phrase = one_note(random, 45, 84)
    elif kind < 0.4:
        phrase = one_chord(random, low, low + 19)
    elif kind < 0.65:
        phrase = line(random, low, low + 24, 0.2)
    elif kind < 0.8:
        phrase = arpeggio(random, low, low + 24)
    else:
        phrase = chords(random, low, low + 19, held=False)
    patch = Patch(
        wave=_one_of(random, WAVES),
        attack_s=_between(random, 0.001, 0.06), decay_s=_between(random, 0.08, 1.5),
        sustain=float(random.uniform(0.0, 0.9)), release_s=_between(random, 0.03, 0.8),
        opened=_between(random, 3.0, 40.0), closed=_between(random, 1.5, 12.0),
        closing_s=_between(random, 0.05, 1.0), resonance=float(random.uniform(0.0, 0.7)),
        drive=_between(random, 0.2, 3.0),
        vibrato=float(random.choice([0.0, 0.0, 0.15, 0.4])),
        glide_s=float(random.choice([0.0, 0.0, 0.0, 0.06])),
        wobble_hz=float(random.choice([0.0, 0.0, 0.0, 0.0, 5.0])),
    )  # fmt: skip
    return _echo(play(phrase, patch, random), random, 0.4)


def pad(random: np.random.Generator) -> Values:
    """Return held chords, or a drone."""
    low = int(random.integers(36, 62))
    if random.random() < 0.5:
        phrase = chords(random, low, low + 19, held=True)
    else:
        length_s = float(random.uniform(2.5, 8.0))
        pitches = {low, low + int(random.choice([7, 12, 3, 4])), low + int(random.choice([0, 12]))}
        notes = tuple(Note(0.0, length_s - 0.5, pitch, 90) for pitch in sorted(pitches))
        phrase = Phrase(notes, length_s)
    patch = Patch(
        wave=_one_of(random, ("saw", "supersaw", "supersaw", "triangle", "sine", "pulse", "fm")),
        attack_s=_between(random, 0.08, 1.2), decay_s=_between(random, 1.0, 4.0),
        sustain=float(random.uniform(0.5, 1.0)), release_s=_between(random, 0.3, 2.0),
        opened=_between(random, 2.0, 20.0), closed=_between(random, 1.5, 10.0),
        closing_s=_between(random, 0.5, 5.0), resonance=float(random.uniform(0.0, 0.4)),
        drive=_between(random, 0.1, 1.0), vibrato=float(random.choice([0.0, 0.1, 0.2])),
        glide_s=0.0, wobble_hz=float(random.choice([0.0, 0.0, 0.2, 0.5, 3.0])),
    )  # fmt: skip
    sound = play(phrase, patch, random)
    if random.random() < 0.3:
        air = signal.sosfilt(
            signal.butter(2, [300, 3000], "bandpass", fs=RATE_HZ, output="sos"),
            random.standard_normal(len(sound)),
        )
        sound = sound + float(random.uniform(0.02, 0.2)) * np.abs(sound).max() * air
    return _echo(sound, random, 0.5)


def play(phrase: Phrase, patch: Patch, random: np.random.Generator) -> Values:
    """Return a phrase as float64 [frames] at RATE_HZ."""
    length = round(phrase.length_s * RATE_HZ)
    sound = np.zeros(length + RATE_HZ * 3)
    before = phrase.notes[0].pitch if phrase.notes else 0
    for note in phrase.notes:
        voice = _voice(note, before, patch, random) * note.velocity / 127.0
        start = round(note.start_s * RATE_HZ)
        voice = voice[: len(sound) - start]
        sound[start : start + len(voice)] += voice
        before = note.pitch
    peak = max(float(np.abs(sound).max()), 1e-9)
    driven: Values = np.tanh(patch.drive * sound / peak)[:length]
    return driven


def _voice(note: Note, before: int, patch: Patch, random: np.random.Generator) -> Values:
    held_s = max(note.end_s - note.start_s, 0.03)
    time_s = np.arange(int((held_s + 2.0 * patch.release_s) * RATE_HZ)) / RATE_HZ
    pitch = np.full(len(time_s), float(note.pitch))
    if patch.glide_s:
        pitch += (before - note.pitch) * np.exp(-time_s / patch.glide_s)
    pitch += patch.vibrato * np.sin(2 * np.pi * 5.3 * time_s) * np.minimum(1.0, 2.0 * time_s)
    hz = 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)
    base_hz = 440.0 * 2.0 ** ((note.pitch - 69) / 12)
    waves = _wave(patch.wave, hz, base_hz, random)
    opened = max(patch.opened, patch.closed)
    bright, between, dark = (
        _lowpass(waves, base_hz * harmonics, patch.resonance)
        for harmonics in (opened, np.sqrt(opened * patch.closed), patch.closed)
    )
    opening = np.exp(-time_s / patch.closing_s)
    if patch.wobble_hz:
        opening = 0.5 - 0.5 * np.cos(2 * np.pi * patch.wobble_hz * time_s)
    middle = 1.0 - np.abs(2.0 * opening - 1.0)
    filtered = np.maximum(2.0 * opening - 1.0, 0.0) * bright + middle * between
    filtered += np.maximum(1.0 - 2.0 * opening, 0.0) * dark
    level = patch.sustain + (1.0 - patch.sustain) * np.exp(-time_s / patch.decay_s)
    level *= np.minimum(1.0, time_s / patch.attack_s)
    level *= np.exp(-np.maximum(0.0, time_s - held_s) * 4.0 / patch.release_s)
    result: Values = filtered * level
    return result


def _wave(kind: str, hz: Values, base_hz: float, random: np.random.Generator) -> Values:
    phase = 2.0 * np.pi * np.cumsum(hz) / RATE_HZ + float(random.uniform(0.0, 6.28))
    if kind == "fm":
        ratio = float(random.choice([0.5, 1.0, 2.0, 3.0, 1.41, 3.5]))
        depth = float(random.uniform(0.5, 5.0)) * np.exp(-np.arange(len(hz)) / RATE_HZ / 0.5)
        fm: Values = np.sin(phase + depth * np.sin(ratio * phase))
        return fm
    detunes = [0.0] if kind != "supersaw" else [-0.012, -0.006, 0.0, 0.007, 0.011]
    count = int(np.clip(0.48 * RATE_HZ / max(base_hz, 20.0) / 1.02, 1, _MOST_HARMONICS))
    turns = np.arange(_TABLE + 1) / _TABLE
    table = np.zeros(_TABLE + 1)
    for harmonic, weight in _harmonics(kind, count):
        table += weight * np.sin(2.0 * np.pi * harmonic * turns)
    result = np.zeros(len(hz))
    for detune in detunes:
        voiced = phase * ((1.0 + detune) / (2.0 * np.pi)) + float(random.uniform(0.0, 1.0))
        result += np.interp(voiced % 1.0, turns, table)
    return result


def _harmonics(kind: str, count: int) -> list[tuple[int, float]]:
    if kind == "sine":
        return [(1, 1.0)]
    every = range(1, count + 1)
    if kind in ("square", "triangle"):
        power = 1.0 if kind == "square" else 2.0
        return [(k, 1.0 / k**power) for k in every if k % 2]
    if kind == "pulse":
        return [(k, float(np.sin(np.pi * k * 0.2)) / k) for k in every]
    return [(k, 1.0 / k) for k in every]


def _lowpass(sound: Values, cut_hz: float, resonance: float) -> Values:
    """Return the sound through two poles at `cut_hz` (cookbook of R. Bristow-Johnson)."""
    cut_hz = float(np.clip(cut_hz, 40.0, 0.45 * RATE_HZ))
    quality = 0.7 + 7.0 * resonance**2
    turn = 2.0 * np.pi * cut_hz / RATE_HZ
    alpha, cosine = np.sin(turn) / (2.0 * quality), np.cos(turn)
    ahead = np.array([(1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2])
    back = np.array([1 + alpha, -2 * cosine, 1 - alpha])
    result: Values = signal.lfilter(ahead / back[0], back / back[0], sound)
    return result


def _echo(sound: Values, random: np.random.Generator, chance: float) -> Values:
    if random.random() > chance:
        return sound
    gap = int(float(random.uniform(0.01, 0.4)) * RATE_HZ)
    result = sound.copy()
    for turn in range(1, 5):
        if turn * gap < len(sound):
            result[turn * gap :] += 0.45**turn * sound[: len(sound) - turn * gap]
    return result


def _between(random: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def _one_of(random: np.random.Generator, values: tuple[str, ...]) -> str:
    return values[int(random.integers(len(values)))]
