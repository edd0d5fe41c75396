import numpy as np
import pytest

from loopmind_live.arranger.structure.infill import label_chances
from loopmind_live.arranger.structure.tokens import (
    AFTER_BARS,
    CORPUS_LABELS,
    body,
    conditions,
    legal,
)
from tests.arranger.structure.tiny import tiny_model

SONG = (("intro", 4), ("verse", 16), ("chorus", 8), ("outro", 4))


@pytest.mark.parametrize("place", range(4))
def test_chances_are_those_of_the_whole_piece_with_each_label(place: int) -> None:
    model = tiny_model()
    scores = {}
    for label in CORPUS_LABELS:
        song = tuple((label if i == place else there, bars) for i, (there, bars) in enumerate(SONG))
        pieces = model.begin(conditions("pop", 120.0, 32), 32, 1)
        told = [pieces.next, *pieces.read([body(song)[:-1]])]
        scores[label] = sum(
            np.log(shares[0][legal(i).index(token)])
            for i, (shares, token) in enumerate(zip(told, body(song), strict=True))
        )
    total = sum(np.exp(score) for score in scores.values())
    chances = label_chances(model, SONG, place, "pop", 120.0)
    likeliest = max(scores, key=scores.__getitem__)
    assert max(chances, key=chances.__getitem__) == likeliest
    assert sum(chances.values()) == pytest.approx(1.0)
    if len(chances) == len(AFTER_BARS) - 1:
        for label, chance in chances.items():
            assert chance == pytest.approx(np.exp(scores[label]) / total, rel=1e-3)
