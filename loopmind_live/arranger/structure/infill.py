"""Which label a section should have, judged by what comes before it and by what comes after."""

from collections.abc import Sequence

import numpy as np

from loopmind_live.arranger.structure.telling import Pieces, StructureModel
from loopmind_live.arranger.structure.tokens import (
    AFTER_BARS,
    CORPUS_LABELS,
    Sections,
    body,
    conditions,
    legal,
)

_HOPELESS = 1e-3
"""A label whose share among all is below this, by what comes before, is not looked at further."""


def label_chances(
    model: StructureModel,
    sections: Sections,
    place: int,
    genre: str | None = None,
    bpm: float | None = None,
) -> dict[str, float]:
    """Return how likely each label is for the section at `place`; its bars and the others stay.

    The labels that are told sum to 1; those that are out of the question are left out.
    """
    total = sum(bars or 0 for _, bars in sections)
    pieces = model.begin(conditions(genre, bpm, total), total, 1)
    tokens = body(sections)
    if place:
        pieces.read([tokens[: 2 * place]])
    return chances_here(pieces, tokens, 2 * place)


def chances_here(pieces: Pieces, tokens: Sequence[int], at: int) -> dict[str, float]:
    """Return how likely each label is at `at` of a body, of which one piece has told all before."""
    before = pieces.next[0]
    likely = [i for i in range(1, len(AFTER_BARS)) if before[i] >= _HOPELESS]
    likely = likely or [int(before[1:].argmax()) + 1]
    rest = tokens[at + 1 :]
    drafts = pieces.of([0] * len(likely))
    shares = drafts.read([[AFTER_BARS[i], *rest[:-1]] for i in likely])
    scores = np.log(before[likely])
    for step, token in enumerate(rest):
        allowed = legal(at + 1 + step)
        if token in allowed:
            scores = scores + np.log(np.maximum(shares[step][:, allowed.index(token)], 1e-12))
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    return {CORPUS_LABELS[i - 1]: float(chance) for i, chance in zip(likely, chances, strict=True)}
