import math

import numpy as np
import pytest

from loopmind_live.arranger.structure.tokens import body, legal
from loopmind_live.training.structure import measure
from loopmind_live.training.structure_corpus import Song
from loopmind_live.training.structure_figures import (
    divergence,
    infill_accuracy,
    is_valid,
    sample_figures,
    surprises,
    told_by_counts,
    told_by_model,
)
from loopmind_live.training.structure_ngrams import Factored, Trigrams
from tests.arranger.structure.tiny import tiny_model

SECTIONS = (("intro", 4), ("verse", 8), ("chorus", 8), ("verse", 8), ("chorus", 8), ("outro", 4))
SONGS = [
    Song("a", "x", "", "pop", 120.0, SECTIONS, "valid"),
    Song("b", "x", "", "rock", None, SECTIONS[1:5], "valid"),
]


def even(song: Song) -> list[np.ndarray]:
    places = range(len(body(song.sections)))
    return [np.full(len(legal(place)), 1.0 / len(legal(place))) for place in places]


def sure(song: Song) -> list[np.ndarray]:
    return [np.eye(len(legal(i)))[legal(i).index(t)] for i, t in enumerate(body(song.sections))]


def test_who_knows_nothing_is_as_perplexed_as_there_are_choices() -> None:
    found = surprises((song, even(song)) for song in SONGS)
    labels, bars = 7 + 5, 6 + 4
    expected = math.exp((labels * math.log(13) + bars * math.log(32)) / (labels + bars))
    assert found.perplexity == pytest.approx(expected)
    assert found.bits_per_section == pytest.approx(
        (labels * math.log2(13) + bars * math.log2(32)) / found.sections
    )


def test_who_knows_everything_is_not_surprised() -> None:
    found = surprises((song, sure(song)) for song in SONGS)
    assert found.perplexity == pytest.approx(1.0)
    assert all(found.labels_right)
    assert all(found.bars_right)


def test_shares_come_before_each_token_and_do_not_know_it() -> None:
    model = tiny_model()
    told = told_by_model(model, SONGS[0])
    assert len(told) == len(body(SECTIONS))
    other = Song("c", "x", "", "pop", 120.0, (*SECTIONS[:3], ("bridge", 3)), None)
    for one, two in zip(told[:7], told_by_model(model, other)[:7], strict=True):
        np.testing.assert_allclose(one, two)


def test_counts_of_the_same_songs_foretell_them() -> None:
    bodies = [song.body_tokens for song in SONGS] * 20
    for counts in (Trigrams.learned(bodies, 0.5), Factored.learned(bodies, 0.5)):
        found = surprises((song, told_by_counts(counts, song)) for song in SONGS)
        assert 1.0 < found.perplexity < 2.0


def test_infill_is_right_as_often_as_the_likeliest_label_is_the_true_one() -> None:
    accuracy = infill_accuracy(tiny_model(), SONGS)
    assert accuracy * 10 == pytest.approx(round(accuracy * 10))


def test_samples_are_valid_and_as_long_as_the_songs() -> None:
    found = sample_figures(tiny_model(), SONGS, 11)
    assert found.samples == 11
    assert found.valid == 1.0
    assert found.within_a_section == 1.0
    assert found.choruses_of_data == 2.0
    assert found == sample_figures(tiny_model(), SONGS, 11)
    assert found != sample_figures(tiny_model(), SONGS, 11, seed=2)


@pytest.mark.parametrize(
    ("form", "valid"),
    [
        ((("intro", 4), ("chorus", 8)), True),
        ((), False),
        ((("hook", 8),), False),
        ((("chorus", 0),), False),
        ((("chorus", 65),), False),
        ((("chorus", 8), ("intro", 4)), False),
        ((("chorus", 8),) * 41, False),
    ],
)
def test_a_valid_form_has_known_labels_and_bars(
    form: tuple[tuple[str, int], ...], valid: bool
) -> None:
    assert is_valid(form) is valid


def test_divergence_is_the_same_both_ways() -> None:
    one, other = {"a": 3, "b": 1}, {"a": 1, "c": 4}
    assert divergence(one, other) == pytest.approx(divergence(other, one))
    assert 0.0 < divergence(one, other) < 1.0


def test_all_figures_are_told_as_json_and_to_a_person() -> None:
    bodies = [song.body_tokens for song in SONGS]
    counts = Trigrams.learned(bodies, 0.9), Factored.learned(bodies, 0.9)
    figures = measure(tiny_model(), *counts, SONGS, samples=4)
    told = figures.to_json()
    names = (
        "perplexity", "trigram_perplexity", "factored_perplexity", "bits_per_section",
        "section_accuracy", "bars_accuracy", "songs", "infill_accuracy", "samples",
    )  # fmt: skip
    assert all(name in told for name in names)
    assert told["songs"] == 2
    assert "perplexity" in str(figures)
    assert f"{told['of_trigram']:.3f}" in str(figures)
