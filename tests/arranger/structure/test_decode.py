import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.arranger.structure.decode import (
    MOST_SECTIONS,
    Asked,
    Dialect,
    Habits,
    candidates,
    drawn,
)
from loopmind_live.arranger.structure.tokens import CORPUS_GENRES, CORPUS_LABELS
from tests.arranger.structure.tiny import tiny_model

MODEL = tiny_model(1)


def forms(asked: Asked, count: int = 4, seed: int = 1) -> list[tuple[tuple[str, int], ...]]:
    return [each.form for each in candidates(MODEL, asked, count, random.Random(seed))]


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([None, *CORPUS_GENRES]),
    st.sampled_from([None, 70.0, 174.0]),
    st.integers(4, 160),
    st.integers(0, 99),
)
def test_a_form_has_exactly_the_bars_that_were_asked_for(
    genre: str | None, bpm: float | None, bars: int, seed: int
) -> None:
    for form in forms(Asked(genre, bpm, bars), 3, seed):
        assert sum(length for _, length in form) == bars or len(form) == MOST_SECTIONS
        assert all(label in CORPUS_LABELS and length >= 1 for label, length in form)
        assert "intro" not in [label for label, _ in form[1:]]


@given(st.integers(0, 20))
@settings(max_examples=10, deadline=None)
def test_sections_are_multiples_of_the_unit_and_end_in_an_outro(seed: int) -> None:
    asked = Asked("edm", 128.0, 96, unit=8, opening="intro", outro_bars=16, apart=True)
    for form in forms(asked, 3, seed):
        labels = [label for label, _ in form]
        assert labels[0] == "intro"
        assert labels[-1] == "outro"
        assert labels.count("outro") == 1
        assert all(length % 8 == 0 for _, length in form)
        assert sum(length for _, length in form) == 96
        assert all(one != other for one, other in pairwise(labels))


@given(st.integers(0, 50), st.integers(5, 16))
@settings(max_examples=20, deadline=None)
def test_before_the_outro_comes_what_closes(seed: int, units: int) -> None:
    asked = Asked(
        "edm", bars=8 * units, unit=8, outro_bars=16, closing={"chorus": 16}, opening="intro",
        apart=True, leads={"build": "chorus"},
    )  # fmt: skip
    for form in forms(asked, 3, seed):
        labels = [label for label, _ in form]
        assert labels[-1] == "outro"
        assert labels[-2] == "chorus"
        assert sum(length for _, length in form) == 8 * units
        assert all(two == "chorus" for one, two in pairwise(labels) if one == "build")


@given(st.integers(0, 50))
@settings(max_examples=10, deadline=None)
def test_labels_trail_what_they_must_and_come_no_more_often_than_they_may(seed: int) -> None:
    asked = Asked(
        "pop", bars=160, unit=4, outro_bars=4, apart=True, longest=16,
        trails={"postchorus": "chorus"}, most={"bridge": 1, "solo": 0},
    )  # fmt: skip
    for form in forms(asked, 4, seed):
        labels = ["", *(label for label, _ in form)]
        assert labels.count("bridge") <= 1
        assert "solo" not in labels
        assert all(one == "chorus" for one, two in pairwise(labels) if two == "postchorus")
        assert all(length <= 16 for label, length in form if label != "outro")


def test_what_may_come_no_more_comes_where_nothing_else_may() -> None:
    dialect = Dialect({"chorus": ("chorus",), "outro": ("outro",)})
    asked = Asked("pop", bars=64, unit=8, outro_bars=8, most={"chorus": 1}, dialect=dialect)
    assert all([label for label, _ in form].count("chorus") > 1 for form in forms(asked))


def test_sections_that_were_given_come_first_and_as_they_were_given() -> None:
    given_sections = (("intro", 8), ("chorus", None), ("solo", 13))
    for form in forms(Asked("rock", given=given_sections, bars=100)):
        assert form[0] == ("intro", 8)
        assert form[1][0] == "chorus"
        assert form[2] == ("solo", 13)
        assert sum(length for _, length in form) == 100


def test_a_whole_form_has_no_further_sections() -> None:
    asked = Asked("rock", given=(("intro", 8), ("chorus", None)), whole=True, unit=4)
    for form in forms(asked):
        assert [label for label, _ in form] == ["intro", "chorus"]
        assert form[1][1] % 4 == 0


def test_a_label_whose_bars_were_asked_for_always_has_them() -> None:
    for form in forms(Asked("pop", bars=200, bars_of={"chorus": 12}), 8):
        assert {length for label, length in form[:-1] if label == "chorus"} <= {12}


@given(st.integers(0, 50), st.integers(5, 12))
@settings(max_examples=20, deadline=None)
def test_what_leads_to_a_peak_is_followed_by_it(seed: int, units: int) -> None:
    asked = Asked("pop", bars=8 * units, unit=8, outro_bars=8, leads={"prechorus": "chorus"})
    for form in forms(asked, 3, seed):
        labels = [label for label, _ in form]
        followers = {after for label, after in pairwise(labels) if label == "prechorus"}
        assert followers <= {"chorus"}
        assert labels[-1] == "outro"
        assert sum(bars for _, bars in form) == 8 * units


def test_without_a_length_forms_end_by_themselves() -> None:
    for form in forms(Asked("pop"), 8):
        assert 1 <= len(form) <= MOST_SECTIONS


def test_labels_are_those_of_the_dialect() -> None:
    dialect = Dialect({"drop": ("chorus", "postchorus"), "rest": ("bridge", "inst")})
    for form in forms(Asked("edm", bars=64, dialect=dialect)):
        assert {label for label, _ in form} <= {"drop", "rest"}


def test_habits_that_count_for_everything_are_followed() -> None:
    habits = Habits(
        {"": {"verse": 1.0}, "verse": {"chorus": 1.0}, "chorus": {"verse": 1.0}},
        {"verse": {8: 1.0}, "chorus": {4: 1.0}},
        weight=1.0,
    )
    (form,) = forms(Asked("pop", bars=24, habits=habits), 1, 3)
    assert form == (("verse", 8), ("chorus", 4), ("verse", 8), ("chorus", 4))


def test_the_same_seed_draws_the_same_forms_and_another_one_others() -> None:
    asked = Asked("pop", 120.0, 80)
    assert forms(asked, 6, 5) == forms(asked, 6, 5)
    assert forms(asked, 6, 5) != forms(asked, 6, 6)


def test_scores_tell_how_likely_a_form_was() -> None:
    found = candidates(MODEL, Asked("pop", bars=64), 4, random.Random(1))
    assert all(each.score < 0 for each in found)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=33), st.integers(0, 999))
def test_only_what_has_weight_is_drawn(weights: list[float], seed: int) -> None:
    place = drawn(weights, random.Random(seed))
    assert 0 <= place < len(weights)
    if sum(weights) > 0 and max(weights) / sum(weights) > 0.001:
        assert weights[place] > 0


@pytest.mark.parametrize("share", [0.25, 0.8])
def test_places_are_drawn_as_often_as_their_weights_say(share: float) -> None:
    rng = random.Random(2)
    first = sum(drawn([share, 1.0 - share], rng) == 0 for _ in range(2000)) / 2000
    assert first == pytest.approx(share, abs=0.03)
