"""A library of many plain loops, made quickly: each a file of its own, all of it known."""

import hashlib
import os
import random
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from loopmind_live.score.loop import ROLES, UNPITCHED_ROLES, Loop

RATE_HZ = 44100
MIN_BPM, MAX_BPM = 80, 170
_BARS = (1, 2, 4, 4)
_KEYS = ("A:min", "C:maj", "E:min", "F#:min", "G:maj", "D:min")
_BEATS_PER_BAR = 4


def make_loops(folder: Path, count: int, seed: int = 1) -> list[Loop]:
    """Write `count` loops of 80 to 170 bpm into `folder` and return what is known of them.

    Stereo, 16 bits, 44.1 kHz, as packs come: decaying noise on every beat.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    longest = max(_BARS) * _BEATS_PER_BAR * 60 * RATE_HZ // MIN_BPM + 1
    noise = np.random.default_rng(seed).random((longest + RATE_HZ, 2), dtype=np.float32) - 0.5
    return [
        _make(folder / f"loop {number:04}.wav", number, chance, noise) for number in range(count)
    ]


def forget_files(loops: list[Loop]) -> None:
    """Ask the system to read the files from the disk again, where it can be asked."""
    if not hasattr(os, "posix_fadvise"):
        return
    for loop in loops:
        descriptor = os.open(loop.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)  # what is not written yet cannot be forgotten
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def _make(path: Path, number: int, chance: random.Random, noise: NDArray[np.float32]) -> Loop:
    import soundfile

    bpm, bars = chance.randint(MIN_BPM, MAX_BPM), chance.choice(_BARS)
    beats = bars * _BEATS_PER_BAR
    frames = round(beats * 60 * RATE_HZ / bpm)
    beat = -(-60 * RATE_HZ // bpm)
    decay = np.exp(np.linspace(0.0, -6.0, beat, dtype=np.float32))
    first = chance.randrange(RATE_HZ)
    audio = noise[first : first + frames] * np.tile(decay, beats)[:frames, None]
    soundfile.write(path, audio, RATE_HZ, subtype="PCM_16")
    role = ROLES[number % len(ROLES)]
    pitched = role not in UNPITCHED_ROLES
    return Loop(
        path=path,
        content_hash=hashlib.sha256(path.read_bytes()).hexdigest(),
        duration_s=frames / RATE_HZ,
        rate_hz=RATE_HZ,
        channels=2,
        bpm=float(bpm),
        bpm_confidence=1.0,
        beats=beats,
        beats_per_bar=_BEATS_PER_BAR,
        key=chance.choice(_KEYS) if pitched else None,
        key_confidence=1.0 if pitched else 0.0,
        instrument=role,
        role=role,
        lufs=-20.0,
        true_peak_dbtp=-6.0,
        brightness_hz=4000.0,
        onsets_per_s=2.0,
    )
