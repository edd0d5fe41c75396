"""What is chosen once a set was restyled: it stays where the restyle brought it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.arranger.base import NEUTRAL, Request
from loopmind_live.arranger.directions import MOOD_DIRECTIONS, direction_of
from loopmind_live.arranger.lasting import (
    MOST,
    lasting_direction,
    leaning,
    request_now,
    restyled_moods,
)
from loopmind_live.arranger.rules import RuleArranger
from loopmind_live.score.arrangement import Arrangement
from tests.arranger.synthetic_loops import make_loop

PLAIN = Arrangement(140.0, "A:min", ())
ROLES_THERE = ("drums", "bass", "melody", "chords", "pad", "hats", "fx", "perc", "vocal")
LIBRARY = [
    make_loop(role, number, brightness_hz=300.0 * 1.35**number, onsets_per_s=2.0 + number % 3)
    for role in ROLES_THERE
    for number in range(10)
]


def after(
    towards: tuple[str, ...], away: tuple[str, ...], first: Arrangement = PLAIN
) -> Arrangement:
    moods, moods_out = restyled_moods(first, towards, away)
    return replace(first, moods=moods, moods_out=moods_out)


def brightness_of(arrangement: Arrangement, seeds: int = 12) -> tuple[float, float]:
    """Return the mean center of newly chosen loops, and of their high shelves in decibels."""
    arranger = RuleArranger(LIBRARY)
    sizes = [len(section.parts) for section in arrangement.sections]
    place = sizes.index(max(sizes))
    parts = [
        part
        for seed in range(seeds)
        for part in arranger.regenerate(arrangement, place, seed)
        if part.role != "vocal"
    ]
    hz = sum(part.loop.brightness_hz or 0.0 for part in parts) / len(parts)
    return hz, sum(part.high_db for part in parts) / len(parts)


def test_what_is_chosen_after_a_restyle_lies_where_it_pointed() -> None:
    arrangement = RuleArranger(LIBRARY).arrange("trap 140 bpm", 3)
    plain, dark, bright, not_dark = (
        brightness_of(after(towards, away, arrangement))
        for towards, away in (((), ()), (("dark",), ()), (("bright",), ()), ((), ("dark",)))
    )
    assert dark[0] < 0.75 * plain[0]
    assert bright[0] > 1.25 * plain[0]
    assert not_dark[0] > 1.25 * plain[0]
    assert dark[1] < plain[1] < bright[1]


def test_a_restyle_outweighs_what_the_prompt_said_at_first() -> None:
    arrangement = RuleArranger(LIBRARY).arrange("dark trap 140 bpm", 3)
    assert brightness_of(after(("bright",), (), arrangement))[0] > brightness_of(arrangement)[0]


def test_a_section_asked_for_against_the_restyle_goes_where_it_is_asked() -> None:
    arranger = RuleArranger(LIBRARY)
    arrangement = after(("dark",), (), arranger.arrange("trap 140 bpm", 3))
    place = max(range(len(arrangement.sections)), key=lambda i: len(arrangement.sections[i].parts))
    before = {part.role: part.loop for part in arrangement.sections[place].parts}
    parts = arranger.regenerate(arrangement, place, 1, direction=direction_of(["bright"]))
    changed = [part for part in parts if part.loop != before[part.role]]
    assert changed
    for part in changed:
        assert part.loop.brightness_hz > before[part.role].brightness_hz  # type: ignore[operator]


def test_moods_against_each_other_do_not_last_together() -> None:
    dark = after(("dark", "energetic"), ())
    assert after(("bright",), (), dark).moods == ("energetic", "bright")
    assert after((), ("dark",), dark) == replace(PLAIN, moods=("energetic",), moods_out=("dark",))
    assert after(("dark",), (), after((), ("dark",))) == replace(PLAIN, moods=("dark",))
    assert after(("dark",), (), dark).moods == ("energetic", "dark")


words = st.sampled_from(sorted(MOOD_DIRECTIONS))


@given(st.lists(st.tuples(st.lists(words, max_size=2), st.lists(words, max_size=2)), max_size=9))
def test_few_moods_last_and_none_of_them_against_the_newest(
    restyles: list[tuple[list[str], list[str]]],
) -> None:
    arrangement = PLAIN
    for towards, away in restyles:
        arrangement = after(tuple(towards), tuple(away), arrangement)
        assert len(arrangement.moods) <= MOST
        assert len(arrangement.moods_out) <= MOST
        if len(set(towards)) == 1 and not away:
            assert arrangement.moods[-1] == towards[-1]
            assert towards[-1] not in arrangement.moods_out


def test_a_set_that_was_never_restyled_asks_for_what_its_prompt_says() -> None:
    request = Request("dark trap", moods=("dark", "epic"))
    assert request_now(request, PLAIN) == request
    assert lasting_direction(PLAIN) == NEUTRAL
    assert request_now(request, after(("bright",), ())).moods == ("epic", "bright")
    assert request_now(request, after((), ("epic",))).moods == ("dark",)


@pytest.mark.parametrize("mood", ["purple", "heavy metal"])
def test_words_that_point_nowhere_change_no_choice(mood: str) -> None:
    arranger = RuleArranger(LIBRARY)
    arrangement = arranger.arrange("trap 140 bpm", 3)
    told = replace(arrangement, moods=(mood,), moods_out=(mood,))
    assert arranger.regenerate(told, 1, 1) == arranger.regenerate(arrangement, 1, 1)
    assert all(leaning(each, NEUTRAL) == 0.0 for each in arranger._candidates)
