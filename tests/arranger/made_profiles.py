"""Profiles made up for tests: chords, melodies and beats on a grid, no audio behind them."""

from collections.abc import Sequence

import numpy as np

from loopmind_live.dsp.profile import BANDS, FLOOR_DB, ROWS_A_BEAT, STEPS_A_BEAT, Profile

Chords = Sequence[Sequence[int]]
"""The pitch classes of each bar, the lowest first."""
POP: Chords = ((9, 0, 4), (5, 9, 0), (0, 4, 7), (7, 11, 2))
"""A minor, F, C, G."""


def chords_profile(bars: Chords, beat_s: float = 0.5) -> Profile:
    """Return chords that are struck on every second beat."""
    tones = np.zeros((len(bars) * 4 * ROWS_A_BEAT, 12), np.float32)
    bottoms = np.zeros_like(tones)
    for bar, chord in enumerate(bars):
        rows = slice(8 * bar, 8 * bar + 8)
        tones[rows, list(chord)] = 0.8
        bottoms[rows, chord[0]] = 0.8
    return _profile(tones, bottoms, range(0, 16 * len(bars), 8), beat_s)


def melody_profile(bars: Chords, beat_s: float = 0.5) -> Profile:
    """Return a line over chords: its notes on every beat in turn, as broken chords."""
    tones = np.zeros((len(bars) * 4 * ROWS_A_BEAT, 12), np.float32)
    for beat in range(4 * len(bars)):
        chord = bars[beat // 4]
        tones[2 * beat : 2 * beat + 2, chord[beat % len(chord)]] = 0.9
    return _profile(tones, tones, range(0, 16 * len(bars), 4), beat_s)


def beat_profile(steps: Sequence[int], bars: int = 4, beat_s: float = 0.5) -> Profile:
    """Return hits on some steps of each bar, without a pitch."""
    nothing = np.zeros((bars * 4 * ROWS_A_BEAT, 12), np.float32)
    every = [16 * bar + step for bar in range(bars) for step in steps]
    return _profile(nothing, nothing, every, beat_s)


def _profile(
    tones: np.ndarray, bottoms: np.ndarray, steps: Sequence[int], beat_s: float
) -> Profile:
    beats = len(tones) // ROWS_A_BEAT
    hits = np.zeros((STEPS_A_BEAT * beats, 3), np.float32)
    hits[list(steps)] = 0.7
    bands = np.full(BANDS, FLOOR_DB / 3, np.float32)
    return Profile(beats, beat_s, tones, bottoms, hits, bands)
