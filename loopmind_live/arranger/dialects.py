"""How genres of dance floors and songs say what a model of song forms tells. Pure."""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import TypeVar

from loopmind_live.arranger.genres import Genre
from loopmind_live.arranger.structure.decode import END, Dialect, Habits
from loopmind_live.score.arrangement import LABELS

Key = TypeVar("Key")

CORPUS_GENRE: Mapping[str, str] = {
    "trap": "hiphop", "hiphop": "hiphop", "boombap": "hiphop", "lofi": "hiphop",
    "drill": "hiphop", "phonk": "hiphop", "house": "edm", "deephouse": "edm", "techhouse": "edm",
    "techno": "edm", "trance": "edm", "dnb": "edm", "jungle": "edm", "dubstep": "edm",
    "garage": "edm", "breakbeat": "edm", "edm": "edm", "ambient": "edm", "synthwave": "pop",
    "pop": "pop", "rnb": "rnb", "rock": "rock", "funk": "funk", "disco": "funk", "jazz": "retro",
    "reggaeton": "reggaeton", "afrobeat": "pop",
}  # fmt: skip
"""What the corpus calls each genre, or what is nearest to it there."""

_SONG: Mapping[str, tuple[str, ...]] = {
    "intro": ("intro",), "verse": ("verse",), "prechorus": ("prechorus",), "hook": ("chorus",),
    "postchorus": ("postchorus",), "bridge": ("bridge",), "inst": ("inst",), "solo": ("solo",),
    "breakdown": ("breakdown",), "outro": ("outro",),
}  # fmt: skip
_DANCE: Mapping[str, tuple[str, ...]] = {
    "intro": ("intro",), "build": ("build", "prechorus"), "drop": ("chorus", "postchorus"),
    "breakdown": ("breakdown", "bridge", "inst"), "outro": ("outro",),
}  # fmt: skip
"""Dance music is rare in the corpus: what leads to its drop and what rests from it counts, too."""
_ANY: Mapping[str, tuple[str, ...]] = {
    **_SONG, "build": ("build", "prechorus"), "drop": ("chorus",),
}  # fmt: skip
DANCE_WEIGHT, SONG_WEIGHT = 0.75, 0.35
"""How much a genre's own form counts against the model: few dance tracks taught it."""


def is_danced(genre: Genre) -> bool:
    """Return whether a genre's peak is a drop."""
    return "drop" in genre.labels


def dialect_of(genre: Genre, asked: frozenset[str] = frozenset()) -> Dialect:
    """Return the labels of a genre, those that are asked for among them, and their meanings."""
    usual = _DANCE if is_danced(genre) else _SONG
    labels = [label for label in LABELS if label in usual or label in asked]
    return Dialect({label: usual.get(label, _ANY[label]) for label in labels})


@cache
def habits_of_form(genre: Genre, bars_of: tuple[tuple[str, int], ...] = ()) -> Habits:
    """Return how a genre's own form goes on, and which bars its sections have.

    `bars_of`: the bars of some labels, where a piece is longer or shorter than usual.
    """
    labels = ["", *(label for label, _ in genre.form), END]
    follows: dict[str, Counter[str]] = {}
    for before, after in pairwise(labels):
        follows.setdefault(before, Counter())[after] += 1
    scaled = dict(bars_of)
    bars: dict[str, Counter[int]] = {}
    for label, length in genre.form:
        bars.setdefault(label, Counter())[scaled.get(label, length)] += 1
    return Habits(
        {label: _shares(found) for label, found in follows.items()},
        {label: _around(_shares(found), genre.longest) for label, found in bars.items()},
        DANCE_WEIGHT if is_danced(genre) else SONG_WEIGHT,
    )


def _shares(counts: Counter[Key]) -> dict[Key, float]:
    total = counts.total()
    return {key: count / total for key, count in counts.items()}


def _around(shares: Mapping[int, float], longest: int) -> dict[int, float]:
    """Return shares of bars in which half and twice as long are not unheard of, up to `longest`.

    >>> _around({16: 1.0}, 32), _around({16: 1.0}, 16)
    ({16: 1.0, 8: 0.25, 32: 0.25}, {16: 1.0, 8: 0.25})
    """
    wide = dict(shares)
    for length, share in shares.items():
        for other in (length // 2, 2 * length):
            if other <= longest:
                wide[other] = wide.get(other, 0.0) + 0.25 * share
    return wide
