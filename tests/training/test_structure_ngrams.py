import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.arranger.structure.tokens import CORPUS_LABELS, body, legal
from loopmind_live.training.structure_ngrams import Factored, Trigrams, from_counts, to_counts

SONG = (("intro", 4), ("verse", 8), ("chorus", 8), ("verse", 8), ("chorus", 8), ("outro", 4))
sections = st.lists(
    st.tuples(st.sampled_from(CORPUS_LABELS), st.integers(1, 32)), min_size=1, max_size=8
).map(tuple)


@given(st.lists(sections, min_size=1, max_size=4), sections)
def test_shares_of_what_is_legal_sum_to_one_and_leave_nothing_out(
    taught: list[tuple[tuple[str, int], ...]], judged: tuple[tuple[str, int], ...]
) -> None:
    bodies = [body(each) for each in taught]
    tokens = body(judged)
    for counts in (Trigrams.learned(bodies, 0.75), Factored.learned(bodies, 0.75)):
        for place in range(len(tokens)):
            shares = counts.shares(tokens[:place])
            assert len(shares) == len(legal(place))
            assert shares.sum() == pytest.approx(1.0)
            assert (shares > 0).all()


def test_what_was_heard_is_told() -> None:
    tokens = body(SONG)
    for counts in (Trigrams.learned([tokens] * 9, 0.5), Factored.learned([tokens] * 9, 0.5)):
        told = [int(np.argmax(counts.shares(tokens[:place]))) for place in range(len(tokens))]
        wanted = [legal(place).index(token) for place, token in enumerate(tokens)]
        right = sum(one == other for one, other in zip(told, wanted, strict=True))
        assert right >= len(tokens) - 3  # a verse may be followed by another after two tokens


def test_shorter_contexts_count_in_how_many_longer_ones_a_token_was_seen() -> None:
    a, b, c, x, y = body((("verse", 1), ("chorus", 2)))
    counts = Trigrams.learned([[a, b, c, x, y]] * 5, 0.5).counts
    assert counts[(a, b)] == Counter({c: 5})
    assert counts[(b,)] == Counter({c: 1})
    assert counts[()][c] == 1


def test_counts_come_back_from_what_is_stored() -> None:
    bodies = [body(each) for each in itertools.permutations(SONG[:4])]
    for counts in (Trigrams.learned(bodies, 0.9).counts, Factored.learned(bodies, 0.9).counts):
        assert from_counts(to_counts(counts)) == counts
