"""Audio that the tests make for themselves."""

from pathlib import Path

import numpy as np
import soundfile

RATE_HZ = 44100


def drum_loop(bpm: float, beats: int, seed: int = 1) -> np.ndarray:
    """Return kick, snare and eighth hats, cut to the beat: float32 [frames, 1]."""
    random = np.random.default_rng(seed)
    frames = round(beats * 60 / bpm * RATE_HZ)
    sound = np.zeros(frames + RATE_HZ)
    time_s = np.arange(RATE_HZ // 5) / RATE_HZ
    kick = 0.8 * np.sin(2 * np.pi * (50 * time_s + 8 * (1 - np.exp(-30 * time_s))))
    kick *= np.exp(-15 * time_s)
    snare = 0.4 * random.standard_normal(len(time_s)) * np.exp(-25 * time_s)
    hat = 0.15 * np.diff(random.standard_normal(len(time_s)), prepend=0) * np.exp(-70 * time_s)
    for eighth in range(2 * beats):
        at = round(eighth * 30 / bpm * RATE_HZ)
        sound[at : at + len(hat)] += hat
        if eighth % 4 == 2:
            sound[at : at + len(snare)] += snare
        if eighth % 8 in (0, 4, 5):
            sound[at : at + len(kick)] += kick
    return (0.6 * sound[:frames, None]).astype(np.float32)


def waltz_loop(bpm: float, beats: int, seed: int = 2) -> np.ndarray:
    """Return a low drum on each one of three beats, light ones on two and three, and eighths."""
    random = np.random.default_rng(seed)
    sound = np.zeros(round(beats * 60 / bpm * RATE_HZ) + RATE_HZ)
    time_s = np.arange(RATE_HZ // 5) / RATE_HZ
    kick = 0.9 * np.sin(2 * np.pi * 60 * time_s) * np.exp(-12 * time_s)
    clap = 0.4 * random.standard_normal(len(time_s)) * np.exp(-25 * time_s)
    hat = 0.1 * np.diff(random.standard_normal(len(time_s)), prepend=0) * np.exp(-70 * time_s)
    for eighth in range(2 * beats):
        at = round(eighth * 30 / bpm * RATE_HZ)
        hit = hat if eighth % 2 else kick if eighth % 6 == 0 else clap
        sound[at : at + len(hit)] += hit
    return (0.6 * sound[: round(beats * 60 / bpm * RATE_HZ), None]).astype(np.float32)


def chord_loop(bpm: float, chords: list[list[int]]) -> np.ndarray:
    """Return chords (MIDI notes) of four beats each, struck on every beat: float32 [frames, 2]."""
    beat = round(60 / bpm * RATE_HZ)
    time_s = np.arange(beat) / RATE_HZ
    shape = np.minimum(1.0, time_s / 0.005) * np.exp(-3 * time_s)
    beats = []
    for chord in chords:
        waves = [
            np.sin(2 * np.pi * k * 440 * 2 ** ((note - 69) / 12) * time_s) / k**1.5
            for note in chord
            for k in range(1, 6)
        ]
        beats += [0.08 * np.sum(waves, axis=0) * shape] * 4
    mono = np.concatenate(beats).astype(np.float32)
    return np.stack([mono, mono], axis=1)


def one_hit(seconds: float = 0.9) -> np.ndarray:
    """Return a single snare-like hit: float32 [frames, 1]."""
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    noise = np.random.default_rng(3).standard_normal(len(time_s))
    return (0.5 * noise * np.exp(-12 * time_s))[:, None].astype(np.float32)


def write(path: Path, sound: np.ndarray, rate_hz: int = RATE_HZ, subtype: str = "PCM_16") -> Path:
    """Write a sound and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, sound, rate_hz, subtype=subtype)
    return path
