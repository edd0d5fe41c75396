"""Drum loops made of single hits."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import signal

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.training.phrases import beat
from loopmind_live.training.varying import RATE_HZ, Values

DRUMS = ("kick", "snare", "hat", "perc")
_LEVELS = {"kick": 1.0, "snare": 0.8, "hat": 0.4, "perc": 0.5}

Kit = Mapping[str, Sequence[Floats]]
"""By class, the hits that there are: float32 [frames] at RATE_HZ, each at a peak of 1."""


def drum_loop(kit: Kit, random: np.random.Generator) -> Floats:
    """Return a loop of two or more classes of a kit that has them."""
    there = [part for part in DRUMS if kit.get(part)]
    parts = [part for part in there if random.random() < 0.75]
    return play_loop(kit, parts if len(parts) > 1 else there, random)


def play_loop(kit: Kit, parts: Sequence[str], random: np.random.Generator) -> Floats:
    """Return a loop of these classes of a kit, cut at its end."""
    played = beat(random, parts)
    length = round(played.length_s * RATE_HZ)
    mix = np.zeros(length)
    for part, hits in played.hits.items():
        sounds = [kit[part][int(random.integers(len(kit[part])))] for _ in range(2)]
        level = _LEVELS[part] * float(random.uniform(0.5, 1.4))
        for start_s, loudness in hits:
            sound = sounds[int(random.random() < 0.2)]
            start = round(start_s * RATE_HZ)
            there = sound[: max(0, length - start)]
            mix[start : start + len(there)] += level * loudness * there
    if random.random() < 0.5:
        mix = _squeezed(mix, float(random.uniform(0.1, 0.5)))
    peak = max(float(np.abs(mix).max()), 1e-9)
    result: Floats = (mix / peak).astype(np.float32)
    return result


def _squeezed(mix: Values, amount: float) -> Values:
    """Lift what is soft, as records of breaks do."""
    level = np.sqrt(signal.lfilter([0.004], [1.0, -0.996], mix**2)) + 1e-3
    result: Values = mix * level**-amount
    return result
