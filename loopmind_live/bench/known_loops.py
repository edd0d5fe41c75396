"""A library that is known and not heard: every figure of its loops made up, no file behind them."""

import random
from pathlib import Path

import numpy as np

from loopmind_live.arranger.mixing import bands
from loopmind_live.dsp.profile import (
    BANDS,
    CLASSES,
    FLOOR_DB,
    HIT_BANDS,
    ROWS_A_BEAT,
    STEPS_A_BEAT,
    Profile,
    pack,
)
from loopmind_live.score.loop import ROLES, UNPITCHED_ROLES, Loop
from loopmind_live.units import MODES, PITCH_CLASSES

_TEMPI = (82.0, 87.5, 92.0, 100.0, 120.0, 124.0, 126.0, 128.0, 140.0, 174.0)
_BEATS = (4, 8, 16, 32)
_MOODS = ("dark", "bright", "calm", "energetic", "dreamy", "aggressive")
_A_PACK = 40
_FALL_DB = 9.0
"""By so much bands fall with each octave away from a loop's brightness."""


def known_loops(count: int, seed: int = 1) -> list[Loop]:
    """Return `count` loops of all roles, in packs of forty that keep to a tempo and a key."""
    chance = random.Random(seed)
    noise = np.random.default_rng(seed)
    loops = []
    for number in range(count):
        if number % _A_PACK == 0:
            bpm = chance.choice(_TEMPI)
            key = f"{chance.choice(PITCH_CLASSES)}:{chance.choice(MODES)}"
        loops.append(_loop(number, bpm, key, chance, noise))
    return loops


def _loop(
    number: int, bpm: float, key: str, chance: random.Random, noise: np.random.Generator
) -> Loop:
    role = ROLES[number % len(ROLES)]
    beats = chance.choice(_BEATS)
    pitched = role not in UNPITCHED_ROLES
    brightness_hz = 200.0 * 2.0 ** chance.uniform(0.0, 5.3)
    return Loop(
        Path(f"/known/pack {number // _A_PACK}/{role} {number}.wav"),
        f"{number:064x}",
        duration_s=beats * 60.0 / bpm,
        rate_hz=44100,
        channels=2,
        bpm=bpm,
        bpm_confidence=chance.uniform(0.6, 1.0),
        beats=beats,
        key=key if pitched else None,
        key_confidence=chance.uniform(0.4, 1.0) if pitched else 0.0,
        instrument=role,
        role=role,
        moods=tuple(chance.sample(_MOODS, chance.randrange(3))),
        lufs=chance.uniform(-26.0, -8.0),
        true_peak_dbtp=chance.uniform(-9.0, 0.0),
        brightness_hz=brightness_hz,
        onsets_per_s=chance.uniform(0.2, 12.0),
        profile=pack(_profile(beats, 60.0 / bpm, brightness_hz, noise)),
    )


def _profile(
    beats: int, beat_s: float, brightness_hz: float, noise: np.random.Generator
) -> Profile:
    """Return notes and hits at random, and bands that fall away from the loop's brightness."""
    away = np.abs(np.log2(bands()[0] / brightness_hz)).astype(np.float32)
    levels_db = np.maximum(FLOOR_DB, -_FALL_DB * away - 6.0 * noise.random(BANDS, np.float32))
    rows, steps = ROWS_A_BEAT * beats, STEPS_A_BEAT * beats
    return Profile(
        beats,
        beat_s,
        noise.random((rows, CLASSES), np.float32) ** 4,
        noise.random((rows, CLASSES), np.float32) ** 8,
        noise.random((steps, HIT_BANDS), np.float32) ** 4,
        levels_db,
    )
