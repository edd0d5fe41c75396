"""Which tempo and key a set takes where its prompt names none: the library's own. Pure."""

import math
import random
from collections.abc import Collection

from loopmind_live.arranger.compatibility import EASY_STRETCH, Candidate, stretch_of
from loopmind_live.arranger.genres import Genre
from loopmind_live.score.loop import UNPITCHED_ROLES
from loopmind_live.units import PITCH_CLASSES, split_key

TEMPO_REACH = 0.04
"""Loops speak for a tempo the more, the nearer they are to it, up to this share away."""
_NEARNESS = (1.0, 0.5, 0.3, 0.1, 0.0, 0.0, 0.0)
"""How much a loop speaks for a key so many semitones away."""
_PULL = 8.0
"""Loops at the set's own tempo are heard most: one a fifth faster speaks a tenth as loud."""
MINOR_MOODS = frozenset({"dark", "sad", "tense", "aggressive", "hypnotic"})
MAJOR_MOODS = frozenset({"happy", "bright", "warm", "romantic"})


def tempo_for(genre: Genre, candidates: Collection[Candidate]) -> float:
    """Return the tempo within the genre's range that most loops have; the genre's own if none.

    Half and double time count half; the nearer to the genre's usual tempo, the better.
    """
    counts: dict[float, float] = {}
    for candidate in candidates:
        for factor, weight in ((1.0, 1.0), (2.0, 0.5), (0.5, 0.5)):
            bpm = _settled(candidate.bpm * factor)
            if genre.slowest <= bpm <= genre.fastest:
                counts[bpm] = counts.get(bpm, 0.0) + weight
    if not counts:
        return genre.bpm

    def support(bpm: float) -> tuple[float, float, float, float]:
        near = sum(
            count * max(0.0, 1.0 - abs(other / bpm - 1.0) / TEMPO_REACH)
            for other, count in counts.items()
        )
        unusual = abs(math.log2(bpm / genre.bpm))
        return near * (1.0 - unusual), counts[bpm], -unusual, bpm

    return max(counts, key=support)


def _settled(bpm: float) -> float:
    """Return `bpm` as people would set it: whole, or with a half.

    >>> _settled(139.98), _settled(87.49)
    (140.0, 87.5)
    """
    return round(bpm * 2.0) / 2.0


def key_for(
    genre: Genre,
    moods: Collection[str],
    bpm: float,
    candidates: Collection[Candidate],
    rng: random.Random,
) -> str | None:
    """Return a key that many pitched loops are in or near, None where there are none.

    Better supported keys are drawn more often; the mode is that of most of its loops, moods and
    genre having a say.
    """
    weights = [0.0] * 12
    minors = [0.0] * 12
    for candidate in candidates:
        key = candidate.loop.key
        if key is None or candidate.role in UNPITCHED_ROLES:
            continue
        stretch = stretch_of(candidate, bpm)
        if not EASY_STRETCH[0] <= stretch <= EASY_STRETCH[1]:
            continue
        pitch, mode = split_key(key)
        scale = pitch if mode == "maj" else (pitch + 3) % 12
        weight = (0.1 + candidate.loop.key_confidence) * math.exp(-_PULL * abs(math.log2(stretch)))
        minors[scale] += weight if mode == "min" else -weight
        for distance, nearness in enumerate(_NEARNESS):
            for place in {(scale + distance) % 12, (scale - distance) % 12}:
                weights[place] += weight * nearness
    if not any(weights):
        return None
    scale = rng.choices(range(12), [weight**3 for weight in weights])[0]
    lean = minors[scale] / (1.0 + abs(minors[scale])) + 2.0 * (genre.minor - 0.5)
    lean += 1.5 * (bool(MINOR_MOODS & set(moods)) - bool(MAJOR_MOODS & set(moods)))
    return f"{PITCH_CLASSES[(scale - 3) % 12]}:min" if lean >= 0 else f"{PITCH_CLASSES[scale]}:maj"
