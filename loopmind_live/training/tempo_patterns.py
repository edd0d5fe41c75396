"""Rhythms to train tempo on: drums in the manner of many styles, at random."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Random = np.random.Generator
Layers = dict[str, Sequence[int]]
"""By voice, the steps of a bar on which it plays."""

VOICES = ("kick", "snare", "hat", "perc")
EIGHTHS, SIXTEENTHS, OFF = tuple(range(0, 16, 2)), tuple(range(16)), (2, 6, 10, 14)
_ODD_KICKS = ((0, 10), (0, 2, 10, 11), (0, 7, 10), (0, 10, 14), (0, 6, 10), (0, 3, 10))
_GHOSTS = ((), (7, 9), (9, 15), (7, 15), (15,), (2, 9))


@dataclass(frozen=True, slots=True)
class Hit:
    """A note at a beat: a voice of the drums, or a scale degree of a line; `loud` 0..1."""

    beat: float
    voice: str
    loud: float
    beats: float = 0.25
    degree: int = 0


@dataclass(frozen=True, slots=True)
class Style:
    """Tempos, steps a beat, beats a bar, and the layers of a bar drawn at random."""

    low_bpm: float
    high_bpm: float
    layers: Callable[[Random], Layers]
    weight: float = 1.0
    steps: int = 4
    beats_per_bar: int = 4
    swing: float = 0.0


def _hats(random: Random) -> Sequence[int]:
    found = (EIGHTHS, SIXTEENTHS, OFF, (0, 4, 8, 12), EIGHTHS, (0, 3, 6, 8, 11, 14))
    return found[random.integers(len(found))]


def _four(random: Random) -> Layers:
    snare = (4, 12) if random.random() < 0.75 else ()
    hats = OFF if random.random() < 0.5 else _hats(random)
    return {"kick": (0, 4, 8, 12), "snare": snare, "hat": hats, "perc": sprinkled(random, 3)}


def _broken(random: Random) -> Layers:
    kick = _ODD_KICKS[random.integers(len(_ODD_KICKS))]
    snare = (4, 12, *_GHOSTS[random.integers(len(_GHOSTS))])
    return {"kick": kick, "snare": snare, "hat": _hats(random), "perc": sprinkled(random, 2)}


def _half(random: Random) -> Layers:
    kick = ((0,), (0, 6), (0, 10), (0, 3, 6), (0, 7, 11), (0, 6, 14))[random.integers(6)]
    return {"kick": kick, "snare": (8,), "hat": _hats(random), "perc": sprinkled(random, 2)}


def _straight(random: Random) -> Layers:
    kick = ((0, 8), (0, 8, 10), (0, 6, 8), (0, 2, 8))[random.integers(4)]
    return {"kick": kick, "snare": (4, 12), "hat": EIGHTHS, "perc": ()}


def _latin(random: Random) -> Layers:
    clave = ((0, 3, 6, 10, 12), (0, 3, 7, 10, 12), (2, 4, 8, 11, 14))[random.integers(3)]
    kick = ((0, 8), (0, 6, 8, 14), (0, 4, 8, 12))[random.integers(3)]
    return {"perc": clave, "hat": _hats(random), "kick": kick, "snare": sprinkled(random, 4)}


def _dembow(random: Random) -> Layers:
    return {"kick": (0, 4, 8, 12), "snare": (3, 6, 11, 14), "hat": _hats(random), "perc": ()}


def _one_drop(random: Random) -> Layers:
    kick = ((8,), (0, 8), (8, 14))[random.integers(3)]
    return {"kick": kick, "snare": (8,), "hat": _hats(random), "perc": OFF}


def _bossa(random: Random) -> Layers:
    clave = ((0, 3, 6, 10, 13), (0, 3, 6, 10, 12))[random.integers(2)]
    return {"kick": (0, 6, 8, 14), "snare": clave, "hat": EIGHTHS, "perc": sprinkled(random, 2)}


def _sparse(random: Random) -> Layers:
    return {"kick": (0,), "snare": sprinkled(random, 1), "hat": sprinkled(random, 2), "perc": (8,)}


def _triplets(random: Random) -> Layers:
    hats = ((0, 2, 3, 5, 6, 8, 9, 11), tuple(range(12)), (0, 3, 6, 9))[random.integers(3)]
    return {"kick": (0, 6) if random.random() < 0.5 else (0, 5, 6), "snare": (3, 9), "hat": hats}


def _waltz(random: Random) -> Layers:
    hats = (EIGHTHS[:6], (0, 4, 8), SIXTEENTHS[:12], (4, 8))[random.integers(4)]
    kick = ((0,), (0,), (0, 10), (0, 6))[random.integers(4)]
    snare = ((4, 8), (4, 8), (8,), (4,))[random.integers(4)]
    return {"kick": kick, "snare": snare, "hat": hats, "perc": sprinkled(random, 2, 12)}


def _slow_three(random: Random) -> Layers:
    kick = ((0,), (0, 2), (0, 10), (0, 3, 10))[random.integers(4)]
    hats = (EIGHTHS[:6], SIXTEENTHS[:12], (0, 4, 8))[random.integers(3)]
    return {"kick": kick, "snare": ((6,), (8,), (4,))[random.integers(3)], "hat": hats}


def _jazz_waltz(random: Random) -> Layers:
    ride = ((0, 3, 5, 6), (0, 3, 6), (0, 2, 3, 5, 6, 8))[random.integers(3)]
    return {"kick": (0,), "snare": ((3,), (3, 6), (5,), ())[random.integers(4)], "hat": ride}


def sprinkled(random: Random, count: int, steps: int = 16) -> Sequence[int]:
    """Return `count` steps of a bar of `steps`, of which those on the beats are likelier."""
    weights = np.tile([4.0, 1.0, 2.0, 1.5], 4)[:steps]
    chosen = random.choice(len(weights), count, replace=False, p=weights / weights.sum())
    return tuple(int(step) for step in sorted(chosen))


def _any(random: Random) -> Layers:
    return {voice: sprinkled(random, int(random.integers(2, 9))) for voice in VOICES}


STYLES: Mapping[str, Style] = {
    "four": Style(112, 150, _four, 3.0),
    "hard": Style(150, 186, _four, 2.5),
    "breaks": Style(155, 185, _broken, 3.0),
    "slow breaks": Style(95, 142, _broken, 1.5),
    "hip hop": Style(72, 106, _broken, 1.8, swing=0.2),
    "trap": Style(128, 165, _half, 1.0),
    "half": Style(134, 150, _half, 0.7),
    "rock": Style(85, 150, _straight, 1.2),
    "latin": Style(88, 135, _latin, 0.9),
    "bossa": Style(100, 150, _bossa, 0.3),
    "dembow": Style(84, 106, _dembow, 0.4),
    "one drop": Style(66, 92, _one_drop, 0.2),
    "sparse": Style(76, 150, _sparse, 0.5),
    "shuffle": Style(75, 150, _triplets, 0.6, steps=3),
    "waltz": Style(80, 180, _waltz, 0.7, beats_per_bar=3),
    "slow three": Style(60, 110, _slow_three, 0.2, beats_per_bar=3),
    "jazz waltz": Style(100, 180, _jazz_waltz, 0.3, steps=3, beats_per_bar=3),
    "any": Style(72, 172, _any, 1.2),
}


def draw_style(random: Random) -> Style:
    """Return a style, the usual ones more often."""
    styles = list(STYLES.values())
    weights = np.array([style.weight for style in styles])
    return styles[random.choice(len(styles), p=weights / weights.sum())]


def draw_bpm(random: Random, style: Style) -> float:
    """Return a tempo of a style: a whole one, mostly."""
    bpm = random.uniform(style.low_bpm, style.high_bpm)
    kind = random.random()
    if kind < 0.06 and style.low_bpm < 120.0 < style.high_bpm:
        return 120.0  # where programs begin
    if kind < 0.3 and style.high_bpm - style.low_bpm > 12:
        return float(5 * round(bpm / 5))
    return float(round(bpm)) if kind < 0.9 else round(float(bpm), 2)


def draw_beats(random: Random, style: Style, bpm: float) -> int:
    """Return how long a loop is: one to eight bars, no longer than twenty seconds."""
    bars = int(random.choice([1, 2, 3, 4, 8], p=[0.24, 0.35, 0.02, 0.29, 0.1]))
    while bars > 1 and bars * style.beats_per_bar * 60.0 / bpm > 16.0:
        bars //= 2
    return bars * style.beats_per_bar


def draw_drums(random: Random, style: Style, beats: int) -> list[Hit]:
    """Return a bar or two of drums again and again, with changes, or one voice of them."""
    period = style.beats_per_bar * style.steps
    bars = [style.layers(random) for _ in range(2 if random.random() < 0.4 else 1)]
    only = None
    if random.random() < 0.3:
        only = {str(random.choice([voice for voice in VOICES if bars[0].get(voice)]))}
    elif random.random() < 0.4:
        only = set(random.choice(VOICES, 3, replace=False).tolist()) | {"hat"}
    swing = style.swing * random.uniform(0.0, 1.7) if random.random() < 0.7 else 0.0
    if style.steps == 4 and random.random() < 0.1:
        swing = random.uniform(0.1, 0.33)
    change = random.choice([0.0, 0.04, 0.12])
    hits = []
    for step in range(beats * style.steps):
        layers = bars[step // period % len(bars)]
        for voice, steps in layers.items():
            if only is not None and voice not in only:
                continue
            plays = (step % period in steps) != (random.random() < change * 0.5)
            if not plays:
                continue
            late = swing if step % 2 and style.steps == 4 else 0.0
            strong = 1.0 if step % style.steps == 0 else 0.75
            hits.append(Hit((step + late) / style.steps, voice, strong * random.uniform(0.6, 1.0)))
    return hits
