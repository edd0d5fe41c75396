import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.arranger.base import Request, SectionWish
from loopmind_live.arranger.forms import form_for, inserted, with_length
from loopmind_live.arranger.genres import ANY_GENRE, GENRES
from loopmind_live.arranger.words import GENRE_WORDS
from loopmind_live.config import MAX_SECTIONS
from loopmind_live.score.arrangement import LABELS


def request(*wishes: SectionWish, duration_s: float | None = None) -> Request:
    return Request("", sections=wishes, duration_s=duration_s)


def test_every_genre_that_has_words_has_habits_and_the_other_way_round() -> None:
    assert GENRE_WORDS.keys() == GENRES.keys()


@pytest.mark.parametrize("genre", [*GENRES.values(), ANY_GENRE], ids=lambda genre: genre.name)
def test_every_genre_is_sound(genre: object) -> None:
    from loopmind_live.arranger.genres import Genre

    assert isinstance(genre, Genre)
    assert genre.slowest <= genre.bpm <= genre.fastest
    assert all(label in LABELS and bars % 4 == 0 for label, bars in genre.form)
    assert {"hook", "drop"} & genre.labels
    assert len(set(genre.roles)) == len(genre.roles)


def test_a_listed_form_is_taken_as_it_is() -> None:
    wishes = (SectionWish("intro", 8), SectionWish("drop", 16))
    form = form_for(request(*wishes), GENRES["house"], 124.0, 4)
    assert form == (("intro", 8), ("drop", 16))


def test_a_single_wish_bends_the_genres_form() -> None:
    form = form_for(request(SectionWish("intro", 12)), GENRES["trap"], 140.0, 4)
    assert form[0] == ("intro", 12)
    assert form[1:] == GENRES["trap"].form[1:]


def test_a_chorus_is_a_drop_where_people_dance() -> None:
    form = form_for(request(SectionWish("hook", 24)), GENRES["house"], 124.0, 4)
    assert {bars for label, bars in form if label == "drop"} == {24}
    assert all(label != "hook" for label, _ in form)


def test_leaving_a_role_out_of_a_section_that_is_not_there_adds_no_section() -> None:
    form = form_for(request(SectionWish("solo", roles_out=("bass",))), GENRES["trap"], 140.0, 4)
    assert form == GENRES["trap"].form


@pytest.mark.parametrize("label", LABELS)
def test_any_section_can_be_put_into_any_form(label: str) -> None:
    for genre in GENRES.values():
        form = inserted(genre.form, label, 5)
        assert (label, 5) in form
        assert len(form) > len(genre.form)


def test_a_bridge_comes_before_the_last_hook() -> None:
    form = inserted((("hook", 8), ("verse", 8), ("hook", 8), ("outro", 4)), "bridge", 4)
    assert [label for label, _ in form] == ["hook", "verse", "bridge", "hook", "outro"]


forms = st.lists(
    st.tuples(st.sampled_from(LABELS), st.integers(1, 64)), min_size=1, max_size=MAX_SECTIONS
).map(tuple)


@given(forms, st.floats(1.0, 7200.0))
def test_a_form_of_any_length_is_playable(form: tuple[tuple[str, int], ...], bars: float) -> None:
    fitted = with_length(form, bars)
    assert 1 <= len(fitted) <= MAX_SECTIONS
    assert all(1 <= length <= 256 for _, length in fitted)


@given(st.sampled_from(sorted(GENRES)), st.floats(16.0, 2000.0))
def test_a_genres_form_comes_within_a_few_bars_of_the_length_asked_for(
    name: str, bars: float
) -> None:
    total = sum(length for _, length in with_length(GENRES[name].form, bars))
    assert abs(total - bars) <= max(4.0, 0.02 * bars)


def test_sections_whose_bars_were_asked_for_keep_them() -> None:
    form = form_for(request(SectionWish("intro", 10), duration_s=120.0), GENRES["trap"], 140.0, 4)
    assert form[0] == ("intro", 10)
    assert abs(sum(bars for _, bars in form) - 70) <= 2
