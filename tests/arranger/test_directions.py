import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.arranger.base import NEUTRAL, Direction
from loopmind_live.arranger.directions import (
    MOOD_DIRECTIONS,
    comparative,
    direction_of,
    parts_more,
)
from loopmind_live.arranger.words import MOOD_WORDS

moods = st.lists(st.sampled_from(sorted(MOOD_DIRECTIONS)), max_size=4)


def test_every_mood_that_a_prompt_knows_points_somewhere() -> None:
    for mood in MOOD_WORDS:
        assert direction_of([mood]) != NEUTRAL


@given(moods, moods)
def test_directions_stay_within_their_range_and_turn_round(said: list[str], out: list[str]) -> None:
    there, back = direction_of(said, out), direction_of(out, said)
    for axis in ("brightness", "density", "energy", "fullness"):
        assert -1.0 <= getattr(there, axis) <= 1.0
        assert getattr(there, axis) == pytest.approx(-getattr(back, axis))


@pytest.mark.parametrize(
    ("mood", "word"),
    [
        ("dark", "darker"), ("bright", "brighter"), ("energetic", "more energetic"),
        ("chill", "calmer"), ("busy", "busier"), ("sparse", "sparser"), ("minimal", "thinner"),
        ("epic", "fuller"),
    ],
)  # fmt: skip
def test_a_mood_points_where_its_word_says(mood: str, word: str) -> None:
    assert comparative(direction_of([mood])) == word


def test_words_that_mean_nothing_move_nothing() -> None:
    assert direction_of(["purple"], ["blue"]) == NEUTRAL


@given(st.floats(-1.0, 1.0))
def test_parts_come_and_go_by_at_most_two(fullness: float) -> None:
    more = parts_more(Direction(fullness=fullness))
    assert abs(more) <= 2
    assert more == 0 or math.copysign(1.0, more) == math.copysign(1.0, fullness)
