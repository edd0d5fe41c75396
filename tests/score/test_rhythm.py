"""Rhythms as text."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.errors import SessionError
from loopmind_live.score.melody import melody_of
from loopmind_live.score.rhythm import (
    MOST_CHARACTERS,
    MOST_STEPS,
    euclid,
    rhythm_of,
    shown,
    steps_of,
    turns,
)

RHYTHMS = st.lists(st.booleans(), min_size=1, max_size=MOST_STEPS).map(tuple)


@given(RHYTHMS)
def test_a_rhythm_is_read_as_it_is_shown(steps: tuple[bool, ...]) -> None:
    assert steps_of(shown(steps)) == steps


@given(st.integers(1, MOST_STEPS), st.data())
def test_hits_are_as_even_as_whole_steps_allow(steps: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(1, steps))
    rhythm = euclid(hits, steps)
    places = [place for place, sounds in enumerate(rhythm) if sounds]
    ends = [*places[1:], places[0] + steps]
    gaps = [end - place for place, end in zip(places, ends, strict=True)]
    assert len(rhythm) == steps
    assert len(places) == hits
    assert rhythm[0]
    assert max(gaps) - min(gaps) <= 1


@given(st.integers(1, 32), st.integers(0, 32), st.integers(-99, 99))
def test_turning_a_rhythm_keeps_its_steps(steps: int, hits: int, turn: int) -> None:
    hits = min(hits, steps)
    plain, turned = euclid(hits, steps), euclid(hits, steps, turn)
    assert turned == tuple(plain[(place + turn) % steps] for place in range(steps))


@given(RHYTHMS)
def test_what_turns_on_and_off_makes_the_rhythm_and_leaves_the_sound_on(
    steps: tuple[bool, ...],
) -> None:
    sounds, heard = False, []
    told = dict(turns(steps))
    for place in range(len(steps) + 1):
        sounds = told.get(place, sounds)
        heard.append(sounds)
    assert tuple(heard[:-1]) == steps
    assert heard[-1]


@given(st.text(max_size=60))
def test_any_text_is_a_rhythm_or_refused_in_one_line(text: str) -> None:
    try:
        assert 1 <= len(steps_of(text)) <= MOST_STEPS
    except SessionError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("x(3,8)", "x..x..x."),
        ("x(5,8)", "x.xx.xx."),
        ("x(7,16)", "x..x.x.x..x.x.x."),
        ("[x.]*3 xx", "x.x.x.xx"),
        ("[[x.]*2 .]*2", "x.x..x.x.."),
        ("x(2,5)*2", "x.x..x.x.."),
        ("x--x", "x..x"),
    ],
)
def test_rhythms_that_players_write(text: str, steps: str) -> None:
    assert shown(steps_of(text)) == steps


@pytest.mark.parametrize(
    "text",
    ["", "  |", "xo", "x(9,8)", "x(1,0)", "x(1,999)", "*2", "x*0", "[x", "x]", "[x]*129", "x*999"],
)
def test_what_is_no_rhythm_is_refused_by_name(text: str) -> None:
    with pytest.raises(SessionError, match="rhythm"):
        steps_of(text)


@pytest.mark.parametrize("read", [rhythm_of, melody_of, steps_of])
@pytest.mark.parametrize("text", ["[" * 16_000, "[]" * 8_000, " " * 16_000, "x /" + "2" * 16_000])
def test_what_is_far_too_long_is_refused_unread(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(SessionError, match=rf"{len(text)} characters: {MOST_CHARACTERS} at most$"):
        read(text)


def test_all_steps_there_are_fit_in_with_spaces_between_them() -> None:
    assert len(rhythm_of(" ".join("x" * MOST_STEPS) + " / 16").steps) == MOST_STEPS
    assert melody_of(" ".join("0" * MOST_STEPS) + " / 16").steps == MOST_STEPS


@pytest.mark.parametrize(
    "text", ["x" * 129, "[x]*65 [x]*64", "x*128*2", "[x(3,8)]*8 x(3,65)", "[[x.]*64]*2"]
)
def test_steps_are_counted_as_they_come(text: str) -> None:
    with pytest.raises(SessionError, match="128 steps at most"):
        steps_of(text)


@given(st.text("x0 9/_.[]*()1,|", max_size=80))
def test_any_text_is_a_melody_or_refused_in_one_line(text: str) -> None:
    try:
        assert 1 <= melody_of(text).steps <= MOST_STEPS
    except SessionError as error:
        assert "\n" not in str(error)
