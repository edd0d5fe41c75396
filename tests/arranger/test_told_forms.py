import random

import pytest

from loopmind_live.arranger.base import Request, SectionWish
from loopmind_live.arranger.checkpoint import shipped_structure
from loopmind_live.arranger.dialects import CORPUS_GENRE, dialect_of, is_danced
from loopmind_live.arranger.forms import form_for
from loopmind_live.arranger.genres import ANY_GENRE, GENRES, Form
from loopmind_live.arranger.structure.tokens import CORPUS_GENRES, CORPUS_LABELS
from loopmind_live.score.arrangement import LABELS

MODEL = shipped_structure()
ALL = [*GENRES.values(), ANY_GENRE]


def told(name: str, *wishes: SectionWish, seed: int = 1, duration_s: float | None = None) -> Form:
    genre = GENRES[name]
    request = Request("", sections=wishes, duration_s=duration_s)
    return form_for(request, genre, genre.bpm, 4, MODEL, random.Random(seed))


def test_every_genre_has_one_in_the_corpus() -> None:
    assert CORPUS_GENRE.keys() == GENRES.keys()
    assert set(CORPUS_GENRE.values()) <= set(CORPUS_GENRES)


@pytest.mark.parametrize("genre", ALL, ids=lambda genre: genre.name)
def test_every_label_of_a_genre_means_something_in_the_corpus(genre: object) -> None:
    from loopmind_live.arranger.genres import Genre

    assert isinstance(genre, Genre)
    meanings = dialect_of(genre, frozenset(LABELS)).meanings
    assert set(meanings) == set(LABELS)
    assert all(set(each) <= set(CORPUS_LABELS) and each for each in meanings.values())
    assert genre.labels <= set(dialect_of(genre).meanings)


@pytest.mark.parametrize("name", sorted(GENRES))
def test_a_form_is_as_long_as_its_genre_usually_is_and_says_its_peak(name: str) -> None:
    genre = GENRES[name]
    usual = sum(bars for _, bars in genre.form)
    for seed in range(3):
        form = told(name, seed=seed)
        labels = [label for label, _ in form]
        assert abs(sum(bars for _, bars in form) - usual) <= 4
        assert labels[0] == "intro"
        assert labels[-1] == "outro"
        assert genre.spoken("hook") in labels
        assert ("drop" in labels) == is_danced(genre)
        assert all(bars % 4 == 0 for _, bars in form)


@pytest.mark.parametrize("name", ["techno", "house", "trance", "dnb", "edm"])
def test_dance_music_builds_drops_and_rests_in_units_of_eight_bars(name: str) -> None:
    for seed in range(4):
        form = told(name, seed=seed)
        assert {"build", "drop", "breakdown"} <= {label for label, _ in form}
        assert all(bars % 8 == 0 for _, bars in form)


@pytest.mark.parametrize("name", ["techno", "house", "trance", "dnb", "dubstep", "garage"])
@pytest.mark.parametrize("minutes", [2, 3, 5])
def test_a_short_dance_piece_has_its_breakdown_and_its_second_drop(name: str, minutes: int) -> None:
    for seed in range(3):
        form = told(name, seed=seed, duration_s=60.0 * minutes)
        labels = [label for label, _ in form]
        assert labels.count("drop") >= 2
        assert "breakdown" in labels
        assert labels[-2:] == ["drop", "outro"]
        assert all(bars % 8 == 0 for _, bars in form)


@pytest.mark.parametrize("name", ["pop", "trap", "rock", "lofi", "disco"])
def test_songs_end_with_their_hook_and_no_aside_becomes_a_refrain(name: str) -> None:
    for minutes in (2, 3, 5):
        form = told(name, seed=minutes, duration_s=60.0 * minutes)
        labels = [label for label, _ in form]
        assert labels[-2:] == ["hook", "outro"]
        assert labels.count("hook") >= 2
        assert labels.count("bridge") <= 2
        assert all(bars <= 32 for _, bars in form)


def test_forms_differ_by_seed_and_repeat_by_it() -> None:
    assert told("pop", seed=3) == told("pop", seed=3)
    assert len({told("pop", seed=seed) for seed in range(6)}) >= 4


def test_bars_that_were_asked_for_are_honored_in_every_occurrence() -> None:
    for seed in range(4):
        form = told("trap", SectionWish("hook", 12), seed=seed)
        assert {bars for label, bars in form if label == "hook"} == {12}


def test_a_piece_of_very_long_sections_still_ends_in_an_outro() -> None:
    for name in ("trap", "house"):
        for seed in range(3):
            form = told(name, SectionWish("hook", 96), SectionWish("outro", 4), seed=seed)
            assert form[-1] == ("outro", 4)
            assert [label for label, _ in form].count("outro") == 1


def test_bars_that_one_of_two_wishes_for_a_section_tells_are_kept() -> None:
    form = told("trap", SectionWish("hook", 12), SectionWish("hook", roles_out=("bass",)))
    assert {bars for label, bars in form if label == "hook"} == {12}


@pytest.mark.parametrize("label", LABELS)
def test_a_section_that_was_asked_for_is_there(label: str) -> None:
    form = told("trap", SectionWish(label, 8))
    assert (GENRES["trap"].spoken(label), 8) in form


def test_what_is_only_left_out_of_a_section_asks_for_none() -> None:
    with_wish = told("trap", SectionWish("solo", roles_out=("bass",)), seed=2)
    assert with_wish == told("trap", seed=2)


@pytest.mark.parametrize("bars", [8, 24, 60, 100, 200, 600])
def test_a_length_that_was_asked_for_is_met(bars: int) -> None:
    for name in ("trap", "techno", "jazz"):
        form = told(name, duration_s=bars * 4 * 60.0 / GENRES[name].bpm)
        assert abs(sum(length for _, length in form) - bars) <= max(4, 0.02 * bars)


def test_a_listed_form_is_taken_as_it_is() -> None:
    form = told("house", SectionWish("intro", 8), SectionWish("drop", 16))
    assert form == (("intro", 8), ("drop", 16))


def test_sections_listed_without_bars_get_some_and_those_with_bars_keep_them() -> None:
    labels = ("intro", "verse", "hook", "bridge", "hook")
    wishes = [SectionWish(label, 12 if label == "bridge" else None) for label in labels]
    for seed in range(3):
        form = told("hiphop", *wishes, seed=seed)
        assert tuple(label for label, _ in form) == labels
        assert form[3] == ("bridge", 12)
        assert all(bars % 4 == 0 for _, bars in form)


def test_a_long_list_of_sections_is_kept_whole() -> None:
    wishes = [SectionWish("verse" if i % 2 else "hook") for i in range(60)]
    assert len(told("pop", *wishes)) == 60


def test_loading_and_telling_need_no_torch() -> None:
    import subprocess
    import sys

    code = (
        "import sys, random\n"
        "from loopmind_live.arranger.checkpoint import shipped_structure\n"
        "from loopmind_live.arranger.base import Request\n"
        "from loopmind_live.arranger.forms import form_for\n"
        "from loopmind_live.arranger.genres import GENRES\n"
        "model, chance = shipped_structure(), random.Random(1)\n"
        "assert model is not None\n"
        "assert form_for(Request(''), GENRES['pop'], 120.0, 4, model, chance)\n"
        "print([name for name in ('torch', 'transformers') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
