import pytest

from loopmind_live.arranger.structure.tokens import (
    AFTER_BARS,
    AFTER_LABEL,
    CORPUS_LABELS,
    EOS,
    VOCABULARY,
    body,
    conditions,
    legal,
    length_token,
    sections_of,
    tempo_token,
)


def test_a_form_comes_back_from_its_tokens() -> None:
    sections = tuple((label, 4 + i) for i, label in enumerate(CORPUS_LABELS))
    assert sections_of(body(sections)) == sections
    assert body(sections)[-1] == EOS


@pytest.mark.parametrize(
    ("bpm", "token"),
    [(None, "T?"), (40.0, "T0"), (79.9, "T0"), (80.0, "T1"), (164.9, "T7"), (240.0, "T8")],
)
def test_a_tempo_belongs_to_the_class_that_it_reaches(bpm: float | None, token: str) -> None:
    assert tempo_token(bpm) == token


@pytest.mark.parametrize(
    ("bars", "token"), [(None, "N?"), (4, "N0"), (48, "N1"), (127, "N3"), (1000, "N4")]
)
def test_a_length_belongs_to_the_class_that_it_reaches(bars: int | None, token: str) -> None:
    assert length_token(bars) == token


def test_an_unknown_genre_is_told_as_unknown() -> None:
    told = [VOCABULARY[token] for token in conditions("polka", 100.0, 64)]
    assert told == ["<bos>", "G?", "T2", "N1"]


def test_bars_follow_labels_and_labels_or_the_end_follow_bars() -> None:
    assert [legal(place) for place in range(3)] == [AFTER_BARS, AFTER_LABEL, AFTER_BARS]
    assert not set(AFTER_BARS) & set(AFTER_LABEL)
