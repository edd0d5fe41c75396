"""What the model of structure reads and writes: conditions, section labels and bars, as tokens.

A piece is `<bos> genre tempo length`, then a label and its bars for each section, then `<eos>`.
"""

from bisect import bisect_right
from collections.abc import Sequence

Sections = tuple[tuple[str, int | None], ...]
"""Label and bars (None where they are not known) of each section, in order."""

CORPUS_GENRES = (
    "pop", "hiphop", "edm", "rock", "rnb", "country", "metal", "reggaeton", "funk", "retro",
    "live", "world", "classical", "jazz", "other",
)  # fmt: skip
CORPUS_LABELS = (
    "intro", "verse", "prechorus", "chorus", "postchorus", "bridge", "inst", "solo", "breakdown",
    "build", "section", "outro",
)  # fmt: skip
MOST_BARS = 32
"""Longer sections are told as this long."""
SLOWEST_OF_CLASS = (0, 80, 95, 110, 120, 126, 132, 145, 165)
SHORTEST_OF_CLASS = (0, 48, 72, 96, 128)

VOCABULARY = (
    "<pad>", "<bos>", "<eos>",
    *(f"G_{genre}" for genre in CORPUS_GENRES), "G?",
    *(f"T{i}" for i in range(len(SLOWEST_OF_CLASS))), "T?",
    *(f"N{i}" for i in range(len(SHORTEST_OF_CLASS))), "N?",
    *(f"S_{label}" for label in CORPUS_LABELS),
    *(f"B{bars}" for bars in range(1, MOST_BARS + 1)), "B?",
)  # fmt: skip
ID = {token: number for number, token in enumerate(VOCABULARY)}
PAD, BOS, EOS = ID["<pad>"], ID["<bos>"], ID["<eos>"]
UNKNOWN_BARS = ID["B?"]
CONDITIONS = 4
"""A piece begins with so many tokens that are given."""

AFTER_BARS = (EOS, *(ID[f"S_{label}"] for label in CORPUS_LABELS))
"""What may come after bars, or first of all: the end or a label."""
AFTER_LABEL = tuple(ID[f"B{bars}"] for bars in range(1, MOST_BARS + 1))
"""What may come after a label: its bars."""


def tempo_token(bpm: float | None) -> str:
    """Return the class of a tempo.

    >>> tempo_token(140.0), tempo_token(None)
    ('T6', 'T?')
    """
    return f"T{bisect_right(SLOWEST_OF_CLASS, bpm) - 1}" if bpm else "T?"


def length_token(bars: float | None) -> str:
    """Return the class of a length in bars.

    >>> length_token(96), length_token(None)
    ('N3', 'N?')
    """
    return f"N{bisect_right(SHORTEST_OF_CLASS, bars) - 1}" if bars else "N?"


def conditions(
    genre: str | None = None, bpm: float | None = None, bars: float | None = None
) -> list[int]:
    """Return the tokens that a piece begins with; `genre` is one of CORPUS_GENRES."""
    told = f"G_{genre}" if genre in CORPUS_GENRES else "G?"
    return [BOS, ID[told], ID[tempo_token(bpm)], ID[length_token(bars)]]


def body(sections: Sections) -> list[int]:
    """Return the tokens of sections and of the end.

    >>> [VOCABULARY[token] for token in body((("intro", 4), ("chorus", 48)))]
    ['S_intro', 'B4', 'S_chorus', 'B32', '<eos>']
    """
    tokens = []
    for label, bars in sections:
        tokens += [ID[f"S_{label}"], bars_token(bars)]
    return [*tokens, EOS]


def bars_token(bars: int | None) -> int:
    """Return the token of so many bars."""
    return UNKNOWN_BARS if bars is None else AFTER_LABEL[min(max(bars, 1), MOST_BARS) - 1]


def sections_of(tokens: Sequence[int]) -> Sections:
    """Return the sections of the tokens of a body; the end may be missing.

    >>> sections_of(body((("intro", 4), ("chorus", None))))
    (('intro', 4), ('chorus', None))
    """
    labels = [CORPUS_LABELS[token - AFTER_BARS[1]] for token in tokens[0::2] if token != EOS]
    bars = [None if token == UNKNOWN_BARS else token - AFTER_LABEL[0] + 1 for token in tokens[1::2]]
    return tuple(zip(labels, bars, strict=True))


def legal(place: int) -> tuple[int, ...]:
    """Return what may stand at `place` of a body (0 is its first label)."""
    return AFTER_LABEL if place % 2 else AFTER_BARS
