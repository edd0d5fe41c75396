"""The figures of a classifier."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.training.confusion import confusion, picture

LABELS = ("a", "b", "c")
PAIRS = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1)


@given(PAIRS)
def test_accuracy_is_the_share_of_pairs_that_agree(pairs: list[tuple[str, str]]) -> None:
    found = confusion(LABELS, pairs)
    assert found.accuracy == pytest.approx(np.mean([true == told for true, told in pairs]))
    assert sum(sum(row.values()) for row in found.to_json().values()) == len(pairs)


@given(PAIRS)
def test_macro_f1_is_the_mean_over_the_classes_that_occur(pairs: list[tuple[str, str]]) -> None:
    scores = []
    for label in {true for true, _ in pairs}:
        right = sum(true == told == label for true, told in pairs)
        truly = sum(true == label for true, _ in pairs)
        told_so = sum(told == label for _, told in pairs)
        scores.append(2 * right / (truly + told_so))
    assert confusion(LABELS, pairs).macro_f1 == pytest.approx(np.mean(scores))


@given(PAIRS)
def test_classes_taken_together_are_never_told_worse(pairs: list[tuple[str, str]]) -> None:
    found = confusion(LABELS, pairs)
    merged = found.merged({"a": "x", "b": "x"})
    assert merged.labels == ("x", "c")
    assert merged.counts.sum() == len(pairs)
    assert merged.accuracy >= found.accuracy


def test_a_label_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="not among a, b, c"):
        confusion(LABELS, [("a", "d")])


def test_the_picture_shows_every_count_that_is_not_zero() -> None:
    drawn = picture(confusion(LABELS, [("a", "a")] * 17 + [("b", "c")] * 29), "A <title>")
    assert drawn.startswith("<svg")
    assert ">17<" in drawn
    assert ">29<" in drawn
    assert ">0<" not in drawn
    assert "A &lt;title&gt;" in drawn
