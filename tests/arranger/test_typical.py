from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.arranger.dialects import is_danced
from loopmind_live.arranger.genres import ANY_GENRE, GENRES, Form, Genre
from loopmind_live.arranger.typical import LEADING, flaws, missing, typical_of

ALL = [*GENRES.values(), ANY_GENRE]
CLUBS = [genre for genre in ALL if is_danced(genre)]


def unit_of(genre: Genre) -> int:
    return 8 if is_danced(genre) else 4


def flaws_of(form: Form, genre: Genre) -> float:
    bars = sum(length for _, length in form)
    typical = typical_of(genre, bars, unit_of(genre), is_danced(genre))
    return flaws(form, typical, typical.needed)


@pytest.mark.parametrize("genre", ALL, ids=lambda genre: genre.name)
def test_the_form_of_a_genre_is_as_usual(genre: Genre) -> None:
    assert flaws_of(genre.form, genre) == pytest.approx(0.0, abs=1e-9)


@given(st.sampled_from(ALL), st.integers(24, 256))
def test_longer_pieces_have_more_and_longer_sections(genre: Genre, bars: int) -> None:
    unit = unit_of(genre)
    one, longer = (typical_of(genre, b, unit, is_danced(genre)) for b in (bars, bars + 32))
    assert one.sections < longer.sections
    assert all(longer.bars_of[label] >= one.bars_of[label] for label in one.bars_of)
    assert all(unit <= length <= genre.longest for length in one.bars_of.values())
    assert set(one.closing) <= {label for label, _ in genre.form}


@pytest.mark.parametrize("genre", CLUBS, ids=lambda genre: genre.name)
@pytest.mark.parametrize("bars", [56, 96, 160, 256])
def test_where_people_dance_a_drop_comes_twice_and_what_leads_there(
    genre: Genre, bars: int
) -> None:
    needed = typical_of(genre, bars, 8, danced=True).needed
    assert needed["drop"] == 2
    assert needed["build"] >= 1
    assert needed["breakdown"] >= 1


def test_few_long_sections_are_more_unusual_than_a_whole_form_of_short_ones() -> None:
    techno = GENRES["techno"]
    few = (("intro", 32), ("drop", 32), ("outro", 32))
    whole = (
        ("intro", 16), ("drop", 16), ("breakdown", 8), ("build", 8), ("drop", 16),
        ("breakdown", 8), ("drop", 16), ("outro", 8),
    )  # fmt: skip
    assert flaws_of(whole, techno) < 0.5
    assert flaws_of(few, techno) > flaws_of(whole, techno) + 2.0


def test_a_last_peak_that_is_cut_short_and_a_long_end_are_flaws() -> None:
    house = GENRES["house"]
    good = (
        ("intro", 16), ("build", 8), ("drop", 16), ("breakdown", 16), ("build", 8), ("drop", 16),
        ("outro", 16),
    )  # fmt: skip
    waning = (*good[:-2], ("drop", 8), ("outro", 24))
    assert flaws_of(waning, house) > flaws_of(good, house) + 0.4


def test_an_aside_comes_seldom_and_what_leads_to_each_peak_as_often_as_it() -> None:
    typical = typical_of(GENRES["pop"], 140, 4, danced=False)
    assert typical.most["bridge"] == 2
    assert not set(typical.most) & {"hook", "verse", *LEADING}
    house = typical_of(GENRES["house"], 168, 8, danced=True)
    builds = (("intro", 8), *[("build", 8), ("drop", 32), ("breakdown", 8)] * 3, ("outro", 16))
    asides = (("intro", 8), *[("verse", 8), ("drop", 32), ("breakdown", 8)] * 3, ("outro", 16))
    assert flaws(asides, house, Counter()) > flaws(builds, house, Counter())


def test_what_is_needed_and_not_there_is_counted() -> None:
    assert missing((("drop", 8), ("drop", 8)), Counter({"drop": 3, "intro": 1})) == 2
    assert missing((("drop", 8),), Counter()) == 0
